#include "shared/rules/rules.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "shared/rules/detail/rule.hpp"

namespace zhibu::rules {
namespace {

using catalog::Field;
using catalog::Kind;
using detail::Rule;
using record::RecordState;

struct Section {
    std::string_view file;
    std::span<const Rule> (*rules)();
};

constexpr std::array sections{
    Section{"identity.cpp", &detail::identity_rules},
    Section{"development.cpp", &detail::development_rules},
    Section{"cultivation.cpp", &detail::cultivation_rules},
    Section{"plan.cpp", &detail::plan_rules},
    Section{"admission.cpp", &detail::admission_rules},
    Section{"admission_steps.cpp", &detail::admission_step_rules},
    Section{"stage.cpp", &detail::stage_rules},
    Section{"conversion.cpp", &detail::conversion_rules},
    Section{"conversion_reminders.cpp", &detail::conversion_reminders},
    Section{"transfer.cpp", &detail::transfer_rules},
    Section{"letter.cpp", &detail::letter_rules},
    Section{"whereabouts.cpp", &detail::whereabouts_rules},
    Section{"dues.cpp", &detail::dues_rules},
    Section{"payment.cpp", &detail::payment_rules},
    Section{"organisation.cpp", &detail::organisation_rules},
    Section{"organisation_size.cpp", &detail::organisation_size_rules},
    Section{"organisation_change.cpp", &detail::organisation_change_rules},
    Section{"election.cpp", &detail::election_rules},
    Section{"appraisal.cpp", &detail::appraisal_rules},
    Section{"work.cpp", &detail::work_rules},
    Section{"control.cpp", &detail::control_rules},
    Section{"account_request.cpp", &detail::account_request_rules},
    Section{"explanation.cpp", &detail::explanation_rules},
    Section{"calendar.cpp", &detail::calendar_rules},
    Section{"casework.cpp", &detail::casework_rules},
};

/// Stands among a rule's fields for the record's own end: a rule that is asked when a record is
/// taken out of use.
constexpr std::string_view retirement = "retired";

std::string_view take_word(std::string_view& words) {
    const auto end = words.find(' ');
    const std::string_view word = words.substr(0, end);
    words.remove_prefix(end == std::string_view::npos ? words.size() : end + 1);
    return word;
}

/// The rules about records of a kind, in their order, and their places in it.
struct KindRules {
    std::vector<const Rule*> all;
    /// What a new record is asked ...
    std::vector<std::size_t> on_new;
    /// ... and what an existing one is, by the field that changed.
    std::map<std::string_view, std::vector<std::size_t>> on_field;
};

void add(const Rule& rule, KindRules& to) {
    const std::size_t place = to.all.size();
    to.all.push_back(&rule);
    if (rule.when == When::day) {
        return;
    }
    bool names_a_field = false;
    std::string_view words = rule.fields;
    while (!words.empty()) {
        const std::string_view word = take_word(words);
        names_a_field = names_a_field || word != retirement;
        to.on_field[word].push_back(place);
    }
    if (names_a_field) {
        to.on_new.push_back(place);
    }
}

const KindRules& rules_of(std::string_view kind) {
    static const std::map<std::string_view, KindRules> all = [] {
        std::map<std::string_view, KindRules> found;
        for (const Section& section : sections) {
            for (const Rule& rule : section.rules()) {
                std::string_view kinds = rule.kinds;
                while (!kinds.empty()) {
                    add(rule, found[take_word(kinds)]);
                }
            }
        }
        return found;
    }();
    static const KindRules none;
    const auto at = all.find(kind);
    return at == all.end() ? none : at->second;
}

/// The names of the fields to which the change of an existing record gave other values.
std::vector<std::string_view> touched_fields(const Case& of, const Kind& kind) {
    std::vector<std::string_view> touched;
    const auto note = [&](record::FieldNumber number) {
        const Field* field = kind.find(number);
        if (field != nullptr && detail::is_touched(of, *field)) {
            touched.push_back(field->name);
        }
    };
    // Both ascend by number, and almost all of the one stands in the other.
    auto was = of.before->fields.begin();
    for (const record::FieldState& is : of.after.fields) {
        for (; was != of.before->fields.end() && was->field < is.field; ++was) {
            note(was->field);
        }
        const bool is_same = was != of.before->fields.end() && was->field == is.field;
        if (!is_same || was->value != is.value) {
            note(is.field);
        }
        was += is_same ? 1 : 0;
    }
    for (; was != of.before->fields.end(); ++was) {
        note(was->field);
    }
    return touched;
}

/// The places of the rules that the change asks for, in their order.
std::vector<std::size_t> asked_by(const Case& of, std::span<const std::string_view> touched,
                                  const KindRules& rules) {
    if (of.before == nullptr) {
        return rules.on_new;
    }
    std::vector<std::size_t> asked;
    const auto ask = [&](std::string_view word) {
        if (const auto at = rules.on_field.find(word); at != rules.on_field.end()) {
            asked.insert(asked.end(), at->second.begin(), at->second.end());
        }
    };
    std::ranges::for_each(touched, ask);
    if (!of.before->retired && of.after.retired) {
        ask(retirement);
    }
    std::ranges::sort(asked);
    const auto repeated = std::ranges::unique(asked);
    asked.erase(repeated.begin(), repeated.end());
    return asked;
}

Finding found(const Rule& rule, const Kind& kind, const Case& of, detail::Broken breach) {
    std::string_view fields = rule.fields;
    const std::string_view first = take_word(fields);
    record::FieldNumber place = breach.field;
    if (place == record::FieldNumber{} && first != retirement) {
        place = kind.field(first).id();
    }
    return Finding{std::string{rule.id}, rule.severity, of.after.key, place,
                   std::move(breach.parameters)};
}

const Rule* find_rule(std::string_view id) {
    for (const Section& section : sections) {
        const auto rules = section.rules();
        const auto rule = std::ranges::find(rules, id, &Rule::id);
        if (rule != rules.end()) {
            return &*rule;
        }
    }
    return nullptr;
}

const detail::FieldRule* find_field_rule(std::string_view id) {
    const auto rules = detail::field_rules();
    const auto found = std::ranges::find(rules, id, &detail::FieldRule::id);
    return found == rules.end() ? nullptr : &*found;
}

const detail::Judgement* find_judgement(std::string_view id) {
    const auto judgements = detail::engine_judgements();
    const auto found = std::ranges::find(judgements, id, &detail::Judgement::id);
    return found == judgements.end() ? nullptr : &*found;
}

std::optional<catalog::Label> find_message(std::string_view id) {
    if (const Rule* rule = find_rule(id)) {
        return rule->message;
    }
    if (const detail::FieldRule* rule = find_field_rule(id)) {
        return rule->message;
    }
    const detail::Judgement* judgement = find_judgement(id);
    return judgement == nullptr ? std::nullopt : std::optional{judgement->message};
}

/// A brace without its partner stands for itself.
std::string fill_in(std::string_view text, std::span<const record::Parameter> parameters) {
    std::string filled;
    while (!text.empty()) {
        const auto open = text.find('{');
        filled += text.substr(0, open);
        if (open == std::string_view::npos) {
            break;
        }
        const auto close = text.find('}', open);
        if (close == std::string_view::npos) {
            filled += text.substr(open);
            break;
        }
        const std::string_view name = text.substr(open + 1, close - open - 1);
        const auto parameter = std::ranges::find(parameters, name, &record::Parameter::name);
        filled += parameter == parameters.end() ? "—" : parameter->value;
        text.remove_prefix(close + 1);
    }
    return filled;
}

void judge_field(const Case& of, const Field& field, std::vector<Finding>& findings) {
    for (const detail::FieldRule& rule : detail::field_rules()) {
        if (!rule.concerns(field) || record::is_empty(of.after.value(field.id()))) {
            continue;
        }
        if (auto breach = rule.check(of, field)) {
            findings.push_back(Finding{std::string{rule.id}, rule.severity, of.after.key,
                                       field.id(), std::move(breach->parameters)});
        }
    }
}

void judge_fields(const Case& of, const Kind& kind, std::vector<Finding>& findings) {
    for (const Field& field : kind.fields) {
        judge_field(of, field, findings);
    }
}

}  // namespace

std::vector<Finding> judge(const Case& of) {
    std::vector<Finding> findings;
    const Kind* kind = of.catalog.find(of.after.key.kind);
    if (kind == nullptr) {
        return findings;
    }
    const bool is_new = of.before == nullptr;
    const auto touched = is_new ? std::vector<std::string_view>{} : touched_fields(of, *kind);
    const KindRules& rules = rules_of(kind->name);
    for (const std::size_t place : asked_by(of, touched, rules)) {
        const Rule& rule = *rules.all[place];
        if (auto breach = rule.check(of)) {
            findings.push_back(found(rule, *kind, of, *std::move(breach)));
        }
    }
    if (is_new) {
        judge_fields(of, *kind, findings);
    }
    for (const std::string_view name : touched) {
        judge_field(of, kind->field(name), findings);
    }
    return findings;
}

std::vector<Finding> survey(const Case& of) {
    ZHIBU_CHECK(of.before == nullptr);
    std::vector<Finding> findings;
    const Kind* kind = of.catalog.find(of.after.key.kind);
    if (kind == nullptr || of.after.retired) {
        return findings;
    }
    for (const Rule* rule : rules_of(kind->name).all) {
        if (rule->when == When::change) {
            continue;
        }
        if (auto breach = rule->check(of)) {
            findings.push_back(found(*rule, *kind, of, *std::move(breach)));
            Severity& severity = findings.back().severity;
            const bool stands = severity == Severity::refuse && rule->when == When::always;
            severity = stands ? Severity::not_allowed : severity;
        }
    }
    const std::size_t by_fields = findings.size();
    judge_fields(of, *kind, findings);
    for (std::size_t at = by_fields; at < findings.size(); ++at) {
        findings[at].severity = Severity::not_allowed;
    }
    detail::mark_explained(of, findings);
    return findings;
}

namespace {

void survey_holding(const Round& of, const Kind& kind, std::string_view field,
                    const record::RecordId& id, std::vector<Finding>& findings);

/// The record and, below it, its entries.
void survey_record(const Round& of, const RecordState& record, std::vector<Finding>& findings) {
    std::ranges::move(
        survey(Case{of.catalog, of.parameters, of.surroundings, nullptr, record, of.today}),
        std::back_inserter(findings));
    const Kind* kind = of.catalog.find(record.key.kind);
    for (const Kind* entry : of.catalog.entries_of(*kind)) {
        survey_holding(of, *entry, "owner", record.key.id, findings);
    }
}

void survey_holding(const Round& of, const Kind& kind, std::string_view field,
                    const record::RecordId& id, std::vector<Finding>& findings) {
    for (const record::RecordKey& key :
         of.surroundings.all(kind.id(), kind.field(field).id(), record::Value{id})) {
        const auto state = of.surroundings.find(key);
        if (state && !state->retired) {
            survey_record(of, *state, findings);
        }
    }
}

}  // namespace

std::vector<Finding> survey_organisation(const Round& of) {
    std::vector<Finding> findings;
    const Kind& organisations = of.catalog.kind("organisation");
    const auto organisation =
        of.surroundings.find(record::RecordKey{organisations.id(), of.organisation});
    if (organisation && !organisation->retired) {
        survey_record(of, *organisation, findings);
    }
    for (const Kind& kind : of.catalog.kinds()) {
        for (const std::string_view place : kind.placed_by) {
            // Who is on the way counts with the sender until received.
            if (place == "moving_to") {
                continue;
            }
            survey_holding(of, kind, place, of.organisation, findings);
        }
    }
    return findings;
}

std::string message(std::string_view rule, catalog::Language language,
                    std::span<const record::Parameter> parameters) {
    const auto label = find_message(rule);
    if (!label) {
        return std::string{rule};
    }
    return fill_in(language == catalog::Language::zh ? label->zh : label->en, parameters);
}

Severity severity_of(std::string_view rule) {
    if (const Rule* found = find_rule(rule)) {
        return found->severity;
    }
    if (const detail::FieldRule* found = find_field_rule(rule)) {
        return found->severity;
    }
    return find_judgement(rule) == nullptr ? Severity::warn : Severity::refuse;
}

std::vector<Described> described_rules() {
    std::vector<Described> described;
    for (const Section& section : sections) {
        for (const Rule& rule : section.rules()) {
            described.push_back(Described{rule.id, rule.kinds, rule.fields, rule.severity,
                                          rule.when, rule.message, rule.source, section.file});
        }
    }
    for (const detail::FieldRule& rule : detail::field_rules()) {
        described.push_back(Described{rule.id,
                                      "*",
                                      {},
                                      rule.severity,
                                      When::always,
                                      rule.message,
                                      rule.source,
                                      "field_rules.cpp"});
    }
    for (const detail::Judgement& judgement : detail::engine_judgements()) {
        described.push_back(Described{judgement.id,
                                      {},
                                      {},
                                      Severity::refuse,
                                      When::change,
                                      judgement.message,
                                      {},
                                      "judgements.cpp"});
    }
    return described;
}

std::vector<std::string_view> known_rules() {
    std::vector<std::string_view> ids;
    for (const Described& rule : described_rules()) {
        ids.push_back(rule.id);
    }
    return ids;
}

namespace detail {

Breach broken() { return Broken{}; }

Breach broken(std::vector<record::Parameter> parameters) {
    return Broken{std::move(parameters), {}};
}

Breach broken_at(const catalog::Field& field, std::vector<record::Parameter> parameters) {
    return Broken{std::move(parameters), field.id()};
}

Breach broken_unless(bool kept_if) { return kept_if ? kept : broken(); }

bool is_touched(const Case& of, const catalog::Field& field) {
    return of.before == nullptr || of.before->value(field.id()) != of.after.value(field.id());
}

}  // namespace detail

}  // namespace zhibu::rules

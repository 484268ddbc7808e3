#include "shared/rules/rules.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/value.hpp"
#include "shared/rules/detail/rule.hpp"

namespace zhibu::rules {
namespace {

using catalog::Field;
using catalog::Kind;
using detail::Rule;

using Section = std::span<const Rule> (*)();

constexpr std::array<Section, 5> sections{&detail::identity_rules, &detail::development_rules,
                                          &detail::admission_rules, &detail::organisation_rules,
                                          &detail::control_rules};

std::string_view take_word(std::string_view& words) {
    const auto end = words.find(' ');
    const std::string_view word = words.substr(0, end);
    words.remove_prefix(end == std::string_view::npos ? words.size() : end + 1);
    return word;
}

bool concerns(const Rule& rule, const Kind& kind, const Case& of) {
    std::string_view words = rule.fields;
    while (!words.empty()) {
        if (detail::is_touched(of, kind.field(take_word(words)))) {
            return true;
        }
    }
    return false;
}

const Rule* find_rule(std::string_view id) {
    for (const Section section : sections) {
        const auto rules = section();
        const auto found = std::ranges::find(rules, id, &Rule::id);
        if (found != rules.end()) {
            return &*found;
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

void judge_fields(const Case& of, const Kind& kind, std::vector<Finding>& findings) {
    for (const detail::FieldRule& rule : detail::field_rules()) {
        for (const Field& field : kind.fields) {
            if (!rule.concerns(field) || !detail::is_touched(of, field) ||
                record::is_empty(of.after.value(field.id()))) {
                continue;
            }
            if (auto breach = rule.check(of, field)) {
                findings.push_back(Finding{std::string{rule.id}, rule.severity, of.after.key,
                                           field.id(), std::move(breach->parameters)});
            }
        }
    }
}

}  // namespace

std::vector<Finding> judge(const Case& of) {
    std::vector<Finding> findings;
    const Kind* kind = of.catalog.find(of.after.key.kind);
    if (kind == nullptr) {
        return findings;
    }
    for (const Section section : sections) {
        for (const Rule& rule : section()) {
            if (rule.kind != kind->name || !concerns(rule, *kind, of)) {
                continue;
            }
            if (auto breach = rule.check(of)) {
                std::string_view fields = rule.fields;
                const record::FieldNumber first = kind->field(take_word(fields)).id();
                const bool has_own_place = breach->field != record::FieldNumber{};
                findings.push_back(Finding{std::string{rule.id}, rule.severity, of.after.key,
                                           has_own_place ? breach->field : first,
                                           std::move(breach->parameters)});
            }
        }
    }
    judge_fields(of, *kind, findings);
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

std::vector<std::string_view> known_rules() {
    std::vector<std::string_view> ids;
    for (const Section section : sections) {
        for (const Rule& rule : section()) {
            ids.push_back(rule.id);
        }
    }
    for (const detail::FieldRule& rule : detail::field_rules()) {
        ids.push_back(rule.id);
    }
    for (const detail::Judgement& judgement : detail::engine_judgements()) {
        ids.push_back(judgement.id);
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

Breach broken_unless(bool kept_if, std::vector<record::Parameter> parameters) {
    return kept_if ? kept : broken(std::move(parameters));
}

bool is_touched(const Case& of, const catalog::Field& field) {
    return of.before == nullptr || of.before->value(field.id()) != of.after.value(field.id());
}

}  // namespace detail

}  // namespace zhibu::rules

#include "shared/rules/rules.hpp"

#include <algorithm>
#include <array>

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

bool changed(const Case& of, const Field& field) {
    return of.before == nullptr || of.before->value(field.id()) != of.after.value(field.id());
}

bool concerns(const Rule& rule, const Kind& kind, const Case& of) {
    std::string_view words = rule.fields;
    while (!words.empty()) {
        if (changed(of, kind.field(take_word(words)))) {
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

std::optional<catalog::Label> find_message(std::string_view id) {
    if (const Rule* rule = find_rule(id)) {
        return rule->message;
    }
    const auto judgements = detail::engine_judgements();
    const auto found = std::ranges::find(judgements, id, &detail::Judgement::id);
    return found == judgements.end() ? std::nullopt : std::optional{found->message};
}

std::string fill_in(std::string_view text, std::span<const record::Parameter> parameters) {
    std::string filled;
    while (!text.empty()) {
        const auto open = text.find('{');
        filled += text.substr(0, open);
        if (open == std::string_view::npos) {
            break;
        }
        const auto close = text.find('}', open);
        const std::string_view name = text.substr(open + 1, close - open - 1);
        const auto parameter = std::ranges::find(parameters, name, &record::Parameter::name);
        filled += parameter == parameters.end() ? "—" : parameter->value;
        text.remove_prefix(close + 1);
    }
    return filled;
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
                findings.push_back(Finding{std::string{rule.id}, rule.severity, of.after.key,
                                           kind->field(take_word(fields)).id(),
                                           *std::move(breach)});
            }
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
    const Rule* found = find_rule(rule);
    return found == nullptr ? Severity::warn : found->severity;
}

std::vector<std::string_view> known_rules() {
    std::vector<std::string_view> ids;
    for (const Section section : sections) {
        for (const Rule& rule : section()) {
            ids.push_back(rule.id);
        }
    }
    for (const detail::Judgement& judgement : detail::engine_judgements()) {
        ids.push_back(judgement.id);
    }
    return ids;
}

namespace detail {

Breach broken() { return std::vector<record::Parameter>{}; }

Breach broken(std::initializer_list<record::Parameter> parameters) {
    return std::vector<record::Parameter>{parameters};
}

Breach broken_unless(bool kept_if) { return kept_if ? kept : broken(); }

}  // namespace detail

}  // namespace zhibu::rules

#pragma once

#include <concepts>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/rules/rules.hpp"

namespace zhibu::rules::detail {

/// A broken rule: what its message needs, and beside which field it stands where that is not the
/// first of the rule's fields.
struct Broken {
    std::vector<record::Parameter> parameters;
    record::FieldNumber field;
};

/// No value: the rule is kept.
using Breach = std::optional<Broken>;

/// One rule. `check` is asked about a record of one of `kinds` when the record is new or one of
/// `fields` has changed (both separated by spaces; "retired" among them: when the record is taken
/// out of use), or on any day (`when`); the message stands beside the first of the fields.
struct Rule {
    std::string_view id;
    std::string_view kinds;
    std::string_view fields;
    Severity severity = Severity::refuse;
    catalog::Label message;
    Breach (*check)(const Case&) = nullptr;
    std::string_view source;
    When when = When::always;
};

/// A rule about every field of a sort, whatever its kind: declared by the field's own line in the
/// catalog. `check` is asked for each such field that changed and holds a value.
struct FieldRule {
    std::string_view id;
    Severity severity = Severity::refuse;
    catalog::Label message;
    bool (*concerns)(const catalog::Field&) = nullptr;
    Breach (*check)(const Case&, const catalog::Field&) = nullptr;
    std::string_view source;
};

/// A judgement that only the server's engine makes; its text stands beside the rules' texts.
struct Judgement {
    std::string_view id;
    catalog::Label message;
};

[[nodiscard]] std::span<const Rule> identity_rules();
[[nodiscard]] std::span<const Rule> development_rules();
[[nodiscard]] std::span<const Rule> cultivation_rules();
[[nodiscard]] std::span<const Rule> plan_rules();
[[nodiscard]] std::span<const Rule> admission_rules();
[[nodiscard]] std::span<const Rule> admission_step_rules();
[[nodiscard]] std::span<const Rule> stage_rules();
[[nodiscard]] std::span<const Rule> conversion_rules();
[[nodiscard]] std::span<const Rule> conversion_reminders();
[[nodiscard]] std::span<const Rule> transfer_rules();
[[nodiscard]] std::span<const Rule> letter_rules();
[[nodiscard]] std::span<const Rule> whereabouts_rules();
[[nodiscard]] std::span<const Rule> dues_rules();
[[nodiscard]] std::span<const Rule> payment_rules();
[[nodiscard]] std::span<const Rule> organisation_rules();
[[nodiscard]] std::span<const Rule> organisation_size_rules();
[[nodiscard]] std::span<const Rule> organisation_change_rules();
[[nodiscard]] std::span<const Rule> election_rules();
[[nodiscard]] std::span<const Rule> appraisal_rules();
[[nodiscard]] std::span<const Rule> work_rules();
[[nodiscard]] std::span<const Rule> control_rules();
[[nodiscard]] std::span<const Rule> account_request_rules();
[[nodiscard]] std::span<const Rule> explanation_rules();
[[nodiscard]] std::span<const Rule> casework_rules();
[[nodiscard]] std::span<const Rule> calendar_rules();
[[nodiscard]] std::span<const FieldRule> field_rules();
[[nodiscard]] std::span<const Judgement> engine_judgements();

/// Marks the findings whose explanation is kept beside the record (kinds *_explanation).
void mark_explained(const Case& of, std::vector<Finding>& findings);

/// The rule is kept.
inline const Breach kept = std::nullopt;

/// The rule is broken, with nothing to put into its message.
[[nodiscard]] Breach broken();
[[nodiscard]] Breach broken(std::vector<record::Parameter> parameters);
[[nodiscard]] Breach broken_at(const catalog::Field& field,
                               std::vector<record::Parameter> parameters);
/// Kept, or broken without any parameters.
[[nodiscard]] Breach broken_unless(bool kept_if);

/// Kept, or broken with the parameters that `make` makes: most rules are kept, and then nobody
/// needs them.
template <std::invocable Make>
[[nodiscard]] Breach broken_unless(bool kept_if, const Make& make) {
    return kept_if ? kept : broken(make());
}

/// Whether this change gave the field another value; all fields of a new record are touched.
[[nodiscard]] bool is_touched(const Case& of, const catalog::Field& field);

/// The after-state's value of a field; nullptr where it is empty or of another type.
template <class T>
const T* held(const Case& of, std::string_view kind, std::string_view field) {
    return std::get_if<T>(&of.after.value(of.catalog.kind(kind).field(field).id()));
}

template <class T>
const T* held_before(const Case& of, std::string_view kind, std::string_view field) {
    return of.before == nullptr
               ? nullptr
               : std::get_if<T>(&of.before->value(of.catalog.kind(kind).field(field).id()));
}

}  // namespace zhibu::rules::detail

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/date.hpp"
#include "shared/record/state.hpp"

/// The rules that the users live by, each with an id, a severity and a message in both languages,
/// declared once. Form, import, client and server call the same ones.
namespace zhibu::rules {

/// What a breach does. Source: the rules' own text, "Severity".
enum class Severity : std::uint8_t {
    refuse,             // not saved
    warn,               // saved, the person is told
    not_allowed,        // 不允许项: saved, counted, must be zero before the annual report
    needs_explanation,  // 需说明项: saved, counted, must carry an explanation
};

/// One breach of one rule by one record.
struct Finding {
    std::string rule;
    Severity severity = Severity::warn;
    record::RecordKey record;
    /// The field beside which the message stands; none where it has no place.
    record::FieldNumber field;
    std::vector<record::Parameter> parameters;
    /// A breach that needs an explanation has one (survey() alone says so).
    bool explained = false;

    friend bool operator==(const Finding&, const Finding&) = default;
};

/// The committee's numbers, with the rules' own defaults. A parameter makes a rule stricter or
/// milder; it never turns one off.
struct Parameters {
    int talk_months = 1;
    int activist_after_months = 6;
    int target_after_months = 12;
    int youth_league_age = 28;
    int admission_age = 18;
    int probation_months = 12;
    int approval_months = 3;
    int approval_months_max = 6;
    int work_age = 16;
    int examination_months = 6;
    int training_days = 3;
    int training_hours = 24;
    int notice_days = 5;
    int pre_review_months = 1;
    int oath_months = 1;
    int admission_entry_days = 14;
    int extension_months_min = 6;
    int extension_months_max = 12;
    int conversion_reminder_days = 30;
    int overdue_letter_months = 1;
    int unreachable_months = 6;
    int suspended_months = 24;
    int abroad_years = 5;
    int arrears_months = 6;
    int unpaid_months = 6;
    int branch_full_members_min = 3;
    int branch_members_max = 50;
    int general_branch_members_min = 50;
    int general_branch_members_max = 100;
    int committee_members_above = 100;
    int joint_branch_units_max = 5;
    int branch_committee_from = 7;
    int committee_term_years = 5;
    int branch_term_years = 3;
    int postponement_months = 12;
    int excellent_one_in = 3;
    int account_notice_days = 14;
    int password_days = 90;
    int explanation_characters_min = 5;
    /// First two digits of id numbers that are let through beside admin_division's.
    std::vector<std::string> extra_divisions;
};

/// One of the numbers: its name in leases and in server.toml, the rules that read it, and what a
/// committee may set.
struct ParameterLine {
    std::string_view name;
    std::string_view rules;
    int Parameters::* member = nullptr;
    int least = 0;
    int most = 0;
};

/// All numbers, in the order of their rules. Leases, configuration and documents read this table.
[[nodiscard]] std::span<const ParameterLine> parameter_table();

/// The parameters that differ from the defaults, by name: what a lease carries to a device.
[[nodiscard]] std::vector<record::Parameter> to_list(const Parameters& parameters);
/// The defaults with `list` put in. Unknown names (a newer server's) and values that are no numbers
/// from 0 to 1200 (a century in months) are left alone.
[[nodiscard]] Parameters from_list(std::span<const record::Parameter> list);

/// What a rule may ask about other records. The server answers for the whole space; a client for
/// its own scope, so that "no other record" there means "none that it sees".
class Surroundings {
public:
    virtual ~Surroundings() = default;

    [[nodiscard]] virtual std::optional<record::RecordState> find(const record::RecordKey& key) = 0;
    /// Records of a kind that hold `value` in an indexed field, at most a few.
    [[nodiscard]] virtual std::vector<record::RecordKey> holding(record::KindNumber kind,
                                                                 record::FieldNumber field,
                                                                 const record::Value& value) = 0;

    /// All of them: what a rule asks that counts. Without it, as many as holding() gives.
    [[nodiscard]] virtual std::vector<record::RecordKey> all(record::KindNumber kind,
                                                             record::FieldNumber field,
                                                             const record::Value& value) {
        return holding(kind, field, value);
    }

    /// Whether "no other record" means that there is none in the whole space. A rule about what
    /// must exist elsewhere is judged only then.
    [[nodiscard]] virtual bool is_whole_space() const { return false; }
};

/// One record before and after a change.
struct Case {
    const catalog::Catalog& catalog;
    const Parameters& parameters;
    Surroundings& surroundings;
    /// None for a new record.
    const record::RecordState* before = nullptr;
    const record::RecordState& after;
    /// The day in Asia/Shanghai on which it is judged.
    record::Date today;
};

/// All breaches by the fields that changed (all fields of a new record). A breach that was there
/// before and is not touched is left to the report's checks, so that old data can still be edited.
[[nodiscard]] std::vector<Finding> judge(const Case& of);

/// What is to be said about a record as it stands on that day: the reminders, and the breaches that
/// came in by import or merge or from before a rule, counted by 信息校核. A breach that a change
/// would be refused for is `not_allowed` here. `refuse` remains with what keeps a step from being
/// taken: a report, an export. `of.before` is none. The caller asks about records
/// that the reader may see: findings may name them, and nothing beyond the surroundings.
[[nodiscard]] std::vector<Finding> survey(const Case& of);

/// Whose records are looked through.
struct Round {
    const catalog::Catalog& catalog;
    const Parameters& parameters;
    Surroundings& surroundings;
    record::RecordId organisation;
    record::Date today;
};

/// survey() of the organisation itself, of every record in use that is placed in it, and of their
/// entries. Organisations below are rounds of their own.
[[nodiscard]] std::vector<Finding> survey_organisation(const Round& of);

/// The text for a rule of these, or for a judgement of the server ("outside_window"), with the
/// parameters put in. The caller has already replaced what the reader may not see. An unknown id
/// (from a newer program) is shown as itself.
[[nodiscard]] std::string message(std::string_view rule, catalog::Language language,
                                  std::span<const record::Parameter> parameters);

/// The severity of a rule; refuse for a judgement of the server, warn for an id that this program
/// does not know.
[[nodiscard]] Severity severity_of(std::string_view rule);

/// All ids that message() knows, in the order of their declaration.
[[nodiscard]] std::vector<std::string_view> known_rules();

/// When a rule is judged.
enum class When : std::uint8_t {
    always,  // when one of its fields changes, and in the survey of what stands
    change,  // when one of its fields changes: a step that is being taken
    day,     // in the survey alone: reminders, and what many records say together
};

/// A rule as documents show it.
struct Described {
    std::string_view id;
    std::string_view kinds;
    std::string_view fields;
    Severity severity = Severity::refuse;
    When when = When::always;
    catalog::Label message;
    /// The rule's own source: clauses, the users' guidance (S), or this project's decision (GK).
    std::string_view source;
    std::string_view declared_in;
};

/// Every rule, in the order of known_rules(); the engine's judgements have neither kinds nor
/// fields.
[[nodiscard]] std::vector<Described> described_rules();

}  // namespace zhibu::rules

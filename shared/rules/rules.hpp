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
    /// First two digits of id numbers that are let through beside admin_division's.
    std::vector<std::string> extra_divisions;
};

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

}  // namespace zhibu::rules

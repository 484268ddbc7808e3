#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/date.hpp"
#include "shared/rules/computed.hpp"
#include "shared/rules/detail/facts.hpp"
#include "shared/rules/detail/rule.hpp"
#include "shared/rules/life_cycle.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::rules::detail {
namespace {

using record::Date;
using record::Parameter;

const std::string* outcome_of(const Case& of) { return own<std::string>(of, "conversion_outcome"); }

std::int64_t extension_before(const Case& of) {
    const auto* months = own_before<std::int64_t>(of, "extension_months");
    return months == nullptr ? 0 : *months;
}

std::int64_t extension_now(const Case& of) {
    const auto* months = own<std::int64_t>(of, "extension_months");
    return months == nullptr ? 0 : *months;
}

/// A step of the conversion, not a member's record that is taken over.
bool is_step(const Case& of) { return of.before != nullptr; }

/// What was entered wrongly is put right with a reason that stays on the record and in the log.
bool is_correction(const Case& of) {
    return is_step(of) && touches(of, "correction_reason") &&
           is_filled(of, of.after, "correction_reason");
}

std::optional<Date> due_day(const Case& of, std::int64_t extension) {
    const auto end = probation_end(of.catalog, of.parameters, of.after);
    constexpr std::int64_t months_max = 120;
    return end && extension <= months_max
               ? std::optional{record::add_months(*end, static_cast<int>(extension))}
               : end;
}

Breach conversion_not_early(const Case& of) {
    const Date* converted = own<Date>(of, "conversion_date");
    const auto due = due_day(of, 0);
    return broken_unless(
        !is_any(outcome_of(of), {"01", "02"}) || converted == nullptr || !due || *converted >= *due,
        [&] { return due ? both("日期", "date", *due) : std::vector<Parameter>{}; });
}

bool converts_on_time(const Case& of) {
    const Date* converted = own<Date>(of, "conversion_date");
    const auto due = due_day(of, 0);
    return !is_any(outcome_of(of), {"01"}) || converted == nullptr || !due ||
           (*converted == *due && extension_now(of) == 0);
}

Breach on_time_is_due_day(const Case& of) {
    const auto due = due_day(of, 0);
    return broken_unless(!is_step(of) || is_correction(of) || converts_on_time(of), [&] {
        return due ? both("日期", "date", *due) : std::vector<Parameter>{};
    });
}

/// Too early is R-402's matter.
Breach on_time_was_due_day(const Case& of) {
    return broken_unless(is_step(of) || conversion_not_early(of) || converts_on_time(of));
}

Breach extension_length(const Case& of) {
    const std::int64_t months = extension_now(of);
    return broken_unless(
        months == 0 || (months >= of.parameters.extension_months_min &&
                        months <= of.parameters.extension_months_max),
        [&] {
            return and_also(
                both("最短", "least", std::to_string(of.parameters.extension_months_min)),
                both("最长", "most", std::to_string(of.parameters.extension_months_max)));
        });
}

Breach extended_once(const Case& of) {
    return broken_unless(extension_before(of) == 0 || extension_before(of) == extension_now(of) ||
                         is_correction(of));
}

Breach after_the_extension(const Case& of) {
    if (!is_step(of) || is_correction(of) || !is_any(outcome_of(of), {"02"})) {
        return kept;
    }
    const Date* converted = own<Date>(of, "conversion_date");
    const auto due = due_day(of, extension_now(of));
    return broken_unless(extension_now(of) > 0 &&
                         (converted == nullptr || !due || *converted >= *due));
}

Breach outcome_moves(const Case& of) {
    if (!is_step(of) || is_correction(of)) {
        return kept;
    }
    const auto* was = own_before<std::string>(of, "conversion_outcome");
    const auto* now = outcome_of(of);
    const std::string from = was == nullptr ? std::string{} : *was;
    const std::string to = now == nullptr ? std::string{} : *now;
    return broken_unless(
        may_move(conversion_outcomes(), from, to, Circumstances{extension_before(of) > 0, {}}),
        [&] { return state_names(of, "conversion_outcome", from, to); });
}

/// 05 at the end of probation or of its extension, 06 before it.
Breach cancelled_on(const Case& of) {
    const Date* day = own<Date>(of, "left_on");
    const auto due = due_day(of, extension_now(of));
    if (day == nullptr || !due) {
        return kept;
    }
    const bool fits = is_any(outcome_of(of), {"05"})   ? *day >= *due
                      : is_any(outcome_of(of), {"06"}) ? *day < *due
                                                       : true;
    return broken_unless(fits);
}

Breach reported(const Case& of) {
    return broken_unless(!is_any(outcome_of(of), {"02", "03", "04", "05", "06"}) ||
                         is_filled(of, of.after, "report_reference"));
}

/// While the approval is out, the days go on. Beyond the longest time R-412 speaks.
Breach approved_in_time(const Case& of) {
    const Date* meeting = own<Date>(of, "conversion_meeting_date");
    const Date* approved = own<Date>(of, "conversion_approval_date");
    const bool waits = approved == nullptr && is_at_stage(of, of.after, {"40"});
    return not_later_than(meeting, approved, of.parameters.approval_months_max)
               ? kept
               : not_later_than(meeting, waits ? &of.today : approved,
                                of.parameters.approval_months);
}

Breach approved_at_most(const Case& of) {
    return not_later_than(own<Date>(of, "conversion_meeting_date"),
                          own<Date>(of, "conversion_approval_date"),
                          of.parameters.approval_months_max);
}

/// Who was converted may have been suspended or have left since; who was cancelled has left.
Breach stage_agrees(const Case& of) {
    const auto* stage = own<std::string>(of, "stage");
    const bool converts = is_any(outcome_of(of), {"01", "02"});
    if (stage == nullptr) {
        return kept;
    }
    if (is_any(outcome_of(of), {"05", "06"})) {
        return broken_unless(is_any(stage, {"70"}) &&
                             is_any(own<std::string>(of, "leaving_reason"), {"35"}));
    }
    const bool becomes_full =
        moves_to(of, "stage", "50") && is_any(own_before<std::string>(of, "stage"), {"40"});
    return broken_unless(converts ? is_any(stage, {"50", "60", "70"})
                                  : !becomes_full || is_correction(of));
}

constexpr std::array rules{
    Rule{"R-402",
         "person",
         "conversion_date conversion_outcome join_date",
         Severity::refuse,
         {"转正日期不能早于预备期满日（{日期}）。",
          "The conversion date cannot be before the end of probation ({date})."},
         &conversion_not_early,
         "S; 章程 第七条"},
    Rule{"R-403",
         "person",
         "conversion_date conversion_outcome extension_months",
         Severity::refuse,
         {"按期转正的转正日期应为预备期满之日（{日期}）。",
          "Who is converted on time is converted on the day on which probation ends ({date})."},
         &on_time_is_due_day,
         "S; 章程 第七条",
         When::change},
    Rule{"R-403a",
         "person",
         "conversion_date conversion_outcome extension_months",
         Severity::needs_explanation,
         {"“按期转正”的转正日期不是预备期满之日，请核对或说明。",
          "\"Converted on time\", but not on the day on which probation ended: check or explain."},
         &on_time_was_due_day,
         "S; GK"},
    Rule{"R-404",
         "person",
         "extension_months",
         Severity::refuse,
         {"延长预备期不能少于{最短}个月，最长不超过{最长}个月。",
          "An extension of probation lasts {least} to {most} months."},
         &extension_length,
         "细则14 第三十二条; 章程 第七条"},
    Rule{"R-405",
         "person",
         "extension_months",
         Severity::refuse,
         {"预备期只能延长一次。", "Probation is extended once."},
         &extended_once,
         "细则14 第三十二条 (延长一次)",
         When::change},
    Rule{"R-406",
         "person",
         "conversion_date conversion_outcome extension_months",
         Severity::refuse,
         {"延长期未满，不能转正。",
          "There is no extension, or it is not over yet: no conversion after an extension."},
         &after_the_extension,
         "S; 细则14 第三十二条",
         When::change},
    Rule{"R-407",
         "person",
         "conversion_outcome",
         Severity::refuse,
         {"“{原}”不能改为“{新}”。", "\"{from}\" cannot become \"{to}\"."},
         &outcome_moves,
         "S; GK",
         When::change},
    Rule{"R-408",
         "person",
         "left_on conversion_outcome",
         Severity::refuse,
         {"“预备期满/未满被取消资格”与日期不符。",
          "The day does not fit: cancelled at the end of probation, or before it."},
         &cancelled_on,
         "S"},
    Rule{"R-410",
         "person",
         "report_reference conversion_outcome",
         Severity::needs_explanation,
         {"非按期转正须向组织部报备，请填写报备情况。",
          "Any outcome but conversion on time is reported to the department: enter the report."},
         &reported,
         "S (应与组织部联系报备)"},
    Rule{"R-411",
         "person",
         "conversion_approval_date conversion_meeting_date",
         Severity::needs_explanation,
         {"转正审批超过{月数}个月，请说明。",
          "The conversion was approved more than {months} months after the meeting: explain."},
         &approved_in_time,
         "S; 细则26 第三十三条 (三个月内)"},
    Rule{"R-412",
         "person",
         "conversion_approval_date conversion_meeting_date",
         Severity::refuse,
         {"转正审批已超过{月数}个月，请由支部重新讨论。",
          "More than {months} months between meeting and approval: the branch decides anew."},
         &approved_at_most,
         "S (最长不超过6个月)"},
    Rule{"R-415",
         "person",
         "stage leaving_reason conversion_outcome",
         Severity::refuse,
         {"人员状态与转正情况不一致。",
          "Stage and conversion do not agree: who is converted is a full member, whose membership "
          "was cancelled has left for that reason."},
         &stage_agrees,
         "S; GK"},
};

}  // namespace

std::span<const Rule> conversion_rules() { return rules; }

}  // namespace zhibu::rules::detail

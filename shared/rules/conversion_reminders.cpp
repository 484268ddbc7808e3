#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/date.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "shared/rules/computed.hpp"
#include "shared/rules/detail/facts.hpp"
#include "shared/rules/detail/rule.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::rules::detail {
namespace {

using record::Date;
using record::Parameter;
using record::RecordState;

/// Of a probationary member whose conversion is not decided; an extension is in the day already.
std::optional<Date> open_due(const Case& of, const RecordState& person) {
    const bool decided =
        is_any(read<std::string>(of, person, "conversion_outcome"), {"01", "02", "05", "06"});
    return decided ? std::nullopt : conversion_due(of.catalog, of.parameters, person);
}

std::vector<Parameter> name_and_day(const Case& of, Date day) {
    return and_also(name_of(of), both("日期", "date", day));
}

bool has_outcome(const Case& of) { return is_filled(of, of.after, "conversion_outcome"); }

Breach not_discussed(const Case& of) {
    const auto due = open_due(of, of.after);
    return broken_unless(!due || of.today <= *due || has_outcome(of), [&] { return name_of(of); });
}

/// Everybody of the organisation who is due by the month's end, former months included.
Breach month_is_done(const Case& of) {
    const Date end = record::month_end(of.today);
    const auto people = all_related(of, "person", "organisation", record::Value{of.after.key.id});
    const auto waiting = std::ranges::count_if(people, [&](const RecordState& person) {
        const auto due = open_due(of, person);
        return due && *due <= end;
    });
    return broken_unless(waiting == 0, [&] {
        return and_also({Parameter{"n", std::to_string(waiting)}},
                        both("日期", "date", record::last_friday(of.today)));
    });
}

/// From so many days before on, and every day from the day itself.
Breach due_soon(const Case& of) {
    const auto due = open_due(of, of.after);
    return broken_unless(
        !due || of.today < record::add_days(*due, -of.parameters.conversion_reminder_days),
        [&] { return due ? name_and_day(of, *due) : std::vector<Parameter>{}; });
}

Breach outcome_for_report(const Case& of) {
    const auto due = open_due(of, of.after);
    return broken_unless(!due || of.today < *due || has_outcome(of), [&] { return name_of(of); });
}

constexpr std::array rules{
    Rule{"R-409",
         "person",
         "conversion_outcome",
         Severity::warn,
         {"{姓名} 预备期已满，尚未讨论或审批。",
          "{name}: probation is over, not yet discussed or approved."},
         &not_discussed,
         "S",
         When::day},
    Rule{"R-413",
         "organisation",
         "name",
         Severity::warn,
         {"本月应转正 {n} 人，请于 {日期}（本月最后一个周五）前维护。",
          "{n} conversions are due this month: enter them by {date}, its last Friday."},
         &month_is_done,
         "S",
         When::day},
    Rule{"R-414",
         "person",
         "join_date",
         Severity::warn,
         {"{姓名} 将于 {日期} 预备期满。", "{name}: probation ends on {date}."},
         &due_soon,
         "S (首页提醒); GK",
         When::day},
    Rule{"R-416",
         "person",
         "conversion_outcome",
         Severity::not_allowed,
         {"预备期满未填写转正情况：{姓名}。",
          "Probation is over and no outcome is entered: {name}."},
         &outcome_for_report,
         "S",
         When::day},
};

}  // namespace

std::span<const Rule> conversion_reminders() { return rules; }

}  // namespace zhibu::rules::detail

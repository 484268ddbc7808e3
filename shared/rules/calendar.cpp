#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/record/change.hpp"
#include "shared/record/date.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "shared/rules/computed.hpp"
#include "shared/rules/detail/facts.hpp"
#include "shared/rules/detail/rule.hpp"
#include "shared/rules/rules.hpp"

/// What the year asks of an organisation, whoever its people are.
namespace zhibu::rules::detail {
namespace {

using record::Date;
using record::RecordId;
using record::RecordState;

/// So long before its day the plan is asked for, and so long into its own year it is missed. GK.
constexpr int plan_reminder_days = 30;
constexpr std::uint8_t plan_missed_until_month = 3;
/// Two weeks after the approval notice. Source: S.
constexpr int list_days = 14;
/// Of list export_kind: the three that are archived, and the list of the year.
constexpr std::array<std::string_view, 3> archived{"10", "20", "30"};
constexpr std::string_view list_of_the_year = "40";

/// The way up through organisations ends here, whatever they say.
constexpr int depth_max = 32;

/// The year whose plan is asked for on that day, if one is.
std::optional<int> plan_asked_for(Date today) {
    if (today >= record::add_days(plan_deadline(today.year + 1), -plan_reminder_days)) {
        return today.year + 1;
    }
    return today.month <= plan_missed_until_month ? std::optional<int>{today.year} : std::nullopt;
}

bool reports(const Case& of) { return is_any(own<std::string>(of, "type"), {"10", "15", "20"}); }

Breach plan_is_in(const Case& of) {
    const auto year = plan_asked_for(of.today);
    if (!reports(of) || !year) {
        return kept;
    }
    const auto plans = all_related(of, "plan", "organisation", record::Value{of.after.key.id});
    const bool is_in = std::ranges::any_of(plans, [&](const RecordState& plan) {
        const auto* planned = read<std::int64_t>(of, plan, "year");
        return planned != nullptr && *planned == *year && is_filled(of, plan, "reported");
    });
    return broken_unless(is_in, [&] { return both("日期", "date", plan_deadline(*year)); });
}

/// Whether the organisation, or one above it, has exported a list of the sort of which `fits` says
/// yes.
bool has_exported(const Case& of, RecordId organisation, std::string_view sort, const auto& fits) {
    for (int depth = 0; depth < depth_max; ++depth) {
        const auto exports = all_related(of, "export", "organisation", record::Value{organisation});
        const bool found = std::ranges::any_of(exports, [&](const RecordState& each) {
            return is_any(read<std::string>(of, each, "sort"), {sort}) && fits(each);
        });
        if (found) {
            return true;
        }
        const auto above = superior_of(of, organisation);
        if (!above) {
            return false;
        }
        organisation = *above;
    }
    return false;
}

Breach list_is_sent(const Case& of) {
    const auto* organisation = own<RecordId>(of, "organisation");
    const auto* year = own<std::int64_t>(of, "year");
    const Date* notice = own<Date>(of, "notice_date");
    if (organisation == nullptr || year == nullptr || notice == nullptr) {
        return kept;
    }
    const bool sent =
        has_exported(of, *organisation, list_of_the_year, [&](const RecordState& list) {
            const auto* of_year = read<std::int64_t>(of, list, "year");
            return of_year != nullptr && *of_year == *year;
        });
    return broken_unless(
        sent, [&] { return both("日期", "date", record::add_days(*notice, list_days)); });
}

/// The half year's archive: June's from 1 June on, December's from 1 December on.
Date archive_begins(Date today) {
    const bool june = today.month >= 6 && today.month < 12;
    const auto year = static_cast<std::int16_t>(today.month < 6 ? today.year - 1 : today.year);
    return Date{year, static_cast<std::uint8_t>(june ? 6 : 12), 1};
}

Breach half_year_is_archived(const Case& of) {
    if (!is_any(own<std::string>(of, "type"), {"10"})) {
        return kept;
    }
    const Date from = archive_begins(of.today);
    const bool all = std::ranges::all_of(archived, [&](std::string_view sort) {
        return has_exported(of, of.after.key.id, sort, [&](const RecordState& list) {
            const Date* until = read<Date>(of, list, "until");
            return until != nullptr && *until >= from;
        });
    });
    return broken_unless(all, [&] { return both("日期", "date", record::month_end(from)); });
}

constexpr std::array rules{
    Rule{"R-1001",
         "organisation",
         "name",
         Severity::warn,
         {"请于 {日期} 前完成下一年度发展计划上报。",
          "The plan for the next year is to be reported by {date}."},
         &plan_is_in,
         "S (每年12月10日之前)",
         When::day},
    Rule{"R-1002",
         "plan",
         "notice_date",
         Severity::warn,
         {"请于 {日期} 前导出并报送计划发展对象名单。",
          "Export the list of this year's targets and send it by {date}."},
         &list_is_sent,
         "S (审批数通知后两周内)",
         When::day},
    Rule{"R-1004",
         "organisation",
         "name",
         Severity::warn,
         {"请于 {日期} 前完成党员信息、转出记录、转入记录的全部导出并归档。",
          "Export members, transfers out and transfers in in full, and archive them, by {date}."},
         &half_year_is_archived,
         "S (每年6月和12月)",
         When::day},
};

}  // namespace

std::span<const Rule> calendar_rules() { return rules; }

}  // namespace zhibu::rules::detail

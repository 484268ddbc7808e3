#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "shared/record/change.hpp"
#include "shared/record/date.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "shared/rules/detail/facts.hpp"
#include "shared/rules/detail/rule.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::rules::detail {
namespace {

using record::Date;
using record::Parameter;
using record::RecordId;
using record::RecordState;

Breach plan_was_reviewed(const Case& of) {
    return broken_unless(
        own<std::int64_t>(of, "reported") == nullptr ||
        (is_filled(of, of.after, "reviewed_by") && is_filled(of, of.after, "reviewed_on")));
}

/// Of the plan's organisation and of all below it, how many persons `counts` says yes to.
std::int64_t people_of_plan(const Case& of,
                            bool (*counts)(const Case&, const RecordState&, std::int64_t year)) {
    const auto* organisation = own<RecordId>(of, "organisation");
    const auto* year = own<std::int64_t>(of, "year");
    if (organisation == nullptr || year == nullptr) {
        return 0;
    }
    return std::ranges::count_if(people_below(of, *organisation), [&](const RecordState& person) {
        return counts(of, person, *year);
    });
}

bool is_planned_for(const Case& of, const RecordState& person, std::int64_t year) {
    const auto* planned = read<std::int64_t>(of, person, "plan_year");
    return is_at_stage(of, person, {"35"}) && planned != nullptr && *planned == year;
}

bool was_admitted_in(const Case& of, const RecordState& person, std::int64_t year) {
    const Date* joined = read<Date>(of, person, "join_date");
    return is_at_stage(of, person, {"40", "50"}) && joined != nullptr && joined->year == year;
}

std::vector<Parameter> two_figures(std::int64_t n, std::int64_t m) {
    return {Parameter{"n", std::to_string(n)}, Parameter{"m", std::to_string(m)}};
}

/// Until the figure of the office above is there: with it the persons are admitted one by one.
Breach plan_equals_persons(const Case& of) {
    const auto* reported = own<std::int64_t>(of, "reported");
    if (reported == nullptr || is_filled(of, of.after, "approved")) {
        return kept;
    }
    const std::int64_t entered = people_of_plan(of, &is_planned_for);
    return broken_unless(*reported == entered, [&] { return two_figures(*reported, entered); });
}

Breach admitted_as_approved(const Case& of) {
    const auto* approved = own<std::int64_t>(of, "approved");
    const std::int64_t admitted = approved == nullptr ? 0 : people_of_plan(of, &was_admitted_in);
    return broken_unless(approved == nullptr || admitted <= *approved, [&] {
        return two_figures(approved == nullptr ? 0 : *approved, admitted);
    });
}

bool is_on_plan(const Case& of) { return is_at_stage(of, of.after, {"35"}); }

Breach planned_this_year(const Case& of) {
    const auto* year = own<std::int64_t>(of, "plan_year");
    return broken_unless(!is_on_plan(of) || year == nullptr || *year >= of.today.year,
                         [&] { return name_of(of); });
}

Breach list_is_complete(const Case& of) {
    return is_on_plan(of) ? broken_if_missing(of, of.after,
                                              {"name", "sex", "ethnic_group", "birth_date",
                                               "work_post", "post_start_date", "education",
                                               "application_date", "activist_date", "target_date"})
                          : kept;
}

constexpr std::array rules{
    Rule{"R-218",
         "plan",
         "reported",
         Severity::refuse,
         {"上报数（{n}）与已录入的计划发展对象数（{m}）不符。",
          "The reported number ({n}) is not the number of persons on the plan ({m})."},
         &plan_equals_persons,
         "S",
         When::day},
    Rule{"R-219",
         "plan",
         "reviewed_by reviewed_on reported",
         Severity::refuse,
         {"上报数须经党委、总支领导审核确定，请填写审核人和日期。",
          "The reported number is reviewed by the leaders: give who reviewed it and when."},
         &plan_was_reviewed,
         "S"},
    Rule{"R-220",
         "plan",
         "approved",
         Severity::warn,
         {"本年度已吸收 {m} 人，超过审批数 {n}。",
          "{m} persons were admitted in the year, more than the {n} approved."},
         &admitted_as_approved,
         "S",
         When::day},
    Rule{"R-221",
         "person",
         "plan_year",
         Severity::needs_explanation,
         {"{姓名} 为往年计划发展对象，请确认本年发展或移出名单。",
          "{name} was planned for an earlier year: confirm for this year or take off the list."},
         &planned_this_year,
         "S",
         When::day},
    Rule{"R-222",
         "person",
         "name",
         Severity::refuse,
         {"导出前请补全：{字段}。", "Complete before the export: {field}."},
         &list_is_complete,
         "S",
         When::day},
};

}  // namespace

std::span<const Rule> plan_rules() { return rules; }

}  // namespace zhibu::rules::detail

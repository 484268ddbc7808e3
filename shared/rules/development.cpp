#include <array>

#include "shared/rules/detail/rule.hpp"

namespace zhibu::rules::detail {
namespace {

using record::Date;
using record::Parameter;

const Date* day_of(const Case& of, std::string_view field) {
    return held<Date>(of, "person", field);
}

/// Broken when `later` lies before `earlier` + `months`, with the first day that would do.
Breach not_before(const Date* earlier, const Date* later, int months) {
    if (earlier == nullptr || later == nullptr) {
        return kept;
    }
    const Date soonest = record::add_months(*earlier, months);
    if (*later >= soonest) {
        return kept;
    }
    return broken({Parameter{"日期", to_text(soonest)}, Parameter{"date", to_text(soonest)}});
}

Breach applicant_age(const Case& of) {
    const Date* birth = day_of(of, "birth_date");
    const Date* applied = day_of(of, "application_date");
    return broken_unless(birth == nullptr || applied == nullptr ||
                         record::age_on(*birth, *applied) >= of.parameters.admission_age);
}

Breach activist_after_application(const Case& of) {
    return not_before(day_of(of, "application_date"), day_of(of, "activist_date"),
                      of.parameters.activist_after_months);
}

Breach target_after_activist(const Case& of) {
    return not_before(day_of(of, "activist_date"), day_of(of, "target_date"),
                      of.parameters.target_after_months);
}

constexpr std::array<std::string_view, 7> steps{
    "application_date", "talk_date",    "activist_date", "target_date",
    "pre_review_date",  "meeting_date", "approval_date"};

Breach dates_in_order(const Case& of) {
    const catalog::Kind& kind = of.catalog.kind("person");
    const catalog::Field* earlier = nullptr;
    for (const std::string_view step : steps) {
        const Date* day = day_of(of, step);
        if (day == nullptr) {
            continue;
        }
        const catalog::Field& later = kind.field(step);
        if (earlier != nullptr && *day < *day_of(of, earlier->name)) {
            return broken({Parameter{"后项", std::string{later.label.zh}},
                           Parameter{"前项", std::string{earlier->label.zh}},
                           Parameter{"later", std::string{later.label.en}},
                           Parameter{"earlier", std::string{earlier->label.en}}});
        }
        earlier = &later;
    }
    return kept;
}

constexpr std::array rules{
    Rule{"R-201",
         "person",
         "application_date birth_date",
         Severity::refuse,
         {"申请入党时未满18周岁，不能登记为入党申请人。",
          "On the day of the application the person was not yet 18."},
         &applicant_age},
    Rule{"R-202",
         "person",
         "activist_date application_date",
         Severity::refuse,
         {"列为入党积极分子日期应在申请入党日期满半年之后（最早 {日期}）。",
          "Listed as an activist half a year after the application at the earliest ({date})."},
         &activist_after_application},
    Rule{"R-203",
         "person",
         "target_date activist_date",
         Severity::refuse,
         {"列为发展对象日期应在列为入党积极分子满一年之后（最早 {日期}）。",
          "Listed as a development target one year after listed as an activist at the earliest "
          "({date})."},
         &target_after_activist},
    Rule{"R-204",
         "person",
         "application_date talk_date activist_date target_date pre_review_date meeting_date "
         "approval_date",
         Severity::refuse,
         {"“{后项}”不能早于“{前项}”。", "\"{later}\" cannot be before \"{earlier}\"."},
         &dates_in_order},
};

}  // namespace

std::span<const Rule> development_rules() { return rules; }

}  // namespace zhibu::rules::detail

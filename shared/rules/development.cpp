#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/date.hpp"
#include "shared/rules/detail/rule.hpp"
#include "shared/rules/rules.hpp"

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
    return broken_unless(*later >= soonest, [&] {
        return std::vector<Parameter>{
            Parameter{"日期", to_text(soonest)}, Parameter{"date", to_text(soonest)},
            Parameter{"月数", std::to_string(months)}, Parameter{"months", std::to_string(months)}};
    });
}

Breach applicant_age(const Case& of) {
    const Date* birth = day_of(of, "birth_date");
    const Date* applied = day_of(of, "application_date");
    const int age = of.parameters.admission_age;
    return broken_unless(
        birth == nullptr || applied == nullptr || record::age_on(*birth, *applied) >= age, [&] {
            return std::vector<Parameter>{Parameter{"年龄", std::to_string(age)},
                                          Parameter{"age", std::to_string(age)}};
        });
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

/// The first two neighbours that stand the wrong way round, of which this change touched one.
/// Nobody is listed as a development target on the day of an earlier step; other steps may share a
/// day.
Breach dates_in_order(const Case& of) {
    const catalog::Kind& kind = of.catalog.kind("person");
    const catalog::Field* earlier = nullptr;
    for (const std::string_view step : steps) {
        const catalog::Field& later = kind.field(step);
        const Date* day = day_of(of, step);
        if (day == nullptr) {
            continue;
        }
        const Date* day_before = earlier == nullptr ? nullptr : day_of(of, earlier->name);
        const bool in_order = day_before == nullptr || *day_before < *day ||
                              (*day_before == *day && later.name != "target_date");
        if (!in_order && (is_touched(of, later) || is_touched(of, *earlier))) {
            return broken_at(is_touched(of, later) ? later : *earlier,
                             {Parameter{"后项", std::string{later.label.zh}},
                              Parameter{"前项", std::string{earlier->label.zh}},
                              Parameter{"later", std::string{later.label.en}},
                              Parameter{"earlier", std::string{earlier->label.en}}});
        }
        earlier = &later;
    }
    return kept;
}

/// Without a talk the rule is broken once the month is over; a talk that came later breaks it too.
Breach talk_in_time(const Case& of) {
    const Date* applied = day_of(of, "application_date");
    if (applied == nullptr) {
        return kept;
    }
    const Date* talk = day_of(of, "talk_date");
    const int months = of.parameters.talk_months;
    return broken_unless(
        (talk == nullptr ? of.today : *talk) <= record::add_months(*applied, months), [&] {
            return std::vector<Parameter>{Parameter{"月数", std::to_string(months)},
                                          Parameter{"months", std::to_string(months)}};
        });
}

/// What the users' list calls an applicant: with a later stage the talk is history.
Breach applicant_was_talked_with(const Case& of) {
    const std::string* stage = held<std::string>(of, "person", "stage");
    return stage != nullptr && *stage == "10" ? talk_in_time(of) : kept;
}

constexpr std::array rules{
    Rule{"R-201",
         "person",
         "application_date birth_date",
         Severity::refuse,
         {"申请入党时未满{年龄}周岁，不能登记为入党申请人。",
          "On the day of the application the person was not yet {age}."},
         &applicant_age,
         "章程 第一条; 细则14 第六条 (条号待核); 细则26"},
    Rule{"R-202",
         "person",
         "activist_date application_date",
         Severity::refuse,
         {"列为入党积极分子日期应在申请入党日期满{月数}个月之后（最早 {日期}）。",
          "Listed as an activist {months} months after the application at the earliest ({date})."},
         &activist_after_application,
         "S (半年以上)"},
    Rule{"R-203",
         "person",
         "target_date activist_date",
         Severity::refuse,
         {"列为发展对象日期应在列为入党积极分子满{月数}个月之后（最早 {日期}）。",
          "Listed as a development target {months} months after listed as an activist at the "
          "earliest ({date})."},
         &target_after_activist,
         "S; 细则14 第十三条; 细则26 第十三条"},
    Rule{"R-204",
         "person",
         "application_date talk_date activist_date target_date pre_review_date meeting_date "
         "approval_date",
         Severity::refuse,
         {"“{后项}”不能早于“{前项}”。", "\"{later}\" cannot be before \"{earlier}\"."},
         &dates_in_order,
         "细则26; order stated by S"},
    Rule{"R-205",
         "person",
         "talk_date application_date stage",
         Severity::warn,
         {"收到入党申请书满{月数}个月，应已登记谈话。",
          "A talk is held within {months} month(s) of the application, and entered."},
         &applicant_was_talked_with,
         "细则14 第八条 (条号待核); 细则26 第七条"},
};

}  // namespace

std::span<const Rule> development_rules() { return rules; }

}  // namespace zhibu::rules::detail

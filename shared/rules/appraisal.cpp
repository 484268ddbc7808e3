#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "shared/record/date.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "shared/rules/detail/facts.hpp"
#include "shared/rules/detail/rule.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::rules::detail {
namespace {

using record::Date;
using record::RecordId;
using record::RecordState;

/// Last year's; in December this year's.
int year_asked_for(Date today) { return today.month == 12 ? today.year : today.year - 1; }

bool has_year(const Case& of, const RecordState& entry, int year) {
    const auto* of_year = read<std::int64_t>(of, entry, "year");
    return of_year != nullptr && *of_year == year;
}

bool has_entry(const Case& of, std::string_view kind, const RecordId& owner, int year) {
    const auto entries = all_related(of, kind, "owner", record::Value{owner});
    return std::ranges::any_of(entries,
                               [&](const RecordState& entry) { return has_year(of, entry, year); });
}

/// Every member who had joined by the end of that year, and the branch's own entry.
Breach appraised(const Case& of) {
    if (!is_any(own<std::string>(of, "type"), {"30", "31", "32"})) {
        return kept;
    }
    const int year = year_asked_for(of.today);
    const auto people = all_related(of, "person", "organisation", record::Value{of.after.key.id});
    const auto was_member = [&](const RecordState& person) {
        const Date* joined = read<Date>(of, person, "join_date");
        return is_member(of, person) && (joined == nullptr || joined->year <= year);
    };
    if (std::ranges::none_of(people, was_member)) {
        return kept;
    }
    const bool complete = std::ranges::all_of(people, [&](const RecordState& person) {
        return !was_member(person) || has_entry(of, "person_appraisal", person.key.id, year);
    });
    const auto* name = own<std::string>(of, "name");
    return broken_unless(
        complete && has_entry(of, "organisation_appraisal", of.after.key.id, year), [&] {
            return and_also(both("支部", "branch", name == nullptr ? std::string{} : *name),
                            both("年", "year", std::to_string(year)));
        });
}

Breach one_result_a_year(const Case& of) {
    const auto* owner = own<RecordId>(of, "owner");
    const auto* year = own<std::int64_t>(of, "year");
    if (owner == nullptr || year == nullptr) {
        return kept;
    }
    const auto others = related(of, "person_appraisal", "owner", record::Value{*owner});
    return broken_unless(std::ranges::none_of(others, [&](const RecordState& other) {
        const auto* its = read<std::int64_t>(of, other, "year");
        return its != nullptr && *its == *year;
    }));
}

Breach few_excellent(const Case& of) {
    const auto* excellent = own<std::int64_t>(of, "excellent");
    const auto* all = own<std::int64_t>(of, "participants");
    const int share = of.parameters.excellent_one_in;
    constexpr std::int64_t people_max = 1'000'000;
    return broken_unless(excellent == nullptr || all == nullptr || *excellent > people_max ||
                             *excellent * share <= *all,
                         [&] { return both("分之一", "share", std::to_string(share)); });
}

bool has_result(const Case& of, std::string_view code) {
    return is_any(own<std::string>(of, "result"), {code});
}

Breach excellent_is_full_member(const Case& of) {
    const auto person = named_by(of, of.after, "owner");
    return broken_unless(!has_result(of, "1") || !person || !is_at_stage(of, *person, {"40"}));
}

Breach disposition_given(const Case& of) {
    return broken_unless(!has_result(of, "4") || is_filled(of, of.after, "disposition"));
}

constexpr std::array rules{
    Rule{"R-801",
         "organisation",
         "name",
         Severity::needs_explanation,
         {"{支部} {年}年民主评议尚未登记完整。",
          "{branch}: the appraisal of {year} is not entered completely."},
         &appraised,
         "S (民主评议); 支部 (一般每年开展1次)",
         When::day},
    Rule{"R-802",
         "person_appraisal",
         "year",
         Severity::refuse,
         {"该党员本年度已有评议结果。", "This member has a result for that year already."},
         &one_result_a_year,
         "GK"},
    Rule{"R-803",
         "organisation_appraisal",
         "excellent participants",
         Severity::warn,
         {"评定为“优秀”的比例一般不超过{分之一}分之一。",
          "Normally at most one in {share} is graded excellent."},
         &few_excellent,
         "共产党员网 民主评议"},
    Rule{"R-804",
         "person_appraisal",
         "result",
         Severity::warn,
         {"预备党员一般不评为“优秀”。", "A probationary member is not normally graded excellent."},
         &excellent_is_full_member,
         "GK",
         When::change},
    Rule{"R-805",
         "person_appraisal",
         "disposition result",
         Severity::needs_explanation,
         {"“不合格”须填写处置情况。", "\"Not qualified\" carries a disposition."},
         &disposition_given,
         "共产党员网 民主评议"},
};

}  // namespace

std::span<const Rule> appraisal_rules() { return rules; }

}  // namespace zhibu::rules::detail

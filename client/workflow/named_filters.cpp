#include "client/workflow/named_filters.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/replica/replica.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/check.hpp"
#include "shared/record/date.hpp"
#include "shared/record/value.hpp"

namespace zhibu::client {
namespace {

using catalog::Label;
using record::Date;
using record::Value;
using Relation = Condition::Relation;

constexpr std::string_view person = "person";
constexpr std::string_view letter = "letter";

Filter is(const FilterTerms& terms, std::string_view kind, std::string_view field,
          Relation relation, std::vector<Value> values) {
    Filter filter;
    filter.joined = Filter::Joined::one;
    filter.condition =
        Condition{terms.catalog.kind(kind).field(field).id(), relation, std::move(values)};
    return filter;
}

Filter joined(Filter::Joined how, std::vector<Filter> parts) {
    Filter filter;
    filter.joined = how;
    filter.parts = std::move(parts);
    return filter;
}

Filter all(std::vector<Filter> parts) { return joined(Filter::Joined::all, std::move(parts)); }

Filter any(std::vector<Filter> parts) { return joined(Filter::Joined::any, std::move(parts)); }

Filter is_code(const FilterTerms& terms, std::string_view kind, std::string_view field,
               std::initializer_list<std::string_view> codes) {
    std::vector<Value> values;
    for (const std::string_view code : codes) {
        values.emplace_back(std::string{code});
    }
    return is(terms, kind, field, Relation::any_of, std::move(values));
}

Filter at_stage(const FilterTerms& terms, std::initializer_list<std::string_view> stages) {
    return is_code(terms, person, "stage", stages);
}

template <char tens, char ones>
Filter stage_alone(const FilterTerms& terms) {
    constexpr std::array<char, 2> code{tens, ones};
    return at_stage(terms, {std::string_view{code.data(), code.size()}});
}

Filter all_applicants(const FilterTerms& terms) {
    return at_stage(terms, {"10", "20", "30", "35"});
}

Filter all_members(const FilterTerms& terms) { return at_stage(terms, {"40", "50"}); }

/// On the plan, and for an earlier year.
Filter planned_before(const FilterTerms& terms) {
    return all({at_stage(terms, {"35"}), is(terms, person, "plan_year", Relation::less,
                                            {Value{std::int64_t{terms.today.year}}})});
}

Filter undecided(const FilterTerms& terms) {
    return any({is(terms, person, "conversion_outcome", Relation::empty, {}),
                is_code(terms, person, "conversion_outcome", {"03", "04"})});
}

/// Probationary members, not decided upon, whose probation with its extension ends by `day`
/// (rules::conversion_due).
Filter due_by(const FilterTerms& terms, Date day) {
    const int probation = terms.parameters.probation_months;
    const auto joined_by = [&](int months) {
        return is(terms, person, "join_date", Relation::not_greater,
                  {Value{last_day_before(day, months)}});
    };
    std::vector<Filter> ways{all(
        {any({is(terms, person, "extension_months", Relation::empty, {}),
              is(terms, person, "extension_months", Relation::equal, {Value{std::int64_t{0}}})}),
         joined_by(probation)})};
    for (int months = 1; months <= terms.parameters.extension_months_max; ++months) {
        ways.push_back(all(
            {is(terms, person, "extension_months", Relation::equal, {Value{std::int64_t{months}}}),
             joined_by(probation + months)}));
    }
    return all({at_stage(terms, {"40"}), undecided(terms), any(std::move(ways))});
}

Filter need_conversion(const FilterTerms& terms) { return due_by(terms, terms.today); }

Filter due_this_month(const FilterTerms& terms) {
    return due_by(terms, record::month_end(terms.today));
}

Filter transferred_away(const FilterTerms& terms) {
    return all({at_stage(terms, {"70"}), is_code(terms, person, "leaving_reason", {"10"})});
}

Filter out_of_reach(const FilterTerms& terms) {
    return is(terms, person, "unreachable", Relation::equal, {Value{true}});
}

Filter on_the_way(const FilterTerms& terms) {
    return is(terms, person, "moving_to", Relation::not_empty, {});
}

/// Members of whom something that must be filled in (必填项) is not.
Filter incomplete(const FilterTerms& terms) {
    std::vector<Filter> gaps;
    for (const catalog::Field& field : terms.catalog.kind(person).fields) {
        if (field.required == catalog::Required::counted) {
            gaps.push_back(is(terms, person, field.name, Relation::empty, {}));
        }
    }
    return all({all_members(terms), any(std::move(gaps))});
}

Filter approval_waits(const FilterTerms& terms) {
    return all({at_stage(terms, {"30", "35"}),
                is(terms, person, "meeting_date", Relation::not_empty, {}),
                is(terms, person, "approval_date", Relation::empty, {})});
}

Filter open_letters(const FilterTerms& terms) {
    return is_code(terms, letter, "state", {"20", "25", "30", "60"});
}

/// Open letters whose last valid day (rules::letter_last_day) lies before `day`.
Filter overdue_on(const FilterTerms& terms, Date day) {
    std::vector<Filter> ways;
    for (const catalog::Code& each : terms.catalog.find_codes("letter_validity")->codes) {
        int days = 0;
        const auto read =
            std::from_chars(each.code.data(), each.code.data() + each.code.size(), days);
        ZHIBU_CHECK(read.ec == std::errc{});
        ways.push_back(all({is_code(terms, letter, "valid_days", {each.code}),
                            is(terms, letter, "issued_on", Relation::less,
                               {Value{record::add_days(day, -days)}})}));
    }
    return all({open_letters(terms), any(std::move(ways))});
}

Filter overdue_letters(const FilterTerms& terms) { return overdue_on(terms, terms.today); }

/// Their last day and the months lie before today.
Filter long_overdue_letters(const FilterTerms& terms) {
    const int months = terms.parameters.overdue_letter_months;
    // The last day d with d + months < today is that for yesterday.
    const Date last = last_day_before(record::add_days(terms.today, -1), months);
    return overdue_on(terms, record::add_days(last, 1));
}

Filter from_provinces(const FilterTerms& terms) {
    return is_code(terms, letter, "type", {"32"});
}

/// For the month's check: what came in since its first day.
Filter from_provinces_this_month(const FilterTerms& terms) {
    return all({from_provinces(terms), is(terms, letter, "received_on", Relation::not_less,
                                          {Value{Date{terms.today.year, terms.today.month, 1}}})});
}

Filter asked_for(const FilterTerms& terms) { return is_code(terms, letter, "state", {"10"}); }

Filter out_letters(const FilterTerms& terms) {
    return is(terms, letter, "sending_organisation", Relation::in_reach, {});
}

Filter in_letters(const FilterTerms& terms) {
    return is(terms, letter, "receiving_organisation", Relation::in_reach, {});
}

Filter plans_without_answer(const FilterTerms& terms) {
    return is(terms, "plan", "approved", Relation::empty, {});
}

Filter branches_alone(const FilterTerms& terms) {
    return is_code(terms, "organisation", "type", {"30", "31", "32", "39"});
}

constexpr Label applicant_class{"选择申请人类别", "Applicants"};
constexpr Label member_state{"选择党员状态", "Members"};
constexpr Label letter_state{"选择介绍信", "Letters"};
constexpr Label plan_state{"选择计划", "Plans"};
constexpr Label organisation_class{"选择党组织", "Organisations"};

constexpr std::array table{
    NamedFilter{"all_applicants", {"全部", "All"}, applicant_class, person, &all_applicants},
    NamedFilter{
        "planned", {"计划发展", "On the plan"}, applicant_class, person, &stage_alone<'3', '5'>},
    NamedFilter{
        "applicants", {"申请人", "Applicants"}, applicant_class, person, &stage_alone<'1', '0'>},
    NamedFilter{
        "activists", {"积极分子", "Activists"}, applicant_class, person, &stage_alone<'2', '0'>},
    NamedFilter{"targets",
                {"发展对象", "Development targets"},
                applicant_class,
                person,
                &stage_alone<'3', '0'>},
    NamedFilter{"planned_before",
                {"历年未发展", "Planned for earlier years"},
                applicant_class,
                person,
                &planned_before},
    NamedFilter{"approval_waits",
                {"大会已通过待审批", "Passed, not yet approved"},
                applicant_class,
                person,
                &approval_waits},
    NamedFilter{"cultivation_ended",
                {"终止培养", "Cultivation ended"},
                applicant_class,
                person,
                &stage_alone<'8', '0'>},
    NamedFilter{"all_members", {"全部党员", "All members"}, member_state, person, &all_members},
    NamedFilter{
        "full_members", {"正式党员", "Full members"}, member_state, person, &stage_alone<'5', '0'>},
    NamedFilter{"probationary_members",
                {"预备党员", "Probationary members"},
                member_state,
                person,
                &stage_alone<'4', '0'>},
    NamedFilter{"need_conversion",
                {"需要转正的预备党员", "Conversion is due"},
                member_state,
                person,
                &need_conversion},
    NamedFilter{"due_this_month",
                {"本月应转正的预备党员", "Conversion due this month"},
                member_state,
                person,
                &due_this_month},
    NamedFilter{
        "suspended", {"停止党籍", "Suspended"}, member_state, person, &stage_alone<'6', '0'>},
    NamedFilter{"former_members",
                {"历史党员", "Former members"},
                member_state,
                person,
                &stage_alone<'7', '0'>},
    NamedFilter{"transferred_away",
                {"已转往外省市", "Transferred to other provinces"},
                member_state,
                person,
                &transferred_away},
    NamedFilter{"unreachable", {"联系不上", "Unreachable"}, member_state, person, &out_of_reach},
    NamedFilter{"on_the_way", {"转接中", "On the way"}, member_state, person, &on_the_way},
    NamedFilter{"unpaid",
                {"连续6个月未交党费", "Six months' dues unpaid"},
                member_state,
                person,
                nullptr,
                "R-610"},
    NamedFilter{"incomplete",
                {"必填项未填全", "Required fields missing"},
                member_state,
                person,
                &incomplete},
    NamedFilter{"duplicates", {"重复党员", "Duplicates"}, member_state, person, nullptr, "R-108"},
    NamedFilter{"open_letters", {"在途", "Under way"}, letter_state, letter, &open_letters},
    NamedFilter{"overdue_letters", {"逾期", "Overdue"}, letter_state, letter, &overdue_letters},
    NamedFilter{"long_overdue_letters",
                {"逾期一个月以上", "Overdue by more than a month"},
                letter_state,
                letter,
                &long_overdue_letters},
    NamedFilter{"asked_for", {"申请待办", "Asked for"}, letter_state, letter, &asked_for},
    NamedFilter{"from_provinces",
                {"外省市转入", "From other provinces"},
                letter_state,
                letter,
                &from_provinces},
    NamedFilter{"from_provinces_this_month",
                {"本月外省市转入", "From other provinces this month"},
                letter_state,
                letter,
                &from_provinces_this_month},
    NamedFilter{
        "out_letters", {"组织关系转出", "Transfers out"}, letter_state, letter, &out_letters},
    NamedFilter{"in_letters", {"组织关系转入", "Transfers in"}, letter_state, letter, &in_letters},
    NamedFilter{"unanswered_plans",
                {"未下达审批数", "Not yet answered"},
                plan_state,
                "plan",
                &plans_without_answer},
    NamedFilter{
        "branches", {"党支部", "Branches"}, organisation_class, "organisation", &branches_alone},
    NamedFilter{"terms_expired",
                {"届满未换届", "Term expired"},
                organisation_class,
                "organisation",
                nullptr,
                "R-718"},
};

}  // namespace

std::span<const NamedFilter> named_filters() { return table; }

const NamedFilter* find_filter(std::string_view kind, std::string_view name) {
    const auto found = std::ranges::find_if(
        table, [&](const NamedFilter& each) { return each.kind == kind && each.name == name; });
    return found == table.end() ? nullptr : &*found;
}

Date last_day_before(Date day, int months) {
    Date last = record::add_months(day, -months);
    // The days at a month's end that the shorter month took together.
    while (record::add_months(record::add_days(last, 1), months) <= day) {
        last = record::add_days(last, 1);
    }
    while (record::add_months(last, months) > day) {
        last = record::add_days(last, -1);
    }
    return last;
}

}  // namespace zhibu::client

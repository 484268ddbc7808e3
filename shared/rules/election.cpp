#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/date.hpp"
#include "shared/record/id.hpp"
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
using record::RecordId;
using record::RecordState;

bool is_kind(const Case& of, const RecordState& election,
             std::initializer_list<std::string_view> kinds) {
    return is_any(read<std::string>(of, election, "election_kind"), kinds);
}

/// Elections that begin a term: at its end, of a new organisation, brought forward.
bool begins_term(const Case& of, const RecordState& election) {
    return is_kind(of, election, {"1", "3", "5"});
}

/// The day from which the terms of 2018 hold.
constexpr Date reform{2018, 7, 1};

Breach term_fits(const Case& of) {
    const auto* years = own<std::int64_t>(of, "term_years");
    const Date* elected = own<Date>(of, "elected_on");
    const auto organisation = named_by(of, of.after, "owner");
    if (years == nullptr || elected == nullptr || *elected < reform || !organisation ||
        !begins_term(of, of.after)) {
        return kept;
    }
    const auto* type = read<std::string>(of, *organisation, "type");
    const bool committee = is_any(type, {"10", "15", "60"});
    const bool branch = is_any(type, {"20", "30", "31", "32", "39"});
    return broken_unless(committee ? *years == of.parameters.committee_term_years
                         : branch  ? *years == of.parameters.branch_term_years
                                   : true);
}

/// When the term ends that the elections of one organisation began, before the judged one or at
/// all.
std::optional<Date> last_term_end(const Case& of, const std::vector<RecordState>& elections,
                                  const Date* before) {
    std::optional<Date> last;
    std::optional<Date> end;
    for (const RecordState& election : elections) {
        const Date* elected = read<Date>(of, election, "elected_on");
        const auto ends = term_end(of.catalog, election);
        if (begins_term(of, election) && elected != nullptr && ends &&
            (before == nullptr || *elected < *before) && (!last || *elected > *last)) {
            last = *elected;
            end = ends;
        }
    }
    return end;
}

Breach term_is_running(const Case& of) {
    const auto elections =
        related(of, "organisation_election", "owner", record::Value{of.after.key.id});
    auto end = last_term_end(of, elections, nullptr);
    for (const RecordState& election : elections) {
        const Date* until = read<Date>(of, election, "postponed_until");
        if (end && until != nullptr && is_kind(of, election, {"4"})) {
            end = std::max(*end, *until);
        }
    }
    return broken_unless(!end || of.today <= *end, [&] {
        return end ? both("日期", "date", *end) : std::vector<Parameter>{};
    });
}

/// Both need a document; a postponement also says until when. Against a term that is not entered,
/// only that can be told.
Breach shift_is_approved(const Case& of) {
    const bool later = is_kind(of, of.after, {"4"});
    if (!later && !is_kind(of, of.after, {"5"})) {
        return kept;
    }
    const Date* until = own<Date>(of, "postponed_until");
    const Date* elected = own<Date>(of, "elected_on");
    const auto* owner = own<RecordId>(of, "owner");
    if (!is_filled(of, of.after, "document") || elected == nullptr || (later && until == nullptr)) {
        return broken(month_count(of.parameters.postponement_months));
    }
    const auto end =
        owner == nullptr
            ? std::nullopt
            : last_term_end(of,
                            related(of, "organisation_election", "owner", record::Value{*owner}),
                            elected);
    const int months = of.parameters.postponement_months;
    const bool fits = !end || (later ? *until <= record::add_months(*end, months)
                                     : *elected >= record::add_months(*end, -months));
    return broken_unless(fits, [&] { return month_count(months); });
}

Breach enough_present(const Case& of) {
    const auto* entitled = own<std::int64_t>(of, "entitled");
    const auto* present = own<std::int64_t>(of, "present");
    constexpr std::int64_t people_max = 1'000'000;
    return broken_unless(entitled == nullptr || present == nullptr || *entitled > people_max ||
                         *present > *entitled || *present * 5 >= *entitled * 4);
}

Breach present_are_entitled(const Case& of) {
    const auto* entitled = own<std::int64_t>(of, "entitled");
    const auto* present = own<std::int64_t>(of, "present");
    return broken_unless(entitled == nullptr || present == nullptr || *present <= *entitled);
}

Breach result_is_entered(const Case& of) {
    const auto organisation = named_by(of, of.after, "owner");
    if (!begins_term(of, of.after)) {
        return kept;
    }
    const bool has_secretary = !organisation || is_filled(of, *organisation, "secretary");
    return broken_unless(is_filled(of, of.after, "result") &&
                         is_filled(of, of.after, "report_reference") && has_secretary);
}

constexpr std::array rules{
    Rule{"R-717",
         "organisation_election",
         "term_years elected_on election_kind",
         Severity::warn,
         {"任期与规定不符，请确认。", "The term is not the prescribed one: please confirm."},
         &term_fits,
         "任期 一; 章程 第三十一条"},
    Rule{"R-718",
         "organisation",
         "name",
         Severity::needs_explanation,
         {"任期已于 {日期} 届满，尚未换届。", "The term ended on {date}, without an election."},
         &term_is_running,
         "任期 二; 选举 第三条",
         When::day},
    Rule{
        "R-719",
        "organisation_election",
        "document postponed_until elected_on election_kind",
        Severity::refuse,
        {"延期或提前换届一般不超过{月数}个月，且须经上级党组织批准。",
         "An election is put off or brought forward by {months} months at most, with a document of "
         "the organisation above."},
        &shift_is_approved,
        "任期 二; 选举 第三条"},
    Rule{"R-720",
         "organisation_election",
         "present entitled",
         Severity::warn,
         {"到会人数不足应到会人数的五分之四。",
          "Fewer were present than four fifths of those with the vote."},
         &enough_present,
         "选举 (条号待核)"},
    Rule{"R-720a",
         "organisation_election",
         "present entitled",
         Severity::refuse,
         {"实到人数不能多于应到人数。", "More were present than have the vote."},
         &present_are_entitled,
         "GK"},
    Rule{"R-721",
         "organisation_election",
         "result report_reference election_kind",
         Severity::needs_explanation,
         {"换届后请更新换届信息、书记及手机号，并填写报备情况。",
          "After an election, enter its result, the secretary and the report to the department."},
         &result_is_entered,
         "S"},
};

}  // namespace

std::span<const Rule> election_rules() { return rules; }

}  // namespace zhibu::rules::detail

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

const std::string* type_of(const Case& of) { return own<std::string>(of, "type"); }

std::vector<RecordState> people_here(const Case& of) {
    return all_related(of, "person", "organisation", record::Value{of.after.key.id});
}

std::int64_t members_among(const Case& of, const std::vector<RecordState>& people) {
    return std::ranges::count_if(people,
                                 [&](const RecordState& person) { return is_member(of, person); });
}

std::int64_t full_members_here(const Case& of) {
    const auto people = people_here(of);
    return std::ranges::count_if(
        people, [&](const RecordState& person) { return is_at_stage(of, person, {"50"}); });
}

std::vector<Parameter> limit(int number) { return both("人数", "limit", std::to_string(number)); }

Breach branch_large_enough(const Case& of) {
    const int least = of.parameters.branch_full_members_min;
    return broken_unless(!is_any(type_of(of), {"30"}) || full_members_here(of) >= least,
                         [&] { return limit(least); });
}

Breach branch_small_enough(const Case& of) {
    const int most = of.parameters.branch_members_max;
    return broken_unless(
        !is_any(type_of(of), {"30", "31", "32"}) || members_among(of, people_here(of)) <= most,
        [&] { return limit(most); });
}

Breach general_branch_size(const Case& of) {
    const int least = of.parameters.general_branch_members_min;
    const int most = of.parameters.general_branch_members_max;
    if (!is_any(type_of(of), {"20"})) {
        return kept;
    }
    const std::int64_t members = members_among(of, people_below(of, of.after.key.id));
    return broken_unless(members >= least && members <= most, [&] {
        return and_also(both("最少", "least", std::to_string(least)),
                        both("最多", "most", std::to_string(most)));
    });
}

Breach committee_size(const Case& of) {
    const int least = of.parameters.committee_members_above;
    return broken_unless(!is_any(type_of(of), {"10"}) ||
                             members_among(of, people_below(of, of.after.key.id)) > least,
                         [&] { return limit(least); });
}

Breach joint_branch_units(const Case& of) {
    const auto* units = own<std::int64_t>(of, "units");
    const int most = of.parameters.joint_branch_units_max;
    return broken_unless(!is_any(type_of(of), {"31"}) || units == nullptr || *units <= most,
                         [&] { return limit(most); });
}

/// Secretaries and officers of the branch make its committee.
Breach branch_committee(const Case& of) {
    const int from = of.parameters.branch_committee_from;
    if (!is_any(type_of(of), {"30", "31"}) || full_members_here(of) < from) {
        return kept;
    }
    const auto people = people_here(of);
    const auto posts = std::ranges::count_if(people, [&](const RecordState& person) {
        return is_any(read<std::string>(of, person, "party_post"),
                      {"30", "31", "32", "33", "34", "35", "36"});
    });
    constexpr int least = 3;
    constexpr int most = 7;
    return broken_unless(posts >= least && posts <= most, [&] { return limit(from); });
}

Breach secretary_is_member(const Case& of) {
    const auto secretary = named_by(of, of.after, "secretary");
    if (!secretary) {
        return kept;
    }
    const auto* branch = read<RecordId>(of, *secretary, "organisation");
    const bool belongs =
        branch == nullptr || is_within(of, *branch, of.after.key.id).value_or(true);
    return broken_unless(is_at_stage(of, *secretary, {"50"}) && belongs);
}

Breach secretary_has_mobile(const Case& of) {
    const auto secretary = named_by(of, of.after, "secretary");
    return broken_unless(!secretary || is_filled(of, *secretary, "mobile"));
}

Breach confirmed_this_half(const Case& of) {
    const Date* confirmed = own<Date>(of, "confirmed_on");
    return broken_unless(confirmed != nullptr && *confirmed >= confirmation_due(of.today));
}

constexpr std::array rules{
    Rule{"R-701",
         "organisation",
         "type",
         Severity::needs_explanation,
         {"正式党员不足{人数}人，应成立联合党支部，请处理或说明。",
          "Fewer than {limit} full members: a joint branch is to be formed; act or explain."},
         &branch_large_enough,
         "支部 第四条",
         When::day},
    Rule{"R-702",
         "organisation",
         "type",
         Severity::warn,
         {"党支部党员人数一般不超过{人数}人。", "A branch has normally at most {limit} members."},
         &branch_small_enough,
         "支部 第四条",
         When::day},
    Rule{"R-703",
         "organisation",
         "type",
         Severity::warn,
         {"总支党员人数一般为{最少}至{最多}人，请确认。",
          "A general branch has normally {least} to {most} members: please confirm."},
         &general_branch_size,
         "GK",
         When::day},
    Rule{"R-704",
         "organisation",
         "type",
         Severity::warn,
         {"党委党员人数一般在{人数}人以上，请确认。",
          "A committee has normally more than {limit} members: please confirm."},
         &committee_size,
         "GK",
         When::day},
    Rule{"R-705",
         "organisation",
         "units type",
         Severity::warn,
         {"联合党支部覆盖单位一般不超过{人数}个。",
          "A joint branch covers normally at most {limit} units."},
         &joint_branch_units,
         "支部 第二章"},
    Rule{"R-706",
         "organisation",
         "secretary",
         Severity::warn,
         {"正式党员{人数}人以上的支部应设支委会，由3至5人组成，一般不超过7人。",
          "A branch of {limit} or more full members has a committee of 3 to 5, at most 7."},
         &branch_committee,
         "支部 第六章",
         When::day},
    Rule{"R-707",
         "organisation",
         "secretary",
         Severity::refuse,
         {"书记须从本组织正式党员中选择。",
          "The secretary is chosen from the organisation's full members."},
         &secretary_is_member,
         "S (选择该书记); 选举 第五条",
         When::change},
    Rule{"R-708",
         "organisation",
         "secretary",
         Severity::refuse,
         {"请先在党员信息中维护书记的手机号，再选择书记。",
          "Enter the secretary's mobile number in the member's record first."},
         &secretary_has_mobile,
         "S"},
    Rule{"R-722",
         "organisation",
         "confirmed_on",
         Severity::warn,
         {"请核对并确认本组织信息。", "Check and confirm the organisation's information."},
         &confirmed_this_half,
         "S (一般每年5月、11月)",
         When::day},
};

}  // namespace

std::span<const Rule> organisation_size_rules() { return rules; }

}  // namespace zhibu::rules::detail

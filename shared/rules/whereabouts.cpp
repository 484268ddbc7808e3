#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <vector>

#include "shared/record/change.hpp"
#include "shared/record/date.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "shared/rules/detail/facts.hpp"
#include "shared/rules/detail/rule.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::rules::detail {
namespace {

using record::Date;
using record::Parameter;
using record::RecordState;

bool is_unreachable(const Case& of) {
    const auto* mark = own<bool>(of, "unreachable");
    return mark != nullptr && *mark;
}

Breach kept_in_their_branch(const Case& of) {
    const auto branch = named_by(of, of.after, "organisation");
    return broken_unless(!is_unreachable(of) || !branch ||
                         is_any(read<std::string>(of, *branch, "type"), {"39"}));
}

Breach branch_has_keeper(const Case& of) {
    return broken_unless(!is_any(own<std::string>(of, "type"), {"39"}) ||
                         is_filled(of, of.after, "keeper"));
}

/// A member since the day of loss; one whose membership is suspended since the suspension, or that
/// long after the loss where its day is not entered.
Breach found_in_time(const Case& of) {
    const Date* since = own<Date>(of, "unreachable_since");
    if (!is_unreachable(of) || since == nullptr) {
        return kept;
    }
    const bool suspended = is_at_stage(of, of.after, {"60"});
    const Date first = record::add_months(*since, of.parameters.unreachable_months);
    const Date* left = own<Date>(of, "left_on");
    const int months =
        suspended ? of.parameters.suspended_months : of.parameters.unreachable_months;
    const Date due =
        suspended ? record::add_months(left == nullptr ? first : *left, months) : first;
    if ((!suspended && !is_member(of, of.after)) || of.today < due) {
        return kept;
    }
    return broken(and_also(name_of(of), {Parameter{"n", std::to_string(months) + "个月"},
                                         Parameter{"months", std::to_string(months)}}));
}

/// Where the record says that a member is abroad, the entry says where and since when.
Breach abroad_is_entered(const Case& of) {
    const bool abroad = is_any(own<std::string>(of, "abroad_status"), {"3", "4", "5", "8"});
    return broken_unless(
        !abroad || !related(of, "person_abroad", "owner", record::Value{of.after.key.id}).empty());
}

Breach hardship_is_complete(const Case& of) {
    const bool none = is_any(own<std::string>(of, "hardship_kind"), {"0"});
    return broken_unless(none || is_filled(of, of.after, "help"));
}

Breach abroad_is_complete(const Case& of) {
    return broken_unless(is_filled(of, of.after, "membership_kept"));
}

/// For study since so many years, or settled.
Breach abroad_too_long(const Case& of) {
    const int years = of.parameters.abroad_years;
    const auto stays = is_member(of, of.after)
                           ? related(of, "person_abroad", "owner", record::Value{of.after.key.id})
                           : std::vector<RecordState>{};
    const bool too_long = std::ranges::any_of(stays, [&](const RecordState& stay) {
        const auto* status = read<std::string>(of, stay, "abroad_status");
        const Date* since = read<Date>(of, stay, "since");
        return !is_filled(of, stay, "until") && since != nullptr &&
               (is_any(status, {"8"}) ||
                (is_any(status, {"3", "4"}) && of.today > record::add_months(*since, years * 12)));
    });
    return broken_unless(!too_long, [&] {
        return and_also(name_of(of), both("年数", "years", std::to_string(years)));
    });
}

constexpr std::array rules{
    Rule{"R-521",
         "person",
         "organisation unreachable",
         Severity::warn,
         {"“联系不上”党员应归入“联系不上人员支部”，由专人管理。",
          "Members who cannot be reached belong to the branch that is kept for them."},
         &kept_in_their_branch,
         "S"},
    Rule{"R-521a",
         "organisation",
         "keeper type",
         Severity::warn,
         {"“联系不上人员支部”须有专管人员，请填写。",
          "The branch for members who cannot be reached has a keeper: enter the name."},
         &branch_has_keeper,
         "S",
         When::day},
    Rule{"R-522",
         "person",
         "unreachable_since",
         Severity::needs_explanation,
         {"{姓名} 失去联系已满 {n}，请按规定研究处理。",
          "{name} has been out of reach, or suspended, for {months} months: to be decided upon."},
         &found_in_time,
         "教管 第二十四条",
         When::day},
    Rule{"R-808",
         "person",
         "abroad_status",
         Severity::needs_explanation,
         {"请维护出国党员信息（“出国党员”选项卡）。",
          "The member is abroad: fill in the entry about the stay."},
         &abroad_is_entered,
         "S (选项卡)"},
    Rule{"R-808a",
         "person_hardship",
         "help hardship_kind",
         Severity::needs_explanation,
         {"请维护困难党员信息：帮扶措施。", "Complete the hardship: the help given."},
         &hardship_is_complete,
         "S (选项卡)"},
    Rule{"R-808b",
         "person_abroad",
         "membership_kept",
         Severity::needs_explanation,
         {"请维护出国党员信息：是否保留党籍。",
          "Complete the stay abroad: whether membership is kept."},
         &abroad_is_complete,
         "S (选项卡)"},
    Rule{"R-809",
         "person",
         "abroad_status",
         Severity::needs_explanation,
         {"{姓名} 出国已超过{年数}年或已在国（境）外定居，请按规定研究。",
          "{name} has been abroad for more than {years} years, or has settled there: to be decided "
          "upon."},
         &abroad_too_long,
         "教管 第二十四条",
         When::day},
};

}  // namespace

std::span<const Rule> whereabouts_rules() { return rules; }

}  // namespace zhibu::rules::detail

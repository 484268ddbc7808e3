#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/date.hpp"
#include "shared/record/id.hpp"
#include "shared/rules/computed.hpp"
#include "shared/rules/detail/rule.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::rules::detail {
namespace {

using record::Date;
using record::Parameter;

const Date* day_of(const Case& of, std::string_view field) {
    return held<Date>(of, "person", field);
}

const std::string* text_of(const Case& of, std::string_view field) {
    return held<std::string>(of, "person", field);
}

std::vector<Parameter> age_parameters(int age) {
    return {Parameter{"年龄", std::to_string(age)}, Parameter{"age", std::to_string(age)}};
}

Breach join_after_target(const Case& of) {
    const Date* joined = day_of(of, "join_date");
    const Date* target = day_of(of, "target_date");
    return broken_unless(joined == nullptr || target == nullptr || *joined >= *target);
}

Breach join_age(const Case& of) {
    const Date* birth = day_of(of, "birth_date");
    const Date* joined = day_of(of, "join_date");
    const int age = of.parameters.admission_age;
    return broken_unless(
        birth == nullptr || joined == nullptr || record::age_on(*birth, *joined) >= age,
        [&] { return age_parameters(age); });
}

/// Age on the joining day, where both days and the join type are there.
std::optional<int> age_at_joining(const Case& of) {
    const Date* birth = day_of(of, "birth_date");
    const Date* joined = day_of(of, "join_date");
    if (birth == nullptr || joined == nullptr || text_of(of, "join_type") == nullptr) {
        return std::nullopt;
    }
    return record::age_on(*birth, *joined);
}

Breach young_join_type(const Case& of) {
    const auto age = age_at_joining(of);
    const int limit = of.parameters.youth_league_age;
    return broken_unless(!age || *age >= limit || *text_of(of, "join_type") == "02",
                         [&] { return age_parameters(limit); });
}

Breach old_join_type(const Case& of) {
    const auto age = age_at_joining(of);
    const int limit = of.parameters.youth_league_age;
    return broken_unless(!age || *age < limit || *text_of(of, "join_type") != "02",
                         [&] { return age_parameters(limit); });
}

/// 吸收: who comes back on probation has a form somewhere already.
bool is_admission(const Case& of) {
    const std::string* stage = text_of(of, "stage");
    const std::string* was = held_before<std::string>(of, "person", "stage");
    return stage != nullptr && *stage == "40" && was != nullptr && (*was == "30" || *was == "35");
}

Breach form_number_given(const Case& of) {
    return broken_unless(!is_admission(of) || text_of(of, "form_number") != nullptr);
}

/// Capital letters, digits and hyphens, at least one digit. Numbers are compared as they stand, so
/// that "no spaces, one case" is what makes a repeated one visible.
Breach form_number_form(const Case& of) {
    const std::string* number = text_of(of, "form_number");
    if (number == nullptr) {
        return kept;
    }
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const bool fits = std::ranges::all_of(
        *number, [&](char c) { return is_digit(c) || (c >= 'A' && c <= 'Z') || c == '-'; });
    return broken_unless(fits && std::ranges::any_of(*number, is_digit));
}

Breach form_number_unique(const Case& of) {
    const std::string* number = text_of(of, "form_number");
    if (number == nullptr) {
        return kept;
    }
    const catalog::Kind& kind = of.catalog.kind("person");
    const record::FieldNumber field = kind.field("form_number").id();
    for (const record::RecordKey& key :
         of.surroundings.holding(kind.id(), field, record::Value{*number})) {
        if (key.id != of.after.key.id) {
            return broken({Parameter{"编号", *number}, Parameter{"number", *number},
                           Parameter{"姓名", "其他人员"}, Parameter{"record", to_text(key.id)}});
        }
    }
    return kept;
}

Breach approver_is_committee(const Case& of) {
    const auto* approver = held<record::RecordId>(of, "person", "approved_by");
    if (approver == nullptr) {
        return kept;
    }
    const catalog::Kind& kind = of.catalog.kind("organisation");
    const auto organisation = of.surroundings.find(record::RecordKey{kind.id(), *approver});
    if (!organisation) {
        return kept;
    }
    const record::Value& type = organisation->value(kind.field("type").id());
    return broken_unless(type == record::Value{std::string{"10"}} ||
                         type == record::Value{std::string{"15"}});
}

Breach approval_within_limit(const Case& of) {
    const Date* meeting = day_of(of, "meeting_date");
    const Date* approval = day_of(of, "approval_date");
    const int months = of.parameters.approval_months_max;
    return broken_unless(meeting == nullptr || approval == nullptr ||
                             *approval <= record::add_months(*meeting, months),
                         [&] {
                             return std::vector<Parameter>{
                                 Parameter{"月数", std::to_string(months)},
                                 Parameter{"months", std::to_string(months)}};
                         });
}

constexpr std::array rules{
    Rule{"R-302",
         "person",
         "join_date target_date",
         Severity::refuse,
         {"加入组织日期不能早于列为发展对象日期。",
          "The joining date cannot be before the person was listed as a development target."},
         &join_after_target,
         "S"},
    Rule{"R-303",
         "person",
         "join_date birth_date",
         Severity::refuse,
         {"入党时未满{年龄}周岁。", "On the joining date the person was not yet {age}."},
         &join_age,
         "章程 第一条"},
    Rule{"R-304",
         "person",
         "join_type join_date birth_date",
         Severity::warn,
         {"{年龄}岁前入党一般选择“团员推优”，请确认。",
          "Who joins before {age} is normally recommended by the Youth League: please confirm."},
         &young_join_type,
         "S"},
    Rule{"R-305",
         "person",
         "join_type join_date birth_date",
         Severity::refuse,
         {"入党时已满{年龄}周岁，不能选择“团员推优”。",
          "Who joins at {age} or later cannot be recommended by the Youth League."},
         &old_join_type,
         "S"},
    Rule{"R-306",
         "person",
         "form_number stage",
         Severity::refuse,
         {"请填写入党志愿书编号（志愿书封底页所标）。",
          "Give the application form's number; it is on its back cover."},
         &form_number_given,
         "S"},
    Rule{"R-306a",
         "person",
         "form_number",
         Severity::refuse,
         {"入党志愿书编号只能由数字、大写字母和“-”组成，请对照志愿书封底核对。",
          "An application form number has digits, capital letters and hyphens. Compare it with the "
          "form's back cover."},
         &form_number_form,
         "S"},
    Rule{"R-307",
         "person",
         "form_number",
         Severity::refuse,
         {"入党志愿书编号 {编号} 已用于 {姓名}，请核对。",
          "The application form number {number} is already used for another person. Check it."},
         &form_number_unique,
         "S (唯一对应)"},
    Rule{"R-308",
         "person",
         "approved_by",
         Severity::refuse,
         {"批准入党的党组织应为所属党委。",
          "Only a committee can approve an admission; choose the committee above."},
         &approver_is_committee,
         "S (应选择所属党委); 细则14/26 (条号待核)"},
    Rule{
        "R-311",
        "person",
        "approval_date meeting_date",
        Severity::refuse,
        {"审批已超过{月数}个月，须由支部大会重新讨论。",
         "Approval came more than {months} months after the meeting: the branch must decide anew."},
        &approval_within_limit,
        "S; 细则26 第二十五条"},
};

}  // namespace

std::span<const Rule> admission_rules() { return rules; }

}  // namespace zhibu::rules::detail

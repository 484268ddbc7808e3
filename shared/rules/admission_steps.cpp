#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "shared/catalog/catalog.hpp"
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

bool is_special_join(const Case& of) {
    return is_any(own<std::string>(of, "join_type"), {"04", "05", "06", "07"});
}

/// 吸收: a development target becomes a probationary member by this change.
bool is_admission(const Case& of) {
    return moves_to(of, "stage", "40") && !is_special_join(of) &&
           is_any(own_before<std::string>(of, "stage"), {"30", "35"});
}

Breach joined_on_meeting(const Case& of) {
    const Date* joined = own<Date>(of, "join_date");
    const Date* meeting = own<Date>(of, "meeting_date");
    return broken_unless(joined == nullptr || meeting == nullptr || *joined == *meeting);
}

Breach admission_is_complete(const Case& of) {
    return is_admission(of)
               ? broken_if_missing(of, of.after, {"join_date", "join_type", "approved_by"})
               : kept;
}

Breach trained_before(const Case& of) {
    if (!is_admission(of)) {
        return kept;
    }
    const auto trainings = related(of, "person_training", "owner", record::Value{of.after.key.id});
    return broken_unless(std::ranges::any_of(trainings, [&](const RecordState& training) {
        const auto* result = read<std::string>(of, training, "result");
        return is_any(result, {"1", "3"}) ||
               (is_any(result, {"5"}) && is_filled(of, training, "remark"));
    }));
}

Breach reviewed_before(const Case& of) {
    const auto* result = own<std::string>(of, "review_result");
    const bool passed =
        result != nullptr && !result->contains("不合格") && is_filled(of, of.after, "review_date");
    return broken_unless(!is_admission(of) || passed);
}

/// 留党察看 in force on that day: such a member does not introduce others.
bool is_under_probation_within(const Case& of, const RecordState& member, Date day) {
    const auto actions = related(of, "person_award", "owner", record::Value{member.key.id});
    return std::ranges::any_of(actions, [&](const RecordState& action) {
        const auto* name = read<std::string>(of, action, "name");
        const Date* given = read<Date>(of, action, "given_on");
        const Date* ends = read<Date>(of, action, "ends_on");
        return is_any(read<std::string>(of, action, "award_kind"), {"2"}) && name != nullptr &&
               name->contains("留党察看") && given != nullptr && *given <= day &&
               (ends == nullptr || *ends >= day);
    });
}

constexpr std::array<std::string_view, 2> introducer_fields{"introducer_1", "introducer_2"};

/// Of members who have left since, one only knows that they may have been full members then.
bool may_introduce(const Case& of, const RecordState& member) {
    const Date* joined = own<Date>(of, "join_date");
    const bool was_full = is_at_stage(of, member, {"50", "60", "70"});
    const bool is_full = is_at_stage(of, member, {"50"});
    return (is_admission(of) ? is_full : was_full) &&
           !is_under_probation_within(of, member, joined == nullptr ? of.today : *joined);
}

Breach introducers_may(const Case& of) {
    const auto* first = own<RecordId>(of, "introducer_1");
    const auto* second = own<RecordId>(of, "introducer_2");
    const bool both_given = first != nullptr && second != nullptr;
    if ((is_admission(of) && !both_given) || (both_given && *first == *second)) {
        return broken();
    }
    for (const std::string_view field : introducer_fields) {
        const bool asked = touches(of, field) || is_admission(of);
        const auto* id = own<RecordId>(of, field);
        if (id != nullptr && *id == of.after.key.id) {
            return broken_at(of.catalog.kind("person").field(field), {});
        }
        const auto member = asked ? named_by(of, of.after, field) : std::optional<RecordState>{};
        if (member && !may_introduce(of, *member)) {
            return broken_at(of.catalog.kind("person").field(field), {});
        }
    }
    return kept;
}

Breach approver_is_superior(const Case& of) {
    const auto* approver = own<RecordId>(of, "approved_by");
    const auto* branch = own<RecordId>(of, "organisation");
    return broken_unless(approver == nullptr || branch == nullptr ||
                         is_within(of, *branch, *approver).value_or(true));
}

/// While the approval is out, the days go on. Beyond the longest time R-311 speaks.
Breach approval_in_time(const Case& of) {
    const Date* meeting = own<Date>(of, "meeting_date");
    const Date* approved = own<Date>(of, "approval_date");
    const bool waits = approved == nullptr && is_at_stage(of, of.after, {"30", "35"});
    return not_later_than(meeting, approved, of.parameters.approval_months_max)
               ? kept
               : not_later_than(meeting, waits ? &of.today : approved,
                                of.parameters.approval_months);
}

Breach meeting_after_review(const Case& of) {
    return not_later_than(own<Date>(of, "pre_review_date"), own<Date>(of, "meeting_date"),
                          of.parameters.pre_review_months);
}

Breach entered_in_time(const Case& of) {
    const Date* approved = own<Date>(of, "approval_date");
    const int days = of.parameters.admission_entry_days;
    return broken_unless(
        !is_admission(of) || approved == nullptr || of.today <= record::add_days(*approved, days),
        [&] { return both("天数", "days", std::to_string(days)); });
}

Breach document_given(const Case& of) {
    return broken_unless(
        !is_any(own<std::string>(of, "join_type"), {"03", "04", "05", "06", "07"}) ||
        is_filled(of, of.after, "document_number"));
}

/// Without an oath the rule is broken once the month is over, for whom is still on probation.
Breach oath_in_time(const Case& of) {
    const Date* approved = own<Date>(of, "approval_date");
    const Date* oath = own<Date>(of, "oath_date");
    const Date* day = oath == nullptr && is_at_stage(of, of.after, {"40"}) ? &of.today : oath;
    return not_later_than(approved, day, of.parameters.oath_months);
}

constexpr std::array rules{
    Rule{"R-212",
         "person",
         "stage",
         Severity::refuse,
         {"培训结果不合格或未培训，不能吸收入党。",
          "Nobody is admitted without a passed training; an exemption needs its reason."},
         &trained_before,
         "S (一般为合格); 细则26 第十七条",
         When::change},
    Rule{"R-216",
         "person",
         "review_result review_date stage",
         Severity::refuse,
         {"未经政治审查或审查不合格，不能发展入党。",
          "Nobody is admitted without a passed political review."},
         &reviewed_before,
         "细则14 第十六条; 细则26 第十六条",
         When::change},
    Rule{"R-217",
         "person",
         "introducer_1 introducer_2 stage",
         Severity::refuse,
         {"入党介绍人须为两名正式党员。",
          "Two introducers are needed: full members, not the person, none under probation within "
          "the Party."},
         &introducers_may,
         "章程 第五条; 细则14 第十四条",
         When::change},
    Rule{"R-301",
         "person",
         "join_date meeting_date",
         Severity::refuse,
         {"加入组织日期应为支部大会通过之日。",
          "The joining date is the day of the branch meeting."},
         &joined_on_meeting,
         "S; 章程 第七条; 细则14 第三十二条; 细则26 第三十一条"},
    Rule{"R-301a",
         "person",
         "join_date join_type approved_by stage",
         Severity::refuse,
         {"办理“吸收”请填写：{字段}。", "An admission needs: {field}."},
         &admission_is_complete,
         "S (输入相关信息)",
         When::change},
    Rule{"R-309",
         "person",
         "approved_by organisation",
         Severity::warn,
         {"批准入党的党组织不是该支部的上级党委，请确认。",
          "The approving organisation does not stand above the branch: please confirm."},
         &approver_is_superior,
         "S (所属党委)",
         When::change},
    Rule{"R-310",
         "person",
         "approval_date meeting_date",
         Severity::needs_explanation,
         {"党委审批超过{月数}个月，请说明原因。",
          "The approval came more than {months} months after the meeting: please explain."},
         &approval_in_time,
         "S (一般在3个月内); 细则26 第二十五条"},
    Rule{"R-312",
         "person",
         "meeting_date pre_review_date",
         Severity::warn,
         {"预审合格后应在{月数}个月内提交支部大会讨论。",
          "The branch meets within {months} month(s) of a passed pre-review."},
         &meeting_after_review,
         "细则26 第十九条"},
    Rule{"R-313",
         "person",
         "approval_date stage",
         Severity::warn,
         {"已超过党委审批后{天数}天的维护期限。",
          "An admission is entered within {days} days of the committee's approval."},
         &entered_in_time,
         "S",
         When::change},
    Rule{"R-315",
         "person",
         "document_number join_type",
         Severity::needs_explanation,
         {"该加入类型须填写批准文件号。", "This join type needs the approving document's number."},
         &document_given,
         "GK"},
    Rule{"R-316",
         "person",
         "oath_date approval_date",
         Severity::warn,
         {"批准后{月数}个月内应组织入党宣誓。",
          "The oath is taken within {months} month(s) of the approval, and entered."},
         &oath_in_time,
         "细则26 第二十九条 (一般应)"},
};

}  // namespace

std::span<const Rule> admission_step_rules() { return rules; }

}  // namespace zhibu::rules::detail

#include <algorithm>
#include <array>
#include <cstdint>
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

const std::string* stage_of(const Case& of) { return own<std::string>(of, "stage"); }

int mentors_of(const Case& of) {
    return (is_filled(of, of.after, "mentor_1") ? 1 : 0) +
           (is_filled(of, of.after, "mentor_2") ? 1 : 0);
}

bool lacks_mentors(const Case& of) {
    const bool planned = is_any(stage_of(of), {"35"});
    const bool cultivated = planned || is_any(stage_of(of), {"20", "30"});
    return cultivated && mentors_of(of) < (planned ? 2 : 1);
}

/// A roster of activists may come without them, and who is set back or taken off the plan needs
/// none; who is listed, or put on the plan, has them.
Breach mentors_given(const Case& of) {
    const auto* was = own_before<std::string>(of, "stage");
    const bool rises = was == nullptr || stage_of(of) == nullptr || *was <= *stage_of(of);
    const bool is_step = of.before == nullptr ? is_any(stage_of(of), {"35"}) : rises;
    return broken_unless(!is_step || !lacks_mentors(of));
}

Breach mentors_entered(const Case& of) {
    return broken_unless(of.before != nullptr || is_any(stage_of(of), {"35"}) ||
                         !lacks_mentors(of));
}

constexpr std::array<std::string_view, 2> mentors{"mentor_1", "mentor_2"};

/// The first mentor named by this change of whom `fault` is true.
Breach mentor_with(const Case& of, bool (*fault)(const Case&, const RecordState& mentor)) {
    for (const std::string_view field : mentors) {
        const auto mentor =
            touches(of, field) ? named_by(of, of.after, field) : std::optional<RecordState>{};
        if (mentor && fault(of, *mentor)) {
            return broken_at(of.catalog.kind("person").field(field), {});
        }
    }
    return kept;
}

bool is_no_full_member(const Case& of, const RecordState& mentor) {
    return mentor.key == of.after.key || !is_at_stage(of, mentor, {"50"});
}

Breach mentors_are_full_members(const Case& of) {
    const auto* first = own<RecordId>(of, "mentor_1");
    const auto* second = own<RecordId>(of, "mentor_2");
    if (first != nullptr && second != nullptr && *first == *second) {
        return broken_at(of.catalog.kind("person").field("mentor_2"), {});
    }
    return mentor_with(of, &is_no_full_member);
}

bool is_of_other_branch(const Case& of, const RecordState& mentor) {
    const auto* here = own<RecordId>(of, "organisation");
    const auto* there = read<RecordId>(of, mentor, "organisation");
    return here != nullptr && there != nullptr && *here != *there;
}

Breach mentors_of_the_branch(const Case& of) { return mentor_with(of, &is_of_other_branch); }

/// Counted from the last examination, or from the listing where there was none yet.
Breach examined_in_time(const Case& of) {
    const Date* listed = own<Date>(of, "activist_date");
    if (!is_any(stage_of(of), {"20", "30", "35"}) || listed == nullptr) {
        return kept;
    }
    Date last = *listed;
    for (const RecordState& each :
         related(of, "person_examination", "owner", record::Value{of.after.key.id})) {
        const Date* examined = read<Date>(of, each, "examined_on");
        last = examined == nullptr ? last : std::max(last, *examined);
    }
    return broken_unless(of.today <= record::add_months(last, of.parameters.examination_months),
                         [&] { return name_of(of); });
}

Breach plan_has_training(const Case& of) {
    return broken_unless(
        !is_any(stage_of(of), {"35"}) ||
        !related(of, "person_training", "owner", record::Value{of.after.key.id}).empty());
}

bool is_target_class(const Case& of) {
    return is_any(own<std::string>(of, "training_kind"), {"10"});
}

Breach training_of_target(const Case& of) {
    const auto owner = named_by(of, of.after, "owner");
    return broken_unless(!owner || !is_at_stage(of, *owner, {"30", "35"}) ||
                         own<std::string>(of, "training_kind") == nullptr || is_target_class(of));
}

/// Members' later training has its own time: only the targets' class lies between the two days.
Breach training_between(const Case& of) {
    const Date* trained = own<Date>(of, "trained_on");
    const auto owner = named_by(of, of.after, "owner");
    if (trained == nullptr || !owner || !is_target_class(of)) {
        return kept;
    }
    const Date* listed = read<Date>(of, *owner, "activist_date");
    const Date* meeting = read<Date>(of, *owner, "meeting_date");
    return broken_unless((listed == nullptr || *trained >= *listed) &&
                         (meeting == nullptr || *trained <= *meeting));
}

/// With neither days nor hours entered nothing is known.
Breach training_long_enough(const Case& of) {
    const auto* days = own<std::int64_t>(of, "days");
    const auto* hours = own<std::int64_t>(of, "hours");
    if (!is_target_class(of) || (days == nullptr && hours == nullptr)) {
        return kept;
    }
    const bool enough = (days != nullptr && *days >= of.parameters.training_days) ||
                        (hours != nullptr && *hours >= of.parameters.training_hours);
    return broken_unless(enough, [&] {
        return and_also(both("天数", "days", std::to_string(of.parameters.training_days)),
                        both("学时", "hours", std::to_string(of.parameters.training_hours)));
    });
}

/// The day on which the text of the revision of 2026 was published: a notice is judged by the text
/// in force when it began.
constexpr Date revision{2026, 5, 18};

Breach notice_long_enough(const Case& of) {
    const Date* start = own<Date>(of, "notice_start");
    const Date* end = own<Date>(of, "notice_end");
    const int days = of.parameters.notice_days;
    return broken_unless(start == nullptr || end == nullptr || *start < revision ||
                             record::working_days(*start, *end) >= days,
                         [&] { return both("天数", "days", std::to_string(days)); });
}

constexpr std::array rules{
    Rule{"R-206",
         "person",
         "mentor_1 mentor_2 stage",
         Severity::refuse,
         {"请填写培养联系人（计划发展对象须为两名）。",
          "Name the mentors: one or two, and two for who is on the plan."},
         &mentors_given,
         "S (培养联系人); 细则14 第十条 (条号待核)"},
    Rule{"R-206a",
         "person",
         "mentor_1 mentor_2 stage",
         Severity::not_allowed,
         {"培养对象未填写培养联系人，请补正。", "The mentors are not entered. Enter them."},
         &mentors_entered,
         "S (培养联系人); GK"},
    Rule{"R-207",
         "person",
         "mentor_1 mentor_2",
         Severity::refuse,
         {"培养联系人须为正式党员，且不能是本人。",
          "A mentor is a full member, and not the person. Two mentors are two people."},
         &mentors_are_full_members,
         "细则14 第十条 (条号待核)",
         When::change},
    Rule{
        "R-208",
        "person",
        "mentor_1 mentor_2",
        Severity::warn,
        {"培养联系人不在本支部，请确认。", "The mentor belongs to another branch: please confirm."},
        &mentors_of_the_branch,
        "GK",
        When::change},
    Rule{"R-209",
         "person",
         "activist_date",
         Severity::warn,
         {"{姓名} 本半年的培养考察尚未登记。",
          "{name}: the half-yearly examination is not entered yet."},
         &examined_in_time,
         "细则26 第十一条; 细则14 第十二条 (条号待核)",
         When::day},
    Rule{"R-210",
         "person",
         "stage",
         Severity::refuse,
         {"请维护最近培训情况、最近培训日期和最近培训结果。",
          "Enter the last training first: its kind, date and result."},
         &plan_has_training,
         "S"},
    Rule{
        "R-211",
        "person_training",
        "training_kind",
        Severity::warn,
        {"最近培训情况一般为“三级党校(发展对象集中培训班)”，请确认。",
         "A development target's training is normally the third-level Party school's class: please "
         "confirm."},
        &training_of_target,
        "S (一般为)"},
    Rule{
        "R-213",
        "person_training",
        "trained_on training_kind",
        Severity::refuse,
        {"培训日期应为结业证书上的日期，且不晚于支部大会日期。",
         "The training's date is the certificate's: not before the listing as an activist, and not "
         "after the branch meeting."},
        &training_between,
        "S; GK"},
    Rule{"R-214",
         "person_training",
         "days hours training_kind",
         Severity::warn,
         {"集中培训应不少于{天数}天或{学时}学时。",
          "Concentrated training lasts at least {days} days or {hours} hours."},
         &training_long_enough,
         "细则14 第十七条 (条号待核); 细则26 第十七条"},
    Rule{"R-215",
         "person",
         "notice_end notice_start",
         Severity::warn,
         {"列为发展对象前的公示不得少于{天数}个工作日。",
          "The notice before the listing as a target lasts at least {days} working days."},
         &notice_long_enough,
         "细则26 第十三条"},
};

}  // namespace

std::span<const Rule> cultivation_rules() { return rules; }

}  // namespace zhibu::rules::detail

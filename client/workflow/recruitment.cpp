#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "client/replica/replica.hpp"
#include "client/workflow/action.hpp"
#include "client/workflow/detail/making.hpp"
#include "client/workflow/detail/tables.hpp"
#include "shared/record/date.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"

namespace zhibu::client::detail {
namespace {

using record::Date;
using record::Value;

constexpr std::string_view person = "person";
constexpr std::string_view training = "person_training";

/// The stage of somebody new follows from the last step that is entered.
void derive_stage(Making& making) {
    const auto has = [&](std::string_view field) {
        return !record::is_empty(making.after(person, field));
    };
    const char* stage = has("plan_year")       ? "35"
                        : has("target_date")   ? "30"
                        : has("activist_date") ? "20"
                                               : "10";
    making.set(person, "stage", std::string{stage});
}

/// The joining date is the day of the meeting. Who is not 28 yet is recommended by the
/// Youth League, unless another type is given.
void complete_admission(Making& making) {
    const Value joined = making.after(person, "join_date");
    making.set(person, "meeting_date", joined);
    const Value born = making.after(person, "birth_date");
    const Date* birth = std::get_if<Date>(&born);
    const Date* join = std::get_if<Date>(&joined);
    if (birth != nullptr && join != nullptr) {
        const bool young =
            record::age_on(*birth, *join) < making.setting().parameters.youth_league_age;
        making.set_if_empty(person, "join_type", std::string{young ? "02" : "01"});
    }
}

/// One report an organisation and year: a second one changes the first.
void find_report(Making& making) {
    Replica& replica = making.setting().replica;
    const catalog::Kind& plan = making.setting().catalog.kind("plan");
    ListQuery query;
    query.kind = plan.id();
    query.limit = 1;
    for (const std::string_view field : {"organisation", "year"}) {
        query.conditions.push_back(Condition{
            plan.field(field).id(), Condition::Relation::equal, {making.after("plan", field)}});
    }
    const auto page = replica.list(query);
    if (page && !page->records.empty()) {
        DraftChange& change = making.change_of("plan");
        change.record = page->records.front().key;
        change.operation = record::Operation::update;
    }
}

constexpr std::array applicant_inputs{
    must(person, "name"),         must(person, "id_number"),
    must(person, "sex"),          must(person, "birth_date"),
    may(person, "ethnic_group"),  must(person, "organisation", "scope"),
    may(person, "mobile"),        may(person, "category"),
    may(person, "work_post"),     may(person, "post_start_date"),
    may(person, "education"),     must(person, "application_date"),
    may(person, "activist_date"), may(person, "target_date"),
    may(person, "mentor_1"),      may(person, "mentor_2"),
    may(person, "plan_year"),     may(training, "training_kind"),
    may(training, "trained_on"),  may(training, "result"),
    may(training, "certificate"),
};

constexpr std::array activist_inputs{must(person, "activist_date", "today"),
                                     may(person, "mentor_1", "record"),
                                     may(person, "mentor_2", "record")};
constexpr std::array target_inputs{must(person, "target_date", "today"),
                                   may(person, "notice_start"), may(person, "notice_end")};
constexpr std::array plan_inputs{must(person, "plan_year", "next_year"),
                                 may(person, "mentor_1", "record"),
                                 may(person, "mentor_2", "record"),
                                 may(training, "training_kind"),
                                 may(training, "trained_on"),
                                 may(training, "result"),
                                 may(training, "certificate")};
constexpr std::array reason_inputs{must(person, "cultivation_reason")};
constexpr std::array again_inputs{must(person, "application_date", "today")};
constexpr std::array training_inputs{must(training, "training_kind", "10"),
                                     must(training, "trained_on"),
                                     must(training, "result", "1"),
                                     each(may(training, "certificate")),
                                     may(training, "days"),
                                     may(training, "hours"),
                                     may(training, "remark")};
constexpr std::array review_inputs{must(person, "review_date", "today"),
                                   must(person, "review_result"), may(person, "pre_review_date")};
constexpr std::array report_inputs{
    must("plan", "organisation", "scope"), must("plan", "year", "next_year"),
    must("plan", "reported"), must("plan", "reviewed_by"), must("plan", "reviewed_on", "today")};
constexpr std::array approval_inputs{each(must("plan", "approved")),
                                     must("plan", "notice_date", "today")};
constexpr std::array admission_inputs{
    must(person, "join_date"),
    may(person, "join_type"),
    must(person, "approved_by", "committee"),
    must(person, "approval_date"),
    each(must(person, "form_number")),
    each(may(person, "introducer_1", "record")),
    each(may(person, "introducer_2", "record")),
    may(person, "document_number"),
    may(person, "oath_date"),
};

constexpr std::array set_activist{ActionSets{person, "stage", "20"}};
constexpr std::array set_target{ActionSets{person, "stage", "30"}};
constexpr std::array set_planned{ActionSets{person, "stage", "35"}};
constexpr std::array set_off_plan{ActionSets{person, "stage", "30"},
                                  ActionSets{person, "plan_year", ""}};
constexpr std::array set_back{ActionSets{person, "stage", "20"},
                              ActionSets{person, "target_date", ""},
                              ActionSets{person, "plan_year", ""}};
constexpr std::array set_ended{ActionSets{person, "stage", "80"},
                               ActionSets{person, "plan_year", ""}};
constexpr std::array set_again{
    ActionSets{person, "stage", "10"},       ActionSets{person, "talk_date", ""},
    ActionSets{person, "activist_date", ""}, ActionSets{person, "target_date", ""},
    ActionSets{person, "plan_year", ""},     ActionSets{person, "cultivation_reason", ""}};
constexpr std::array set_admitted{ActionSets{person, "stage", "40"}};

constexpr std::array is_applicant{ActionNeeds{"stage", "10"}};
constexpr std::array may_be_target{ActionNeeds{"stage", "20"}};
constexpr std::array may_be_planned{ActionNeeds{"stage", {}, "35"}};
constexpr std::array is_planned{ActionNeeds{"stage", "35"}};
constexpr std::array is_target{ActionNeeds{"stage", "30|35"}};
constexpr std::array may_end{ActionNeeds{"stage", {}, "80"}};
constexpr std::array may_apply_again{ActionNeeds{"stage", {}, "10"}};
constexpr std::array is_cultivated{ActionNeeds{"stage", "10|20|30|35"}};
constexpr std::array may_be_reviewed{ActionNeeds{"stage", "20|30|35"}};
constexpr std::array may_be_admitted{ActionNeeds{"stage", {}, "40"}};

constexpr std::array table{
    Action{"add_applicant",
           {"快速新增", "Add an applicant"},
           in_applicants,
           person,
           Choice::none,
           applicant_inputs,
           {},
           {},
           &derive_stage},
    Action{"list_activist",
           {"列为积极分子", "List as activists"},
           in_applicants,
           person,
           Choice::many,
           activist_inputs,
           set_activist,
           is_applicant},
    Action{"list_target",
           {"列为发展对象", "List as development targets"},
           in_applicants,
           person,
           Choice::many,
           target_inputs,
           set_target,
           may_be_target},
    Action{"put_on_plan",
           {"列入计划", "Put on the plan"},
           in_applicants,
           person,
           Choice::many,
           plan_inputs,
           set_planned,
           may_be_planned},
    Action{"take_off_plan",
           {"移出计划", "Take off the plan"},
           in_applicants,
           person,
           Choice::many,
           reason_inputs,
           set_off_plan,
           is_planned},
    Action{"set_back",
           {"退回培养", "Set back to cultivation"},
           in_applicants,
           person,
           Choice::many,
           reason_inputs,
           set_back,
           is_target},
    Action{"end_cultivation",
           {"终止培养", "End cultivation"},
           in_applicants,
           person,
           Choice::many,
           reason_inputs,
           set_ended,
           may_end},
    Action{"apply_again",
           {"重新申请", "Apply again"},
           in_applicants,
           person,
           Choice::many,
           again_inputs,
           set_again,
           may_apply_again},
    Action{"add_training",
           {"登记培训", "Enter training"},
           in_applicants,
           person,
           Choice::many,
           training_inputs,
           {},
           is_cultivated},
    Action{"record_review",
           {"登记政治审查", "Enter the political review"},
           in_applicants,
           person,
           Choice::many,
           review_inputs,
           {},
           may_be_reviewed},
    Action{"admit",
           {"吸收", "Admit"},
           in_applicants,
           person,
           Choice::many,
           admission_inputs,
           set_admitted,
           may_be_admitted,
           &complete_admission},
    Action{"report_plan",
           {"上报", "Report the plan"},
           in_plan,
           "plan",
           Choice::none,
           report_inputs,
           {},
           {},
           &find_report,
           "R-218"},
    Action{"set_approved",
           {"下达审批数", "Set the approved number"},
           in_plan,
           "plan",
           Choice::many,
           approval_inputs},
};

}  // namespace

std::span<const Action> recruitment_actions() { return table; }

}  // namespace zhibu::client::detail

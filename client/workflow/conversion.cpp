#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "client/workflow/action.hpp"
#include "client/workflow/detail/making.hpp"
#include "client/workflow/detail/tables.hpp"
#include "shared/record/value.hpp"
#include "shared/rules/computed.hpp"

namespace zhibu::client::detail {
namespace {

constexpr std::string_view person = "person";

/// Where no day is given, the one on which probation (or its extension) ends.
void convert_on_due_day(Making& making) {
    const auto due = rules::conversion_due(making.setting().catalog, making.setting().parameters,
                                           *making.subject());
    if (due) {
        making.set_if_empty(person, "conversion_date", *due);
    }
}

/// As what the member was suspended: a full member had been converted.
void resume_membership(Making& making) {
    const std::string outcome = making.code_after(person, "conversion_outcome");
    const bool on_probation = record::is_empty(making.after(person, "conversion_date")) &&
                              (outcome.empty() || outcome == "03" || outcome == "04");
    making.set(person, "stage", std::string{on_probation ? "40" : "50"});
}

constexpr std::array convert_inputs{each(may(person, "conversion_date")),
                                    may(person, "conversion_meeting_date"),
                                    may(person, "conversion_approval_date")};
constexpr std::array outcome_inputs{must(person, "conversion_reason"),
                                    may(person, "report_reference"),
                                    may(person, "conversion_meeting_date")};
constexpr std::array after_extension_inputs{
    each(may(person, "conversion_date")), may(person, "conversion_reason"),
    may(person, "report_reference"), may(person, "conversion_meeting_date"),
    may(person, "conversion_approval_date")};
constexpr std::array extension_inputs{
    must(person, "extension_months", "6"), must(person, "conversion_reason"),
    may(person, "report_reference"), may(person, "conversion_meeting_date")};
constexpr std::array cancellation_inputs{must(person, "left_on"), must(person, "conversion_reason"),
                                         may(person, "report_reference"),
                                         may(person, "conversion_meeting_date")};
constexpr std::array suspension_inputs{must(person, "left_on", "today"), must(person, "remark")};
constexpr std::array resumption_inputs{must(person, "remark")};
constexpr std::array leaving_inputs{must(person, "leaving_reason"),
                                    must(person, "left_on", "today"), may(person, "remark")};

constexpr std::array set_on_time{ActionSets{person, "stage", "50"},
                                 ActionSets{person, "conversion_outcome", "01"}};
constexpr std::array set_after_extension{ActionSets{person, "stage", "50"},
                                         ActionSets{person, "conversion_outcome", "02"}};
constexpr std::array set_undecided{ActionSets{person, "conversion_outcome", "03"}};
constexpr std::array set_extended{ActionSets{person, "conversion_outcome", "04"}};
constexpr std::array set_cancelled_at_end{ActionSets{person, "conversion_outcome", "05"},
                                          ActionSets{person, "stage", "70"},
                                          ActionSets{person, "leaving_reason", "35"}};
constexpr std::array set_cancelled_before{ActionSets{person, "conversion_outcome", "06"},
                                          ActionSets{person, "stage", "70"},
                                          ActionSets{person, "leaving_reason", "35"}};
constexpr std::array set_suspended{ActionSets{person, "stage", "60"}};
constexpr std::array set_resumed{ActionSets{person, "left_on", ""}};
constexpr std::array set_left{ActionSets{person, "stage", "70"}};

constexpr std::array on_probation{ActionNeeds{"stage", "40"}};
constexpr std::array may_be_suspended{ActionNeeds{"stage", {}, "60"}};
constexpr std::array is_suspended{ActionNeeds{"stage", "60"}};
constexpr std::array may_leave{ActionNeeds{"stage", {}, "70"}};

constexpr std::array table{
    Action{"convert",
           {"转正", "Convert"},
           in_members,
           person,
           Choice::many,
           convert_inputs,
           set_on_time,
           on_probation,
           &convert_on_due_day},
    Action{"convert_after_extension",
           {"延长预备期满转正", "Convert after the extension"},
           in_members,
           person,
           Choice::many,
           after_extension_inputs,
           set_after_extension,
           on_probation,
           &convert_on_due_day},
    Action{"leave_undecided",
           {"预备期满尚未讨论或审批", "Probation over, not yet decided"},
           in_members,
           person,
           Choice::many,
           outcome_inputs,
           set_undecided,
           on_probation},
    Action{"extend_probation",
           {"延长预备期", "Extend probation"},
           in_members,
           person,
           Choice::many,
           extension_inputs,
           set_extended,
           on_probation},
    Action{"cancel_at_end",
           {"预备期满被取消预备党员资格", "Cancel at the end of probation"},
           in_members,
           person,
           Choice::many,
           cancellation_inputs,
           set_cancelled_at_end,
           on_probation},
    Action{"cancel_before_end",
           {"预备期未满被取消预备党员资格", "Cancel before the end of probation"},
           in_members,
           person,
           Choice::many,
           cancellation_inputs,
           set_cancelled_before,
           on_probation},
    Action{"suspend",
           {"停止党籍", "Suspend membership"},
           in_members,
           person,
           Choice::many,
           suspension_inputs,
           set_suspended,
           may_be_suspended},
    Action{"resume",
           {"恢复党籍", "Resume membership"},
           in_members,
           person,
           Choice::many,
           resumption_inputs,
           set_resumed,
           is_suspended,
           &resume_membership},
    Action{"leave",
           {"离开", "Leave the Party organisation"},
           in_members,
           person,
           Choice::many,
           leaving_inputs,
           set_left,
           may_leave},
};

}  // namespace

std::span<const Action> conversion_actions() { return table; }

}  // namespace zhibu::client::detail

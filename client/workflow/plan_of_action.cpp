#include "client/workflow/plan_of_action.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/workflow/detail/making.hpp"
#include "shared/record/check.hpp"
#include "shared/record/state.hpp"

namespace zhibu::client {
namespace {

bool names(std::string_view words, std::string_view word) {
    while (!words.empty()) {
        const auto space = words.find(' ');
        if (words.substr(0, space) == word) {
            return true;
        }
        words.remove_prefix(space == std::string_view::npos ? words.size() : space + 1);
    }
    return false;
}

std::expected<std::vector<record::RecordState>, ReplicaError> read_records(
    Replica& replica, const catalog::Kind& kind, const std::vector<record::RecordId>& ids) {
    std::vector<record::RecordState> states;
    for (const record::RecordId& id : ids) {
        ZHIBU_TRY(found, replica.find(record::RecordKey{kind.id(), id}));
        if (!found) {
            ReplicaError error;
            error.fault = ReplicaFault::unknown_record;
            error.place = std::string{kind.name};
            return std::unexpected{std::move(error)};
        }
        states.push_back(*std::move(found));
    }
    return states;
}

PlannedRecord make(const detail::Setting& setting, const record::RecordState* subject,
                   const ActionValues* own) {
    detail::Making making{setting, subject, own};
    making.run();
    PlannedRecord planned;
    planned.changes = std::move(making.changes());
    planned.findings = std::move(making.findings());
    planned.record = subject != nullptr         ? subject->key
                     : !planned.changes.empty() ? planned.changes.front().record
                                                : record::RecordKey{};
    return planned;
}

/// Puts each finding with the record whose changes it is about; with the first where it is about
/// none of them.
void sort_in(PlanOfAction& plan, std::vector<rules::Finding> findings) {
    std::map<record::RecordKey, std::size_t> owners;
    for (std::size_t at = 0; at < plan.records.size(); ++at) {
        for (const DraftChange& change : plan.records[at].changes) {
            owners.emplace(change.record, at);
        }
    }
    for (rules::Finding& finding : findings) {
        const auto owner = owners.find(finding.record);
        plan.records[owner == owners.end() ? 0 : owner->second].findings.push_back(
            std::move(finding));
    }
}

/// A breach that commit() would throw is a finding here.
std::expected<std::vector<rules::Finding>, ReplicaError> judged(
    std::expected<std::vector<rules::Finding>, ReplicaError> answer) {
    const bool is_breach = !answer && (answer.error().fault == ReplicaFault::wrong_value ||
                                       answer.error().fault == ReplicaFault::refused);
    if (is_breach && !answer.error().findings.empty()) {
        return std::move(answer.error().findings);
    }
    return answer;
}

std::expected<void, ReplicaError> judge(Replica& replica, const Action& action,
                                        PlanOfAction& plan) {
    ZHIBU_TRY(findings, judged(replica.preview(plan.draft)));
    const bool refuses = std::ranges::any_of(findings, [](const rules::Finding& finding) {
        return finding.severity == rules::Severity::refuse;
    });
    if (!refuses && !action.held_back_by.empty()) {
        std::vector<record::RecordKey> subjects;
        std::ranges::transform(plan.records, std::back_inserter(subjects), &PlannedRecord::record);
        ZHIBU_TRY(standing, replica.survey(plan.draft, subjects));
        std::ranges::copy_if(standing, std::back_inserter(findings),
                             [&](const rules::Finding& finding) {
                                 return names(action.held_back_by, finding.rule);
                             });
    }
    sort_in(plan, std::move(findings));
    return {};
}

ReplicaError too_many(std::size_t records) {
    ReplicaError error;
    error.fault = ReplicaFault::group_too_large;
    error.place =
        std::to_string(records) + " records, at most " + std::to_string(action_records_max);
    return error;
}

}  // namespace

std::expected<PlanOfAction, ReplicaError> plan_action(Replica& replica,
                                                      const catalog::Catalog& catalog,
                                                      record::Date today, const Doing& doing) {
    const Action& action = *doing.action;
    ZHIBU_CHECK((action.choice == Choice::none) == doing.records.empty());
    if (doing.records.size() > action_records_max) {
        return std::unexpected{too_many(doing.records.size())};
    }
    ZHIBU_TRY(status, replica.status());
    const rules::Parameters parameters =
        status.lease ? rules::from_list(status.lease->rules) : rules::Parameters{};
    const record::RecordId scope = status.lease ? status.lease->scope : status.scope;
    const detail::Setting setting{replica, catalog, parameters, today, scope, action, doing.common};
    PlanOfAction plan;
    plan.draft.action = action.name;
    if (action.choice == Choice::none) {
        plan.records.push_back(make(setting, nullptr, nullptr));
    }
    ZHIBU_TRY(states, read_records(replica, catalog.kind(action.kind), doing.records));
    for (const record::RecordState& state : states) {
        const auto own = doing.each.find(state.key.id);
        plan.records.push_back(
            make(setting, &state, own == doing.each.end() ? nullptr : &own->second));
    }
    for (const PlannedRecord& each : plan.records) {
        std::ranges::copy(each.changes, std::back_inserter(plan.draft.changes));
    }
    if (!plan.draft.changes.empty()) {
        ZHIBU_TRY_VOID(judge(replica, action, plan));
    }
    for (const PlannedRecord& each : plan.records) {
        std::ranges::copy(each.findings, std::back_inserter(plan.findings));
    }
    plan.is_refused = std::ranges::any_of(plan.findings, [](const rules::Finding& finding) {
        return finding.severity == rules::Severity::refuse;
    });
    return plan;
}

}  // namespace zhibu::client

#pragma once

#include <expected>
#include <map>
#include <string>
#include <vector>

#include "client/replica/replica.hpp"
#include "client/workflow/action.hpp"
#include "shared/record/date.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::client {

/// A wish to do an action.
struct Doing {
    const Action* action = nullptr;
    /// Of the action's kind, none twice; empty for one that makes its record.
    std::vector<record::RecordId> records;
    ActionValues common;
    /// Of single records; they go before the common ones.
    std::map<record::RecordId, ActionValues> each;
};

/// What an action would do with one record, and what is to be said about it.
struct PlannedRecord {
    record::RecordKey record;
    /// Empty where the action is not for it, or something is missing.
    std::vector<DraftChange> changes;
    std::vector<rules::Finding> findings;
};

struct PlanOfAction {
    std::vector<PlannedRecord> records;
    /// All of it, to be made as one group.
    Draft draft;
    /// Every record's findings, in their order.
    std::vector<rules::Finding> findings;
    /// Something refuses: nothing may be done before it is put right or left out.
    bool is_refused = false;
};

/// The most records of one action: what a group and a person's patience bear.
inline constexpr std::size_t action_records_max = 1000;

/// What the action comes to on this replica on that day, judged by the rules as commit() will.
/// Writes nothing. Errors: the replica's own; unknown_record names a record that is not here;
/// group_too_large for too many. A breach is a finding, not an error.
/// Threads: the replica's.
[[nodiscard]] std::expected<PlanOfAction, ReplicaError> plan_action(Replica& replica,
                                                                    const catalog::Catalog& catalog,
                                                                    record::Date today,
                                                                    const Doing& doing);

}  // namespace zhibu::client

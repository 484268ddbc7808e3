#pragma once

#include <cstdint>
#include <functional>

#include "server/ledger/audit.hpp"
#include "server/store/store.hpp"
#include "shared/record/change.hpp"

namespace zhibu::server {

/// One group that changed a record, or would have.
struct HistoryEntry {
    LogIndex index;
    record::GroupName origin;
    RecordId author;
    std::string action;
    Instant committed_at;
    record::Outcome outcome = record::Outcome::accepted;
    /// What the group wanted of this record.
    record::Change change;
    /// What the verdict decided of it, and why.
    std::vector<record::FieldDecision> decisions;
    std::vector<record::Reason> reasons;
    /// Group and verdict are what their leaves are commitments to, and both leaves are in the
    /// tree: the inclusion proofs were checked.
    bool is_proved = false;
    /// What the group wanted was erased by law; of it is proved what is left: that it was there.
    bool is_erased = false;
};

/// Passes each group that names the record to `visit`, in the log's order; reads the whole log.
/// @param tree  the tree to prove against, as an audit has recomputed it
/// Errors: the store could not be read, or a position is damaged.
[[nodiscard]] Stored<void> each_of_history(StoreReading& store, const record::RecordKey& record,
                                           const ledger::TreeState& tree,
                                           const std::function<void(const HistoryEntry&)>& visit);

}  // namespace zhibu::server

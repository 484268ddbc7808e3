#pragma once

#include <expected>
#include <vector>

#include "client/replica/replica.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::client {

/// What takes a group back.
struct UndoPlan {
    /// One more group, which puts back what the first one changed.
    Draft draft;
    /// Why it cannot be: someone has changed since what it wrote.
    std::vector<rules::Finding> findings;
};

/// A group of this device is taken back by a second one: what it set is set as it was, what it made
/// is taken out of use, what it took out of use comes back. Only while everything that it wrote
/// still stands so; otherwise the findings say what does not. The rules judge it as any change; a
/// stage that goes back says that it is a correction.
/// Errors: the replica's. Threads: the replica's.
[[nodiscard]] std::expected<UndoPlan, ReplicaError> plan_undo(Replica& replica,
                                                              const catalog::Catalog& catalog,
                                                              const OwnGroup& own);

}  // namespace zhibu::client

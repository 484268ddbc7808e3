#pragma once

#include <expected>

#include "client/replica/replica.hpp"
#include "shared/catalog/catalog.hpp"

namespace zhibu::client {

/// A group of this device is taken back by a second one: what it set is set as it was, what it made
/// is taken out of use, what it took out of use comes back. The rules judge it as any change; a
/// stage that goes back says that it is a correction.
/// Errors: the replica's; `refused` where not everything that it wrote still stands so, with a
/// finding for each thing that does not. Threads: the replica's.
[[nodiscard]] std::expected<Draft, ReplicaError> plan_undo(Replica& replica,
                                                           const catalog::Catalog& catalog,
                                                           const OwnGroup& own);

}  // namespace zhibu::client

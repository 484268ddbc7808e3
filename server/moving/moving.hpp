#pragma once

#include <expected>
#include <string>

#include "server/founding/founding.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/random.hpp"

namespace zhibu::server {

/// Moves a space's store from where it lies to the other sort of place: from the folder's files
/// into a cluster, or from a cluster into files of the folder. Space and epoch stay what they are,
/// so that devices notice nothing. No server of the space may run. What was copied is compared
/// whole before it counts; then the store that was moved is retired, so that no server goes on with
/// it, and is kept: files in the folder `moved`, a cluster's rows under their space.
///
/// Cut short, it is done again with the same words: what is half there is not taken for a store.
/// Returns the log's head. Errors: what to say; the store is where it was, or, where that is said,
/// both are there and equal.
/// @param cluster  the connection string to move to; empty: into files
[[nodiscard]] std::expected<LogIndex, FoundingError> move_space(const StorePlace& from,
                                                                const std::string& cluster,
                                                                const catalog::Catalog& catalog,
                                                                record::Random& random);

}  // namespace zhibu::server

#pragma once

#include <expected>

#include "server/founding/founding.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/random.hpp"

namespace zhibu::server {

/// Notes of a store in a cluster, which servers may be using, that a backup of PostgreSQL's own
/// holds the log up to `through`: devices then stop keeping what it holds, so it must be verified
/// and kept. Nothing of that can be asked here. Returns up to where backups hold it now.
/// Errors: what to say; where the store is in files, whose backups note themselves; where the log
/// does not reach that far.
[[nodiscard]] std::expected<LogIndex, FoundingError> note_cluster_backup(
    const StorePlace& place, LogIndex through, const catalog::Catalog& catalog,
    record::Random& random);

}  // namespace zhibu::server

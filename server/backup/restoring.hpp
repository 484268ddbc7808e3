#pragma once

#include <expected>
#include <filesystem>
#include <vector>

#include "server/founding/founding.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/random.hpp"

namespace zhibu::server {

/// Puts a whole backup and the increments that go on from it, in their order, where no store is, as
/// a store of a new epoch: devices bring back what is not in them. Returns the position that they
/// end at. Each increment must go on from exactly what stands before it, and what comes of it is
/// compared with what it says before it counts. The backups are only read.
/// After an error, or a crash, there is no store still, and it can be done again; after an error
/// nothing else is left either.
/// @param folders  at least one: the whole backup's (checked)
[[nodiscard]] std::expected<LogIndex, FoundingError> restore(
    const StorePlace& place, const std::vector<std::filesystem::path>& folders,
    const catalog::Catalog& catalog, record::Random& random);

}  // namespace zhibu::server

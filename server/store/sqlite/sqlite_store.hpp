#pragma once

#include <filesystem>
#include <memory>

#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/random.hpp"
#include "shared/vault/key_ring.hpp"

/// A space's store in one SQLite file, beside it the WAL, a head record and a lock file, all of
/// mode 0600, sealed page by page (docs/file-formats.md). One process at a time has it open; a
/// second one is told `in_use`. The file is checked for being ours, and damage met later is
/// `damaged`: also a log that is shorter than what was acknowledged. A failed fsync ends the
/// process (vault.md).
namespace zhibu::server {

/// Where a store lies, and what seals it.
struct SealedPlace {
    std::filesystem::path file;
    std::shared_ptr<const vault::KeyRing> keys;
    /// Of nonces: unpredictable, for any thread. Must outlive the store.
    record::Random* random = nullptr;
};

/// Makes an empty store for a space that `identity` names. The folder must be there.
/// Errors: already_there, in_use, storage_full, storage_failed; then no file is left behind.
/// `catalog` must outlive the store.
[[nodiscard]] Stored<std::unique_ptr<Store>> create_sqlite_store(const SealedPlace& place,
                                                                 const SpaceIdentity& identity,
                                                                 const catalog::Catalog& catalog);

/// Opens a store. A catalog that has grown since gets its new tables and columns; what was kept of
/// unknown fields moves into them.
/// Errors: not_there, in_use, damaged (also by keys that are not its own), storage_full,
/// storage_failed; other_version for a file written by a newer program, or with a newer catalog: it
/// is left as it is. `catalog` must outlive the store.
[[nodiscard]] Stored<std::unique_ptr<Store>> open_sqlite_store(const SealedPlace& place,
                                                               const catalog::Catalog& catalog);

}  // namespace zhibu::server

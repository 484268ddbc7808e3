#pragma once

#include <expected>
#include <filesystem>
#include <functional>
#include <string>

#include "server/founding/founding.hpp"
#include "server/store/sqlite/sqlite_store.hpp"
#include "server/store/store.hpp"
#include "shared/vault/disk.hpp"
#include "shared/vault/kept_keys.hpp"

/// A space's store, copied, and put back while no server uses it. A copy is sealed by a data key of
/// its own, wrapped by the same store key, which is not in it. The authority's keys, which never
/// change, are not either: they are kept from the folder's founding. Source: sync.md, "Push",
/// "Pull".
namespace zhibu::server {

/// How a store and its copies are reached.
struct StoreAccess {
    vault::Disk& disk;
    /// What opens the store that lies there, its keys beside it.
    std::function<std::expected<SealedPlace, FoundingError>(const std::filesystem::path& store)>
        seal;
};

/// Makes `folder`, which must be absent or empty, a copy's: with a new data key, wrapped as `keys`
/// are. `random` must outlive the place.
[[nodiscard]] std::expected<SealedPlace, FoundingError> prepare_copy(
    const std::filesystem::path& folder, const vault::KeptKeys& keys, record::Random& random);

/// Copies a store that may be in use, and reads every page of the copy: its log ends where the
/// store's did when this began, and its records have the same digest. Returns that position, which
/// is then to be noted as backed up, so that devices need not keep what the copy holds. Any thread.
/// After an error, and when `goes_on` says no, there is no copy, and its folder is empty again.
[[nodiscard]] std::expected<LogIndex, FoundingError> copy_verified(
    const SealedStore& store, const SealedPlace& copy, const catalog::Catalog& catalog,
    const std::function<bool()>& goes_on);

/// The same of a store that no server uses, and notes it.
[[nodiscard]] std::expected<LogIndex, FoundingError> back_up(const StorePlace& place,
                                                             const std::filesystem::path& folder,
                                                             const catalog::Catalog& catalog,
                                                             record::Random& random);

/// Puts such a copy where no store is, as one of a new epoch: devices bring back what the copy
/// lacks. Returns the position that it ends at. After an error, or a crash, there is no store
/// still, and it can be done again.
[[nodiscard]] std::expected<LogIndex, FoundingError> put_back(const StorePlace& place,
                                                              const std::filesystem::path& folder,
                                                              const catalog::Catalog& catalog,
                                                              record::Random& random);

/// The same of the store's own files by their paths, for any disk, each sealed as `access` says.
/// The copy's folder is made; that it is empty is not asked.
[[nodiscard]] std::expected<LogIndex, FoundingError> back_up(const StoreAccess& access,
                                                             const std::filesystem::path& store,
                                                             const std::filesystem::path& copy,
                                                             const catalog::Catalog& catalog);

/// @param waiting  where the copy becomes one of a new epoch before it is moved to `store`
[[nodiscard]] std::expected<LogIndex, FoundingError> put_back(const StoreAccess& access,
                                                              const std::filesystem::path& copy,
                                                              const std::filesystem::path& waiting,
                                                              const std::filesystem::path& store,
                                                              const catalog::Catalog& catalog,
                                                              record::Random& random);

/// For a store that was put back by other means: begins a new epoch. Returns where it begins.
[[nodiscard]] std::expected<LogIndex, FoundingError> begin_new_epoch(
    const StorePlace& place, const catalog::Catalog& catalog, record::Random& random);

}  // namespace zhibu::server

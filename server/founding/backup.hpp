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

/// What to say of a copy that its server's end has cut short.
[[nodiscard]] FoundingError stopped_before_its_end();

/// What an attempt at a copy has left in its folder is taken away, but the folder.
void discard_copy(const SealedPlace& copy);

/// Notes that a verified backup holds the store's log up to `through`.
[[nodiscard]] std::expected<LogIndex, FoundingError> note_backup(Store& store, LogIndex through);

/// Copies a store that no server uses, of any disk, and notes it; both sealed as `access` says. The
/// copy's folder is made; that it is empty is not asked.
[[nodiscard]] std::expected<LogIndex, FoundingError> back_up(const StoreAccess& access,
                                                             const std::filesystem::path& store,
                                                             const std::filesystem::path& copy,
                                                             const catalog::Catalog& catalog);

/// What is done to a verified copy before it becomes a store.
using GrowCopy = std::function<std::expected<void, FoundingError>(SealedStore& copy)>;

/// Puts such a copy where no store is, as one of a new epoch: devices bring back what the copy
/// lacks. Returns the position that it ends at. After an error, or a crash, there is no store
/// still, and it can be done again.
/// @param waiting  where the copy becomes one of a new epoch before it is moved to `store`
[[nodiscard]] std::expected<LogIndex, FoundingError> put_back(
    const StoreAccess& access, const std::filesystem::path& copy,
    const std::filesystem::path& waiting, const std::filesystem::path& store,
    const catalog::Catalog& catalog, record::Random& random,
    const GrowCopy& grow = [](SealedStore&) { return std::expected<void, FoundingError>{}; });

/// Copies the files of the store at `from` to where another one's would be, durably.
[[nodiscard]] std::expected<void, FoundingError> copy_store_files(vault::Disk& disk,
                                                                  const std::filesystem::path& from,
                                                                  const std::filesystem::path& to);

/// The operating system's files, the keys beside each store, and the store key of `place`.
/// `random` must outlive it.
[[nodiscard]] StoreAccess system_access(vault::Disk& disk, const StorePlace& place,
                                        record::Random& random);

/// For a store that was put back by other means: begins a new epoch. Returns where it begins.
[[nodiscard]] std::expected<LogIndex, FoundingError> begin_new_epoch(
    const StorePlace& place, const catalog::Catalog& catalog, record::Random& random);

}  // namespace zhibu::server

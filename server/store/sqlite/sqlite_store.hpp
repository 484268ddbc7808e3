#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "server/store/erasing.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/random.hpp"
#include "shared/vault/disk.hpp"
#include "shared/vault/kept_keys.hpp"
#include "shared/vault/key_ring.hpp"
#include "shared/vault/rekeying.hpp"
#include "shared/vault/volume.hpp"

/// A space's store in one SQLite file, beside it the WAL, a head record, a lock file, and while its
/// data key changes a journal, all of mode 0600, sealed page by page (docs/file-formats.md). One
/// process at a time has it open; a second one is told `in_use`. The file is checked for being
/// ours, and damage met later is `damaged`: also a log that is shorter than what was acknowledged.
/// A failed fsync ends the process (vault.md).
namespace zhibu::server {

/// What belongs to a store and bears its file's name with one of these behind it: log, journal of a
/// change of the data key, head record, wrapped keys. The first two may be absent.
constexpr std::array<const char*, 4> beside_store_file{"-wal", ".rekey", ".head", ".keys"};

/// Where a store lies, and what seals it.
struct SealedPlace {
    std::filesystem::path file;
    std::shared_ptr<const vault::KeyRing> keys;
    /// Of nonces: unpredictable, for any thread. Must outlive the store.
    record::Random* random = nullptr;
    /// Must outlive the store. None: the operating system's files. Its data key is changed on those
    /// alone.
    const vault::Volume* volume = nullptr;
};

/// A store that can be copied and whose data key can be changed while it is in use. Threads: what
/// does not say otherwise belongs to the thread of the transactions, and is called while none is
/// open.
class SealedStore : public ErasableStore {
public:
    /// Copies what is committed now to where no store is, sealed by that place's keys, durably;
    /// returns up to where, and what its records are. None: `goes_on`, asked every few
    /// milliseconds, said no, and there is no copy. The writer goes on meanwhile, but its WAL
    /// grows until this returns. Any thread, while the store is there.
    /// Errors: damaged, storage_full, storage_failed, of either; then there is no copy.
    [[nodiscard]] virtual Stored<std::optional<sync::DigestReply>> copy_to(
        const SealedPlace& place, const std::function<bool()>& goes_on) const = 0;

    /// By the newest data key; at vault::sealed_pages_max nothing more can be written.
    [[nodiscard]] virtual std::uint64_t pages_sealed() const = 0;

    /// Begins a change of the data key, both keys wrapped by `next_store_key` if that is given; or
    /// goes on with the one that `keys` hold already, and then takes no store key. `keys` are those
    /// that the store was opened with, and must outlive it.
    /// Errors: storage_failed: nothing has changed.
    [[nodiscard]] virtual Stored<void> begin_rekeying(
        vault::KeptKeys& keys, std::optional<keys::SecretBytes> next_store_key) = 0;

    /// One step, of milliseconds, of the change that was begun (checked).
    /// Errors: damaged (a page that no key opens), storage_failed; the change stays where it is.
    [[nodiscard]] virtual Stored<vault::RekeyStep> rekey() = 0;
};

/// The file that bears a store's name with `suffix` behind it.
[[nodiscard]] std::filesystem::path beside(std::filesystem::path file, const char* suffix);

/// Where the place's names and small files stand.
[[nodiscard]] vault::Disk& disk_of(const SealedPlace& place);

/// Makes an empty store for a space that `identity` names. The folder must be there.
/// Errors: already_there, in_use, storage_full, storage_failed; then no file is left behind.
/// `catalog` must outlive the store.
[[nodiscard]] Stored<std::unique_ptr<SealedStore>> create_sqlite_store(
    const SealedPlace& place, const SpaceIdentity& identity, const catalog::Catalog& catalog);

/// Makes a part of a store (`identity` says which: checked) where no store is, of what `fill`
/// writes into it, durably. False: `fill` said so, and there is no part. Any thread. Errors: as
/// create_sqlite_store(), and those of `fill`; then there is no part.
[[nodiscard]] Stored<bool> create_sqlite_part(
    const SealedPlace& place, const SpaceIdentity& identity, const catalog::Catalog& catalog,
    const std::function<Stored<bool>(PartTransaction& part)>& fill);

/// A store, or a part of one.
enum class StoreSort : std::uint8_t { whole, part };

/// Opens a store. A catalog that has grown since gets its new tables and columns; what was kept of
/// unknown fields moves into them.
/// Errors: not_there, in_use, damaged (also by keys that are not its own), other_sort,
/// storage_full, storage_failed; other_version for a file written by a newer program, or with a
/// newer catalog: it is left as it is. `catalog` must outlive the store.
[[nodiscard]] Stored<std::unique_ptr<SealedStore>> open_sqlite_store(
    const SealedPlace& place, const catalog::Catalog& catalog, StoreSort sort = StoreSort::whole);

/// Whether a process, this one too, has the store open now. `file` is the place's.
/// Errors: not_there (no store), storage_failed.
[[nodiscard]] Stored<bool> is_sqlite_store_in_use(const std::filesystem::path& file);

/// Reads every page that is in use: opens the store, and is `damaged` where one is not what was
/// written, or the tables and their indexes do not agree. Else as open_sqlite_store().
[[nodiscard]] Stored<void> verify_sqlite_store(const SealedPlace& place,
                                               const catalog::Catalog& catalog,
                                               StoreSort sort = StoreSort::whole);

}  // namespace zhibu::server

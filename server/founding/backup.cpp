#include "server/founding/backup.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "server/founding/store_key.hpp"
#include "server/founding/store_place.hpp"
#include "shared/record/check.hpp"
#include "shared/record/random.hpp"

namespace zhibu::server {
namespace {

constexpr std::size_t copied_at_once = std::size_t{1} << 20U;

using Path = std::filesystem::path;

std::unexpected<FoundingError> failed(const StoreError& error) {
    return std::unexpected{explain(error)};
}

std::unexpected<FoundingError> cannot_copy(const Path& file) {
    return failed({StoreFault::storage_failed, file.string()});
}

std::expected<void, FoundingError> copy_bytes(vault::Disk& disk, const Path& from, const Path& to) {
    const auto source = disk.open(from);
    if (!source) {
        return cannot_copy(from);
    }
    const auto target = disk.create(to);
    if (!target) {
        return cannot_copy(to);
    }
    std::vector<std::uint8_t> bytes(copied_at_once);
    for (std::uint64_t at = 0;;) {
        const auto got = (*source)->read(bytes, at);
        if (!got) {
            return cannot_copy(from);
        }
        if (!(*target)->write(std::span{bytes}.first(*got), at)) {
            return cannot_copy(to);
        }
        at += *got;
        if (*got < bytes.size()) {
            break;
        }
    }
    if (!(*target)->sync()) {
        return cannot_copy(to);
    }
    return {};
}

/// What an attempt that was cut short has left.
std::expected<void, FoundingError> remove_store(vault::Disk& disk, const Path& store) {
    const auto remove = [&](const Path& file) { return !disk.has(file) || disk.remove(file); };
    if (!remove(store) || !std::ranges::all_of(beside_store_file, [&](const char* suffix) {
            return remove(beside(store, suffix));
        })) {
        return cannot_copy(store);
    }
    return {};
}

std::expected<void, FoundingError> expect_empty_folder(const Path& folder) {
    std::error_code failure;
    if (std::filesystem::exists(folder, failure) && !std::filesystem::is_empty(folder, failure)) {
        return failed({StoreFault::already_there, folder.string()});
    }
    if (failure) {
        return cannot_copy(folder);
    }
    return {};
}

std::expected<std::unique_ptr<SealedStore>, FoundingError> open_store(
    const SealedPlace& place, const catalog::Catalog& catalog) {
    auto store = open_sqlite_store(place, catalog);
    if (!store) {
        return failed(store.error());
    }
    return *std::move(store);
}

/// Opens a copy whose every page was read.
std::expected<std::unique_ptr<SealedStore>, FoundingError> open_verified(
    const SealedPlace& place, const catalog::Catalog& catalog) {
    if (auto verified = verify_sqlite_store(place, catalog); !verified) {
        return failed(verified.error());
    }
    return open_store(place, catalog);
}

/// Reads every record.
Stored<sync::DigestReply> digest_of(Store& store) {
    ZHIBU_TRY(reader, store.open_reader());
    ScopeFilter all;
    all.everything = true;
    return reader->digest(all);
}

std::expected<LogIndex, FoundingError> make_copy(const SealedStore& store, const SealedPlace& copy,
                                                 const catalog::Catalog& catalog,
                                                 const std::function<bool()>& goes_on) {
    const auto original = store.copy_to(copy, goes_on);
    if (!original) {
        return failed(original.error());
    }
    if (!*original) {
        return std::unexpected{stopped_before_its_end()};
    }
    ZHIBU_TRY(copied_store, open_verified(copy, catalog));
    const auto copied = digest_of(*copied_store);
    if (!copied) {
        return failed(copied.error());
    }
    if (*copied != **original) {
        return failed({StoreFault::damaged, copy.file.string()});
    }
    return (*original)->at;
}

std::expected<LogIndex, FoundingError> begin_epoch(Store& store, record::Random& random) {
    if (auto begun = store.begin_epoch(record::EpochId{record::make_uuid_v4(random)}); !begun) {
        return failed(begun.error());
    }
    const auto whole = digest_of(store);
    if (!whole) {
        return failed(whole.error());
    }
    return whole->at;
}

/// What lies there beside a store that is gone must not be taken for this one's.
std::expected<void, FoundingError> move_store(vault::Disk& disk, const Path& from, const Path& to) {
    for (const char* suffix : beside_store_file) {
        const Path file = beside(from, suffix);
        const Path target = beside(to, suffix);
        const bool done = disk.has(file)     ? disk.rename(file, target).has_value()
                          : disk.has(target) ? disk.remove(target).has_value()
                                             : true;
        if (!done) {
            return cannot_copy(target);
        }
    }
    // Durable before the store itself is: a cut in between leaves no store, never half of one.
    if (!disk.sync_folder(to.parent_path()) || !disk.rename(from, to) ||
        !disk.sync_folder(to.parent_path())) {
        return cannot_copy(to);
    }
    return {};
}

}  // namespace

std::expected<LogIndex, FoundingError> copy_verified(const SealedStore& store,
                                                     const SealedPlace& copy,
                                                     const catalog::Catalog& catalog,
                                                     const std::function<bool()>& goes_on) {
    auto made = make_copy(store, copy, catalog, goes_on);
    if (!made) {
        discard_copy(copy);
    }
    return made;
}

FoundingError stopped_before_its_end() {
    return {"服务器正在停止，备份没有完成，也没有留下任何文件。请在服务器启动后重试。",
            "The server is stopping: the backup was not finished, and nothing of it is left. Try "
            "again when the server runs."};
}

void discard_copy(const SealedPlace& copy) {
    vault::Disk& disk = disk_of(copy);
    static_cast<void>(remove_store(disk, copy.file));
    static_cast<void>(disk.remove(beside(copy.file, ".lock")));
}

std::expected<LogIndex, FoundingError> note_backup(Store& store, LogIndex through) {
    const auto done = [&]() -> Stored<void> {
        ZHIBU_TRY(transaction, store.begin());
        ZHIBU_TRY_VOID(transaction->set_backed_up(through));
        return transaction->commit();
    }();
    if (!done) {
        return failed(done.error());
    }
    return through;
}

std::expected<void, FoundingError> copy_store_files(vault::Disk& disk, const Path& from,
                                                    const Path& to) {
    // Its own file last.
    if (!disk.make_folder(to.parent_path())) {
        return cannot_copy(to.parent_path());
    }
    for (const char* suffix : beside_store_file) {
        if (disk.has(beside(from, suffix))) {
            ZHIBU_TRY_VOID(copy_bytes(disk, beside(from, suffix), beside(to, suffix)));
        }
    }
    ZHIBU_TRY_VOID(copy_bytes(disk, from, to));
    if (!disk.sync_folder(to.parent_path())) {
        return cannot_copy(to.parent_path());
    }
    return {};
}

StoreAccess system_access(vault::Disk& disk, const StorePlace& place, record::Random& random) {
    // Read once: from standard input it comes no second time.
    const auto key = std::make_shared<std::optional<keys::SecretBytes>>();
    return {disk,
            [place, &random, key](const Path& store) -> std::expected<SealedPlace, FoundingError> {
                if (!*key) {
                    auto read = read_store_key(place.files, place.store_key);
                    if (!read) {
                        return std::unexpected{explain(read.error())};
                    }
                    *key = *std::move(read);
                }
                const auto data_keys = load_data_keys(ServerFiles{store.parent_path()}.data_keys(),
                                                      keys::SecretBytes{(*key)->span()});
                if (!data_keys) {
                    return std::unexpected{explain(data_keys.error())};
                }
                return SealedPlace{store, data_keys->ring(), &random};
            }};
}

std::expected<LogIndex, FoundingError> back_up(const StoreAccess& access, const Path& store,
                                               const Path& copy, const catalog::Catalog& catalog) {
    ZHIBU_TRY(sealed, access.seal(store));
    ZHIBU_TRY(opened, open_store(sealed, catalog));
    if (!access.disk.make_folder(copy.parent_path())) {
        return cannot_copy(copy.parent_path());
    }
    ZHIBU_TRY(target, access.seal(copy));
    ZHIBU_TRY(through, copy_verified(*opened, target, catalog, [] { return true; }));
    return note_backup(*opened, through);
}

std::expected<LogIndex, FoundingError> put_back(const StoreAccess& access, const Path& copy,
                                                const Path& waiting, const Path& store,
                                                const catalog::Catalog& catalog,
                                                record::Random& random, const GrowCopy& grow) {
    if (access.disk.has(store)) {
        return failed({StoreFault::already_there, store.string()});
    }
    // Of the new epoch before it is in its place: whatever happens, no server runs it as the old.
    ZHIBU_TRY_VOID(remove_store(access.disk, waiting));
    ZHIBU_TRY_VOID(copy_store_files(access.disk, copy, waiting));
    LogIndex begins;
    {
        ZHIBU_TRY(place, access.seal(waiting));
        ZHIBU_TRY(opened, open_verified(place, catalog));
        ZHIBU_TRY_VOID(grow(*opened));
        ZHIBU_TRY(head, begin_epoch(*opened, random));
        begins = head;
    }
    ZHIBU_TRY_VOID(move_store(access.disk, waiting, store));
    return begins;
}

std::expected<SealedPlace, FoundingError> prepare_copy(const Path& folder,
                                                       const vault::KeptKeys& keys,
                                                       record::Random& random) {
    ZHIBU_TRY_VOID(expect_empty_folder(folder));
    if (!vault::SystemDisk{}.make_folder(folder)) {
        return cannot_copy(folder);
    }
    const ServerFiles files{folder};
    const auto own = keys.make_alike(files.data_keys(), random);
    if (!own) {
        return cannot_copy(files.data_keys());
    }
    return SealedPlace{files.store(), own->ring(), &random};
}

std::expected<LogIndex, FoundingError> begin_new_epoch(const StorePlace& place,
                                                       const catalog::Catalog& catalog,
                                                       record::Random& random) {
    ZHIBU_TRY(opened, open_store(place, ClusterUse::alone, catalog, random));
    return begin_epoch(*opened.store, random);
}

}  // namespace zhibu::server

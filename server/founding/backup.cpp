#include "server/founding/backup.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "server/founding/store_key.hpp"
#include "server/store/sqlite/sqlite_store.hpp"
#include "shared/record/check.hpp"
#include "shared/record/random.hpp"
#include "shared/vault/disk.hpp"

namespace zhibu::server {
namespace {

constexpr std::size_t copied_at_once = std::size_t{1} << 20U;

/// What a store consists of, beside its file. The WAL may be absent, and the journal of a change of
/// the data key mostly is.
constexpr std::array<const char*, 4> beside_it{"-wal", ".rekey", ".head", ".keys"};

using Path = std::filesystem::path;

std::unexpected<FoundingError> failed(const StoreError& error) {
    return std::unexpected{explain(error)};
}

std::unexpected<FoundingError> cannot_copy(const Path& file) {
    return failed({StoreFault::storage_failed, file.string()});
}

Path with_suffix(Path file, const char* suffix) {
    file += suffix;
    return file;
}

std::expected<void, FoundingError> copy_bytes(const Path& from, const Path& to) {
    vault::SystemDisk disk;
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

/// The files of the store at `from` to another folder, its own file last.
std::expected<void, FoundingError> copy_store(const ServerFiles& from, const ServerFiles& to) {
    for (const char* suffix : beside_it) {
        const Path file = with_suffix(from.store(), suffix);
        std::error_code ignored;
        if (std::filesystem::exists(file, ignored)) {
            ZHIBU_TRY_VOID(copy_bytes(file, with_suffix(to.store(), suffix)));
        }
    }
    ZHIBU_TRY_VOID(copy_bytes(from.store(), to.store()));
    if (!vault::SystemDisk{}.sync_folder(to.folder)) {
        return cannot_copy(to.folder);
    }
    return {};
}

std::expected<void, FoundingError> make_empty_folder(const Path& folder) {
    std::error_code failure;
    if (std::filesystem::exists(folder, failure) && !std::filesystem::is_empty(folder, failure)) {
        return failed({StoreFault::already_there, folder.string()});
    }
    if (failure || !vault::SystemDisk{}.make_folder(folder)) {
        return cannot_copy(folder);
    }
    return {};
}

/// @param key_place  where the store key lies, wherever the store does
std::expected<SealedPlace, FoundingError> sealed_place(const ServerFiles& files,
                                                       const StorePlace& key_place,
                                                       record::Random& random) {
    auto store_key = read_store_key(key_place.files, key_place.store_key);
    if (!store_key) {
        return std::unexpected{explain(store_key.error())};
    }
    const auto data_keys = load_data_keys(files, *std::move(store_key));
    if (!data_keys) {
        return std::unexpected{explain(data_keys.error())};
    }
    return SealedPlace{files.store(), data_keys->ring(), &random};
}

std::expected<std::unique_ptr<Store>, FoundingError> open_store(const SealedPlace& place,
                                                                const catalog::Catalog& catalog) {
    auto store = open_sqlite_store(place, catalog);
    if (!store) {
        return failed(store.error());
    }
    return *std::move(store);
}

/// Opens a copy whose every page was read.
std::expected<std::unique_ptr<Store>, FoundingError> open_verified(const ServerFiles& files,
                                                                   const StorePlace& key_place,
                                                                   const catalog::Catalog& catalog,
                                                                   record::Random& random) {
    ZHIBU_TRY(place, sealed_place(files, key_place, random));
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

Stored<void> note_backup(Store& store, LogIndex through) {
    ZHIBU_TRY(transaction, store.begin());
    ZHIBU_TRY_VOID(transaction->set_backed_up(through));
    return transaction->commit();
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

std::expected<void, FoundingError> move_store(const ServerFiles& from, const ServerFiles& to) {
    vault::SystemDisk disk;
    const auto move = [&](const char* suffix) -> std::expected<void, FoundingError> {
        const Path file = with_suffix(from.store(), suffix);
        std::error_code ignored;
        if (std::filesystem::exists(file, ignored) &&
            !disk.rename(file, with_suffix(to.store(), suffix))) {
            return cannot_copy(file);
        }
        return {};
    };
    for (const char* suffix : beside_it) {
        ZHIBU_TRY_VOID(move(suffix));
    }
    ZHIBU_TRY_VOID(move(""));
    if (!disk.sync_folder(to.folder)) {
        return cannot_copy(to.folder);
    }
    return {};
}

}  // namespace

std::expected<LogIndex, FoundingError> back_up(const StorePlace& place, const Path& folder,
                                               const catalog::Catalog& catalog,
                                               record::Random& random) {
    // Held open until the end: no server can begin to write meanwhile.
    ZHIBU_TRY(sealed, sealed_place(place.files, place, random));
    ZHIBU_TRY(store, open_store(sealed, catalog));
    ZHIBU_TRY_VOID(make_empty_folder(folder));
    const ServerFiles copy{folder};
    ZHIBU_TRY_VOID(copy_store(place.files, copy));
    const auto original = digest_of(*store);
    if (!original) {
        return failed(original.error());
    }
    {
        ZHIBU_TRY(copied_store, open_verified(copy, place, catalog, random));
        const auto copied = digest_of(*copied_store);
        if (!copied) {
            return failed(copied.error());
        }
        if (*copied != *original) {
            return failed({StoreFault::damaged, copy.store().string()});
        }
    }
    if (auto noted = note_backup(*store, original->at); !noted) {
        return failed(noted.error());
    }
    return original->at;
}

std::expected<LogIndex, FoundingError> put_back(const StorePlace& place, const Path& folder,
                                                const catalog::Catalog& catalog,
                                                record::Random& random) {
    std::error_code ignored;
    if (std::filesystem::exists(place.files.store(), ignored)) {
        return failed({StoreFault::already_there, place.files.store().string()});
    }
    // Of the new epoch before it is in its place: whatever happens, no server runs it as the old.
    const ServerFiles waiting{place.files.folder / "restoring"};
    std::filesystem::remove_all(waiting.folder, ignored);
    ZHIBU_TRY_VOID(make_empty_folder(waiting.folder));
    ZHIBU_TRY_VOID(copy_store(ServerFiles{folder}, waiting));
    LogIndex begins;
    {
        ZHIBU_TRY(store, open_verified(waiting, place, catalog, random));
        ZHIBU_TRY(head, begin_epoch(*store, random));
        begins = head;
    }
    ZHIBU_TRY_VOID(move_store(waiting, place.files));
    std::filesystem::remove_all(waiting.folder, ignored);
    return begins;
}

std::expected<LogIndex, FoundingError> begin_new_epoch(const StorePlace& place,
                                                       const catalog::Catalog& catalog,
                                                       record::Random& random) {
    ZHIBU_TRY(sealed, sealed_place(place.files, place, random));
    ZHIBU_TRY(store, open_store(sealed, catalog));
    return begin_epoch(*store, random);
}

}  // namespace zhibu::server

#include "server/store/sqlite/detail/sealing.hpp"

#include <optional>
#include <utility>

#include "server/store/rows/failure.hpp"
#include "server/store/rows/reading_on.hpp"
#include "shared/record/check.hpp"
#include "shared/vault/disk.hpp"
#include "shared/vault/reseal_journal.hpp"
#include "shared/vault/storage_file.hpp"

namespace zhibu::server {

std::filesystem::path beside(std::filesystem::path file, const char* suffix) {
    file += suffix;
    return file;
}

vault::Disk& disk_of(const SealedPlace& place) {
    static vault::SystemDisk system;
    return place.volume == nullptr ? system : place.volume->disk;
}

}  // namespace zhibu::server

namespace zhibu::server::detail {
namespace {

vault::Vfs& sealing_files() {
    static vault::Vfs vfs{"zhibu-server-store"};
    return vfs;
}

std::filesystem::path head_file(const SealedPlace& place) { return beside(place.file, ".head"); }

std::filesystem::path rekey_journal(const std::filesystem::path& store) {
    return beside(store, ".rekey");
}

vault::Disk& disk() {
    static vault::SystemDisk only;
    return only;
}

[[noreturn]] void fail(const vault::VaultError& error, const char* place) {
    throw Failed(error.fault == vault::VaultFault::storage_failed ? StoreFault::storage_failed
                                                                  : StoreFault::damaged,
                 place);
}

[[noreturn]] void fail(const vault::VaultError& error) { fail(error, "head record"); }

vault::HeadFile read_head(const SealedPlace& place) {
    auto file = disk_of(place).open(head_file(place));
    if (!file) {
        fail(file.error());
    }
    auto head = vault::HeadFile::open(*std::move(file), place.keys, {.random = *place.random});
    if (!head) {
        fail(head.error());
    }
    return *std::move(head);
}

}  // namespace

std::optional<record::Hash> hash_at(Tables& tables, LogIndex index) {
    if (index.position == 0) {
        return record::Hash{};
    }
    Query row = tables.connection.query("SELECT group_hash FROM zhibu_log WHERE idx=?");
    return row.bind_position(index.position).step() ? std::optional{row.hash(0)} : std::nullopt;
}

record::Sequence as_sequence(LogIndex index) { return record::Sequence{index.position}; }

vault::Vfs& files_of(const SealedPlace& place) {
    return place.volume == nullptr ? sealing_files() : place.volume->files;
}

vault::KeyedFile keyed(const SealedPlace& place, const std::filesystem::path& file,
                       std::uint64_t pages_sealed) {
    auto made = files_of(place).key(file, place.keys,
                                    {.random = *place.random,
                                     .pages_sealed = pages_sealed,
                                     .sharing = vault::Sharing::one_process});
    if (!made) {
        throw Failed(StoreFault::storage_failed, made.error().place);
    }
    return *std::move(made);
}

const SealedPlace& mended(const SealedPlace& place) {
    if (place.keys->epochs().size() > 1) {
        const auto replayed = vault::ResealJournal::replay(disk(), rekey_journal(place.file),
                                                           place.file, place.keys, *place.random);
        if (!replayed) {
            fail(replayed.error(), "rekey journal");
        }
    }
    return place;
}

vault::Rekeying begin_rekeying(vault::Rekeying::Parts parts, const std::filesystem::path& store,
                               std::optional<keys::SecretBytes> next_store_key) {
    auto journal = vault::ResealJournal::open(disk(), rekey_journal(store));
    if (!journal) {
        fail(journal.error(), "rekey journal");
    }
    if (parts.keys->holds_two()) {
        ZHIBU_CHECK(!next_store_key);
        return vault::Rekeying{parts, *std::move(journal)};
    }
    auto begun = vault::Rekeying::begin(parts, *std::move(journal), std::move(next_store_key));
    if (!begun) {
        fail(begun.error(), "wrapped keys");
    }
    return *std::move(begun);
}

vault::RekeyStep rekey(vault::Rekeying& rekeying) {
    const auto step = rekeying.step();
    if (!step) {
        fail(step.error(), "rekeying");
    }
    return *step;
}

void remove_rekey_journal(const std::filesystem::path& store) {
    // Where it stays it is empty.
    static_cast<void>(disk().remove(rekey_journal(store)));
}

void Acknowledged::make(const SealedPlace& place, const vault::HeadRecord& first) {
    const std::filesystem::path file = head_file(place);
    vault::Disk& disk = disk_of(place);
    static_cast<void>(disk.remove(file));
    auto made = disk.create(file);
    if (!made) {
        fail(made.error());
    }
    const auto head =
        vault::HeadFile::create(*std::move(made), place.keys, {.random = *place.random}, first);
    if (!head) {
        fail(head.error());
    }
}

Acknowledged::Acknowledged(const SealedPlace& place) : head_{read_head(place)} {}

void Acknowledged::check(Tables& tables) const {
    const LogIndex newest = tables.log.head();
    const LogIndex acknowledged = head_.latest().log_index;
    const vault::HeadVerdict verdict = vault::compare(
        head_.latest(), {as_sequence(newest), newest, hash_at(tables, acknowledged)});
    if (verdict == vault::HeadVerdict::behind || verdict == vault::HeadVerdict::forked) {
        throw Failed(StoreFault::damaged, "behind its head record");
    }
}

void Acknowledged::note(Tables& tables, std::uint64_t pages_sealed) {
    const LogIndex newest = tables.log.head();
    const auto hash = hash_at(tables, newest);
    ZHIBU_CHECK(hash.has_value());
    const bool head_is_durable =
        head_.write({as_sequence(newest), *hash, newest, pages_sealed}).has_value();
    ZHIBU_CHECK(head_is_durable);
}

}  // namespace zhibu::server::detail

#include <sqlite3.h>

#include <memory>

#include "server/store/rows/failure.hpp"
#include "server/store/rows/scope_digests.hpp"
#include "server/store/rows/transaction.hpp"
#include "server/store/sqlite/detail/fresh_file.hpp"
#include "server/store/sqlite/detail/sealing.hpp"
#include "server/store/sqlite/detail/sqlite_tables.hpp"

namespace zhibu::server::detail {
namespace {

/// 2 MiB, so that a stop is heeded at once.
constexpr int pages_at_once = 512;

struct Ended {
    void operator()(sqlite3_backup* backup) const noexcept { sqlite3_backup_finish(backup); }
};

/// Every page of `from`, as of the moment that its transaction reads, in one transaction of `to`.
/// False: told to stop.
bool copy_pages(SqliteConnection& from, SqliteConnection& to,
                const std::function<bool()>& goes_on) {
    const std::unique_ptr<sqlite3_backup, Ended> backup{
        sqlite3_backup_init(to.handle(), "main", from.handle(), "main")};
    if (backup == nullptr) {
        throw_failure(sqlite3_extended_errcode(to.handle()));
    }
    for (;;) {
        if (!goes_on()) {
            return false;
        }
        const int code = sqlite3_backup_step(backup.get(), pages_at_once);
        if (code == SQLITE_DONE) {
            return true;
        }
        if (code != SQLITE_OK) {
            throw_failure(code);
        }
    }
}

/// A medium whose sync fails must end the copy, not this process: the file is synced whole before
/// it has its name.
void sync_at_the_end(SqliteTables& tables) { tables.database.execute("PRAGMA synchronous=OFF"); }

void make_durable(const SealedPlace& place, const std::filesystem::path& file) {
    const auto opened = disk_of(place).open(file);
    if (!opened || !(*opened)->sync()) {
        throw Failed(StoreFault::storage_failed, file.string());
    }
}

/// Where the log ends that `tables` hold.
vault::HeadRecord head_of(Tables& tables, std::uint64_t pages_sealed) {
    vault::HeadRecord head;
    head.log_index = tables.log.head();
    head.sequence = as_sequence(head.log_index);
    const auto hash = hash_at(tables, head.log_index);
    if (!hash) {
        throw Failed(StoreFault::damaged, "zhibu_log");
    }
    head.chain_hash = *hash;
    head.pages_sealed = pages_sealed;
    return head;
}

std::optional<vault::HeadRecord> write_copy(SqliteTables& from, const catalog::Catalog& catalog,
                                            const SealedPlace& place,
                                            const std::filesystem::path& fresh,
                                            const std::function<bool()>& goes_on) {
    const vault::KeyedFile keyed = detail::keyed(place, fresh, 0);
    std::optional<vault::HeadRecord> head;
    {
        SqliteTables to(fresh, SqliteConnection::Use::fresh, files_of(place).name(), catalog);
        sync_at_the_end(to);
        if (!copy_pages(from.database, to.database, goes_on)) {
            return std::nullopt;
        }
        to.database.empty_wal();
        head = head_of(to, keyed.pages_sealed());
    }
    make_durable(place, fresh);
    return head;
}

bool fill_part(SqliteTables& tables, const SpaceIdentity& identity, const catalog::Catalog& catalog,
               const std::function<Stored<bool>(PartTransaction& part)>& fill) {
    bool in_transaction = false;
    const std::function<void()> nobody_is_told = [] {};
    const auto transaction = begin_transaction(tables, in_transaction, nobody_is_told);
    fill_tables(tables, identity, catalog);
    tables.begins_after = identity.part->after;
    if (!value_of(fill(*transaction))) {
        return false;
    }
    value_of(transaction->commit());
    return true;
}

}  // namespace

FillFresh part_of(const SealedPlace& place, const SpaceIdentity& identity,
                  const catalog::Catalog& catalog,
                  const std::function<Stored<bool>(PartTransaction& part)>& fill) {
    return [&](const std::filesystem::path& fresh) -> std::optional<vault::HeadRecord> {
        const vault::KeyedFile keyed = detail::keyed(place, fresh, 0);
        std::optional<vault::HeadRecord> head;
        {
            SqliteTables tables(fresh, SqliteConnection::Use::fresh, files_of(place).name(),
                                catalog);
            sync_at_the_end(tables);
            if (!fill_part(tables, identity, catalog, fill)) {
                return std::nullopt;
            }
            tables.database.empty_wal();
            head = head_of(tables, keyed.pages_sealed());
        }
        make_durable(place, fresh);
        return head;
    };
}

FillFresh copy_of(const CopySource& source, const SealedPlace& place,
                  const std::function<bool()>& goes_on, sync::DigestReply& copied) {
    return [&, source](const std::filesystem::path& fresh) {
        SqliteTables from(source.file, SqliteConnection::Use::reader, source.vfs, source.catalog);
        from.connection.begin_reading();
        ScopeFilter all;
        all.everything = true;
        copied = ScopeDigests{}.of(from, all);
        auto head = write_copy(from, source.catalog, place, fresh, goes_on);
        from.connection.roll_back();
        return head;
    };
}

}  // namespace zhibu::server::detail

#include "server/store/sqlite/detail/fresh_file.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "server/store/rows/failure.hpp"
#include "server/store/rows/transaction.hpp"
#include "server/store/sqlite/detail/sealing.hpp"
#include "server/store/sqlite/detail/sqlite_tables.hpp"

namespace zhibu::server::detail {
const char* const leaf_tables = R"sql(
CREATE TABLE zhibu_leaf(
  idx INTEGER PRIMARY KEY, group_commitment BLOB NOT NULL, group_salt BLOB,
  verdict_commitment BLOB NOT NULL, verdict_salt BLOB);
CREATE TABLE zhibu_subtree(
  level INTEGER, idx INTEGER, hash BLOB NOT NULL, PRIMARY KEY(level, idx)) WITHOUT ROWID;
)sql";

const char* const later_tables = R"sql(
CREATE TABLE IF NOT EXISTS zhibu_staged(
  device BLOB PRIMARY KEY, account BLOB NOT NULL, incarnation BLOB NOT NULL,
  sequence INTEGER NOT NULL, is_boxed INTEGER NOT NULL, bytes INTEGER NOT NULL,
  hash BLOB NOT NULL, signature BLOB NOT NULL, held INTEGER NOT NULL,
  touched_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS zhibu_staged_part(
  device BLOB NOT NULL, at INTEGER NOT NULL, content BLOB NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS zhibu_staged_part_place ON zhibu_staged_part(device, at);
CREATE TABLE IF NOT EXISTS zhibu_second_factor(
  account BLOB, is_pending INTEGER, secret BLOB NOT NULL, last_step INTEGER NOT NULL,
  recovery_codes BLOB NOT NULL, PRIMARY KEY(account, is_pending)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS zhibu_device_contact(
  device BLOB PRIMARY KEY, at INTEGER NOT NULL, version BLOB NOT NULL,
  incarnation BLOB NOT NULL, newest INTEGER NOT NULL) WITHOUT ROWID;
)sql";

namespace {

/// What is not a record kind. zhibu_waiting holds entries that came before their owner. In
/// zhibu_log what is long stands last, so that a look at the rest does not read it.
/// zhibu_log_place's place is an organisation that sees an effect of the position, or the
/// incarnation whose group was taken verbatim.
constexpr const char* own_tables = R"sql(
CREATE TABLE zhibu_meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE zhibu_place(
  organisation BLOB, record BLOB, PRIMARY KEY(organisation, record)) WITHOUT ROWID;
CREATE TABLE zhibu_waiting(
  owner BLOB, record BLOB, PRIMARY KEY(owner, record)) WITHOUT ROWID;
CREATE TABLE zhibu_log(
  idx INTEGER PRIMARY KEY, device BLOB NOT NULL, incarnation BLOB NOT NULL,
  sequence INTEGER NOT NULL, group_hash BLOB NOT NULL, is_fork INTEGER NOT NULL,
  outcome INTEGER NOT NULL, author BLOB NOT NULL, action TEXT NOT NULL,
  committed_at INTEGER NOT NULL, verbatim INTEGER NOT NULL, tree_changed INTEGER NOT NULL,
  verdict BLOB NOT NULL, receipt_signature BLOB NOT NULL, places BLOB NOT NULL,
  effects BLOB NOT NULL, signature BLOB NOT NULL, sealed BLOB NOT NULL);
CREATE UNIQUE INDEX zhibu_log_name ON zhibu_log(device, incarnation, sequence, group_hash);
CREATE INDEX zhibu_log_tree ON zhibu_log(idx) WHERE tree_changed=1;
CREATE TABLE zhibu_log_place(place BLOB, idx INTEGER, PRIMARY KEY(place, idx)) WITHOUT ROWID;
CREATE TABLE zhibu_chain(
  device BLOB, incarnation BLOB, last_sequence INTEGER NOT NULL, last_hash BLOB NOT NULL,
  PRIMARY KEY(device, incarnation)) WITHOUT ROWID;
CREATE TABLE zhibu_credential(
  account BLOB PRIMARY KEY, public_key BLOB NOT NULL, salt BLOB NOT NULL,
  memory_kib INTEGER NOT NULL, passes INTEGER NOT NULL, lanes INTEGER NOT NULL,
  changed_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE zhibu_device_key(
  device BLOB PRIMARY KEY, account BLOB NOT NULL, public_key BLOB NOT NULL,
  certificate_fingerprint BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE zhibu_enrolment_code(
  code_hash BLOB PRIMARY KEY, account BLOB NOT NULL, expires_at INTEGER NOT NULL,
  used_at INTEGER) WITHOUT ROWID;
)sql";

/// Mode 0600 from the start; SQLite gives the files beside it the mode of this one.
void make_empty_file(vault::Disk& disk, const std::filesystem::path& file) {
    if (!disk.create(file)) {
        throw Failed(StoreFault::storage_failed, "new file");
    }
}

void remove_unfinished(vault::Disk& disk, const std::filesystem::path& fresh) {
    for (const char* suffix : {"", "-wal"}) {
        static_cast<void>(disk.remove(beside(fresh, suffix)));
    }
}

void write_empty(const SealedPlace& place, const std::filesystem::path& fresh,
                 const SpaceIdentity& identity, const catalog::Catalog& catalog) {
    const vault::KeyedFile keyed = detail::keyed(place, fresh, 0);
    SqliteTables tables(fresh, SqliteConnection::Use::fresh, files_of(place).name(), catalog);
    {
        bool in_transaction = false;
        const std::function<void()> nobody_is_told = [] {};
        const auto transaction = begin_transaction(tables, in_transaction, nobody_is_told);
        fill_tables(tables, identity, catalog);
        value_of(transaction->commit());
    }
    tables.database.empty_wal();
}

}  // namespace

void fill_tables(SqliteTables& tables, const SpaceIdentity& identity,
                 const catalog::Catalog& catalog) {
    SqliteConnection& connection = tables.database;
    connection.execute(own_tables);
    connection.execute(leaf_tables);
    connection.execute(later_tables);
    connection.execute("PRAGMA user_version=" + std::to_string(format_version));
    tables.columns.create_tables();
    Query row = connection.query("INSERT INTO zhibu_meta(name, value) VALUES(?, ?)");
    row.bind(std::string_view("space")).bind(identity.space.uuid.bytes).run();
    row.again();
    row.bind(std::string_view("epoch")).bind(identity.epoch.uuid.bytes).run();
    row.again();
    row.bind(std::string_view("name")).bind(std::string_view(identity.name)).run();
    row.again();
    row.bind(std::string_view("catalog_version")).bind(std::int64_t{catalog.version()}).run();
    if (identity.restored_at) {
        tables.meta.note_restored(*identity.restored_at);
    }
    if (identity.part) {
        tables.meta.set_part_after(identity.part->after);
        row.again();
        row.bind(std::string_view("part_continues")).bind(identity.part->continues).run();
        row.again();
        row.bind(std::string_view("part_head")).bind(identity.part->head).run();
    }
}

bool create_file(const SealedPlace& place, const FillFresh& fill) {
    const std::filesystem::path fresh = beside(place.file, ".new");
    vault::Disk& disk = disk_of(place);
    remove_unfinished(disk, fresh);
    try {
        make_empty_file(disk, fresh);
        const std::optional<vault::HeadRecord> head = fill(fresh);
        if (!head) {
            remove_unfinished(disk, fresh);
            return false;
        }
        Acknowledged::make(place, *head);
        if (!disk.rename(fresh, place.file)) {
            throw Failed(StoreFault::storage_failed, "rename");
        }
    } catch (...) {
        remove_unfinished(disk, fresh);
        remove_unfinished(disk, beside(place.file, ".head"));
        throw;
    }
    if (!disk.sync_folder(place.file.has_parent_path() ? place.file.parent_path() : ".")) {
        throw Failed(StoreFault::storage_failed, "directory");
    }
    return true;
}

FillFresh empty_store(const SealedPlace& place, const SpaceIdentity& identity,
                      const catalog::Catalog& catalog) {
    return [&](const std::filesystem::path& fresh) {
        write_empty(place, fresh, identity, catalog);
        return std::optional{vault::HeadRecord{}};
    };
}

}  // namespace zhibu::server::detail

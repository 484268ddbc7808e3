#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "client/replica/detail/body.hpp"
#include "client/replica/detail/failure.hpp"

namespace zhibu::client {
namespace {

using detail::Failed;

/// Raised when the tables below change; a file of a higher one is not touched.
constexpr std::int64_t format_version = 2;
/// Kept the chunks of a snapshot as they came, in a table `staged`.
constexpr std::int64_t format_of_staged_chunks = 1;

/// What is not a record kind. `image` holds the confirmed state of each record that has groups in
/// `overlay` (NULL: the record is not confirmed at all); the kinds' tables show it with those
/// groups applied. From `own_group` nothing is ever deleted.
constexpr const char* own_tables = R"sql(
CREATE TABLE meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE image(kind INTEGER, id BLOB, state BLOB, PRIMARY KEY(kind, id)) WITHOUT ROWID;
CREATE TABLE own_group(
  sequence INTEGER PRIMARY KEY, sealed BLOB NOT NULL, signature BLOB NOT NULL, hash BLOB NOT NULL,
  stage INTEGER NOT NULL, made_at INTEGER NOT NULL, action TEXT NOT NULL,
  log_index INTEGER, verdict BLOB, receipt_signature BLOB, verdict_epoch BLOB,
  parked_rule TEXT, parked_kind INTEGER, parked_id BLOB);
CREATE INDEX own_group_stage ON own_group(stage);
CREATE INDEX own_group_unjudged ON own_group(sequence) WHERE verdict IS NULL;
CREATE TABLE former_verdict(
  sequence INTEGER, epoch BLOB, verdict BLOB NOT NULL, receipt_signature BLOB NOT NULL,
  PRIMARY KEY(sequence, epoch)) WITHOUT ROWID;
CREATE TABLE overlay(
  kind INTEGER, id BLOB, sequence INTEGER, PRIMARY KEY(kind, id, sequence)) WITHOUT ROWID;
CREATE INDEX overlay_sequence ON overlay(sequence);
)sql";

/// What was added since, made wherever it is missing. `history` holds what the log has told about
/// each record, `staged_entry` the parts that have come of an entry of the tail, `note` what this
/// account wants kept here, `above` the names of the organisations above its scope.
constexpr const char* added_tables = R"sql(
CREATE TABLE IF NOT EXISTS history(
  kind INTEGER, id BLOB, log_index INTEGER, device BLOB NOT NULL, sequence INTEGER NOT NULL,
  author BLOB NOT NULL, action TEXT NOT NULL, committed_at INTEGER NOT NULL, sort INTEGER NOT NULL,
  before BLOB, after BLOB, PRIMARY KEY(kind, id, log_index)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS staged_entry(ordinal INTEGER PRIMARY KEY, part BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS note(name TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS above(
  rank INTEGER PRIMARY KEY, id BLOB NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL);
)sql";

/// Raised when what stands in `search` changes for the same record.
constexpr std::int64_t search_version = 1;

std::filesystem::path with_suffix(std::filesystem::path file, const char* suffix) {
    file += suffix;
    return file;
}

/// Mode 0600 from the start; SQLite gives its WAL the mode of the file.
void make_empty_file(vault::Disk& disk, const std::filesystem::path& file) {
    if (!disk.create(file)) {
        throw Failed(ReplicaFault::storage_failed, "new file");
    }
}

/// The lock of a file that other programs can reach.
std::unique_ptr<detail::FileLock> lock_of(const SealedPlace& place) {
    return place.volume != nullptr
               ? nullptr
               : std::make_unique<detail::FileLock>(with_suffix(place.file, ".lock"));
}

}  // namespace

Replica::Body::Body(std::unique_ptr<detail::FileLock> lock,
                    std::unique_ptr<detail::Connection> connection, const catalog::Catalog& catalog,
                    record::Clock& clock, record::Random& random)
    : lock_(std::move(lock)),
      connection_(std::move(connection)),
      catalog_(catalog),
      clock_(clock),
      random_(random),
      rows_(*connection_, catalog),
      staged_rows_(*connection_, catalog) {}

std::unique_ptr<Replica::Body> Replica::Body::create(const SealedPlace& place,
                                                     const ReplicaIdentity& identity,
                                                     const catalog::Catalog& catalog,
                                                     record::Clock& clock, record::Random& random) {
    const std::filesystem::path& file = place.file;
    auto lock = lock_of(place);
    vault::Disk& disk = detail::disk_of(place);
    if (disk.has(file)) {
        throw Failed(ReplicaFault::already_there, "file");
    }
    // Made whole under another name: a cut in between leaves no half replica behind.
    const std::filesystem::path fresh = with_suffix(file, ".new");
    static_cast<void>(disk.remove(fresh));
    static_cast<void>(disk.remove(with_suffix(fresh, "-wal")));
    make_empty_file(disk, fresh);
    {
        Body body(nullptr,
                  std::make_unique<detail::Connection>(
                      SealedPlace{fresh, place.keys, nullptr, place.volume}, random),
                  catalog, clock, random);
        body.create_schema(identity);
    }
    make_head(place, random);
    if (!disk.rename(fresh, file)) {
        throw Failed(ReplicaFault::storage_failed, "rename");
    }
    if (!disk.sync_folder(file.has_parent_path() ? file.parent_path() : ".")) {
        throw Failed(ReplicaFault::storage_failed, "directory");
    }
    return take_up(std::move(lock), place, catalog, clock, random);
}

std::unique_ptr<Replica::Body> Replica::Body::open(const SealedPlace& place,
                                                   const catalog::Catalog& catalog,
                                                   record::Clock& clock, record::Random& random) {
    if (!detail::disk_of(place).has(place.file)) {
        throw Failed(ReplicaFault::not_there, "file");
    }
    auto lock = lock_of(place);
    return take_up(std::move(lock), place, catalog, clock, random);
}

std::unique_ptr<Replica::Body> Replica::Body::take_up(std::unique_ptr<detail::FileLock> lock,
                                                      const SealedPlace& place,
                                                      const catalog::Catalog& catalog,
                                                      record::Clock& clock,
                                                      record::Random& random) {
    vault::HeadFile head = read_head(place, random);
    auto body = std::make_unique<Body>(
        std::move(lock), std::make_unique<detail::Connection>(place, random, pages_at_most(head)),
        catalog, clock, random);
    body->check_schema();
    body->check_head(std::move(head));
    body->escrow_ = place.escrow;
    static_cast<void>(body->fill_escrow());
    body->forget_erased();
    return body;
}

void Replica::Body::create_schema(const ReplicaIdentity& identity) {
    detail::WriteTransaction transaction(*connection_);
    connection_->execute(own_tables);
    connection_->execute("PRAGMA user_version=" + std::to_string(format_version));
    make_missing_tables();
    set_blob("space", identity.space.uuid.bytes);
    set_blob("device", identity.device.uuid.bytes);
    set_blob("account", identity.account.uuid.bytes);
    set_blob("incarnation", record::make_uuid_v4(random_).bytes);
    set_number("catalog_version", catalog_.version());
    set_number("confirmed", 0);
    transaction.commit();
}

void Replica::Body::check_schema() {
    std::int64_t version = 0;
    {
        detail::Query asked = connection_->query("PRAGMA user_version");
        version = asked.step() ? asked.integer(0) : 0;
    }
    if (version != format_version && version != format_of_staged_chunks) {
        throw Failed(version > format_version ? ReplicaFault::other_version : ReplicaFault::damaged,
                     "format " + std::to_string(version));
    }
    const std::optional<std::int64_t> known = number("catalog_version");
    if (!known) {
        throw Failed(ReplicaFault::damaged, "catalog_version");
    }
    detail::WriteTransaction transaction(*connection_);
    const bool has_new_tables = make_missing_tables();
    if (version == format_of_staged_chunks) {
        drop_staged();
        connection_->execute("DROP TABLE staged");
        connection_->execute("PRAGMA user_version=" + std::to_string(format_version));
    }
    if (number("search_version") != search_version) {
        rows_.index_again();
        set_number("search_version", search_version);
    }
    if (has_new_tables || *known != catalog_.version()) {
        drop_staged();
        rows_.adopt_newer_catalog();
        set_number("catalog_version", catalog_.version());
    }
    transaction.commit();
}

bool Replica::Body::make_missing_tables() {
    // The catalog's version alone would not do: a program under development changes its catalog
    // before it raises the number. To ask each table at each start takes longer than all else.
    const record::Hash wanted = rows_.tables_hash();
    if (std::ranges::equal(blob("tables"), wanted)) {
        return false;
    }
    rows_.create_tables();
    connection_->execute(added_tables);
    if (!staged_rows_.are_of_this_catalog()) {
        drop_staged();
        staged_rows_.drop();
    }
    set_blob("tables", wanted);
    return true;
}

std::optional<std::int64_t> Replica::Body::number(const char* name) {
    detail::Query row = connection_->query("SELECT value FROM meta WHERE name=?");
    row.bind(std::string_view(name));
    return row.step() ? std::optional(row.integer(0)) : std::nullopt;
}

detail::Bytes Replica::Body::blob(const char* name) {
    detail::Query row = connection_->query("SELECT value FROM meta WHERE name=?");
    row.bind(std::string_view(name));
    return row.step() ? row.bytes(0) : detail::Bytes{};
}

void Replica::Body::set_number(const char* name, std::int64_t value) {
    connection_->query("REPLACE INTO meta(name, value) VALUES(?, ?)")
        .bind(std::string_view(name))
        .bind(value)
        .run();
}

void Replica::Body::set_blob(const char* name, std::span<const std::uint8_t> value) {
    connection_->query("REPLACE INTO meta(name, value) VALUES(?, ?)")
        .bind(std::string_view(name))
        .bind(value)
        .run();
}

void Replica::Body::clear_meta(const char* name) {
    connection_->query("DELETE FROM meta WHERE name=?").bind(std::string_view(name)).run();
}

record::Uuid Replica::Body::uuid(const char* name) {
    const detail::Bytes bytes = blob(name);
    record::Uuid uuid;
    if (bytes.empty()) {
        return uuid;
    }
    if (bytes.size() != uuid.bytes.size()) {
        throw Failed(ReplicaFault::damaged, name);
    }
    std::ranges::copy(bytes, uuid.bytes.begin());
    return uuid;
}

record::LogIndex Replica::Body::confirmed() {
    return record::LogIndex{static_cast<std::uint64_t>(number("confirmed").value_or(0))};
}

record::EpochId Replica::Body::epoch() { return record::EpochId{uuid("epoch")}; }

}  // namespace zhibu::client

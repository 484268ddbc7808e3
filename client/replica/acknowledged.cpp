#include <algorithm>
#include <filesystem>
#include <utility>

#include "client/replica/detail/body.hpp"
#include "client/replica/detail/failure.hpp"
#include "shared/record/check.hpp"
#include "shared/vault/storage_file.hpp"

/// What stands beside the database, and outlives it: the head record, which says which groups of
/// this device were acknowledged (SQLite takes a damaged end of its log for the end, and opens a
/// shorter history without a word), and the escrow, which holds those groups.
namespace zhibu::client {
namespace {

using detail::Failed;

/// The head record's count of sealed pages may lag so far behind; each opening reckons with it.
constexpr std::uint64_t pages_uncounted_max = 4096;

std::filesystem::path head_file(const SealedPlace& place) {
    std::filesystem::path file = place.file;
    file += ".head";
    return file;
}

[[noreturn]] void fail(vault::VaultFault fault) {
    throw Failed(fault == vault::VaultFault::storage_failed ? ReplicaFault::storage_failed
                                                            : ReplicaFault::damaged,
                 "head record");
}

/// The hash of this device's group `sequence`; all zero for none, no value where it is missing.
std::optional<record::Hash> hash_of(detail::Connection& connection, record::Sequence sequence) {
    record::Hash hash{};
    if (sequence.position == 0) {
        return hash;
    }
    detail::Query row = connection.query("SELECT hash FROM own_group WHERE sequence=?");
    row.bind(sequence.position);
    if (!row.step()) {
        return std::nullopt;
    }
    const detail::Bytes bytes = row.bytes(0);
    if (bytes.size() != hash.size()) {
        throw Failed(ReplicaFault::damaged, "own_group");
    }
    std::ranges::copy(bytes, hash.begin());
    return hash;
}

record::Sequence newest_of(detail::Connection& connection) {
    detail::Query row = connection.query("SELECT max(sequence) FROM own_group");
    return record::Sequence{row.step() && !row.is_null(0) ? row.position(0) : 0};
}

}  // namespace

void Replica::Body::make_head(const SealedPlace& place, record::Random& random) {
    const std::filesystem::path file = head_file(place);
    vault::Disk& disk = detail::disk_of(place);
    static_cast<void>(disk.remove(file));
    auto made = disk.create(file);
    if (!made) {
        fail(made.error().fault);
    }
    const auto head = vault::HeadFile::create(*std::move(made), place.keys, {.random = random}, {});
    if (!head) {
        fail(head.error().fault);
    }
}

vault::HeadFile Replica::Body::read_head(const SealedPlace& place, record::Random& random) {
    auto file = detail::disk_of(place).open(head_file(place));
    if (!file) {
        fail(file.error().fault);
    }
    auto head = vault::HeadFile::open(*std::move(file), place.keys, {.random = random});
    if (!head) {
        fail(head.error().fault);
    }
    return *std::move(head);
}

std::uint64_t Replica::Body::pages_at_most(const vault::HeadFile& head) {
    return head.latest().pages_sealed + pages_uncounted_max;
}

void Replica::Body::check_head(vault::HeadFile head) {
    // The log's index is left out: what is missing of the server's log comes again.
    const vault::DatabasePosition stands{
        newest_of(*connection_), {}, hash_of(*connection_, head.latest().sequence)};
    const vault::HeadVerdict verdict = vault::compare(head.latest(), stands);
    if (verdict == vault::HeadVerdict::behind || verdict == vault::HeadVerdict::forked) {
        throw Failed(ReplicaFault::damaged, "behind its head record");
    }
    head_.emplace(std::move(head));
    if (verdict == vault::HeadVerdict::ahead) {
        write_head();
    }
}

void Replica::Body::write_head() {
    ZHIBU_CHECK(head_.has_value());
    vault::HeadRecord record;
    record.sequence = newest_of(*connection_);
    const auto hash = hash_of(*connection_, record.sequence);
    ZHIBU_CHECK(hash.has_value());
    record.chain_hash = *hash;
    record.pages_sealed = connection_->pages_sealed();
    if (record.sequence == head_->latest().sequence &&
        record.pages_sealed < head_->latest().pages_sealed + pages_uncounted_max) {
        return;  // what the log tells is not acknowledged to anybody
    }
    // The database has committed. Where the record of it cannot be kept, nothing may be
    // acknowledged, and nothing taken back: the program ends, and the next start finds the database
    // ahead of its head.
    const bool head_is_durable = head_->write(record).has_value();
    ZHIBU_CHECK(head_is_durable);
}

void Replica::Body::fail_forked(const char* place) {
    if (escrow_ == nullptr) {
        throw Failed(ReplicaFault::contradiction, place);
    }
    static_cast<void>(fill_escrow());
    detail::Query row =
        connection_->query("SELECT 1 FROM own_group WHERE verdict IS NULL AND sequence > ?");
    row.bind(escrowed_.position);
    throw Failed(row.step() ? ReplicaFault::storage_failed : ReplicaFault::forked, place);
}

bool Replica::Body::fill_escrow() {
    if (escrow_ == nullptr) {
        return true;
    }
    record::GroupName name{
        record::DeviceId{uuid("device")}, record::IncarnationId{uuid("incarnation")}, {}};
    detail::Query row = connection_->query(
        "SELECT sequence, sealed, signature FROM own_group WHERE verdict IS NULL AND sequence > ? "
        "ORDER BY sequence");
    row.bind(escrowed_.position);
    while (row.step()) {
        name.sequence = record::Sequence{row.position(0)};
        if (!escrow_->holds(name) && !escrow_->keep(name, {row.bytes(1), row.bytes(2)})) {
            return false;
        }
        escrowed_ = name.sequence;
    }
    return true;
}

void Replica::Body::make_room_in_escrow(std::size_t group_bytes) {
    if (escrow_ != nullptr && !escrow_->make_room(group_bytes)) {
        throw Failed(ReplicaFault::storage_full, "outbox");
    }
}

}  // namespace zhibu::client

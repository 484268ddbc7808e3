#include <limits>

#include "client/replica/detail/body.hpp"
#include "client/replica/detail/failure.hpp"

namespace zhibu::client {
namespace {

using detail::Failed;

bool ascends(const record::RecordKey& after, const sync::SnapshotChunk& chunk) {
    record::RecordKey last = after;
    for (const record::RecordState& state : chunk.records) {
        if (state.key <= last) {
            return false;
        }
        last = state.key;
    }
    return chunk.through >= last && (chunk.is_last || chunk.through > after);
}

}  // namespace

void Replica::Body::stage(const record::RecordKey& after, const sync::SnapshotChunk& chunk) {
    const bool first = after == record::RecordKey{};
    detail::WriteTransaction transaction(*connection_);
    if (first) {
        staged_rows_.empty();
        set_number("staged_at", static_cast<std::int64_t>(chunk.read_at.position));
        const std::optional<sync::Lease> held = lease();
        set_blob("staged_scope", (held ? held->scope : record::RecordId{}).uuid.bytes);
    } else if (const auto before = staged();
               !before || before->is_whole || before->through != after) {
        throw Failed(ReplicaFault::contradiction, "snapshot");
    }
    if (!ascends(after, chunk) ||
        chunk.read_at.position > std::numeric_limits<std::int64_t>::max()) {
        throw Failed(ReplicaFault::contradiction, "snapshot");
    }
    staged_rows_.write(chunk.records);
    set_number("staged_kind", chunk.through.kind.number);
    set_blob("staged_id", chunk.through.id.uuid.bytes);
    set_number("staged_whole", chunk.is_last ? 1 : 0);
    transaction.commit();
}

std::optional<StagedSnapshot> Replica::Body::staged() {
    const auto read_at = number("staged_at");
    if (!read_at) {
        return std::nullopt;
    }
    StagedSnapshot staged;
    staged.through = {
        record::KindNumber{static_cast<std::uint16_t>(number("staged_kind").value_or(0))},
        record::RecordId{uuid("staged_id")}};
    staged.read_at = {static_cast<std::uint64_t>(*read_at)};
    staged.scope = record::RecordId{uuid("staged_scope")};
    staged.is_whole = number("staged_whole") == 1;
    return staged;
}

void Replica::Body::drop_staged() {
    staged_rows_.empty();
    connection_->execute("DELETE FROM staged_entry");
    for (const char* name :
         {"staged_at", "staged_kind", "staged_id", "staged_whole", "staged_scope"}) {
        clear_meta(name);
    }
}

void Replica::Body::swap_in() {
    connection_->keep_pages(detail::Connection::Pages::few);
    const std::optional<StagedSnapshot> whole = staged();
    if (!whole || !whole->is_whole) {
        throw Failed(ReplicaFault::contradiction, "snapshot");
    }
    const record::LogIndex read_at = whole->read_at;
    detail::WriteTransaction transaction(*connection_);
    connection_->execute("DELETE FROM image");
    connection_->execute("DELETE FROM overlay");
    rows_.replace_by(staged_rows_);
    drop_staged();
    forget_history_of_strangers();
    forget(erased());
    set_blob("scope", whole->scope.uuid.bytes);
    Dirty dirty;
    GroupCache cache;
    overlay_again(read_at, dirty, cache);
    rebase(std::move(dirty), cache, {});
    set_number("confirmed", static_cast<std::int64_t>(read_at.position));
    transaction.commit();
    write_head();
    connection_->empty_wal();
}

void Replica::Body::overlay_again(record::LogIndex index, Dirty& dirty, GroupCache& cache) {
    connection_
        ->query(
            "UPDATE own_group SET stage=?, parked_rule=NULL, parked_kind=NULL, parked_id=NULL "
            "WHERE stage=?")
        .bind(static_cast<std::int64_t>(GroupStage::waiting))
        .bind(static_cast<std::int64_t>(GroupStage::parked))
        .run();
    std::vector<record::Sequence> pending;
    {
        detail::Query row = connection_->query(
            "SELECT sequence FROM own_group WHERE stage=? OR (stage IN (?, ?) AND log_index > ?) "
            "ORDER BY sequence");
        row.bind(static_cast<std::int64_t>(GroupStage::waiting))
            .bind(static_cast<std::int64_t>(GroupStage::accepted))
            .bind(static_cast<std::int64_t>(GroupStage::merged))
            .bind(index.position);
        while (row.step()) {
            pending.push_back(record::Sequence{row.position(0)});
        }
    }
    for (const record::Sequence sequence : pending) {
        const record::Group& group = known(sequence, cache).group;
        overlay(group);
        for (const record::Change& change : group.changes) {
            dirty.try_emplace(change.record);
        }
    }
}

}  // namespace zhibu::client

#include <algorithm>

#include "client/replica/detail/body.hpp"
#include "client/replica/detail/failure.hpp"
#include "client/replica/detail/replay.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::client {

using detail::Failed;

const record::Change* Replica::Body::KnownGroup::find(const record::RecordKey& key) const {
    const auto at = std::ranges::lower_bound(
        by_record, key, {}, [](const record::Change* change) { return change->record; });
    return at != by_record.end() && (*at)->record == key ? *at : nullptr;
}

const Replica::Body::KnownGroup& Replica::Body::known(record::Sequence sequence,
                                                      GroupCache& cache) {
    if (const auto found = cache.find(sequence); found != cache.end()) {
        return found->second;
    }
    detail::Query row = connection_->query("SELECT sealed, stage FROM own_group WHERE sequence=?");
    row.bind(sequence.position);
    if (!row.step()) {
        throw Failed(ReplicaFault::damaged, "own_group");
    }
    auto decoded = sync::decode_group(row.bytes(0));
    if (!decoded) {
        throw Failed(ReplicaFault::damaged, "own_group");
    }
    const auto stage = static_cast<GroupStage>(row.integer(1));
    KnownGroup& kept = cache[sequence];
    kept.group = *std::move(decoded);
    kept.committed = stage == GroupStage::accepted || stage == GroupStage::merged;
    for (const record::Change& change : kept.group.changes) {
        kept.by_record.push_back(&change);
    }
    std::ranges::sort(kept.by_record, {},
                      [](const record::Change* change) { return change->record; });
    return kept;
}

bool Replica::Body::holds(record::Sequence sequence) {
    detail::Query row = connection_->query("SELECT 1 FROM own_group WHERE sequence=?");
    return row.bind(sequence.position).step();
}

Replica::Body::Image Replica::Body::image(const record::RecordKey& key) {
    detail::Query row = connection_->query("SELECT state FROM image WHERE kind=? AND id=?");
    row.bind(std::int64_t{key.kind.number}).bind(key.id.uuid);
    Image image;
    if (!row.step()) {
        return image;
    }
    image.kept = true;
    if (!row.is_null(0)) {
        auto state = sync::decode_record_state(row.bytes(0));
        if (!state) {
            throw Failed(ReplicaFault::damaged, "image");
        }
        image.state = *std::move(state);
    }
    return image;
}

void Replica::Body::set_image(const record::RecordKey& key,
                              const std::optional<record::RecordState>& state) {
    detail::Query row = connection_->query("REPLACE INTO image(kind, id, state) VALUES(?, ?, ?)");
    row.bind(std::int64_t{key.kind.number}).bind(key.id.uuid);
    if (state) {
        row.bind(std::span<const std::uint8_t>(sync::encode(*state)));
    } else {
        row.bind_null();
    }
    row.run();
}

std::optional<record::RecordState> Replica::Body::confirmed_state(const record::RecordKey& key) {
    Image kept = image(key);
    return kept.kept ? std::move(kept.state) : rows_.read(key);
}

void Replica::Body::set_confirmed(const record::RecordKey& key,
                                  const std::optional<record::RecordState>& state, Keys& dirty) {
    detail::Query row = connection_->query("SELECT 1 FROM image WHERE kind=? AND id=?");
    if (row.bind(std::int64_t{key.kind.number}).bind(key.id.uuid).step()) {
        set_image(key, state);
        dirty.insert(key);
        return;
    }
    write_working(key, state);
}

void Replica::Body::write_working(const record::RecordKey& key,
                                  const std::optional<record::RecordState>& state) {
    if (state) {
        rows_.write(*state);
    } else {
        rows_.remove(key);
    }
}

void Replica::Body::overlay(const record::Group& group) {
    for (const record::Change& change : group.changes) {
        if (!image(change.record).kept) {
            set_image(change.record, rows_.read(change.record));
        }
        connection_->query("INSERT OR IGNORE INTO overlay(kind, id, sequence) VALUES(?, ?, ?)")
            .bind(std::int64_t{change.record.kind.number})
            .bind(change.record.id.uuid)
            .bind(group.name.sequence.position)
            .run();
    }
}

void Replica::Body::lift(record::Sequence sequence, Keys& dirty) {
    {
        detail::Query row = connection_->query("SELECT kind, id FROM overlay WHERE sequence=?");
        row.bind(sequence.position);
        while (row.step()) {
            dirty.insert({record::KindNumber{static_cast<std::uint16_t>(row.integer(0))},
                          record::RecordId{row.uuid(1)}});
        }
    }
    connection_->query("DELETE FROM overlay WHERE sequence=?").bind(sequence.position).run();
}

std::vector<record::Sequence> Replica::Body::overlaid_on(const record::RecordKey& key) {
    detail::Query row =
        connection_->query("SELECT sequence FROM overlay WHERE kind=? AND id=? ORDER BY sequence");
    row.bind(std::int64_t{key.kind.number}).bind(key.id.uuid);
    std::vector<record::Sequence> sequences;
    while (row.step()) {
        sequences.push_back(record::Sequence{row.position(0)});
    }
    return sequences;
}

void Replica::Body::rebase(Keys dirty, GroupCache& cache, const Keys& evicted) {
    // Each round either finishes a record or parks a group, so this ends.
    while (!dirty.empty()) {
        const record::RecordKey key = *dirty.begin();
        dirty.erase(dirty.begin());
        if (!rebase_one(key, dirty, cache, evicted)) {
            dirty.insert(key);
        }
    }
}

bool Replica::Body::rebase_one(const record::RecordKey& key, Keys& dirty, GroupCache& cache,
                               const Keys& evicted) {
    Image kept = image(key);
    if (!kept.kept) {
        return true;
    }
    std::optional<record::RecordState> working = std::move(kept.state);
    const std::vector<record::Sequence> sequences = overlaid_on(key);
    for (const record::Sequence sequence : sequences) {
        const KnownGroup& pending = known(sequence, cache);
        const record::Change* change = pending.find(key);
        if (change == nullptr) {
            throw Failed(ReplicaFault::damaged, "overlay");
        }
        const auto obstacle = detail::replay(*change, working);
        // A group that the server has committed cannot fail: the confirmed state has merely run
        // ahead of it (a snapshot's later chunks), and the log will say what came of it.
        if (obstacle && !pending.committed) {
            park(sequence, evicted.contains(key) ? "evicted" : *obstacle, key);
            lift(sequence, dirty);
            return false;
        }
    }
    write_working(key, working);
    if (sequences.empty()) {
        connection_->query("DELETE FROM image WHERE kind=? AND id=?")
            .bind(std::int64_t{key.kind.number})
            .bind(key.id.uuid)
            .run();
    }
    return true;
}

void Replica::Body::park(record::Sequence sequence, std::string_view rule,
                         const record::RecordKey& record) {
    connection_
        ->query(
            "UPDATE own_group SET stage=?, parked_rule=?, parked_kind=?, parked_id=? "
            "WHERE sequence=?")
        .bind(static_cast<std::int64_t>(GroupStage::parked))
        .bind(rule)
        .bind(std::int64_t{record.kind.number})
        .bind(record.id.uuid)
        .bind(sequence.position)
        .run();
}

}  // namespace zhibu::client

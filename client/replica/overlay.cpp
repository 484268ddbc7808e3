#include <algorithm>

#include "client/replica/detail/body.hpp"
#include "client/replica/detail/failure.hpp"
#include "client/replica/detail/replay.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::client {

using detail::Failed;

namespace {

void bind_image(const record::RecordKey& key, const std::optional<record::RecordState>& state,
                detail::Query& row) {
    row.bind(std::int64_t{key.kind.number}).bind_kept(key.id.uuid);
    if (state) {
        row.bind(std::span<const std::uint8_t>(sync::encode(*state)));
    } else {
        row.bind_null();
    }
}

}  // namespace

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

void Replica::Body::set_image(const record::RecordKey& key, const Confirmed& state) {
    detail::Query row = connection_->query("REPLACE INTO image(kind, id, state) VALUES(?, ?, ?)");
    bind_image(key, state, row);
    row.run();
}

Replica::Body::Image Replica::Body::confirmed_image(const record::RecordKey& key,
                                                    const Dirty& dirty) {
    if (const auto known = dirty.find(key); known != dirty.end() && known->second) {
        return {true, *known->second};
    }
    Image kept = image(key);
    if (!kept.kept) {
        kept.state = rows_.read(key);
    }
    return kept;
}

void Replica::Body::set_confirmed(const record::RecordKey& key, const Image& before,
                                  Confirmed state, Dirty& dirty) {
    if (before.kept) {
        dirty[key] = std::move(state);
    } else if (state) {
        rows_.update(before.state, *state);
    } else {
        rows_.remove(key);
    }
}

void Replica::Body::overlay(const record::Group& group) {
    for (const record::Change& change : group.changes) {
        overlay(group.name.sequence, change.record, rows_.read(change.record));
    }
}

void Replica::Body::overlay(record::Sequence sequence, const record::RecordKey& key,
                            const std::optional<record::RecordState>& working) {
    {
        detail::Query row =
            connection_->query("INSERT OR IGNORE INTO image(kind, id, state) VALUES(?, ?, ?)");
        bind_image(key, working, row);
        row.run();
    }
    connection_->query("INSERT OR IGNORE INTO overlay(kind, id, sequence) VALUES(?, ?, ?)")
        .bind(std::int64_t{key.kind.number})
        .bind_kept(key.id.uuid)
        .bind(sequence.position)
        .run();
}

void Replica::Body::lift(record::Sequence sequence, Dirty& dirty) {
    {
        detail::Query row = connection_->query("SELECT kind, id FROM overlay WHERE sequence=?");
        row.bind(sequence.position);
        while (row.step()) {
            dirty.try_emplace({record::KindNumber{static_cast<std::uint16_t>(row.integer(0))},
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

void Replica::Body::rebase(Dirty dirty, GroupCache& cache, const Keys& evicted) {
    // Each round either finishes a record or parks a group, so this ends.
    while (!dirty.empty()) {
        auto next = dirty.extract(dirty.begin());
        if (!rebase_one(next.key(), next.mapped(), dirty, cache, evicted)) {
            // The group's records have become dirty, this one among them.
            dirty.insert_or_assign(next.key(), std::move(next.mapped()));
        }
    }
}

bool Replica::Body::rebase_one(const record::RecordKey& key, std::optional<Confirmed>& confirmed,
                               Dirty& dirty, GroupCache& cache, const Keys& evicted) {
    Image kept = confirmed ? Image{true, std::nullopt} : image(key);
    if (!kept.kept) {
        return true;
    }
    const std::vector<record::Sequence> sequences = overlaid_on(key);
    std::optional<record::RecordState> working = !confirmed          ? std::move(kept.state)
                                                 : sequences.empty() ? *std::move(confirmed)
                                                                     : *confirmed;
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
    if (working) {
        rows_.update(rows_.read(key), *working);
    } else {
        rows_.remove(key);
    }
    if (sequences.empty()) {
        connection_->query("DELETE FROM image WHERE kind=? AND id=?")
            .bind(std::int64_t{key.kind.number})
            .bind_kept(key.id.uuid)
            .run();
    } else if (confirmed) {
        set_image(key, *confirmed);
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

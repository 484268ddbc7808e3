#include <algorithm>
#include <span>
#include <vector>

#include "client/replica/detail/body.hpp"
#include "client/replica/detail/failure.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/erasure/notes.hpp"
#include "sync_protocol/erasure/strip.hpp"

/// What a device forgets when the committee has erased a record by law. The record itself leaves
/// with the log's tail; what this device's own groups and verdicts say of it goes here.
namespace zhibu::client {

sync::Erased Replica::Body::erased() {
    sync::Erased found;
    const catalog::Kind* kind = catalog_.find("erasure");
    if (kind != nullptr) {
        rows_.each(kind->id(), [&](const record::RecordState& note) {
            if (const auto key = sync::erased_record(catalog_, note)) {
                found[*key];
            }
        });
    }
    return found;
}

bool Replica::Body::tells_of_erasure(const sync::TailEntry& entry) const {
    return std::ranges::any_of(entry.entry.effects, [&](const record::Effect& effect) {
        return sync::erased_record(catalog_, effect.state).has_value();
    });
}

void Replica::Body::forget(const sync::Erased& erased) {
    if (erased.empty()) {
        return;
    }

    struct Own {
        record::Sequence sequence;
        detail::Bytes sealed;
        detail::Bytes verdict;
    };

    std::vector<Own> changed;
    record::GroupName name{
        record::DeviceId{uuid("device")}, record::IncarnationId{uuid("incarnation")}, {}};
    {
        detail::Query row = connection_->query(
            "SELECT sequence, sealed, verdict FROM own_group WHERE verdict IS NOT NULL");
        while (row.step()) {
            name.sequence = record::Sequence{row.position(0)};
            // Until a backup of the server holds it, it may have to be sent once more.
            if (escrow_ != nullptr && escrow_->holds(name)) {
                continue;
            }
            auto group = sync::decode_group(row.bytes(1));
            auto verdict = sync::decode_verdict(row.bytes(2));
            if (!group || !verdict) {
                throw detail::Failed(ReplicaFault::damaged, "own_group");
            }
            const bool group_changes = sync::strip(*group, erased);
            const bool verdict_changes = sync::strip(*verdict, erased);
            if (group_changes || verdict_changes) {
                changed.push_back({name.sequence, sync::encode(*group), sync::encode(*verdict)});
            }
        }
    }
    for (const Own& each : changed) {
        connection_->query("UPDATE own_group SET sealed=?, verdict=? WHERE sequence=?")
            .bind(std::span<const std::uint8_t>(each.sealed))
            .bind(std::span<const std::uint8_t>(each.verdict))
            .bind(each.sequence.position)
            .run();
        // Of another epoch's server: what it decided is evidence no more.
        connection_->query("DELETE FROM former_verdict WHERE sequence=?")
            .bind(each.sequence.position)
            .run();
    }
}

void Replica::Body::forget_erased() {
    const sync::Erased known = erased();
    if (known.empty()) {
        return;
    }
    {
        detail::WriteTransaction transaction(*connection_);
        forget(known);
        transaction.commit();
    }
    connection_->empty_wal();
}

}  // namespace zhibu::client

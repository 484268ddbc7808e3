#include <algorithm>
#include <optional>

#include "client/replica/detail/body.hpp"
#include "client/replica/detail/failure.hpp"

/// What keeps a replica and its server of one mind: whose store it is, what of this device's groups
/// that store has, and how often the two may be made equal by force.
namespace zhibu::client {
namespace {

/// A replica that differs again and again shows a defect, which snapshots only hide.
constexpr std::uint32_t repairs_a_day = 2;
constexpr std::int64_t day_ms = 86'400'000;

}  // namespace

void Replica::Body::adopt_epoch(record::EpochId new_epoch, record::Sequence held) {
    detail::WriteTransaction transaction(*connection_);
    if (epoch() != new_epoch) {
        void_verdicts_after(held);
        drop_staged();
        set_blob("epoch", new_epoch.uuid.bytes);
        set_number("confirmed", 0);
        // Held by their names: whether they are ours the receipts will show.
        set_number("unproven", static_cast<std::int64_t>(held.position));
        clear_meta("outside_chain");
    }
    transaction.commit();
    // A backup that held a group may be the very one that is lost: it is kept here again.
    escrowed_ = {};
    static_cast<void>(fill_escrow());
}

void Replica::Body::void_verdicts_after(record::Sequence held) {
    // A restored server never saw these: they are offered again. What was once decided about them
    // is evidence, and kept.
    connection_
        ->query(
            "REPLACE INTO former_verdict(sequence, epoch, verdict, receipt_signature) "
            "SELECT sequence, verdict_epoch, verdict, receipt_signature FROM own_group "
            "WHERE verdict IS NOT NULL AND sequence > ?")
        .bind(held.position)
        .run();
    connection_
        ->query(
            "UPDATE own_group SET stage=?, log_index=NULL, verdict=NULL, "
            "receipt_signature=NULL, verdict_epoch=NULL WHERE sequence > ? AND "
            "(verdict IS NOT NULL OR log_index IS NOT NULL)")
        .bind(static_cast<std::int64_t>(GroupStage::waiting))
        .bind(held.position)
        .run();
}

std::uint32_t Replica::Body::repairs_left() {
    const std::int64_t today = clock_.now().milliseconds / day_ms;
    const std::int64_t done = number("repair_day") == today ? number("repairs").value_or(0) : 0;
    return repairs_a_day - static_cast<std::uint32_t>(
                               std::clamp<std::int64_t>(done, 0, std::int64_t{repairs_a_day}));
}

void Replica::Body::begin_repair() {
    const std::uint32_t left = repairs_left();
    if (left == 0) {
        throw detail::Failed(ReplicaFault::contradiction, "repairs");
    }
    detail::WriteTransaction transaction(*connection_);
    set_number("repair_day", clock_.now().milliseconds / day_ms);
    set_number("repairs", std::int64_t{repairs_a_day - left + 1});
    set_number("confirmed", 0);
    drop_staged();
    transaction.commit();
}

std::optional<record::Sequence> Replica::Body::first_unproven() {
    const std::optional<std::int64_t> last = number("unproven");
    if (!last) {
        return std::nullopt;
    }
    detail::Query row = connection_->query(
        "SELECT min(sequence) FROM own_group WHERE sequence <= ? AND verdict_epoch IS NOT ?");
    row.bind(*last).bind(epoch().uuid);
    return row.step() && !row.is_null(0) ? std::optional{record::Sequence{row.position(0)}}
                                         : std::nullopt;
}

void Replica::Body::note_proven() {
    if (number("unproven") && !first_unproven()) {
        clear_meta("unproven");
    }
}

record::Sequence Replica::Body::committed_through(record::LogIndex index) {
    detail::Query row = connection_->query(
        "SELECT coalesce((SELECT min(sequence) - 1 FROM own_group WHERE verdict IS NULL OR "
        "log_index > ?1), (SELECT max(sequence) FROM own_group), 0)");
    row.bind(index.position);
    const record::Sequence through{row.step() ? row.position(0) : 0};
    // The positions of another epoch's receipts are not this log's.
    const auto unproven = first_unproven();
    return unproven ? std::min(through, record::Sequence{unproven->position - 1}) : through;
}

}  // namespace zhibu::client

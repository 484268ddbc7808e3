#include <algorithm>
#include <limits>

#include "client/replica/detail/body.hpp"
#include "client/replica/detail/failure.hpp"
#include "shared/record/outside_chain.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::client {
namespace {

using detail::Failed;

GroupStage stage_of(record::Outcome outcome) {
    switch (outcome) {
        case record::Outcome::accepted:
            return GroupStage::accepted;
        case record::Outcome::merged:
            return GroupStage::merged;
        case record::Outcome::quarantined:
            return GroupStage::quarantined;
        case record::Outcome::rejected:
            return GroupStage::rejected;
    }
    throw Failed(ReplicaFault::contradiction, "verdict");
}

}  // namespace

std::vector<record::SealedGroup> Replica::Body::waiting_after(record::Sequence after,
                                                              std::size_t bytes_max) {
    detail::Query row = connection_->query(
        "SELECT length(sealed), signature, sequence FROM own_group WHERE sequence > ? "
        "ORDER BY sequence");
    row.bind(after.position);
    std::vector<record::SealedGroup> groups;
    std::size_t taken = 0;
    while (row.step()) {
        const auto size = static_cast<std::uint64_t>(row.integer(0));
        if (size > sync::whole_group_bytes_max) {
            break;
        }
        record::SealedGroup sealed{
            connection_->part_of_group(row.integer(2), 0, static_cast<std::size_t>(size)),
            row.bytes(1)};
        taken += sealed.bytes.size() + sealed.signature.size();
        if (!groups.empty() && taken > bytes_max) {
            break;
        }
        groups.push_back(std::move(sealed));
    }
    return groups;
}

std::optional<sync::GroupOffer> Replica::Body::offer_after(record::Sequence after) {
    detail::Query row = connection_->query(
        "SELECT length(sealed), hash, signature, sequence FROM own_group WHERE sequence > ? "
        "ORDER BY sequence LIMIT 1");
    row.bind(after.position);
    if (!row.step() || row.integer(0) <= std::int64_t{sync::whole_group_bytes_max}) {
        return std::nullopt;
    }
    sync::GroupOffer offer;
    offer.account = record::RecordId{uuid("account")};
    offer.incarnation = record::IncarnationId{uuid("incarnation")};
    offer.sequence = record::Sequence{row.position(3)};
    offer.bytes = static_cast<std::uint64_t>(row.integer(0));
    const detail::Bytes hash = row.bytes(1);
    if (hash.size() != offer.hash.size()) {
        throw Failed(ReplicaFault::damaged, "own_group");
    }
    std::ranges::copy(hash, offer.hash.begin());
    offer.signature = row.bytes(2);
    return offer;
}

detail::Bytes Replica::Body::part_of(record::Sequence sequence, std::uint64_t at,
                                     std::size_t bytes_max) {
    return connection_->part_of_group(static_cast<std::int64_t>(sequence.position), at, bytes_max);
}

void Replica::Body::take_verdicts(std::span<const record::Receipt> receipts) {
    detail::WriteTransaction transaction(*connection_);
    Dirty dirty;
    GroupCache cache;
    for (const record::Receipt& receipt : receipts) {
        take_verdict(receipt, dirty);
    }
    note_proven();
    rebase(std::move(dirty), cache, {});
    transaction.commit();
}

void Replica::Body::note_chain(const record::Verdict& verdict) {
    const auto position = static_cast<std::int64_t>(verdict.name.sequence.position);
    if (record::is_outside_chain(verdict.reasons) &&
        position < number("outside_chain").value_or(position + 1)) {
        set_number("outside_chain", position);
    }
}

void Replica::Body::take_verdict(const record::Receipt& receipt, Dirty& dirty) {
    const auto verdict = sync::decode_verdict(receipt.verdict);
    if (!verdict || verdict->name.device.uuid != uuid("device") ||
        verdict->name.incarnation.uuid != uuid("incarnation") ||
        verdict->index.position > std::numeric_limits<std::int64_t>::max()) {
        throw Failed(ReplicaFault::contradiction, "verdict");
    }
    const record::Sequence sequence = verdict->name.sequence;
    const record::EpochId now_in = epoch();
    {
        detail::Query row =
            connection_->query("SELECT hash, verdict_epoch FROM own_group WHERE sequence=?");
        row.bind(sequence.position);
        if (!row.step() || !std::ranges::equal(row.bytes(0), verdict->group_hash)) {
            fail_forked("verdict");
        }
        if (!row.is_null(1) && row.uuid(1) == now_in.uuid) {
            return;
        }
    }
    note_chain(*verdict);
    const GroupStage stage = stage_of(verdict->outcome);
    connection_
        ->query(
            "UPDATE own_group SET stage=?, log_index=?, verdict=?, receipt_signature=?, "
            "verdict_epoch=?, parked_rule=NULL, parked_kind=NULL, parked_id=NULL "
            "WHERE sequence=?")
        .bind(static_cast<std::int64_t>(stage))
        .bind(verdict->index.position)
        .bind(std::span<const std::uint8_t>(receipt.verdict))
        .bind(std::span<const std::uint8_t>(receipt.signature))
        .bind(now_in.uuid)
        .bind(sequence.position)
        .run();
    const bool committed = stage == GroupStage::accepted || stage == GroupStage::merged;
    // A committed group stays over its records until the log has brought what came of it.
    if (!committed || verdict->index <= confirmed()) {
        lift(sequence, dirty);
    }
}

}  // namespace zhibu::client

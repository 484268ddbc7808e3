#include <algorithm>

#include "client/replica/detail/body.hpp"
#include "client/replica/detail/failure.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/merge/digest.hpp"

namespace zhibu::client {
namespace {

using detail::Failed;

constexpr std::uint32_t own_groups_max = 1000;

record::Group decoded_group(const detail::Bytes& bytes) {
    auto group = sync::decode_group(bytes);
    if (!group) {
        throw Failed(ReplicaFault::damaged, "own_group");
    }
    return *std::move(group);
}

constexpr std::string_view own_group_columns =
    "sealed, stage, verdict, parked_rule, parked_kind, parked_id";

OwnGroup read_own_group(const detail::Query& row) {
    OwnGroup own;
    own.group = decoded_group(row.bytes(0));
    own.stage = static_cast<GroupStage>(row.integer(1));
    if (!row.is_null(2)) {
        auto verdict = sync::decode_verdict(row.bytes(2));
        if (!verdict) {
            throw Failed(ReplicaFault::damaged, "own_group");
        }
        own.verdict = *std::move(verdict);
    }
    if (!row.is_null(3)) {
        record::Reason reason;
        reason.rule = row.text(3);
        reason.record = {record::KindNumber{static_cast<std::uint16_t>(row.integer(4))},
                         record::RecordId{row.uuid(5)}};
        own.parked_because.push_back(std::move(reason));
    }
    return own;
}

}  // namespace

std::optional<record::RecordState> Replica::Body::find(const record::RecordKey& key) {
    return rows_.read(key);
}

ReplicaStatus Replica::Body::status() {
    ReplicaStatus status;
    status.space = record::SpaceId{uuid("space")};
    status.device = record::DeviceId{uuid("device")};
    status.incarnation = record::IncarnationId{uuid("incarnation")};
    status.account = record::RecordId{uuid("account")};
    status.epoch = epoch();
    status.confirmed = confirmed();
    status.lease = lease();
    if (const detail::Bytes scope = blob("scope"); scope.size() == status.scope.uuid.bytes.size()) {
        std::ranges::copy(scope, status.scope.uuid.bytes.begin());
    }
    status.latest_time = record::Instant{number("seen").value_or(0)};
    status.staged = staged();
    status.repairs_left = repairs_left();
    if (const auto contact = number("last_contact")) {
        status.last_contact = record::Instant{*contact};
    }
    {
        detail::Query row = connection_->query(
            "SELECT coalesce(max(sequence), 0), "
            "coalesce((SELECT min(sequence) - 1 FROM own_group WHERE verdict IS NULL), "
            "max(sequence), 0) FROM own_group");
        row.step();
        status.last_sequence = record::Sequence{row.position(0)};
        status.last_verdict = record::Sequence{row.position(1)};
    }
    if (const auto unproven = first_unproven()) {
        status.last_verdict =
            std::min(status.last_verdict, record::Sequence{unproven->position - 1});
    }
    status.last_in_chain = status.last_verdict;
    if (const auto outside = number("outside_chain")) {
        status.last_in_chain = std::min(status.last_in_chain,
                                        record::Sequence{static_cast<std::uint64_t>(*outside - 1)});
    }
    detail::Query row = connection_->query(
        "SELECT stage, count(*) FROM own_group WHERE stage NOT IN (?, ?) GROUP BY stage");
    row.bind(static_cast<std::int64_t>(GroupStage::accepted))
        .bind(static_cast<std::int64_t>(GroupStage::merged));
    const std::map<GroupStage, std::uint64_t*> counts{
        {GroupStage::waiting, &status.waiting},
        {GroupStage::quarantined, &status.quarantined},
        {GroupStage::rejected, &status.rejected},
        {GroupStage::parked, &status.parked}};
    while (row.step()) {
        const auto counted = counts.find(static_cast<GroupStage>(row.integer(0)));
        if (counted == counts.end()) {
            throw Failed(ReplicaFault::damaged, "own_group");
        }
        *counted->second = row.position(1);
    }
    status.quarantined -= decided_cases();
    return status;
}

std::uint64_t Replica::Body::decided_cases() {
    if (catalog_.find("case") == nullptr) {
        return 0;
    }
    // '1' and '4' of list case_state are open: waiting, and returned to the author.
    const std::string incarnation = record::to_text(uuid("incarnation"));
    detail::Query row = connection_->query(
        "SELECT count(*) FROM own_group g WHERE g.stage=? AND EXISTS (SELECT 1 FROM \"case\" c "
        "WHERE c.number=CAST(g.log_index AS TEXT) AND c.sequence=g.sequence AND c.incarnation=? "
        "AND c.state NOT IN ('1', '4'))");
    row.bind(static_cast<std::int64_t>(GroupStage::quarantined))
        .bind(std::string_view{incarnation});
    row.step();
    return row.position(0);
}

std::vector<OwnGroup> Replica::Body::own_groups(std::uint32_t limit) {
    detail::Query row = connection_->query("SELECT " + std::string{own_group_columns} +
                                           " FROM own_group ORDER BY sequence DESC LIMIT ?");
    row.bind(std::int64_t{std::clamp(limit, 1U, own_groups_max)});
    std::vector<OwnGroup> groups;
    while (row.step()) {
        groups.push_back(read_own_group(row));
    }
    return groups;
}

std::optional<OwnGroup> Replica::Body::own_group(record::Sequence sequence) {
    detail::Query row = connection_->query("SELECT " + std::string{own_group_columns} +
                                           " FROM own_group WHERE sequence=?");
    row.bind(sequence.position);
    return row.step() ? std::optional{read_own_group(row)} : std::nullopt;
}

ScopeDigest Replica::Body::digest() {
    Keys pending;
    {
        detail::Query row = connection_->query("SELECT kind, id FROM image");
        while (row.step()) {
            pending.insert({record::KindNumber{static_cast<std::uint16_t>(row.integer(0))},
                            record::RecordId{row.uuid(1)}});
        }
    }
    // A record that is confirmed is always shown too, so the shown ones lead to all.
    sync::DigestAccumulator accumulator;
    for (const record::KindNumber kind : rows_.kinds()) {
        rows_.each(kind, [&](const record::RecordState& shown) {
            if (!pending.contains(shown.key)) {
                accumulator.add(shown);
            } else if (const Image kept = image(shown.key); kept.state) {
                accumulator.add(*kept.state);
            }
        });
    }
    ScopeDigest digest;
    digest.at = confirmed();
    digest.records = accumulator.records();
    digest.digest = accumulator.finish();
    return digest;
}

}  // namespace zhibu::client

#include "server/store/rows/log_rows.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "server/store/rows/failure.hpp"
#include "server/store/rows/placed_effects.hpp"
#include "server/store/rows/query.hpp"
#include "server/store/store.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::server::detail {
namespace {

record::Outcome outcome_of(std::int64_t number) {
    if (number < 0 || number > static_cast<std::int64_t>(record::Outcome::rejected)) {
        throw Failed(StoreFault::damaged, "zhibu_log outcome");
    }
    return static_cast<record::Outcome>(number);
}

ContentName verdict_at(LogIndex index) { return {"zhibu_log.verdict", index.position, {}}; }

ContentName effects_at(LogIndex index) { return {"zhibu_log.effects", index.position, {}}; }

ContentName group_at(LogIndex index) { return {"zhibu_log.sealed", index.position, {}}; }

/// As the codec's frames hold them, the receipts of a few messages.
constexpr std::int64_t receipts_max = 4096;

HeldGroup held_of(Query& row) {
    HeldGroup held;
    held.index = LogIndex{row.position(0)};
    held.group_hash = row.hash(1);
    held.receipt = {row.content_bytes(2, verdict_at(held.index)), row.bytes(3)};
    return held;
}

}  // namespace

LogIndex LogRows::head() {
    Query row = connection_.query("SELECT max(idx) FROM zhibu_log");
    return row.step() ? LogIndex{row.position(0)} : LogIndex{};
}

std::optional<HeldGroup> LogRows::held(const GroupName& name, const Hash* group_hash) {
    Query row = connection_.query(
        group_hash == nullptr
            ? "SELECT idx, group_hash, verdict, receipt_signature FROM zhibu_log WHERE device=? "
              "AND incarnation=? AND sequence=? AND is_fork=0"
            : "SELECT idx, group_hash, verdict, receipt_signature FROM zhibu_log WHERE device=? "
              "AND incarnation=? AND sequence=? AND group_hash=?");
    row.bind(name.device.uuid.bytes)
        .bind(name.incarnation.uuid.bytes)
        .bind_position(name.sequence.position);
    if (group_hash != nullptr) {
        row.bind(*group_hash);
    }
    return row.step() ? std::optional(held_of(row)) : std::nullopt;
}

std::optional<HeldGroup> LogRows::held_outside(const GroupName& name) {
    Query row = connection_.query(
        "SELECT idx, group_hash, verdict, receipt_signature FROM zhibu_log WHERE device=? AND "
        "incarnation=? AND sequence=? AND is_fork=1 ORDER BY idx LIMIT 1");
    row.bind(name.device.uuid.bytes)
        .bind(name.incarnation.uuid.bytes)
        .bind_position(name.sequence.position);
    return row.step() ? std::optional(held_of(row)) : std::nullopt;
}

HeldChain LogRows::chain(const DeviceId& device, const IncarnationId& incarnation) {
    Query row = connection_.query(
        "SELECT last_sequence, last_hash FROM zhibu_chain WHERE device=? AND incarnation=?");
    row.bind(device.uuid.bytes).bind(incarnation.uuid.bytes);
    return row.step() ? HeldChain{Sequence{row.position(0)}, row.hash(1)} : HeldChain{};
}

void LogRows::each_chain(
    const std::function<void(const DeviceId&, const IncarnationId&, const HeldChain&)>& visit) {
    Query row =
        connection_.query("SELECT device, incarnation, last_sequence, last_hash FROM zhibu_chain");
    while (row.step()) {
        visit(DeviceId{row.uuid(0)}, IncarnationId{row.uuid(1)},
              HeldChain{Sequence{row.position(2)}, row.hash(3)});
    }
}

RecordId LogRows::author_at(LogIndex index) {
    Query row = connection_.query("SELECT author FROM zhibu_log WHERE idx=?");
    row.bind_position(index.position);
    return row.step() ? RecordId{row.uuid(0)} : RecordId{};
}

std::optional<record::Receipt> LogRows::receipt_at(LogIndex index) {
    Query row = connection_.query("SELECT verdict, receipt_signature FROM zhibu_log WHERE idx=?");
    row.bind_position(index.position);
    return row.step() ? std::optional(
                            record::Receipt{row.content_bytes(0, verdict_at(index)), row.bytes(1)})
                      : std::nullopt;
}

std::vector<record::Receipt> LogRows::receipts(const DeviceId& device,
                                               const IncarnationId& incarnation, Sequence after,
                                               std::size_t bytes_max) {
    Query row = connection_.query(
        "SELECT verdict, receipt_signature, idx FROM zhibu_log WHERE device=? AND incarnation=? "
        "AND sequence>? AND is_fork=0 ORDER BY sequence LIMIT ?");
    row.bind(device.uuid.bytes)
        .bind(incarnation.uuid.bytes)
        .bind_position(after.position)
        .bind(receipts_max);
    std::vector<record::Receipt> receipts;
    std::size_t bytes = 0;
    while (row.step()) {
        record::Receipt receipt{row.content_bytes(0, verdict_at(LogIndex{row.position(2)})),
                                row.bytes(1)};
        bytes += sync::encoded_size_hint(receipt);
        if (bytes > bytes_max && !receipts.empty()) {
            break;
        }
        receipts.push_back(std::move(receipt));
    }
    return receipts;
}

void LogRows::append(const LogRow& row) {
    ZHIBU_CHECK(row.index.position == head().position + 1);
    ZHIBU_CHECK(!row.sealed.bytes.empty());
    const Sequence last = chain(row.name.device, row.name.incarnation).last;
    ZHIBU_CHECK(row.outside_chain || row.name.sequence.position <= last.position + 1);
    const bool is_fork = row.outside_chain || row.name.sequence <= last;
    append_row(row, is_fork);
    if (!is_fork) {
        set_chain(row.name.device, row.name.incarnation, {row.name.sequence, row.group_hash});
    }
}

void LogRows::append_apart(const LogRow& row) {
    ZHIBU_CHECK(!row.sealed.bytes.empty());
    append_row(row, row.outside_chain);
}

void LogRows::take_into_chain(const GroupName& name, const record::Hash& group_hash) {
    ZHIBU_CHECK(name.sequence.position == chain(name.device, name.incarnation).last.position + 1);
    connection_
        .query(
            "UPDATE zhibu_log SET is_fork=0 WHERE device=? AND incarnation=? AND sequence=? AND "
            "group_hash=? AND is_fork=1")
        .bind(name.device.uuid.bytes)
        .bind(name.incarnation.uuid.bytes)
        .bind_position(name.sequence.position)
        .bind(group_hash)
        .run();
    ZHIBU_CHECK(connection_.rows_written() == 1);
    set_chain(name.device, name.incarnation, {name.sequence, group_hash});
}

void LogRows::append_row(const LogRow& row, bool is_fork) {
    const KeptEffects kept = keep(row.effects);
    {
        Query query = connection_.query(
            "INSERT INTO zhibu_log(idx, device, incarnation, sequence, group_hash, is_fork, "
            "outcome, author, action, committed_at, verbatim, tree_changed, verdict, "
            "receipt_signature, places, effects, signature, sealed) "
            "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
        query.bind_position(row.index.position)
            .bind(row.name.device.uuid.bytes)
            .bind(row.name.incarnation.uuid.bytes)
            .bind_position(row.name.sequence.position)
            .bind(row.group_hash)
            .bind(std::int64_t{is_fork ? 1 : 0})
            .bind(static_cast<std::int64_t>(row.outcome))
            .bind(row.author.uuid.bytes)
            .bind(std::string_view(row.action))
            .bind(row.committed_at.milliseconds)
            .bind(std::int64_t{row.verbatim ? 1 : 0})
            .bind(std::int64_t{row.tree_changed ? 1 : 0})
            .bind_content(row.receipt.verdict, verdict_at(row.index))
            .bind(row.receipt.signature)
            .bind(kept.places)
            .bind_content(kept.effects, effects_at(row.index))
            .bind(row.sealed.signature)
            .bind_content(row.sealed.bytes, group_at(row.index));
        query.run();
    }
    // A device may have named its incarnation after an organisation; the reader looks closer.
    Query place = connection_.query(
        "INSERT INTO zhibu_log_place(place, idx) VALUES(?, ?) ON CONFLICT DO NOTHING");
    for (const RecordId& organisation : kept.organisations) {
        place.bind(organisation.uuid.bytes).bind_position(row.index.position).run();
        place.again();
    }
    // Its own device is told of it even where nothing is in scope.
    if (row.verbatim && row.outcome == record::Outcome::accepted) {
        place.bind(row.name.incarnation.uuid.bytes).bind_position(row.index.position).run();
    }
}

void LogRows::set_chain(const DeviceId& device, const IncarnationId& incarnation,
                        const HeldChain& chain) {
    connection_
        .query(
            "UPDATE zhibu_chain SET last_sequence=?, last_hash=? WHERE device=? AND "
            "incarnation=?")
        .bind_position(chain.last.position)
        .bind(chain.last_hash)
        .bind(device.uuid.bytes)
        .bind(incarnation.uuid.bytes)
        .run();
    if (connection_.rows_written() > 0) {
        return;
    }
    connection_
        .query(
            "INSERT INTO zhibu_chain(device, incarnation, last_sequence, last_hash) "
            "VALUES(?, ?, ?, ?)")
        .bind(device.uuid.bytes)
        .bind(incarnation.uuid.bytes)
        .bind_position(chain.last.position)
        .bind(chain.last_hash)
        .run();
}

void LogRows::rewrite(const LogRow& row) {
    connection_.query("UPDATE zhibu_log SET sealed=?, verdict=?, receipt_signature=? WHERE idx=?")
        .bind_content(row.sealed.bytes, group_at(row.index))
        .bind_content(row.receipt.verdict, verdict_at(row.index))
        .bind(row.receipt.signature)
        .bind_position(row.index.position)
        .run();
    const KeptEffects kept = keep(row.effects);
    connection_.query("UPDATE zhibu_log SET effects=?, places=? WHERE idx=? AND length(effects)>0")
        .bind_content(kept.effects, effects_at(row.index))
        .bind(kept.places)
        .bind_position(row.index.position)
        .run();
}

std::optional<LogRow> LogRows::row(LogIndex index) {
    Query query = connection_.query(
        "SELECT device, incarnation, sequence, group_hash, outcome, author, action, committed_at, "
        "verbatim, tree_changed, verdict, receipt_signature, places, effects, signature, sealed, "
        "is_fork FROM zhibu_log WHERE idx=?");
    if (!query.bind_position(index.position).step()) {
        return std::nullopt;
    }
    LogRow row;
    row.index = index;
    row.name = {DeviceId{query.uuid(0)}, IncarnationId{query.uuid(1)}, Sequence{query.position(2)}};
    row.group_hash = query.hash(3);
    row.outcome = outcome_of(query.integer(4));
    row.author = RecordId{query.uuid(5)};
    row.action = query.text(6);
    row.committed_at = Instant{query.integer(7)};
    row.verbatim = query.integer(8) != 0;
    row.tree_changed = query.integer(9) != 0;
    row.receipt = {query.content_bytes(10, verdict_at(index)), query.bytes(11)};
    // Empty where no tail needs them any more.
    if (!query.view(13).empty()) {
        row.effects = placed_effects(query.content(13, effects_at(index)), query.view(12));
    }
    row.sealed = {query.content_bytes(15, group_at(index)), query.bytes(14)};
    row.outside_chain = query.integer(16) != 0;
    return row;
}

LogIndex LogRows::drop_effects(LogIndex from, LogIndex through, Instant before,
                               std::uint32_t positions_max) {
    Query row = connection_.query("SELECT committed_at FROM zhibu_log WHERE idx=?");
    LogIndex dropped = from;
    for (std::uint32_t left = positions_max; left > 0 && dropped < through; --left) {
        const LogIndex next{dropped.position + 1};
        const bool is_old =
            row.bind_position(next.position).step() && Instant{row.integer(0)} < before;
        row.again();
        if (!is_old) {
            break;
        }
        drop_effects_of(next);
        dropped = next;
    }
    return dropped;
}

void LogRows::drop_effects_of(LogIndex index) {
    std::vector<record::Uuid> places;
    {
        Query row = connection_.query("SELECT places, incarnation FROM zhibu_log WHERE idx=?");
        if (!row.bind_position(index.position).step()) {
            throw Failed(StoreFault::damaged, "zhibu_log");
        }
        for (const RecordId& organisation : organisations_of(row.view(0))) {
            places.push_back(organisation.uuid);
        }
        places.push_back(row.uuid(1));
    }
    Query place = connection_.query("DELETE FROM zhibu_log_place WHERE place=? AND idx=?");
    for (const record::Uuid& each : places) {
        place.bind(each.bytes).bind_position(index.position).run();
        place.again();
    }
    const std::span<const std::uint8_t> nothing;
    connection_.query("UPDATE zhibu_log SET places=?, effects=? WHERE idx=?")
        .bind(nothing)
        .bind(nothing)
        .bind_position(index.position)
        .run();
}

bool LogRows::tree_changed_after(LogIndex from) {
    Query row = connection_.query("SELECT 1 FROM zhibu_log WHERE tree_changed=1 AND idx>? LIMIT 1");
    return row.bind_position(from.position).step();
}

LogSight LogRows::sight(LogIndex index) {
    Query row = connection_.query(
        "SELECT device, incarnation, sequence, outcome, author, action, committed_at, verbatim "
        "FROM zhibu_log WHERE idx=?");
    if (!row.bind_position(index.position).step()) {
        throw Failed(StoreFault::damaged, "zhibu_log");
    }
    LogSight sight;
    sight.entry.index = index;
    sight.entry.origin = {DeviceId{row.uuid(0)}, IncarnationId{row.uuid(1)},
                          Sequence{row.position(2)}};
    sight.entry.author = RecordId{row.uuid(4)};
    sight.entry.action = row.text(5);
    sight.entry.committed_at = Instant{row.integer(6)};
    sight.verbatim = row.integer(7) != 0 && outcome_of(row.integer(3)) == record::Outcome::accepted;
    return sight;
}

void LogRows::each_effect(LogIndex index, const std::function<bool(PlacedEffect effect)>& visit) {
    Query row = connection_.query("SELECT effects, places FROM zhibu_log WHERE idx=?");
    if (!row.bind_position(index.position).step()) {
        throw Failed(StoreFault::damaged, "zhibu_log");
    }
    detail::each_effect(row.content(0, effects_at(index)), row.view(1), visit);
}

std::vector<LogIndex> LogRows::concerning(const record::Uuid& place, LogIndex after,
                                          std::uint32_t limit) {
    Query row = connection_.query(
        "SELECT idx FROM zhibu_log_place WHERE place=? AND idx>? ORDER BY idx LIMIT ?");
    row.bind(place.bytes).bind_position(after.position).bind(std::int64_t{limit});
    std::vector<LogIndex> found;
    while (row.step()) {
        found.push_back(LogIndex{row.position(0)});
    }
    return found;
}

}  // namespace zhibu::server::detail

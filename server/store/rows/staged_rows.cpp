#include "server/store/rows/staged_rows.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "server/store/rows/failure.hpp"
#include "shared/record/check.hpp"

namespace zhibu::server::detail {

namespace {

ContentName part_of(const DeviceId& device, std::uint64_t at) {
    return {"zhibu_staged_part.content", at, device.uuid};
}

}  // namespace

std::optional<Staging> StagedRows::find(const DeviceId& device) {
    Query row = connection_.query(
        "SELECT account, incarnation, sequence, is_boxed, bytes, hash, signature, held, touched_at "
        "FROM zhibu_staged WHERE device=?");
    if (!row.bind(device.uuid.bytes).step()) {
        return std::nullopt;
    }
    Staging staging;
    staging.device = device;
    staging.offer.account = RecordId{row.uuid(0)};
    staging.offer.incarnation = IncarnationId{row.uuid(1)};
    staging.offer.sequence = Sequence{row.position(2)};
    staging.offer.is_boxed = row.integer(3) != 0;
    staging.offer.bytes = row.position(4);
    staging.offer.hash = row.hash(5);
    staging.offer.signature = row.bytes(6);
    staging.held = row.position(7);
    staging.touched_at = Instant{row.integer(8)};
    return staging;
}

Bytes StagedRows::bytes(const DeviceId& device) {
    Bytes all;
    if (const auto staging = find(device)) {
        all.reserve(staging->held);
    }
    Query row =
        connection_.query("SELECT at, content FROM zhibu_staged_part WHERE device=? ORDER BY at");
    row.bind(device.uuid.bytes);
    while (row.step()) {
        if (row.position(0) != all.size()) {
            throw Failed(StoreFault::damaged, "zhibu_staged_part");
        }
        const auto content = row.content(1, part_of(device, all.size()));
        all.insert(all.end(), content.begin(), content.end());
    }
    return all;
}

std::uint64_t StagedRows::bytes_offered() {
    Query row =
        connection_.query("SELECT CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM zhibu_staged");
    return row.step() ? row.position(0) : 0;
}

void StagedRows::begin(const DeviceId& device, const sync::GroupOffer& offer, Instant now) {
    drop(device);
    connection_.query("INSERT INTO zhibu_staged VALUES(?,?,?,?,?,?,?,?,0,?)")
        .bind(device.uuid.bytes)
        .bind(offer.account.uuid.bytes)
        .bind(offer.incarnation.uuid.bytes)
        .bind_position(offer.sequence.position)
        .bind(std::int64_t{offer.is_boxed ? 1 : 0})
        .bind_position(offer.bytes)
        .bind(offer.hash)
        .bind(offer.signature)
        .bind(now.milliseconds)
        .run();
}

void StagedRows::append(const DeviceId& device, std::span<const std::uint8_t> bytes, Instant now) {
    const auto staging = find(device);
    ZHIBU_CHECK(staging && bytes.size() <= staging->offer.bytes - staging->held);
    connection_.query("INSERT INTO zhibu_staged_part VALUES(?,?,?)")
        .bind(device.uuid.bytes)
        .bind_position(staging->held)
        .bind_content(bytes, part_of(device, staging->held))
        .run();
    connection_.query("UPDATE zhibu_staged SET held=?, touched_at=? WHERE device=?")
        .bind_position(staging->held + bytes.size())
        .bind(now.milliseconds)
        .bind(device.uuid.bytes)
        .run();
}

void StagedRows::drop(const DeviceId& device) {
    for (const char* sql : {"DELETE FROM zhibu_staged WHERE device=?",
                            "DELETE FROM zhibu_staged_part WHERE device=?"}) {
        connection_.query(sql).bind(device.uuid.bytes).run();
    }
}

void StagedRows::drop_before(Instant before) {
    std::vector<DeviceId> left;
    {
        Query row = connection_.query("SELECT device FROM zhibu_staged WHERE touched_at<?");
        row.bind(before.milliseconds);
        while (row.step()) {
            left.push_back(DeviceId{row.uuid(0)});
        }
    }
    for (const DeviceId& device : left) {
        drop(device);
    }
}

}  // namespace zhibu::server::detail

#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "server/store/sqlite/detail/connection.hpp"
#include "server/store/store.hpp"

namespace zhibu::server::detail {

/// What devices have begun to send in parts. Throws Failed and what guarded() translates.
class StagedRows {
public:
    /// Made where they are missing, as in a store of a program that knew of no parts.
    static constexpr const char* tables = R"sql(
CREATE TABLE IF NOT EXISTS zhibu_staged(
  device BLOB PRIMARY KEY, account BLOB NOT NULL, incarnation BLOB NOT NULL,
  sequence INTEGER NOT NULL, is_boxed INTEGER NOT NULL, bytes INTEGER NOT NULL,
  hash BLOB NOT NULL, signature BLOB NOT NULL, held INTEGER NOT NULL,
  touched_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS zhibu_staged_part(
  device BLOB NOT NULL, at INTEGER NOT NULL, content BLOB NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS zhibu_staged_part_place ON zhibu_staged_part(device, at);
)sql";

    explicit StagedRows(Connection& connection) : connection_(connection) {}

    [[nodiscard]] std::optional<Staging> find(const DeviceId& device);
    [[nodiscard]] Bytes bytes(const DeviceId& device);
    [[nodiscard]] std::uint64_t bytes_offered();
    void begin(const DeviceId& device, const sync::GroupOffer& offer, Instant now);
    void append(const DeviceId& device, std::span<const std::uint8_t> bytes, Instant now);
    void drop(const DeviceId& device);
    void drop_before(Instant before);

private:
    Connection& connection_;
};

}  // namespace zhibu::server::detail

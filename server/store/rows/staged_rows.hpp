#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "server/store/rows/query.hpp"
#include "server/store/store.hpp"

namespace zhibu::server::detail {

/// What devices have begun to send in parts. Throws Failed.
class StagedRows {
public:
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

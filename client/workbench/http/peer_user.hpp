#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>

namespace zhibu::client {

/// The two ends of a TCP connection within this machine, at 127.0.0.1.
struct LoopbackPorts {
    std::uint16_t peer = 0;
    std::uint16_t own = 0;
};

/// The user whose socket is the peer's end, by a table in the form of /proc/net/tcp; no value where
/// the table does not have it.
[[nodiscard]] std::optional<std::uint32_t> peer_user(std::istream& table, LoopbackPorts ports);

/// The user whose socket is the peer's end, by the kernel. No value when it cannot be told.
[[nodiscard]] std::optional<std::uint32_t> peer_user(LoopbackPorts ports);

/// Whether the peer's end belongs to this process's user. False when it cannot be told.
[[nodiscard]] bool peer_is_this_user(LoopbackPorts ports);

}  // namespace zhibu::client

#pragma once

#include <cstdint>

#include "client/cli/session.hpp"

namespace zhibu::client {

struct ServeWords {
    /// 0 takes any free port.
    std::uint16_t port = 0;
    /// Work without connecting to the committee's server.
    bool offline = false;
    /// After so long without work it locks.
    std::int64_t idle_minutes = 15;
};

/// Serves the workbench on loopback and, while it is unlocked, keeps the replica synchronised;
/// until interrupted. It begins unlocked where the device was unlocked before, or a password file
/// is given. Prints an address with a one-time code and writes it to `workbench_address` in the
/// device's folder, mode 0600; Enter at the terminal makes a new one.
Exit serve(Console& console, const ServeWords& words);

}  // namespace zhibu::client

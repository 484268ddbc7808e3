#pragma once

#include <cstdint>

namespace zhibu::keys {

/// How much memory this process may lock, now that the limit is as high as it may be.
struct LockableMemory {
    std::uint64_t bytes = 0;
    /// No limit, by the system or by privilege.
    bool unlimited = false;

    /// Enough for the secrets that a program holds at once: each takes whole pages.
    [[nodiscard]] bool is_enough() const;
};

/// From now on this process leaves no core dump and nobody but root can trace it or read its
/// memory; what it may lock in memory is raised to the hard limit. Called first in main(): what is
/// forbidden after a secret was read may come too late. Ends the process where the system refuses.
/// Side effect: /proc/self belongs to root, so a file there opens only if everyone may read it.
/// Source: prctl(2), PR_SET_DUMPABLE.
LockableMemory harden_process();

}  // namespace zhibu::keys

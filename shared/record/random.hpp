#pragma once

#include <cstdint>
#include <span>

namespace zhibu::record {

/// Where random bytes come from. Programs pass the operating system's, tests a seeded one.
/// Threads: as the implementation says; the system's may be used from any thread.
class Random {
public:
    virtual ~Random() = default;

    /// Fills all of `bytes`. Does not fail: an implementation that cannot deliver ends the process.
    virtual void fill(std::span<std::uint8_t> bytes) = 0;
};

}  // namespace zhibu::record

#pragma once

#include <chrono>
#include <cstddef>

#include "tests/bench/workload/workloads.hpp"

namespace zhibu::bench {

struct StormWish {
    std::size_t devices = 5'000;
    /// In which they come, evenly spread.
    std::chrono::seconds arrival{5};
};

/// All enrolled devices of a committee connect anew when a window opens: each over mutual TLS 1.3,
/// signs in, pulls what changed in its branch meanwhile, pushes the group that it made offline, and
/// stays. Prints a line to read and one of JSON. A device that is refused for good, or an edit that
/// is not in an officer's replica afterwards, ends the bench.
void storm(const Program& server, const StormWish& wish);

}  // namespace zhibu::bench

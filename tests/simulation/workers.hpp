#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/run.hpp"

namespace zhibu::simulation {

/// What came of many seeds together.
struct Tally {
    std::vector<std::uint64_t> failed_seeds;
    std::uint64_t steps = 0;
    std::uint64_t events = 0;
    std::uint64_t saved_groups = 0;
    std::uint64_t brought_back_groups = 0;
};

struct Range {
    std::uint64_t first_seed = 1;
    std::uint64_t seeds = 1;
    /// Of each; 0: drawn too.
    std::size_t steps = 0;
    std::vector<Action> without;
};

/// Plays every seed of the range, in `jobs` processes. A seed at which a check of the product ends
/// its process has failed as well. Every twentieth seed is played twice, and must give the same
/// trace.
[[nodiscard]] Tally play_all(const Range& range, unsigned jobs);

/// The promise that a schedule breaks, played in a process of its own: "abort" where it ends it;
/// empty where all is kept.
[[nodiscard]] std::string promise_broken_by(const Schedule& schedule);

}  // namespace zhibu::simulation

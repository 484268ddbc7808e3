#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "tests/simulation/founding.hpp"
#include "tests/simulation/schedule.hpp"

namespace zhibu::simulation {

/// A promise that was not kept.
struct Failure {
    /// A word for the promise, by which a shorter schedule is known to fail likewise.
    std::string promise;
    std::string what;
};

struct Outcome {
    std::optional<Failure> failure;
    /// How many steps were done, the failing one among them.
    std::size_t steps = 0;
    std::uint64_t trace_hash = 0;
    std::uint64_t events = 0;
    std::uint64_t saved_groups = 0;
    std::uint64_t committed_groups = 0;
    /// Lost by the server and there again.
    std::uint64_t brought_back_groups = 0;
};

/// Plays the schedule to its end or to the first promise that is not kept. Equal schedules give
/// equal outcomes.
/// @param lines  where each event is written, or none
[[nodiscard]] Outcome play(const Schedule& schedule, std::ostream* lines = nullptr);

}  // namespace zhibu::simulation

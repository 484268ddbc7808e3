#pragma once

#include <cstddef>
#include <functional>

#include "tests/simulation/schedule.hpp"

namespace zhibu::simulation {

/// A shorter schedule for which `still_fails` holds, as it must for the given one: steps are left
/// out, many at once and then fewer, while it does. The last step stays: it is where all heals.
/// @param trials_max  how often `still_fails` is asked at most
[[nodiscard]] Schedule shrink(Schedule schedule,
                              const std::function<bool(const Schedule&)>& still_fails,
                              std::size_t trials_max);

}  // namespace zhibu::simulation

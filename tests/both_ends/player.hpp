#pragma once

#include <cstdint>
#include <vector>

#include "tests/both_ends/space.hpp"

namespace zhibu::both_ends {

/// One thing that happens, as numbers that a property draws and shrinks. Which one they mean
/// depends on what is there when it happens.
struct Step {
    std::uint16_t what = 0;
    std::uint16_t where = 0;
    std::uint32_t how = 0;
};

/// One user action on a few persons in whom all meet: they are created, edited in a field of each
/// merge policy, retired, restored, given entries, and moved to another branch. What the device
/// refuses is no error.
void edit(Space& space, Station& station, const Step& step);

/// Steps, whose number grows with the property's size.
[[nodiscard]] std::vector<Step> any_steps(std::size_t most);

}  // namespace zhibu::both_ends

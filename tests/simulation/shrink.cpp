#include "tests/simulation/shrink.hpp"

#include <algorithm>
#include <utility>

namespace zhibu::simulation {

Schedule shrink(Schedule schedule, const std::function<bool(const Schedule&)>& still_fails,
                std::size_t trials_max) {
    std::size_t trials = 0;
    std::size_t size = std::max<std::size_t>(schedule.steps.size() / 2, 1);
    while (trials < trials_max) {
        bool was_cut = false;
        for (std::size_t from = 0; from + 1 < schedule.steps.size() && trials < trials_max;) {
            const std::size_t until = std::min(from + size, schedule.steps.size() - 1);
            Schedule shorter = schedule;
            shorter.steps.erase(shorter.steps.begin() + static_cast<std::ptrdiff_t>(from),
                                shorter.steps.begin() + static_cast<std::ptrdiff_t>(until));
            ++trials;
            if (still_fails(shorter)) {
                schedule = std::move(shorter);
                was_cut = true;
            } else {
                from = until;
            }
        }
        if (size == 1 && !was_cut) {
            break;
        }
        size = std::max<std::size_t>(size / 2, 1);
    }
    return schedule;
}

}  // namespace zhibu::simulation

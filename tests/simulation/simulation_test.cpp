#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "tests/simulation/run.hpp"
#include "tests/simulation/shrink.hpp"

namespace zhibu::simulation {
namespace {

constexpr std::size_t steps = 60;

Schedule schedule_of(std::uint64_t seed) {
    return draw_schedule(seed, steps, founded().kits.size());
}

TEST(Simulation, OneSeedGivesOneTraceReadOrNot) {
    const Outcome first = play(schedule_of(3));
    std::ostringstream lines;
    const Outcome second = play(schedule_of(3), &lines);
    EXPECT_FALSE(first.failure) << first.failure->promise << ": " << first.failure->what;
    EXPECT_EQ(first.trace_hash, second.trace_hash);
    EXPECT_EQ(first.events, second.events);
    EXPECT_NE(lines.str().find("committed"), std::string::npos);
    EXPECT_NE(play(schedule_of(4)).trace_hash, first.trace_hash);
}

TEST(Simulation, EveryActionIsDrawnAndEverySchedulesLastStepHeals) {
    std::vector<std::size_t> drawn(action_count);
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const Schedule schedule = draw_schedule(seed, 500, founded().kits.size());
        EXPECT_GE(schedule.cast.size(), 2U);
        EXPECT_LE(schedule.cast.size(), 8U);
        EXPECT_EQ(schedule.steps.back().action, Action::heal);
        for (const Step& step : schedule.steps) {
            ++drawn[static_cast<std::size_t>(step.action)];
        }
    }
    for (std::size_t i = 0; i < action_count; ++i) {
        EXPECT_GT(drawn[i], 0U) << to_text(static_cast<Action>(i));
        EXPECT_EQ(action_of(to_text(static_cast<Action>(i))), static_cast<Action>(i));
    }
}

TEST(Simulation, AFailingScheduleShrinksToTheStepsThatMatter) {
    Schedule schedule = draw_schedule(7, 400, founded().kits.size());
    schedule.steps[100].action = Action::clone;
    schedule.steps[313].action = Action::pass_days;
    const auto fails = [](const Schedule& each) {
        const auto clone = std::ranges::find(each.steps, Action::clone, &Step::action);
        return std::any_of(clone, each.steps.end(),
                           [](const Step& step) { return step.action == Action::pass_days; });
    };
    const Schedule shortest = shrink(schedule, fails, 2'000);
    ASSERT_EQ(shortest.steps.size(), 3U);
    EXPECT_EQ(shortest.steps[0].action, Action::clone);
    EXPECT_EQ(shortest.steps[1].action, Action::pass_days);
    EXPECT_EQ(shortest.steps[2].action, Action::heal);
    EXPECT_EQ(shortest.cast, schedule.cast);
}

}  // namespace
}  // namespace zhibu::simulation

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include "tests/simulation/shrink.hpp"
#include "tests/simulation/workers.hpp"

namespace {

using namespace zhibu::simulation;

constexpr std::size_t shrink_trials_max = 600;

struct Wish {
    std::uint64_t seeds = 0;
    std::uint64_t seed = 0;
    std::size_t steps = 0;
    unsigned jobs = 2;
    bool trace = false;
    bool keeps_length = false;
    std::vector<std::string> without;
};

void print_short(const Schedule& failing, std::uint64_t seed) {
    const std::string promise = promise_broken_by(failing);
    if (promise.empty()) {
        return;
    }
    const Schedule shortest = shrink(
        failing, [&](const Schedule& shorter) { return promise_broken_by(shorter) == promise; },
        shrink_trials_max);
    std::cout << "seed " << seed << " still breaks \"" << promise << "\" in "
              << shortest.steps.size() << " steps of " << failing.steps.size() << " (devices:";
    for (const std::size_t kit : shortest.cast) {
        std::cout << ' ' << kit;
    }
    std::cout << "):\n";
    for (const Step& step : shortest.steps) {
        std::cout << "    " << to_text(step) << '\n';
    }
}

int replay(const Wish& wish, const std::vector<Action>& without) {
    const Schedule schedule = draw_schedule(wish.seed, wish.steps, founded().kits.size(), without);
    const Outcome outcome = play(schedule, wish.trace ? &std::cout : nullptr);
    std::cout << "seed " << wish.seed << ": " << schedule.cast.size() << " devices, "
              << outcome.steps << " steps, " << outcome.events << " events, "
              << outcome.saved_groups << " groups saved, trace " << std::hex << outcome.trace_hash
              << std::dec << '\n';
    if (!outcome.failure) {
        return 0;
    }
    std::cout << "broken: " << outcome.failure->promise << ": " << outcome.failure->what
              << std::endl;
    if (!wish.keeps_length) {
        print_short(schedule, wish.seed);
    }
    return 1;
}

int play_many(const Wish& wish, const std::vector<Action>& without) {
    const auto began = std::chrono::steady_clock::now();
    const Range range{wish.seed == 0 ? 1 : wish.seed, wish.seeds, wish.steps, without};
    const Tally tally = play_all(range, wish.jobs);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    std::cout << range.seeds << " seeds from " << range.first_seed << ", " << tally.steps
              << " steps: " << tally.failed_seeds.size() << " failed; " << tally.saved_groups
              << " groups saved, " << tally.brought_back_groups
              << " brought back to restored servers, " << tally.events << " events, "
              << took.count() << " s\n";
    if (tally.failed_seeds.empty()) {
        return 0;
    }
    std::cout << "replay one: ./dev simulate --seed " << tally.failed_seeds.front() << " [--trace]"
              << std::endl;
    if (!wish.keeps_length) {
        const std::uint64_t seed = tally.failed_seeds.front();
        print_short(draw_schedule(seed, wish.steps, founded().kits.size(), without), seed);
    }
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App program{
        "Plays the whole system, two to eight devices and the server, from a seed: real engines "
        "and "
        "stores over simulated time, network and disks, with every fault of docs/simulation.md."};
    Wish wish;
    program.add_option("--seeds", wish.seeds, "how many seeds, from --seed (or 1) on");
    program.add_option("--seed", wish.seed, "one seed, or the first of --seeds");
    program.add_option("--steps", wish.steps, "of each seed (default: drawn, 75 to 500)")
        ->check(CLI::Range(1, 100'000));
    program.add_option("--jobs", wish.jobs, "processes")->check(CLI::Range(1, 256));
    program.add_flag("--trace", wish.trace, "with one --seed: print every event");
    program.add_flag("--no-shrink", wish.keeps_length,
                     "do not look for a shorter failing schedule");
    program.add_option("--without", wish.without, "actions that are left out, by name");
    CLI11_PARSE(program, argc, argv);
    std::vector<Action> without;
    for (const std::string& name : wish.without) {
        const auto action = action_of(name);
        if (!action) {
            std::cerr << "no action is called " << name << '\n';
            return 2;
        }
        without.push_back(*action);
    }
    if (wish.seeds == 0 && wish.seed != 0) {
        return replay(wish, without);
    }
    wish.seeds = wish.seeds == 0 ? 100 : wish.seeds;
    return play_many(wish, without);
}

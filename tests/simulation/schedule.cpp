#include "tests/simulation/schedule.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <sstream>

#include "tests/support/seeded_random.hpp"

namespace zhibu::simulation {
namespace {

struct Weighted {
    Action action;
    std::string_view name;
    std::size_t weight;
};

/// How often each is drawn. Work and synchronising are the most of it, so that faults meet
/// something; `heal` is put in at its places.
constexpr std::array<Weighted, action_count> table{{
    {Action::edit, "edit", 420},
    {Action::synchronise, "synchronise", 190},
    {Action::go_offline, "go_offline", 40},
    {Action::close_program, "close_program", 15},
    {Action::lose_device_power, "lose_device_power", 25},
    {Action::lose_server_power, "lose_server_power", 15},
    {Action::restart_server, "restart_server", 25},
    {Action::back_up, "back_up", 5},
    {Action::lose_server, "lose_server", 2},
    {Action::cut_wires, "cut_wires", 45},
    {Action::partition, "partition", 20},
    {Action::reconnect, "reconnect", 35},
    {Action::set_clock, "set_clock", 15},
    {Action::set_server_clock, "set_server_clock", 4},
    {Action::right_clock, "right_clock", 20},
    {Action::disable_account, "disable_account", 10},
    {Action::enable_account, "enable_account", 20},
    {Action::change_scope, "change_scope", 8},
    {Action::close_window, "close_window", 8},
    {Action::extend_window, "extend_window", 14},
    {Action::suspend_device, "suspend_device", 4},
    {Action::keep_copy, "keep_copy", 12},
    {Action::put_copy_back, "put_copy_back", 6},
    {Action::clone, "clone", 3},
    {Action::fill_disk, "fill_disk", 6},
    {Action::empty_disk, "empty_disk", 12},
    {Action::pass_time, "pass_time", 30},
    {Action::pass_days, "pass_days", 4},
    {Action::heal, "heal", 0},
}};

constexpr std::size_t weights_total =
    std::accumulate(table.begin(), table.end(), std::size_t{0},
                    [](std::size_t sum, const Weighted& each) { return sum + each.weight; });

/// So many operations make a phase of faults, after which everything heals.
constexpr std::size_t phase_steps = 125;

/// Mostly short, for most defects need few steps and a seed costs as much as its steps; some long,
/// for what only grows with time.
std::size_t draw_length(support::SeededRandom& random) {
    const std::size_t sort = random.below(10);
    if (sort < 7) {
        return 75;
    }
    return sort < 9 ? 250 : 500;
}

Action draw_action(support::SeededRandom& random) {
    std::size_t left = random.below(weights_total);
    for (const Weighted& each : table) {
        if (left < each.weight) {
            return each.action;
        }
        left -= each.weight;
    }
    return Action::edit;
}

/// Mostly at once, so that things meet; sometimes seconds later.
Micros draw_pause(support::SeededRandom& random) {
    const std::size_t sort = random.below(10);
    if (sort < 5) {
        return static_cast<Micros>(random.below(100)) * millisecond;
    }
    return static_cast<Micros>(random.below(sort < 9 ? 1'000 : 20'000)) * millisecond;
}

}  // namespace

std::string_view to_text(Action action) { return table[static_cast<std::size_t>(action)].name; }

std::string to_text(const Step& step) {
    std::ostringstream text;
    text << to_text(step.action) << " device " << step.device << " (" << step.a << ", " << step.b
         << ") then " << step.pause / millisecond << " ms";
    return text.str();
}

std::optional<Action> action_of(std::string_view name) {
    const auto found = std::ranges::find(table, name, &Weighted::name);
    return found == table.end() ? std::nullopt : std::optional{found->action};
}

Schedule draw_schedule(std::uint64_t seed, std::size_t steps, std::size_t kits,
                       const std::vector<Action>& without) {
    support::SeededRandom random{seed * 2 + 1};
    const std::size_t drawn_length = draw_length(random);
    if (steps == 0) {
        steps = drawn_length;
    }
    Schedule schedule;
    schedule.seed = seed;
    std::vector<std::size_t> others(kits - 1);
    std::iota(others.begin(), others.end(), std::size_t{1});
    for (std::size_t i = others.size(); i > 1; --i) {
        std::swap(others[i - 1], others[random.below(i)]);
    }
    others.resize(1 + random.below(others.size()));
    schedule.cast.push_back(0);
    schedule.cast.insert(schedule.cast.end(), others.begin(), others.end());
    for (std::size_t i = 0; i < schedule.cast.size(); ++i) {
        schedule.speaks_old_protocol.push_back(random.chance(30));
    }
    for (std::size_t i = 0; i < steps; ++i) {
        Step next;
        next.action = i % phase_steps == phase_steps - 1 || i + 1 == steps ? Action::heal
                                                                           : draw_action(random);
        next.device = random.below(schedule.cast.size() + 2);
        next.a = static_cast<std::uint32_t>(random.below(1U << 30U));
        next.b = static_cast<std::uint32_t>(random.below(1U << 30U));
        next.pause = draw_pause(random);
        if (std::ranges::find(without, next.action) != without.end()) {
            next.action = Action::edit;
        }
        schedule.steps.push_back(next);
    }
    return schedule;
}

}  // namespace zhibu::simulation

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulation/event_loop.hpp"

namespace zhibu::simulation {

/// What a person, the weather or a disk does.
enum class Action : std::uint8_t {
    edit,         // create, update, retire, restore, move; `a` and `b` choose what
    synchronise,  // connects and follows
    go_offline,   // closes the wire in an orderly way
    close_program,
    lose_device_power,  // in the `a`-th change of its disk from now; 0: between two
    lose_server_power,
    restart_server,
    back_up,      // the server's store, while it stands still
    lose_server,  // with its disk; another machine goes on from a backup, mostly the newest
    cut_wires,    // messages under way are lost, either end notices later
    partition,    // ... and no new wire stands until `reconnect`
    reconnect,
    set_clock,  // of the device, by up to 30 days either way
    set_server_clock,
    right_clock,
    disable_account,  // by an officer's device, of the device's account
    enable_account,
    change_scope,
    close_window,
    extend_window,
    suspend_device,
    keep_copy,      // of the device's disk
    put_copy_back,  // replica rollback
    clone,          // the copy works on elsewhere, beside the device
    fill_disk,
    empty_disk,
    pass_time,  // minutes, with all as it is
    pass_days,  // everybody goes home first
    heal,       // everything is put right, and all must converge
};

inline constexpr std::size_t action_count = static_cast<std::size_t>(Action::heal) + 1;

[[nodiscard]] std::string_view to_text(Action action);

struct Step {
    Action action = Action::edit;
    /// Which device, as an index of the cast (modulo the devices there are).
    std::size_t device = 0;
    std::uint32_t a = 0;
    std::uint32_t b = 0;
    /// How long until the next operation.
    Micros pause = 0;
};

[[nodiscard]] std::string to_text(const Step& step);

/// One simulation, drawn beforehand as data, so that a failing one can be made shorter.
struct Schedule {
    std::uint64_t seed = 0;
    /// The devices, as indices of Founded::kits; the officer at the root is always the first.
    std::vector<std::size_t> cast;
    /// Of each device, whether its program speaks the protocol before the current one.
    std::vector<bool> speaks_old_protocol;
    std::vector<Step> steps;
};

/// @param steps    how many; 0: drawn too, from 75 to 500
/// @param without  actions that are not to be drawn
[[nodiscard]] Schedule draw_schedule(std::uint64_t seed, std::size_t steps, std::size_t kits,
                                     const std::vector<Action>& without = {});

/// The action of that name, if there is one.
[[nodiscard]] std::optional<Action> action_of(std::string_view name);

}  // namespace zhibu::simulation

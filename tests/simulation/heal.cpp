#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/simulation/world.hpp"

/// How everything is put right, and what must then come about.
namespace zhibu::simulation {
namespace {

using record::Operation;
using record::Value;

constexpr std::int64_t day_ms = day / millisecond;
/// A wire that is half dead is noticed within 40 s, and the longest retry comes after 60.
constexpr Micros round_time = 20 * second;
constexpr int rounds_max = 80;

/// Ends every fault of machines and networks.
void repair(World& world) {
    for (const auto& device : world.devices) {
        world.network.set_reachable(device->number(), true);
        device->set_clock(0);
        device->disk().set_full(false);
        device->disk().look_before(0, nullptr);
    }
    world.committee->disk().look_before(0, nullptr);
    world.committee->clock().set_offset(0);
    world.committee->start();
}

/// Accounts enabled and back in their scopes, windows open, devices active: by the server's own
/// group, as its administrator's command writes one.
std::vector<record::Change> amends(const World& world, const Schedule& schedule) {
    std::vector<record::Change> changes;
    const std::int64_t now = beginning.milliseconds + world.loop.now() / millisecond;
    const auto is_named = [&](const record::RecordId& id) {
        return std::ranges::any_of(
            changes, [&](const record::Change& change) { return change.record.id == id; });
    };
    for (std::size_t i = 0; i < schedule.cast.size(); ++i) {
        const DeviceKit& kit = founded().kits[schedule.cast[i]];
        if (!is_named(kit.identity.account)) {
            changes.push_back(change_of(
                {names().account, kit.identity.account}, Operation::update,
                {{names().state, Value{std::string{"1"}}}, {names().scope, Value{kit.scope}}}));
        }
        changes.push_back(change_of({names().device, record::RecordId{kit.identity.device.uuid}},
                                    Operation::update,
                                    {{names().device_state, Value{std::string{"2"}}}}));
        const record::RecordId& window = founded().windows[schedule.cast[i]];
        if (!window.is_none() && !is_named(window)) {
            changes.push_back(change_of(
                {names().window, window}, Operation::update,
                {{names().starts_at, Value{record::Instant{beginning.milliseconds - day_ms}}},
                 {names().ends_at, Value{record::Instant{now + 20 * day_ms}}}}));
        }
    }
    return changes;
}

void make_amends(World& world, const Schedule& schedule) {
    bool done = false;
    world.committee->write(amends(world, schedule), [&](bool written) {
        done = true;
        if (!written) {
            world.fail("heal", "the administrator's own group was refused");
        }
    });
    world.pass(second);
    if (!done) {
        world.fail("heal", "the administrator's own group was never decided");
    }
}

bool is_at_rest(World& world, Device& device, record::LogIndex head) {
    bool stands_there = false;
    device.with_replica([&](client::Replica& replica) {
        const auto status = replica.status();
        // Of this epoch's log: the same position of a lost one is another place.
        stands_there = status && status->epoch == world.committee->epoch() &&
                       status->confirmed == head && status->waiting == 0;
    });
    world.pass(millisecond);
    if (stands_there && device.has_deliveries(world.committee->epoch())) {
        // An agent that was refused them offers them again when it is started next.
        device.close();
        return false;
    }
    return stands_there && device.is_synchronising() && device.has_lasting_lease() &&
           device.last_report().phase == client::SyncPhase::caught_up;
}

/// Suspended, for instance because copies of it have met.
bool needs_an_officer(const std::unique_ptr<Device>& device) {
    using enum sync::RefusalReason;
    const auto refused = device->refused();
    return refused == device_not_active || refused == account_disabled || refused == outside_window;
}

std::string standing(const Device& device) {
    const client::SyncReport& report = device.last_report();
    std::string text = "device " + std::to_string(device.number()) + " running " +
                       std::to_string(device.is_running()) + " phase " +
                       std::to_string(static_cast<int>(report.phase)) + " at " +
                       std::to_string(report.at.position);
    if (report.refusal) {
        text += " refusal " + std::to_string(static_cast<int>(report.refusal->reason)) + " (" +
                report.refusal->detail + ")";
    }
    if (report.wire_error) {
        text += " wire " + std::to_string(static_cast<int>(report.wire_error->fault)) + " (" +
                report.wire_error->detail + ")";
    }
    if (report.fault) {
        text += " fault " + std::to_string(static_cast<int>(*report.fault));
    }
    if (report.replica_error) {
        text += " replica " + std::to_string(static_cast<int>(report.replica_error->fault)) + " " +
                report.replica_error->place;
    }
    return text;
}

/// Who synchronises when: copies of one device one after another, since the server has one session
/// of it at a time.
class Turns {
public:
    explicit Turns(World& world) : world_{world} {
        for (const auto& device : world.devices) {
            copies_[device->kit().identity.device].push_back(device.get());
        }
    }

    void begin_round() {
        for (const auto& [id, copies] : copies_) {
            const std::size_t turn = round_ % copies.size();
            for (std::size_t i = 0; i < copies.size(); ++i) {
                if (i != turn) {
                    copies[i]->close();
                }
            }
            copies[turn]->synchronise();
        }
        ++round_;
    }

    /// Whether every machine has stood at the server's newest head when its turn was.
    [[nodiscard]] bool all_at_rest() {
        const record::LogIndex head = world_.committee->head();
        bool all = true;
        for (const auto& device : world_.devices) {
            if (is_at_rest(world_, *device, head)) {
                rested_at_[device->number()] = head;
            }
            all = all && rested_at_[device->number()] == head;
        }
        return all;
    }

private:
    World& world_;
    std::map<record::DeviceId, std::vector<Device*>> copies_;
    std::map<std::size_t, record::LogIndex> rested_at_;
    std::size_t round_ = 0;
};

}  // namespace

void heal(World& world, const Schedule& schedule) {
    repair(world);
    make_amends(world, schedule);
    // Copies of one device take turns: the server knows one session of it at a time.
    Turns turns{world};
    for (int round = 0; round < rounds_max && !world.failure; ++round) {
        turns.begin_round();
        world.pass(round_time);
        if (turns.all_at_rest()) {
            check_when_quiet(world);
            return;
        }
        // A group that waited on a device may have closed a window again.
        if (round % 8 == 7 || std::ranges::any_of(world.devices, needs_an_officer)) {
            make_amends(world, schedule);
        }
    }
    std::string all;
    for (const auto& device : world.devices) {
        all += "\n    " + standing(*device);
    }
    world.fail("convergence", "after all was healed:" + all);
}

}  // namespace zhibu::simulation

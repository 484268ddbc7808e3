#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/simulation/founding.hpp"
#include "tests/simulation/run.hpp"

namespace zhibu::simulation {

/// Copies of a device's disk at one moment.
struct KeptCopy {
    const DeviceKit* kit = nullptr;
    std::optional<DeviceState> state;
};

/// The founded space with the cast of one schedule, taken up where founding left it.
struct World {
    World(const Schedule& schedule, std::ostream* lines);
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    /// Lets time pass.
    void pass(Micros time) { loop.run_until(loop.now() + time); }

    /// A further machine with that state.
    void add_device(const DeviceKit& kit, DeviceState state);
    void fail(std::string promise, std::string what);

    EventLoop loop;
    Trace trace;
    support::SeededRandom random;
    Network network;
    std::unique_ptr<Committee> committee;
    std::vector<std::unique_ptr<Device>> devices;
    /// By device.
    std::map<std::size_t, KeptCopy> copies;
    /// The receipts that devices were sent, by group.
    std::map<SavedGroup, std::vector<std::uint8_t>> overheard;
    /// Of the server, oldest first; never none.
    std::vector<std::shared_ptr<const Backup>> backups;
    /// What the server had acknowledged and lost, and what of it it has again.
    std::set<SavedGroup> lost;
    std::set<SavedGroup> brought_back;
    /// Of the lost, what devices need not have kept, as a backup held it that was lost with the
    /// server.
    std::set<SavedGroup> lost_with_backups;
    std::optional<Failure> failure;
};

/// Ends all faults, lets everybody synchronise until nothing moves any more, and looks whether
/// every promise was kept. Source: vault.md, "How it is shown".
void heal(World& world, const Schedule& schedule);

/// What can be seen only once: the log played again from nothing, and every byte on the devices.
void check_at_the_end(World& world);

/// What holds whenever all is quiet.
void check_when_quiet(World& world);

/// The server's machine is lost with its disk and every backup newer than that one, from which
/// another goes on.
void lose_server(World& world, std::size_t backup);

/// Does one operation.
void perform(World& world, const Schedule& schedule, const Step& step);

}  // namespace zhibu::simulation

#include "tests/simulation/run.hpp"

#include <utility>

#include "sync_protocol/codec/codec.hpp"
#include "tests/simulation/seeded_openssl.hpp"
#include "tests/simulation/world.hpp"

namespace zhibu::simulation {
namespace {

/// Keeps what the server has told devices: the same verdict, byte for byte, for ever.
void overhear(World& world, std::span<const std::uint8_t> frame) {
    const auto message = sync::decode_message(frame);
    const auto* verdicts = message ? std::get_if<sync::Verdicts>(&*message) : nullptr;
    if (verdicts == nullptr) {
        return;
    }
    for (const record::Receipt& receipt : verdicts->receipts) {
        const auto verdict = sync::decode_verdict(receipt.verdict);
        if (!verdict) {
            world.fail("verdicts", "a verdict that cannot be read was sent");
            continue;
        }
        const auto [told, is_new] = world.overheard.emplace(
            SavedGroup{verdict->name, verdict->group_hash}, receipt.verdict);
        if (!is_new && told->second != receipt.verdict) {
            world.fail("verdicts", "one group, two verdicts");
        }
    }
}

}  // namespace

World::World(const Schedule& schedule, std::ostream* lines)
    : trace{lines}, random{schedule.seed * 2}, network{loop, trace, random.below(1U << 30U)} {
    const Founded& space = founded();
    seed_libraries(schedule.seed);
    network.overheard = [this](std::span<const std::uint8_t> frame) { overhear(*this, frame); };
    // After what founding took: no clock of a device stands behind what it has seen.
    loop.run_until(day);
    committee = std::make_unique<Committee>(
        loop, network, trace, space.keys, space.server_disk.after_kill(), random.below(1U << 30U));
    committee->start();
    backups.push_back(space.backup);
    for (std::size_t i = 0; i < schedule.cast.size(); ++i) {
        const std::size_t kit = schedule.cast[i];
        add_device(space.kits[kit], space.states[kit].copy());
        if (schedule.speaks_old_protocol[i]) {
            devices.back()->set_protocol(sync::protocol_oldest);
        }
    }
}

World::~World() {
    devices.clear();
    committee.reset();
}

void World::add_device(const DeviceKit& kit, DeviceState state) {
    devices.push_back(std::make_unique<Device>(loop, network, trace, devices.size(), kit,
                                               std::move(state), random.below(1U << 30U)));
}

void World::fail(std::string promise, std::string what) {
    if (!failure) {
        trace.say(loop.now(), "FAILED " + promise + ": " + what);
        failure = Failure{std::move(promise), std::move(what)};
    }
}

Outcome play(const Schedule& schedule, std::ostream* lines) {
    World world{schedule, lines};
    Outcome outcome;
    for (const Step& step : schedule.steps) {
        world.trace.note(world.loop.now(), to_text(step.action),
                         static_cast<std::int64_t>(step.device), step.a);
        perform(world, schedule, step);
        world.pass(step.pause);
        ++outcome.steps;
        if (world.failure) {
            break;
        }
    }
    if (!world.failure) {
        check_at_the_end(world);
    }
    for (const auto& device : world.devices) {
        outcome.saved_groups += device->saved().size();
    }
    outcome.failure = world.failure;
    outcome.trace_hash = world.trace.hash();
    outcome.events = world.loop.events();
    outcome.committed_groups = world.overheard.size();
    outcome.brought_back_groups = world.brought_back.size();
    return outcome;
}

}  // namespace zhibu::simulation

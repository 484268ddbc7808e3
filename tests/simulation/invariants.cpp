#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "server/committer/control.hpp"
#include "server/committer/reasons.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "tests/simulation/world.hpp"

/// What must hold whenever all is quiet.
namespace zhibu::simulation {
namespace {

constexpr std::size_t bytes_max = 1U << 20U;

std::string name_of(const record::GroupName& name) {
    return to_text(name.device) + " " + to_text(name.incarnation).substr(0, 8) + " #" +
           std::to_string(name.sequence.position);
}

bool is_behind_gap(const record::Verdict& verdict) {
    return std::ranges::any_of(verdict.reasons, [](const record::Reason& reason) {
        return reason.rule == server::reasons::behind_gap;
    });
}

/// Everything that a user was told is saved stands in the log, under its name and hash; what was
/// lost with a backup that held it may, for a replica may have it still.
void check_saved(World& world, server::StoreReader& reader) {
    for (const auto& device : world.devices) {
        for (const auto& [name, hash] : device->saved()) {
            const auto held = reader.held(name, hash);
            if (held && *held && world.lost.contains({name, hash})) {
                world.brought_back.emplace(name, hash);
            }
            if ((!held || !*held) && !world.lost_with_backups.contains({name, hash})) {
                world.fail("saved",
                           "device " + std::to_string(device->number()) +
                               " was told that it is saved, the server has not: " + name_of(name));
                return;
            }
        }
    }
}

/// What the server has once said it says for ever.
void check_overheard(World& world, server::StoreReader& reader) {
    for (const auto& [group, told] : world.overheard) {
        const auto held = reader.held(group.first, group.second);
        if (!held || !*held) {
            world.fail("verdicts", "acknowledged, and not in the log: " + name_of(group.first));
            return;
        }
        if ((*held)->receipt.verdict != told) {
            world.fail("verdicts",
                       "another verdict is stored than was sent: " + name_of(group.first));
            return;
        }
    }
}

/// Every incarnation's chain is without a gap, and in the log's order, but for what was taken
/// behind a gap that closed later.
void check_chains(World& world, server::StoreReader& reader) {
    std::set<std::pair<record::DeviceId, record::IncarnationId>> chains;
    for (const auto& device : world.devices) {
        for (const auto& [name, hash] : device->saved()) {
            chains.emplace(name.device, name.incarnation);
        }
    }
    for (const auto& [device, incarnation] : chains) {
        record::Sequence last;
        record::LogIndex at;
        for (;;) {
            const auto receipts = reader.receipts(device, incarnation, last, bytes_max);
            if (!receipts || receipts->empty()) {
                break;
            }
            for (const record::Receipt& receipt : *receipts) {
                const auto verdict = sync::decode_verdict(receipt.verdict);
                if (!verdict || verdict->name.sequence.position != last.position + 1 ||
                    (verdict->index <= at && !is_behind_gap(*verdict))) {
                    world.fail("order", "a chain has a gap or turns back: " + to_text(incarnation));
                    return;
                }
                last = verdict->name.sequence;
                at = std::max(at, verdict->index);
            }
        }
    }
}

/// Every record that the account may see is on the device as it is on the server.
void compare_fields(World& world, client::Replica& replica, server::StoreReader& reader,
                    const server::ScopeFilter& scope, const std::string& whose) {
    record::RecordKey after;
    for (;;) {
        const auto chunk = reader.chunk(after, scope, bytes_max);
        if (!chunk) {
            world.fail("equality", "the server cannot be read");
            return;
        }
        for (const record::RecordState& state : chunk->records) {
            const auto here = replica.find(state.key);
            if (!here || !*here || **here != state) {
                world.fail("equality", whose + " has another record than the server: kind " +
                                           std::to_string(state.key.kind.number) + " " +
                                           to_text(state.key.id));
                return;
            }
        }
        if (chunk->is_last) {
            return;
        }
        after = chunk->through;
    }
}

void check_replica(World& world, Device& device, server::StoreReader& reader) {
    const std::string whose = "device " + std::to_string(device.number());
    bool was_seen = false;
    device.start(false);
    device.with_replica([&](client::Replica& replica) {
        was_seen = true;
        const auto control = world.committee->committer().control();
        const server::Account* account = control->account(device.kit().identity.account);
        const server::ScopeFilter scope = control->scope_filter(*account);
        const auto status = replica.status();
        const auto ours = replica.digest();
        const auto theirs = reader.digest(scope);
        if (!status || !ours || !theirs) {
            world.fail("equality", whose + " cannot be read");
            return;
        }
        if (status->waiting != 0 || status->parked != 0) {
            world.fail("settled",
                       whose + " has groups without a verdict: " + std::to_string(status->waiting) +
                           " waiting, " + std::to_string(status->parked) + " parked");
        }
        if (ours->at != theirs->at || ours->records != theirs->records ||
            ours->digest != theirs->digest) {
            world.fail("equality", whose + " differs from the server at " +
                                       std::to_string(ours->at.position) + "/" +
                                       std::to_string(theirs->at.position) + " with " +
                                       std::to_string(ours->records) + "/" +
                                       std::to_string(theirs->records) + " records");
        }
        compare_fields(world, replica, reader, scope, whose);
        world.trace.note(world.loop.now(), "digest", static_cast<std::int64_t>(device.number()),
                         Trace::hash_of(ours->digest));
    });
    world.pass(millisecond);
    if (!was_seen) {
        world.fail("equality", whose + " has no replica");
    }
}

/// A server that only ever goes on, or says that it was restored, is nowhere accused.
void check_history(World& world) {
    for (const auto& device : world.devices) {
        for (const client::NotedFinding& noted : device->findings()) {
            if (noted.finding.sort || world.committee->begun().empty()) {
                world.fail("history", "device " + std::to_string(device->number()) +
                                          " has found the server's history wrong at " +
                                          std::to_string(noted.finding.at.position));
            }
        }
    }
}

}  // namespace

void check_when_quiet(World& world) {
    server::StoreReader& reader = world.committee->reader();
    check_saved(world, reader);
    check_overheard(world, reader);
    check_chains(world, reader);
    check_history(world);
    for (const auto& device : world.devices) {
        if (!world.failure) {
            check_replica(world, *device, reader);
        }
    }
}

}  // namespace zhibu::simulation

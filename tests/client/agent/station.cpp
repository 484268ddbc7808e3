#include "tests/client/agent/station.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace zhibu::client::test {

void ChosenRandom::fill(std::span<std::uint8_t> bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<std::uint8_t>(next >> (8 * (3 - i % 4)));
    }
}

Station::Station() : desk{std::make_unique<ReplicaDesk>(std::move(device.replica))} {}

Station::~Station() {
    agent.reset();
    desk.reset();
}

void Station::start(SyncAgent::Mode mode) {
    SyncAgent::Parts parts;
    parts.executor = &executor;
    parts.desk = desk.get();
    parts.random = &random;
    parts.connect = [this](sync::WireEvents& events) { committee.connect(events); };
    parts.prove = [this](std::span<const std::uint8_t> bytes) {
        return committee.account_key.sign(bytes);
    };
    parts.server_key = committee.key();
    parts.catalog_version = small_catalog().version();
    parts.report = [this](const SyncReport& report) { reports.push_back(report); };
    parts.replica_changed = [this] { ++replica_changes; };
    agent = std::make_unique<SyncAgent>(std::move(parts), mode);
    agent->start();
}

void Station::run(SyncAgent::Mode mode) {
    start(mode);
    settle();
}

void Station::settle() {
    bool busy = true;
    while (busy) {
        // The desk works in order: what was asked before this has been answered after it.
        ask_and_wait(*desk, [](Replica&) { return true; });
        busy = executor.run_ready();
    }
}

void Station::wait_for_retry() {
    executor.advance(last().retry_in.value());
    settle();
}

record::Sequence Station::add_guest(std::uint64_t number, const std::string& called) {
    const auto committed = ask_and_wait(*desk, [&](Replica& replica) {
        return replica.commit(new_person(record_id(number), called), sign);
    });
    EXPECT_TRUE(committed);
    if (!committed) {
        return {};
    }
    if (agent) {
        executor.post([this, last = committed->sequence] { agent->group_made(last); });
    }
    return committed->sequence;
}

ReplicaStatus Station::status() {
    return ask_and_wait(*desk, [](Replica& replica) { return replica.status().value(); });
}

GroupStage Station::stage(record::Sequence sequence) {
    const auto groups =
        ask_and_wait(*desk, [](Replica& replica) { return replica.own_groups(1000).value(); });
    for (const OwnGroup& own : groups) {
        if (own.group.name.sequence == sequence) {
            return own.stage;
        }
    }
    ADD_FAILURE() << "no such group";
    return GroupStage::parked;
}

bool Station::has_record(record::RecordKey key) {
    return ask_and_wait(*desk, [key](Replica& replica) { return replica.find(key).value(); })
        .has_value();
}

bool Station::agrees() {
    const ScopeDigest own =
        ask_and_wait(*desk, [](Replica& replica) { return replica.digest().value(); });
    const ScopeDigest theirs = committee.records.digest();
    return own.at == theirs.at && own.records == theirs.records && own.digest == theirs.digest;
}

std::vector<SyncPhase> Station::phases() const {
    std::vector<SyncPhase> phases;
    phases.reserve(reports.size());
    for (const SyncReport& report : reports) {
        phases.push_back(report.phase);
    }
    return phases;
}

}  // namespace zhibu::client::test

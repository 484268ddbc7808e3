#include "client/agent/sync_agent.hpp"

#include <gtest/gtest.h>

#include "tests/client/replica/fixture.hpp"
#include "tests/support/hand_executor.hpp"

namespace zhibu::client::test {
namespace {

/// An agent over a real replica, whose wires are opened and ended by the test.
class AgentOf : public testing::Test {
protected:
    void make(SyncAgent::Mode mode) {
        SyncAgent::Parts parts;
        parts.executor = &executor;
        parts.desk = &desk;
        parts.random = &random;
        parts.connect = [this](sync::WireEvents& events) { opening = &events; };
        parts.prove = [](std::span<const std::uint8_t>) { return record::Signature{}; };
        parts.report = [this](const SyncReport& report) { reports.push_back(report); };
        parts.replica_changed = [] {};
        agent = std::make_unique<SyncAgent>(std::move(parts), mode);
    }

    void start_and_connect() {
        agent->start();
        ASSERT_TRUE(executor.run_until([this] { return opening != nullptr; }));
    }

    void close_with(sync::WireFault fault) {
        std::exchange(opening, nullptr)->on_closed(sync::WireError{fault, {}});
        executor.run_posted();
    }

    [[nodiscard]] SyncPhase phase() const { return reports.back().phase; }

    Device device;
    support::HandExecutor executor;
    support::KeptWire wire;
    support::SeededRandom random{7};
    ReplicaDesk desk{std::move(device.replica)};
    std::vector<SyncReport> reports;
    sync::WireEvents* opening = nullptr;
    std::unique_ptr<SyncAgent> agent;
};

TEST_F(AgentOf, StoppedWhileTheWireIsOpeningClosesItAsSoonAsItStands) {
    make(SyncAgent::Mode::follow);
    start_and_connect();
    agent->stop();
    EXPECT_EQ(phase(), SyncPhase::connecting);
    opening->on_open(wire, {});
    EXPECT_TRUE(wire.closed);
    close_with(sync::WireFault::closed_here);
    EXPECT_EQ(phase(), SyncPhase::ended);
    EXPECT_EQ(executor.timers(), 0U) << "not to be tried again";
}

TEST_F(AgentOf, StoppedWhileTheWireCannotBeOpenedEnds) {
    make(SyncAgent::Mode::follow);
    start_and_connect();
    agent->stop();
    close_with(sync::WireFault::cannot_connect);
    EXPECT_EQ(phase(), SyncPhase::ended);
    EXPECT_FALSE(reports.back().wire_error) << "its own end is no news";
    EXPECT_EQ(executor.timers(), 0U);
}

TEST_F(AgentOf, StoppedBeforeTheReplicaHasAnsweredOpensNothing) {
    make(SyncAgent::Mode::follow);
    agent->start();
    agent->stop();
    EXPECT_EQ(phase(), SyncPhase::ended);
    static_cast<void>(ask_and_wait(desk, [](Replica&) { return true; }));
    executor.run_posted();
    EXPECT_EQ(opening, nullptr);
}

TEST_F(AgentOf, AnOpenWireIsClosedWhenStopped) {
    make(SyncAgent::Mode::follow);
    start_and_connect();
    opening->on_open(wire, {});
    EXPECT_FALSE(wire.closed);
    agent->stop();
    EXPECT_TRUE(wire.closed);
    close_with(sync::WireFault::closed_here);
    EXPECT_EQ(phase(), SyncPhase::ended);
}

TEST_F(AgentOf, FollowingTriesAgainAfterALoss) {
    make(SyncAgent::Mode::follow);
    start_and_connect();
    close_with(sync::WireFault::connection_lost);
    EXPECT_EQ(phase(), SyncPhase::offline);
    ASSERT_TRUE(reports.back().retry_in);
    EXPECT_EQ(executor.timers(), 1U);
    executor.advance(*reports.back().retry_in);
    EXPECT_TRUE(executor.run_until([this] { return opening != nullptr; }));
}

TEST_F(AgentOf, WhatAPersonMustResolveIsNotTriedAgain) {
    make(SyncAgent::Mode::follow);
    start_and_connect();
    close_with(sync::WireFault::certificate_expired);
    EXPECT_EQ(phase(), SyncPhase::ended);
    EXPECT_EQ(executor.timers(), 0U);
}

TEST_F(AgentOf, GoneWhileItWaitsToTryAgainItNeverDoes) {
    make(SyncAgent::Mode::follow);
    start_and_connect();
    close_with(sync::WireFault::timed_out);
    agent.reset();
    executor.advance(std::chrono::minutes{2});
    executor.run_posted();
    EXPECT_EQ(opening, nullptr);
}

TEST_F(AgentOf, GarbageFromTheServerEndsTheSessionAlone) {
    make(SyncAgent::Mode::once);
    start_and_connect();
    opening->on_open(wire, {});
    opening->on_message({0xFF, 0x00, 0x17});
    EXPECT_TRUE(executor.run_until([this] { return wire.closed; }));
    close_with(sync::WireFault::closed_here);
    EXPECT_EQ(phase(), SyncPhase::ended);
    EXPECT_TRUE(reports.back().fault);
}

}  // namespace
}  // namespace zhibu::client::test

#include "server/session/session_host.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/server/session/session_fixture.hpp"

namespace zhibu::server::test {
namespace {

TEST_F(HostOf, WhoDoesNotGreetIsNotWaitedFor) {
    Peer silent{enrol(court.secretary_a), {}, {}, {}};
    Peer greeting{enrol(court.secretary_b), {}, {}, {}};
    open(silent);
    log_in(greeting);
    pass(29'999);
    EXPECT_FALSE(silent.wire.closed);
    pass(1);
    EXPECT_TRUE(silent.wire.closed);
    EXPECT_FALSE(greeting.wire.closed);
    Peer gone{enrol(court.secretary_a), {}, {}, {}};
    open(gone);
    gone.close();
    pass(minute_ms);
    EXPECT_FALSE(gone.wire.closed);
}

TEST_F(HostOf, WhoHandsInIsWaitedForAgain) {
    Peer peer{enrol(court.secretary_a), {}, {}, {}};
    open(peer);
    pass(20'000);
    boxed = peer.device.seal({create("person", court.new_id(), applicant(court.branch_a, 1))});
    peer.events->on_message(sync::encode(
        sync::HandIn{peer.device.account, peer.device.incarnation, {sync::BoxedGroup{{1}}}}));
    pass(20'000);
    EXPECT_FALSE(peer.wire.closed) << "it waits for the committer, not we for it";
    ASSERT_TRUE(executor.run_until([&peer] { return !peer.sent<sync::HandedIn>().empty(); }));
    pass(29'999);
    EXPECT_FALSE(peer.wire.closed);
    pass(1);
    EXPECT_TRUE(peer.wire.closed);
}

TEST_F(HostOf, ADisabledAccountsSessionEndsWithTheCommit) {
    Peer disabled{enrol(court.secretary_a), {}, {}, {}};
    Peer other{enrol(court.secretary_b), {}, {}, {}};
    log_in(disabled);
    log_in(other);
    court.write({update("account", court.secretary_a, {}, {{"state", text("2")}})});
    tell_of_commit();
    EXPECT_TRUE(disabled.is_told(RefusalReason::account_disabled));
    EXPECT_FALSE(other.wire.closed);
}

TEST_F(HostOf, AnAccountThatSeesAnotherPartOfTheTreeIsToldToComeAnew) {
    Peer moved{enrol(court.secretary_a), {}, {}, {}};
    Peer other{enrol(court.secretary_b), {}, {}, {}};
    log_in(moved);
    log_in(other);
    court.write(
        {update("account", court.secretary_a, {}, {{"organisation", Value{court.branch_b}}})});
    tell_of_commit();
    EXPECT_TRUE(moved.is_told(RefusalReason::scope_changed));
    EXPECT_TRUE(moved.sent<sync::LeaseUpdate>().empty());
    EXPECT_FALSE(other.wire.closed);
}

TEST_F(HostOf, EachSessionEndsWithItsOwnWindow) {
    Peer first{enrol(short_term(10)), {}, {}, {}};
    Peer second{enrol(short_term(20)), {}, {}, {}};
    // The later one first, so that the timer must be set again for the sooner.
    log_in(second);
    log_in(first);
    EXPECT_EQ(executor.timers(), 1U);
    for (int minute = 0; minute < 9; ++minute) {
        pass(minute_ms);
    }
    EXPECT_FALSE(first.wire.closed);
    pass(minute_ms);
    EXPECT_TRUE(first.is_told(RefusalReason::outside_window));
    EXPECT_FALSE(second.wire.closed);
    for (int minute = 0; minute < 10; ++minute) {
        pass(minute_ms);
    }
    EXPECT_TRUE(second.is_told(RefusalReason::outside_window));
}

TEST_F(HostOf, ASessionLastsAsLongAsItsWindowsGrace) {
    const RecordId account = court.add_account(court.branch_a, "3");
    court.add_window(court.branch_a, {after(noon, -hour_ms), after(noon, 10 * minute_ms)},
                     {{"account", Value{account}}, {"grace_days", Value{std::int64_t{1}}}});
    Peer peer{enrol(account), {}, {}, {}};
    log_in(peer);
    for (std::int64_t passed = 0; passed < 10 * minute_ms + day_ms - minute_ms;
         passed += minute_ms) {
        pass(minute_ms);
    }
    EXPECT_FALSE(peer.wire.closed) << "what was made in time may still come";
    pass(minute_ms);
    EXPECT_TRUE(peer.is_told(RefusalReason::outside_window));
}

TEST_F(HostOf, AClosedSessionIsNotLookedAtAgain) {
    Peer gone{enrol(short_term(1)), {}, {}, {}};
    log_in(gone);
    gone.close();
    EXPECT_EQ(host.open_sessions(), 0U);
    pass(minute_ms);
    EXPECT_EQ(executor.timers(), 0U);
}

TEST_F(HostOf, ANewerSessionOfOneDeviceReplacesTheOlder) {
    const Desk device = enrol(short_term(1));
    Peer older{device, {}, {}, {}};
    Peer newer{device, {}, {}, {}};
    log_in(older);
    log_in(newer);
    EXPECT_TRUE(older.is_told(RefusalReason::replaced_by_newer_session));
    EXPECT_FALSE(newer.wire.closed);
    older.close();
    EXPECT_EQ(host.open_sessions(), 1U);
    pass(minute_ms);
    EXPECT_TRUE(newer.is_told(RefusalReason::outside_window)) << "its look went with the older";
}

TEST_F(HostOf, ADeviceTooManyIsToldWhenATurnIsOver) {
    host.set_sessions_max(1);
    Peer first{enrol(court.secretary_a), {}, {}, {}};
    Peer second{enrol(court.secretary_a), {}, {}, {}};
    log_in(first);
    const Instant began = court.clock.now();
    pass(20'000);
    open(second);
    greet(second);
    ASSERT_TRUE(executor.run_until([&] { return second.wire.closed; }));
    EXPECT_TRUE(second.is_told(RefusalReason::server_busy));
    EXPECT_EQ(second.sent<sync::Refusal>().front().not_before, after(began, minute_ms));
    EXPECT_FALSE(first.wire.closed);
    EXPECT_EQ(host.put_off(), 1U);
    EXPECT_EQ(host.open_sessions(), 1U);
}

TEST_F(HostOf, WhoHasStoodForLongestGivesWayWhenItsTurnIsOver) {
    host.set_sessions_max(2);
    Peer first{enrol(court.secretary_a), {}, {}, {}};
    Peer second{enrol(court.secretary_a), {}, {}, {}};
    Peer third{enrol(court.secretary_a), {}, {}, {}};
    Peer fourth{enrol(court.secretary_a), {}, {}, {}};
    log_in(first);
    pass(1'000);
    log_in(second);
    pass(minute_ms);
    log_in(third);
    EXPECT_TRUE(first.is_told(RefusalReason::server_busy));
    EXPECT_EQ(first.sent<sync::Refusal>().front().not_before, after(court.clock.now(), minute_ms));
    EXPECT_FALSE(second.wire.closed);
    // The first still closes: its place is taken all the same, and it is not asked twice.
    log_in(fourth);
    EXPECT_TRUE(second.is_told(RefusalReason::server_busy));
    EXPECT_FALSE(third.wire.closed);
    EXPECT_EQ(host.gave_way(), 2U);
    first.close();
    second.close();
    EXPECT_EQ(host.open_sessions(), 2U);
}

TEST_F(HostOf, ADeviceThatComesAnewTakesItsOwnPlace) {
    host.set_sessions_max(1);
    const Desk device = enrol(court.secretary_a);
    Peer older{device, {}, {}, {}};
    Peer newer{device, {}, {}, {}};
    log_in(older);
    log_in(newer);
    EXPECT_TRUE(older.is_told(RefusalReason::replaced_by_newer_session));
    EXPECT_FALSE(newer.wire.closed);
    older.close();
    newer.close();
    Peer other{enrol(court.secretary_a), {}, {}, {}};
    log_in(other);
}

TEST_F(HostOf, WhatIsReadForASessionThatHasEndedIsDropped) {
    Peer peer{enrol(court.secretary_a), {}, {}, {}};
    log_in(peer);
    auto release = hold_desk();
    peer.events->on_message(sync::encode(sync::SnapshotRequest{}));
    court.write({update("account", court.secretary_a, {}, {{"state", text("2")}})});
    tell_of_commit();
    ASSERT_TRUE(peer.is_told(RefusalReason::account_disabled));
    const auto sent = peer.wire.sent.size();
    release.set_value();
    static_cast<void>(hold_desk().set_value());
    executor.run_posted();
    EXPECT_EQ(peer.wire.sent.size(), sent);
}

TEST_F(HostOf, WhatIsReadForAWireThatIsGoneTouchesNothing) {
    Peer peer{enrol(court.secretary_a), {}, {}, {}};
    log_in(peer);
    auto release = hold_desk();
    peer.events->on_message(sync::encode(sync::SnapshotRequest{}));
    peer.close();
    release.set_value();
    std::promise<void> read;
    desk.ask([&read](StoreReader&) { read.set_value(); });
    read.get_future().wait();
    executor.run_posted();
    EXPECT_EQ(host.open_sessions(), 0U);
}

TEST_F(HostOf, WhoIsAdmittedDuringTheStopIsRefused) {
    Peer peer{enrol(court.secretary_a), {}, {}, {}};
    open(peer);
    auto release = hold_desk();
    greet(peer);
    host.stop();
    release.set_value();
    ASSERT_TRUE(executor.run_until([&peer] { return peer.wire.closed; }));
    EXPECT_EQ(peer.refusal(), RefusalReason::server_stopping);
    EXPECT_TRUE(peer.sent<sync::Welcome>().empty());
    EXPECT_EQ(executor.timers(), 0U);
}

TEST_F(HostOf, TheStopIsToldToAllAndNothingIsTimedAfter) {
    Peer peer{enrol(short_term(5)), {}, {}, {}};
    log_in(peer);
    host.stop();
    EXPECT_TRUE(peer.is_told(RefusalReason::server_stopping));
    EXPECT_EQ(executor.timers(), 0U);
    tell_of_commit();
    EXPECT_EQ(executor.timers(), 0U);
    Peer late{enrol(court.secretary_b), {}, {}, {}};
    late.events = host.accept();
    late.events->on_open(late.wire, {});
    EXPECT_TRUE(late.is_told(RefusalReason::server_stopping));
}

// A device that stays connected for days must still be able to work when it leaves.
TEST_F(HostOf, ALeaseIsRenewedWhenHalfOfItIsOver) {
    Peer peer{enrol(court.secretary_a), {}, {}, {}};
    log_in(peer);
    court.clock.advance(36 * hour_ms);
    executor.advance(std::chrono::minutes{1});
    EXPECT_TRUE(peer.sent<sync::LeaseUpdate>().empty());
    court.clock.advance(1);
    executor.advance(std::chrono::minutes{1});
    const auto renewed = peer.sent<sync::LeaseUpdate>();
    ASSERT_EQ(renewed.size(), 1U);
    const auto lease = sync::decode_lease(renewed.front().lease.bytes);
    ASSERT_TRUE(lease);
    EXPECT_EQ(lease->expires_at, after(court.clock.now(), 72 * hour_ms));
    pass(minute_ms);
    EXPECT_EQ(peer.sent<sync::LeaseUpdate>().size(), 1U) << "once";
}

// Connected in the grace of the last window, which permits delivery and no edits.
TEST_F(HostOf, AWindowThatOpensDuringASessionGivesItALease) {
    const RecordId account = court.add_account(court.branch_a, "3");
    court.add_window(court.branch_a, {after(noon, -2 * hour_ms), after(noon, -hour_ms)},
                     {{"account", Value{account}}, {"grace_days", Value{std::int64_t{1}}}});
    court.add_window(court.branch_a, {after(noon, 2 * minute_ms), after(noon, hour_ms)},
                     {{"account", Value{account}}});
    Peer peer{enrol(account), {}, {}, {}};
    log_in(peer);
    pass(minute_ms);
    EXPECT_TRUE(peer.sent<sync::LeaseUpdate>().empty());
    pass(minute_ms);
    const auto renewed = peer.sent<sync::LeaseUpdate>();
    ASSERT_EQ(renewed.size(), 1U);
    EXPECT_EQ(sync::decode_lease(renewed.front().lease.bytes)->expires_at, after(noon, hour_ms));
    for (int minute = 0; minute < 57; ++minute) {
        pass(minute_ms);
    }
    EXPECT_EQ(peer.sent<sync::LeaseUpdate>().size(), 1U) << "the window's end cuts every lease";
}

TEST_F(HostOf, ManyOpeningsSetTheTimerOnlyWhenTheirsIsSooner) {
    std::vector<std::unique_ptr<Peer>> peers;
    for (std::int64_t i = 0; i < 20; ++i) {
        peers.push_back(std::make_unique<Peer>(enrol(short_term(20 + i)), nullptr,
                                               support::KeptWire{}, sync::Challenge{}));
        log_in(*peers.back());
    }
    EXPECT_EQ(executor.timers_made(), peers.size() + 1) << "beside one each for the greeting";
    for (int minute = 0; minute < 40; ++minute) {
        pass(minute_ms);
    }
    for (const auto& peer : peers) {
        EXPECT_TRUE(peer->is_told(RefusalReason::outside_window));
    }
}

}  // namespace
}  // namespace zhibu::server::test

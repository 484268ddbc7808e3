#include "client/agent/sync_agent.hpp"

#include <gtest/gtest.h>

#include "tests/client/agent/station.hpp"

namespace zhibu::client::test {
namespace {

using sync::RefusalReason;
using sync::WireFault;

TEST(SyncAgentOnce, TakesASnapshotComparesAndEnds) {
    Station station;
    for (std::uint64_t number = 20; number < 25; ++number) {
        station.committee.records.change(
            {person, record_id(number)}, record::Operation::create,
            {{name, std::string{"Guest"}, {}}, {branch, record_id(1), {}}});
    }
    station.run(SyncAgent::Mode::once_and_compare);
    EXPECT_EQ(station.phases(), (std::vector{SyncPhase::connecting, SyncPhase::synchronising,
                                             SyncPhase::caught_up, SyncPhase::ended}));
    EXPECT_TRUE(station.agrees());
    const SyncReport& last = station.last();
    EXPECT_EQ(last.at, station.committee.records.head());
    ASSERT_TRUE(last.own_digest && last.server_digest);
    EXPECT_EQ(last.own_digest->digest, last.server_digest->digest);
    EXPECT_EQ(last.own_digest->records, 6U);
    EXPECT_FALSE(last.wire_error || last.refusal || last.fault || last.replica_error);
    EXPECT_GT(station.replica_changes, 0U);
    EXPECT_FALSE(station.committee.has_open_wire());
    EXPECT_TRUE(station.committee.messages_not_understood.empty());
}

TEST(SyncAgentOnce, SendsWhatWaitsAndTakesTheVerdicts) {
    Station station;
    station.run(SyncAgent::Mode::once);
    const auto first = station.add_guest(20, "Ann");
    const auto second = station.add_guest(21, "Ben");
    station.run(SyncAgent::Mode::once);
    EXPECT_EQ(station.committee.pushed, (std::vector<std::uint64_t>{1, 2}));
    EXPECT_EQ(station.stage(first), GroupStage::accepted);
    EXPECT_EQ(station.stage(second), GroupStage::accepted);
    EXPECT_EQ(station.status().waiting, 0U);
    EXPECT_TRUE(station.agrees());
    EXPECT_EQ(station.last().phase, SyncPhase::ended);
}

TEST(SyncAgentOnce, OfflineItEndsWithTheReasonAndKeepsWhatWaits) {
    Station station;
    const auto made = station.add_guest(20, "Ann");
    station.committee.reach = ModelCommittee::Reach::fails;
    station.run(SyncAgent::Mode::once);
    EXPECT_EQ(station.phases(), (std::vector{SyncPhase::connecting, SyncPhase::ended}));
    ASSERT_TRUE(station.last().wire_error);
    EXPECT_EQ(station.last().wire_error->fault, WireFault::cannot_connect);
    EXPECT_EQ(station.executor.timers(), 0U);
    EXPECT_EQ(station.stage(made), GroupStage::waiting);
}

TEST(SyncAgentFollow, StaysConnectedAndTakesWhatIsNew) {
    Station station;
    station.run(SyncAgent::Mode::follow);
    EXPECT_EQ(station.last().phase, SyncPhase::caught_up);
    EXPECT_TRUE(station.committee.has_open_wire());
    const std::size_t changes = station.replica_changes;
    station.committee.records.change(
        {person, record_id(30)}, record::Operation::create,
        {{name, std::string{"Guest"}, {}}, {branch, record_id(1), {}}});
    station.committee.publish();
    station.settle();
    EXPECT_TRUE(station.has_record({person, record_id(30)}));
    EXPECT_GT(station.replica_changes, changes);
    EXPECT_TRUE(station.agrees());
    EXPECT_EQ(station.last().phase, SyncPhase::caught_up);
}

TEST(SyncAgentFollow, AGroupMadeWhileConnectedIsSentAtOnce) {
    Station station;
    station.run(SyncAgent::Mode::follow);
    const auto made = station.add_guest(20, "Ann");
    station.settle();
    EXPECT_EQ(station.stage(made), GroupStage::accepted);
    EXPECT_TRUE(station.agrees());
}

TEST(SyncAgentFollow, AGroupMadeWhileTheWireIsStillOpeningIsSentOnIt) {
    Station station;
    station.committee.reach = ModelCommittee::Reach::hangs;
    station.run(SyncAgent::Mode::follow);
    const auto made = station.add_guest(20, "Ann");
    station.settle();
    station.committee.open_hanging();
    station.settle();
    EXPECT_EQ(station.stage(made), GroupStage::accepted);
    EXPECT_EQ(station.committee.pushed, (std::vector<std::uint64_t>{1}));
}

TEST(SyncAgentFollow, AVerdictThatWasLostIsTakenOnTheNextWireAndNothingIsSentTwice) {
    Station station;
    station.run(SyncAgent::Mode::follow);
    station.committee.loses_verdicts = true;
    const auto made = station.add_guest(20, "Ann");
    station.settle();
    EXPECT_EQ(station.last().phase, SyncPhase::offline);
    EXPECT_EQ(station.stage(made), GroupStage::waiting);
    station.wait_for_retry();
    EXPECT_EQ(station.last().phase, SyncPhase::caught_up);
    EXPECT_EQ(station.stage(made), GroupStage::accepted);
    EXPECT_EQ(station.committee.pushed, (std::vector<std::uint64_t>{1}));
    EXPECT_TRUE(station.agrees());
}

TEST(SyncAgentBackoff, TheCeilingDoublesToAMinuteAndTheDelayIsAnywhereBelowIt) {
    Station station;
    station.committee.reach = ModelCommittee::Reach::fails;
    const std::vector<std::uint32_t> ceilings{1'000,  2'000,  4'000,  8'000, 16'000,
                                              32'000, 60'000, 60'000, 60'000};
    station.start(SyncAgent::Mode::follow);
    for (const std::uint32_t ceiling : ceilings) {
        // The largest roll that is below the ceiling; one more begins again at nought.
        station.random.next = ceiling;
        station.settle();
        EXPECT_EQ(station.last().phase, SyncPhase::offline);
        ASSERT_TRUE(station.last().retry_in);
        EXPECT_EQ(station.last().retry_in->count(), ceiling);
        EXPECT_EQ(station.executor.timers(), 1U);
        station.executor.advance(*station.last().retry_in);
    }
    station.random.next = 60'001;
    station.settle();
    EXPECT_EQ(station.last().retry_in->count(), 0);
}

TEST(SyncAgentBackoff, BeginsAnewOnceTheServerWasReached) {
    Station station;
    station.random.next = 500;
    station.committee.reach = ModelCommittee::Reach::fails;
    station.run(SyncAgent::Mode::follow);
    station.wait_for_retry();
    station.wait_for_retry();
    station.committee.reach = ModelCommittee::Reach::opens;
    station.wait_for_retry();
    EXPECT_EQ(station.last().phase, SyncPhase::caught_up);
    EXPECT_FALSE(station.last().wire_error);
    station.random.next = 501;
    station.committee.lose(WireFault::connection_lost);
    station.settle();
    ASSERT_TRUE(station.last().retry_in);
    EXPECT_EQ(station.last().retry_in->count(), 0);
}

TEST(SyncAgentBackoff, AServerThatAdmitsAndThenRefusesEachTimeIsLeftInPeaceForLonger) {
    Station station;
    station.random.next = 999'999;
    station.committee.refuses_push = RefusalReason::server_storage_failed;
    const auto made = station.add_guest(20, "Ann");
    station.start(SyncAgent::Mode::follow);
    for (const std::uint32_t ceiling : {1'000U, 2'000U, 4'000U}) {
        station.random.next = ceiling;
        station.settle();
        ASSERT_TRUE(station.last().retry_in);
        EXPECT_EQ(station.last().retry_in->count(), ceiling);
        station.executor.advance(*station.last().retry_in);
    }
    EXPECT_EQ(station.stage(made), GroupStage::waiting);
    station.committee.refuses_push.reset();
    station.settle();
    EXPECT_EQ(station.stage(made), GroupStage::accepted);
}

TEST(SyncAgentRetry, OnlyWhatPassesByItselfIsTriedAgain) {
    const auto with_refusal = [](RefusalReason reason) {
        SyncReport report;
        report.refusal.emplace().reason = reason;
        return worth_retrying(report);
    };
    for (int i = 0; i <= static_cast<int>(RefusalReason::scope_changed); ++i) {
        const auto reason = static_cast<RefusalReason>(i);
        const bool passes = reason == RefusalReason::server_stopping ||
                            reason == RefusalReason::server_storage_failed ||
                            reason == RefusalReason::server_busy ||
                            reason == RefusalReason::scope_changed;
        EXPECT_EQ(with_refusal(reason), passes) << i;
    }
    for (int i = 0; i <= static_cast<int>(WireFault::protocol_error); ++i) {
        const auto fault = static_cast<WireFault>(i);
        SyncReport report;
        report.wire_error = sync::WireError{fault, {}};
        const bool for_a_person =
            fault == WireFault::closed_here || fault == WireFault::server_untrusted ||
            fault == WireFault::server_expired || fault == WireFault::server_wrong_host ||
            fault == WireFault::certificate_refused || fault == WireFault::certificate_expired;
        EXPECT_EQ(worth_retrying(report), !for_a_person) << i;
        report.fault = sync::SessionFault::malformed_message;
        EXPECT_FALSE(worth_retrying(report));
    }
    SyncReport full_disk;
    full_disk.replica_error = ReplicaError{};
    full_disk.wire_error = sync::WireError{WireFault::connection_lost, {}};
    EXPECT_FALSE(worth_retrying(full_disk));
    EXPECT_FALSE(worth_retrying(SyncReport{}));
}

TEST(SyncAgentRefused, AWrongPasswordEndsItAtOnce) {
    Station station;
    station.committee.knows_the_account = false;
    station.run(SyncAgent::Mode::follow);
    EXPECT_EQ(station.phases(), (std::vector{SyncPhase::connecting, SyncPhase::ended}));
    ASSERT_TRUE(station.last().refusal);
    EXPECT_EQ(station.last().refusal->reason, RefusalReason::wrong_password);
    EXPECT_FALSE(station.last().wire_error);
    EXPECT_EQ(station.executor.timers(), 0U);
    EXPECT_EQ(station.committee.attempts, 1U);
}

TEST(SyncAgentRefused, AnAccountDisabledInMidSessionLosesNothing) {
    Station station;
    station.run(SyncAgent::Mode::follow);
    station.committee.refuse(RefusalReason::account_disabled);
    const auto made = station.add_guest(20, "Ann");
    station.settle();
    EXPECT_EQ(station.last().phase, SyncPhase::ended);
    ASSERT_TRUE(station.last().refusal);
    EXPECT_EQ(station.last().refusal->reason, RefusalReason::account_disabled);
    EXPECT_FALSE(station.last().retry_in);
    EXPECT_EQ(station.executor.timers(), 0U);
    EXPECT_FALSE(station.committee.has_open_wire());
    // Enabled again, asked again.
    station.run(SyncAgent::Mode::follow);
    EXPECT_EQ(station.stage(made), GroupStage::accepted);
    EXPECT_TRUE(station.agrees());
}

TEST(SyncAgentRefused, WhatTheServerDidNotTakeWaitsUntilItDoes) {
    Station station;
    station.random.next = 0;
    station.run(SyncAgent::Mode::follow);
    station.committee.refuses_push = RefusalReason::server_storage_failed;
    const auto made = station.add_guest(20, "Ann");
    station.settle();
    EXPECT_EQ(station.last().phase, SyncPhase::offline);
    EXPECT_EQ(station.last().refusal->reason, RefusalReason::server_storage_failed);
    EXPECT_EQ(station.stage(made), GroupStage::waiting);
    station.committee.refuses_push.reset();
    station.wait_for_retry();
    EXPECT_EQ(station.stage(made), GroupStage::accepted);
    EXPECT_EQ(station.committee.pushed, (std::vector<std::uint64_t>{1, 1}));
}

TEST(SyncAgentLease, ANewOneIsKeptAndItsEndStopsEditing) {
    Station station;
    station.run(SyncAgent::Mode::follow);
    station.committee.lease.serial = 6;
    station.committee.lease.expires_at = {noon.milliseconds + hour};
    station.committee.say(sync::LeaseUpdate{station.committee.signed_lease()});
    station.settle();
    EXPECT_EQ(station.status().lease->serial, 6U);
    EXPECT_EQ(station.status().lease->expires_at, station.committee.lease.expires_at);
    // The server ends the session with the lease.
    station.committee.refuse(RefusalReason::lease_over);
    station.settle();
    EXPECT_EQ(station.last().phase, SyncPhase::ended);
    EXPECT_EQ(station.last().refusal->reason, RefusalReason::lease_over);
    station.device.clock.advance(hour);
    const auto late = ask_and_wait(*station.desk, [](Replica& replica) {
        return replica.commit(new_person(record_id(20), "Ann"), sign);
    });
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().fault, ReplicaFault::lease_over);
}

TEST(SyncAgentLease, OneThatAnotherKeySignedEndsTheSessionAndIsNotKept) {
    Station station;
    station.run(SyncAgent::Mode::follow);
    station.committee.lease.serial = 6;
    station.committee.lease.manages = true;
    sync::SignedLease forged = station.committee.signed_lease();
    forged.signature = keys::Ed25519Key::generate().sign(forged.bytes);
    station.committee.say(sync::LeaseUpdate{forged});
    station.settle();
    EXPECT_EQ(station.last().phase, SyncPhase::ended);
    EXPECT_EQ(station.last().fault, sync::SessionFault::signature_wrong);
    EXPECT_EQ(station.status().lease->serial, 5U);
    EXPECT_FALSE(station.status().lease->manages);
    EXPECT_FALSE(station.committee.has_open_wire());
}

TEST(SyncAgentScope, AChangedOneIsFetchedAnewAndTheOldOneLeaves) {
    Station station;
    const record::RecordKey guest{person, record_id(30)};
    station.committee.records.change(
        guest, record::Operation::create,
        {{name, std::string{"Guest"}, {}}, {branch, record_id(1), {}}});
    station.run(SyncAgent::Mode::follow);
    EXPECT_TRUE(station.has_record(guest));
    EXPECT_EQ(station.committee.snapshots_begun(), 1U);
    station.committee.refuse(RefusalReason::scope_changed);
    station.settle();
    EXPECT_EQ(station.last().phase, SyncPhase::offline);
    // The model keeps one scope: what it evicts is no part of the next snapshot.
    station.committee.records.evict(guest);
    station.committee.lease.scope = record_id(2);
    station.wait_for_retry();
    EXPECT_EQ(station.committee.snapshots_begun(), 2U);
    EXPECT_FALSE(station.has_record(guest));
    EXPECT_EQ(station.status().scope, record_id(2));
    EXPECT_EQ(station.last().phase, SyncPhase::caught_up);
    EXPECT_TRUE(station.agrees());
}

TEST(SyncAgentHostile, AGarbageFrameEndsTheSessionAndIsNotTriedAgain) {
    Station station;
    station.run(SyncAgent::Mode::follow);
    station.committee.say_bytes({0xFF, 0x00, 0x13});
    station.settle();
    EXPECT_EQ(station.last().phase, SyncPhase::ended);
    EXPECT_EQ(station.last().fault, sync::SessionFault::malformed_message);
    EXPECT_EQ(station.committee.closed_by_client(), 1U);
    EXPECT_EQ(station.executor.timers(), 0U);
}

TEST(SyncAgentHostile, AServerOfAnotherSpaceLearnsNothing) {
    Station station;
    station.add_guest(20, "Ann");
    station.committee.challenge.space = record::SpaceId{record_id(999).uuid};
    station.run(SyncAgent::Mode::follow);
    EXPECT_EQ(station.last().phase, SyncPhase::ended);
    EXPECT_EQ(station.last().fault, sync::SessionFault::other_space);
    EXPECT_TRUE(station.committee.pushed.empty());
}

TEST(SyncAgentHostile, ATailThatDoesNotContinueTheReplicaIsNotTaken) {
    Station station;
    station.run(SyncAgent::Mode::follow);
    const record::LogIndex before = station.status().confirmed;
    sync::Tail tail;
    tail.entries.emplace_back().entry.index = {before.position + 7};
    tail.through = {before.position + 3};
    tail.head = tail.through;
    station.committee.say(tail);
    station.settle();
    EXPECT_EQ(station.last().phase, SyncPhase::ended);
    ASSERT_TRUE(station.last().replica_error);
    EXPECT_EQ(station.last().replica_error->fault, ReplicaFault::contradiction);
    EXPECT_EQ(station.status().confirmed, before);
    EXPECT_FALSE(station.committee.has_open_wire());
}

TEST(SyncAgentStop, ClosesTheWireAndEndsWithoutAnError) {
    Station station;
    station.run(SyncAgent::Mode::follow);
    station.agent->stop();
    station.settle();
    EXPECT_EQ(station.last().phase, SyncPhase::ended);
    EXPECT_FALSE(station.last().wire_error);
    EXPECT_EQ(station.committee.closed_by_client(), 1U);
    EXPECT_EQ(station.executor.timers(), 0U);
}

TEST(SyncAgentStop, WhileItWaitsToTryAgainTheTimerGoes) {
    Station station;
    station.committee.reach = ModelCommittee::Reach::fails;
    station.run(SyncAgent::Mode::follow);
    EXPECT_EQ(station.executor.timers(), 1U);
    station.agent->stop();
    station.settle();
    EXPECT_EQ(station.last().phase, SyncPhase::ended);
    EXPECT_EQ(station.executor.timers(), 0U);
    EXPECT_EQ(station.committee.attempts, 1U);
}

TEST(SyncAgentStop, DestroyedWithAnswersUnderWayItIsToldOfNone) {
    Station station;
    station.start(SyncAgent::Mode::follow);
    station.agent.reset();
    station.settle();
    EXPECT_EQ(station.phases(), std::vector{SyncPhase::connecting});
    EXPECT_EQ(station.committee.attempts, 0U);
}

}  // namespace
}  // namespace zhibu::client::test

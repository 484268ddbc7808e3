#include "sync_protocol/session/client_session.hpp"

#include <gtest/gtest.h>
#include <cstdint>
#include <vector>

#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/message/message.hpp"
#include "tests/sync_protocol/session/client_samples.hpp"
#include "tests/sync_protocol/session/session_samples.hpp"

namespace zhibu::sync {
namespace {

using namespace client_event;
using namespace client_effect;
using samples::only;

template <class Wanted>
std::vector<Wanted> sent(const ClientEffects& effects) {
    return samples::sent<Wanted, Send>(effects);
}

ClientEffects receive(ClientSession& session, const Message& message) {
    return session.step(Received{encode(message)});
}

/// A new replica is of no epoch yet.
ReplicaPosition position(std::uint64_t confirmed, std::uint64_t last_sequence,
                         std::uint64_t last_verdict = 0) {
    ReplicaPosition made = samples::replica_at(confirmed, last_sequence, last_verdict);
    made.epoch = confirmed == 0 ? EpochId{} : samples::epoch;
    return made;
}

Welcome welcome(std::uint64_t head, std::uint64_t last_held = 0) {
    Welcome made;
    made.epoch = samples::epoch;
    made.head = LogIndex{head};
    made.last_held = Sequence{last_held};
    made.lease = samples::signed_lease();
    made.push_credit = 1'000'000;
    return made;
}

/// A session up to and with the server's welcome; `after_welcome` is what it then wants.
struct Opening {
    ClientSession session;
    ClientEffects after_welcome;
};

Opening opened(const ReplicaPosition& at, const Welcome& with,
               ClientSession::Settings settings = samples::comparing_when_asked(),
               std::uint16_t newest_protocol = protocol_current) {
    Challenge challenge = samples::challenge();
    challenge.newest_protocol = newest_protocol;
    Opening opening{ClientSession{at, samples::server_key().public_key(), settings}, {}};
    static_cast<void>(opening.session.step(Opened{}));
    static_cast<void>(receive(opening.session, challenge));
    static_cast<void>(opening.session.step(Proved{record::Signature(64, 1)}));
    opening.after_welcome = receive(opening.session, with);
    return opening;
}

TEST(ClientSession, ProvesItsAccountOverTheTranscriptOfThisChannel) {
    ClientSession session{position(5, 0), samples::server_key().public_key(), {}};
    Opened channel;
    channel.channel_binding.fill(42);
    static_cast<void>(session.step(channel));
    const auto challenged = receive(session, samples::challenge());
    ASSERT_EQ(only<Prove>(challenged).size(), 1U);

    ClientSession elsewhere{position(5, 0), samples::server_key().public_key(), {}};
    channel.channel_binding.fill(43);
    static_cast<void>(elsewhere.step(channel));
    const auto other = receive(elsewhere, samples::challenge());
    EXPECT_NE(only<Prove>(challenged).front().transcript, only<Prove>(other).front().transcript);
    EXPECT_EQ(sent<Hello>(session.step(Proved{record::Signature(64, 1)})).size(), 1U);
}

TEST(ClientSession, AnOlderProgramAgreesOnItsOwnVersionAndTakesNoNewerMessage) {
    ClientSession::Settings older;
    older.protocol_newest = 1;
    ClientSession session{position(5, 0), samples::server_key().public_key(), older};
    static_cast<void>(session.step(Opened{}));
    static_cast<void>(receive(session, samples::challenge()));
    const auto hellos = sent<Hello>(session.step(Proved{record::Signature(64, 1)}));
    ASSERT_EQ(hellos.size(), 1U);
    EXPECT_EQ(hellos.front().protocol, 1U);
    static_cast<void>(receive(session, welcome(5)));
    const auto ended = receive(session, Watermark{LogIndex{5}});
    ASSERT_EQ(only<End>(ended).size(), 1U);
    EXPECT_EQ(only<End>(ended).front().fault, SessionFault::unexpected_message);
}

TEST(ClientSession, ANewReplicaTakesASnapshotAndSubscribesFromItsFirstChunk) {
    Opening opening = opened(position(0, 0), welcome(50));
    ASSERT_EQ(sent<SnapshotRequest>(opening.after_welcome).size(), 1U);
    static_cast<void>(opening.session.step(Done{}));  // the epoch
    static_cast<void>(opening.session.step(Done{}));  // the lease

    SnapshotChunk first;
    first.read_at = LogIndex{50};
    first.through.id = RecordId{samples::uuid(10)};
    const auto staged = receive(opening.session, first);
    ASSERT_EQ(only<Stage>(staged).size(), 1U);
    EXPECT_TRUE(sent<SnapshotRequest>(staged).empty());
    const auto next = opening.session.step(Done{});
    ASSERT_EQ(sent<SnapshotRequest>(next).size(), 1U);
    EXPECT_EQ(sent<SnapshotRequest>(next).front().after, first.through);

    SnapshotChunk last = first;
    last.read_at = LogIndex{53};
    last.through.id = RecordId{samples::uuid(20)};
    last.is_last = true;
    EXPECT_EQ(only<Stage>(receive(opening.session, last)).size(), 1U);
    const auto swapping = opening.session.step(Done{});
    ASSERT_EQ(only<SwapIn>(swapping).size(), 1U);
    const auto subscribing = opening.session.step(Done{});
    ASSERT_EQ(sent<Subscribe>(subscribing).size(), 1U);
    EXPECT_EQ(sent<Subscribe>(subscribing).front().from, LogIndex{50});
}

TEST(ClientSession, AsksForNoMoreChunksThanItMayHoldUnstaged) {
    Opening opening = opened(position(0, 0), welcome(50));
    static_cast<void>(opening.session.step(Done{}));  // the epoch
    static_cast<void>(opening.session.step(Done{}));  // the lease
    SnapshotChunk chunk;
    chunk.read_at = LogIndex{50};
    std::uint8_t number = 10;
    const auto receive_next = [&] {
        chunk.through.id = RecordId{samples::uuid(++number)};
        return receive(opening.session, chunk);
    };
    EXPECT_TRUE(sent<SnapshotRequest>(receive_next()).empty()) << "the first is not staged";
    EXPECT_EQ(sent<SnapshotRequest>(opening.session.step(Done{})).size(), 1U);
    EXPECT_EQ(sent<SnapshotRequest>(receive_next()).size(), 1U) << "while one is being staged";
    EXPECT_EQ(sent<SnapshotRequest>(receive_next()).size(), 1U);
    EXPECT_EQ(sent<SnapshotRequest>(receive_next()).size(), 1U);
    EXPECT_TRUE(sent<SnapshotRequest>(receive_next()).empty()) << "four are held";
    EXPECT_EQ(sent<SnapshotRequest>(opening.session.step(Done{})).size(), 1U) << "one is staged";
}

TEST(ClientSession, TakesNoChunkThatItDidNotAskFor) {
    Opening opening = opened(position(0, 0), welcome(50));
    SnapshotChunk chunk;
    chunk.read_at = LogIndex{50};
    chunk.through.id = RecordId{samples::uuid(11)};
    static_cast<void>(receive(opening.session, chunk));
    chunk.through.id = RecordId{samples::uuid(12)};
    const auto ended = only<End>(receive(opening.session, chunk));
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended.front().fault, SessionFault::unexpected_message);
}

TEST(ClientSession, PushesAndPullsAtOnce) {
    Opening opening = opened(position(5, 2), welcome(9));
    EXPECT_EQ(sent<Subscribe>(opening.after_welcome).front().from, LogIndex{5});
    ASSERT_EQ(only<ReadWaiting>(opening.after_welcome).size(), 1U);
    EXPECT_EQ(only<ReadWaiting>(opening.after_welcome).front().after, Sequence{0});
    const auto pushed = opening.session.step(
        WaitingRead{{samples::sealed_group(1), samples::sealed_group(2)}, Sequence{2}});
    ASSERT_EQ(sent<Push>(pushed).size(), 1U);
    EXPECT_EQ(sent<Push>(pushed).front().groups.size(), 2U);
}

TEST(ClientSession, PushesOnlyWhatTheServerDoesNotHold) {
    Opening opening = opened(position(5, 3, 1), welcome(9, 2));
    EXPECT_EQ(only<ReadWaiting>(opening.after_welcome).front().after, Sequence{2});
}

TEST(ClientSession, DoesReplicaWorkOneAfterTheOther) {
    Opening opening = opened(position(5, 0), welcome(9));
    ASSERT_EQ(only<StoreLease>(opening.after_welcome).size(), 1U);
    EXPECT_TRUE(
        only<ApplyTail>(receive(opening.session, Tail{{}, LogIndex{7}, LogIndex{9}})).empty());
    const auto first = opening.session.step(Done{});
    ASSERT_EQ(only<ApplyTail>(first).size(), 1U);
    EXPECT_EQ(only<ApplyTail>(first).front().through, LogIndex{7});
    EXPECT_TRUE(
        only<ApplyTail>(receive(opening.session, Tail{{}, LogIndex{9}, LogIndex{9}})).empty());
    const auto second = opening.session.step(Done{});
    ASSERT_EQ(only<ApplyTail>(second).size(), 1U);
    EXPECT_EQ(only<ApplyTail>(second).front().through, LogIndex{9});
    EXPECT_EQ(only<CaughtUp>(opening.session.step(Done{})).size(), 1U);
}

TailEntry entry_at(std::uint64_t index, std::size_t bytes) {
    TailEntry made;
    made.entry.index = LogIndex{index};
    made.entry.action = std::string(bytes, 'x');
    return made;
}

/// The server judges a push while the replica still takes what came of it.
void receive_two_of_each(ClientSession& session) {
    static_cast<void>(receive(session, Verdicts{{samples::receipt(1)}, 0}));
    static_cast<void>(receive(session, Tail{{entry_at(101, 100)}, LogIndex{101}, LogIndex{101}}));
    static_cast<void>(receive(session, Verdicts{{samples::receipt(2)}, 0}));
    static_cast<void>(receive(session, Tail{{entry_at(102, 100)}, LogIndex{102}, LogIndex{102}}));
}

TEST(ClientSession, WhatHasGatheredOfOneSortIsOneWork) {
    Opening opening = opened(position(5, 2), welcome(5));
    receive_two_of_each(opening.session);
    const auto judged = opening.session.step(Done{});  // the lease
    ASSERT_EQ(only<StoreVerdicts>(judged).size(), 1U);
    EXPECT_EQ(only<StoreVerdicts>(judged).front().receipts,
              (std::vector{samples::receipt(1), samples::receipt(2)}));
    const auto told = opening.session.step(Done{});
    ASSERT_EQ(only<ApplyTail>(told).size(), 1U);
    EXPECT_EQ(only<ApplyTail>(told).front().entries,
              (std::vector{entry_at(101, 100), entry_at(102, 100)}));
    EXPECT_EQ(only<ApplyTail>(told).front().through, LogIndex{102});
    const auto applied = opening.session.step(Done{});
    ASSERT_EQ(sent<PullCredit>(applied).size(), 1U);
    EXPECT_EQ(sent<PullCredit>(applied).front().bytes,
              2 * encoded_size_hint(entry_at(101, 100).entry));
}

TEST(ClientSession, NoMoreOfTheLogIsOneWorkThanItsLimit) {
    ClientSession::Settings settings = samples::comparing_when_asked();
    settings.tail_bytes_max = 2 * encoded_size_hint(entry_at(101, 100).entry) - 1;
    Opening opening = opened(position(5, 2), welcome(5), settings);
    receive_two_of_each(opening.session);
    static_cast<void>(opening.session.step(Done{}));  // the lease
    const auto first = opening.session.step(Done{});
    ASSERT_EQ(only<ApplyTail>(first).size(), 1U);
    EXPECT_EQ(only<ApplyTail>(first).front().through, LogIndex{101});
    const auto second = opening.session.step(Done{});
    ASSERT_EQ(only<ApplyTail>(second).size(), 1U);
    EXPECT_EQ(only<ApplyTail>(second).front().through, LogIndex{102});
}

TEST(ClientSession, GivesPullCreditBackOnlyWhenTheTailIsApplied) {
    Opening opening = opened(position(5, 0), welcome(9));
    static_cast<void>(opening.session.step(Done{}));
    TailEntry entry;
    entry.entry.index = LogIndex{9};
    entry.entry.action = std::string(10'000, 'x');
    const Bytes frame = encode(Message{Tail{{entry}, LogIndex{9}, LogIndex{9}}});
    EXPECT_TRUE(sent<PullCredit>(opening.session.step(Received{frame})).empty());
    const auto applied = opening.session.step(Done{});
    ASSERT_EQ(sent<PullCredit>(applied).size(), 1U);
    EXPECT_EQ(sent<PullCredit>(applied).front().bytes, encoded_size_hint(entry.entry))
        << "before compression: that is what waited in memory";
    EXPECT_LT(frame.size(), 1'000U);
}

TEST(ClientSession, LeavesOnlyWhenAllIsJudgedAndApplied) {
    Opening opening = opened(position(5, 1), welcome(5), samples::comparing_when_asked(), 1);
    EXPECT_TRUE(only<End>(opening.session.step(LeaveWhenDone{})).empty());
    static_cast<void>(opening.session.step(Done{}));
    static_cast<void>(opening.session.step(WaitingRead{{samples::sealed_group(1)}, Sequence{1}}));
    static_cast<void>(receive(opening.session, Tail{{}, LogIndex{5}, LogIndex{5}}));
    static_cast<void>(opening.session.step(Done{}));
    static_cast<void>(receive(opening.session, Verdicts{{samples::receipt(1)}, 10}));
    // The verdict's own index lies beyond what is applied: the tail up to it is still to come.
    EXPECT_TRUE(only<End>(opening.session.step(Done{})).empty());
    static_cast<void>(receive(opening.session, Tail{{}, LogIndex{101}, LogIndex{101}}));
    const auto applied = opening.session.step(Done{});
    EXPECT_EQ(only<End>(applied).size(), 1U);
    EXPECT_EQ(sent<Goodbye>(applied).size(), 1U);
    EXPECT_TRUE(opening.session.is_over());
}

TEST(ClientSession, ComparesDigestsBeforeItLeaves) {
    Opening opening = opened(position(4, 0), welcome(5), samples::comparing_when_asked(), 1);
    static_cast<void>(opening.session.step(CompareWanted{}));
    static_cast<void>(opening.session.step(LeaveWhenDone{}));
    static_cast<void>(opening.session.step(Done{}));
    static_cast<void>(receive(opening.session, Tail{{}, LogIndex{5}, LogIndex{5}}));
    const auto caught_up = opening.session.step(Done{});
    EXPECT_EQ(sent<DigestRequest>(caught_up).size(), 1U);
    EXPECT_TRUE(only<End>(caught_up).empty());
    const auto replied = receive(opening.session, DigestReply{LogIndex{5}, 3, {}});
    EXPECT_EQ(only<Compare>(replied).size(), 1U);
    EXPECT_TRUE(only<End>(replied).empty());
    const DigestReply own{LogIndex{5}, 3, {}};
    EXPECT_EQ(only<End>(opening.session.step(Compared{own})).size(), 1U);
}

TEST(ClientSession, AReceiptThatTheServerDidNotSignIsNotStored) {
    Opening opening = opened(position(5, 1), welcome(5));
    static_cast<void>(opening.session.step(Done{}));
    Receipt forged = samples::receipt(1);
    forged.signature[3] ^= 1;
    const auto effects = receive(opening.session, Verdicts{{forged}, 0});
    EXPECT_TRUE(only<StoreVerdicts>(effects).empty());
    ASSERT_EQ(only<End>(effects).size(), 1U);
    EXPECT_EQ(only<End>(effects).front().fault, SessionFault::signature_wrong);
}

TEST(ClientSession, AReceiptOfAnotherDeviceIsNotStored) {
    Opening opening = opened(position(5, 1), welcome(5));
    const auto effects =
        receive(opening.session, Verdicts{{samples::receipt(1, DeviceId{samples::uuid(77)})}, 0});
    EXPECT_TRUE(only<StoreVerdicts>(effects).empty());
    EXPECT_EQ(only<End>(effects).front().fault, SessionFault::foreign_receipt);
}

TEST(ClientSession, ALeaseThatTheServerDidNotSignOpensNothing) {
    Welcome forged = welcome(5);
    forged.lease.signature[0] ^= 1;
    const Opening opening = opened(position(5, 0), forged);
    EXPECT_TRUE(only<StoreLease>(opening.after_welcome).empty());
    EXPECT_EQ(only<End>(opening.after_welcome).front().fault, SessionFault::signature_wrong);
}

TEST(ClientSession, ALeaseOfAnotherDeviceAccountOrSpaceOpensNothing) {
    const auto fault_with = [](auto change) {
        Welcome foreign = welcome(5);
        Lease lease = decode_lease(foreign.lease.bytes).value();
        change(lease);
        foreign.lease.bytes = encode(lease);
        foreign.lease.signature = samples::server_key().sign(foreign.lease.bytes);
        const Opening opening = opened(position(5, 0), foreign);
        EXPECT_TRUE(only<StoreLease>(opening.after_welcome).empty());
        return only<End>(opening.after_welcome).front().fault;
    };
    const DeviceId device{samples::uuid(99)};
    const RecordId account{samples::uuid(99)};
    const SpaceId space{samples::uuid(99)};
    EXPECT_EQ(fault_with([&](Lease& lease) { lease.device = device; }),
              SessionFault::foreign_receipt);
    EXPECT_EQ(fault_with([&](Lease& lease) { lease.account = account; }),
              SessionFault::foreign_receipt);
    EXPECT_EQ(fault_with([&](Lease& lease) { lease.space = space; }),
              SessionFault::foreign_receipt);
}

TEST(ClientSession, ARefusalEndsTheSessionAtAnyTime) {
    Refusal disabled;
    disabled.reason = RefusalReason::account_disabled;
    ClientSession early{position(5, 0), samples::server_key().public_key(), {}};
    static_cast<void>(early.step(Opened{}));
    EXPECT_EQ(only<End>(receive(early, disabled)).front().refusal, disabled);
    Opening late = opened(position(5, 0), welcome(5));
    EXPECT_EQ(only<End>(receive(late.session, disabled)).front().refusal, disabled);
}

TEST(ClientSession, WhatWasJudgedOutsideOfTheChainIsNotMissedInIt) {
    ReplicaPosition behind_a_gap = position(5, 9, 9);
    behind_a_gap.last_in_chain = Sequence{6};
    EXPECT_TRUE(only<End>(opened(behind_a_gap, welcome(5, 6)).after_welcome).empty());
    const Opening shortened = opened(behind_a_gap, welcome(5, 5));
    EXPECT_EQ(only<End>(shortened.after_welcome).front().fault, SessionFault::server_lost_history);
}

TEST(ClientSession, AServerThatLostWhatItAcknowledgedIsNotPushedOver) {
    const Opening opening = opened(position(5, 9, 9), welcome(4, 3));
    EXPECT_EQ(only<End>(opening.after_welcome).front().fault, SessionFault::server_lost_history);
}

TEST(ClientSession, AnotherEpochMeansASnapshot) {
    Welcome other = welcome(9);
    other.epoch = EpochId{samples::uuid(88)};
    const Opening opening = opened(position(5, 0), other);
    EXPECT_EQ(sent<SnapshotRequest>(opening.after_welcome).size(), 1U);
}

TEST(ClientSession, AnotherScopeMeansASnapshot) {
    ReplicaPosition of_another_scope = position(5, 0);
    of_another_scope.scope = RecordId{samples::uuid(66)};
    const Opening opening = opened(of_another_scope, welcome(9));
    EXPECT_EQ(sent<SnapshotRequest>(opening.after_welcome).size(), 1U);
    EXPECT_TRUE(sent<Subscribe>(opening.after_welcome).empty());
}

TEST(ClientSession, AGroupMadeWhileConnectedIsPushedAtOnce) {
    Opening opening = opened(position(5, 0), welcome(5));
    static_cast<void>(opening.session.step(Done{}));
    const auto effects = opening.session.step(GroupMade{Sequence{1}});
    EXPECT_EQ(only<ReadWaiting>(effects).size(), 1U);
}

TEST(ClientSession, ASnapshotThatDoesNotAdvanceEndsTheSession) {
    Opening opening = opened(position(0, 0), welcome(50));
    const auto effects = receive(opening.session, SnapshotChunk{});
    EXPECT_TRUE(only<Stage>(effects).empty());
    EXPECT_EQ(only<End>(effects).front().fault, SessionFault::unexpected_message);
}

ReplicaPosition with_delivery(bool signs_in) {
    ReplicaPosition made = position(5, 0);
    made.deliveries = {{samples::account, samples::incarnation, Sequence{2}, samples::epoch,
                        Sequence{0}, Sequence{4}}};
    made.signs_in = signs_in;
    return made;
}

ClientEffects challenged(ClientSession& session) {
    static_cast<void>(session.step(Opened{}));
    return receive(session, samples::challenge());
}

const std::vector<BoxedGroup> two_boxes{{{1, 2}}, {{3}}};

TEST(ClientDelivery, HandsInWhatTheOutboxHoldsAndThenSignsIn) {
    ClientSession session{with_delivery(true), samples::server_key().public_key(), {}};
    const auto asked = only<ReadBoxed>(challenged(session));
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(asked.front().after, Sequence{2});

    const auto handed = sent<HandIn>(session.step(BoxedRead{two_boxes}));
    ASSERT_EQ(handed.size(), 1U);
    EXPECT_EQ(handed.front().account, samples::account);
    EXPECT_EQ(handed.front().groups, two_boxes);

    const auto held = receive(session, HandedIn{samples::incarnation, Sequence{4}});
    EXPECT_EQ(only<StoreHandedIn>(held).size(), 1U);
    ASSERT_EQ(only<ReadBoxed>(held).size(), 1U);
    EXPECT_EQ(only<ReadBoxed>(held).front().after, Sequence{4}) << "until nothing is left";
    EXPECT_EQ(only<Prove>(session.step(BoxedRead{})).size(), 1U);
}

TEST(ClientDelivery, LeavesWithoutSigningInWhereOnlyDeliveryIsWanted) {
    ClientSession session{with_delivery(false), samples::server_key().public_key(), {}};
    static_cast<void>(challenged(session));
    const auto done = session.step(BoxedRead{});
    EXPECT_TRUE(only<Prove>(done).empty());
    EXPECT_EQ(sent<Goodbye>(done).size(), 1U);
    EXPECT_TRUE(session.is_over());
}

TEST(ClientDelivery, AnAnswerThatDoesNotAdvanceEndsTheSession) {
    for (const HandedIn& answer :
         {HandedIn{samples::incarnation, Sequence{2}}, HandedIn{IncarnationId{}, Sequence{4}}}) {
        ClientSession session{with_delivery(true), samples::server_key().public_key(), {}};
        static_cast<void>(challenged(session));
        static_cast<void>(session.step(BoxedRead{two_boxes}));
        const auto ends = only<End>(receive(session, answer));
        ASSERT_EQ(ends.size(), 1U);
        EXPECT_EQ(ends.front().fault, SessionFault::foreign_receipt);
    }
}

}  // namespace
}  // namespace zhibu::sync

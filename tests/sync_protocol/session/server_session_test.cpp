#include "sync_protocol/session/server_session.hpp"

#include <gtest/gtest.h>
#include <cstdint>
#include <optional>
#include <vector>

#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/message/message.hpp"
#include "tests/sync_protocol/session/session_samples.hpp"

namespace zhibu::sync {
namespace {

using namespace server_event;
using namespace server_effect;
using samples::only;

template <class Wanted>
std::vector<Wanted> sent(const ServerEffects& effects) {
    return samples::sent<Wanted, Send>(effects);
}

ServerEffects receive(ServerSession& session, const Message& message) {
    return session.step(Received{encode(message)});
}

Welcome welcome(std::uint64_t head, std::uint64_t last_held = 0) {
    Welcome made;
    made.epoch = samples::epoch;
    made.head = LogIndex{head};
    made.last_held = Sequence{last_held};
    made.lease = samples::signed_lease();
    return made;
}

ServerSession open_session(std::uint64_t head = 10,
                           ServerSession::Settings settings = ServerSession::Settings{}) {
    ServerSession session{settings};
    static_cast<void>(session.step(Opened{samples::challenge()}));
    static_cast<void>(receive(session, samples::hello()));
    static_cast<void>(session.step(Admitted{welcome(head)}));
    return session;
}

RefusalReason refused_with(const ServerEffects& effects) {
    const auto refusals = sent<Refusal>(effects);
    EXPECT_EQ(refusals.size(), 1U);
    EXPECT_EQ(only<Close>(effects).size(), 1U);
    return refusals.empty() ? RefusalReason::server_busy : refusals.front().reason;
}

TEST(ServerSession, ChallengesFirstAndAdmitsWhatAnswersIt) {
    ServerSession session{ServerSession::Settings{}};
    const auto opened = session.step(Opened{samples::challenge()});
    EXPECT_EQ(sent<Challenge>(opened), std::vector{samples::challenge()});

    const auto answered = receive(session, samples::hello());
    ASSERT_EQ(only<Admit>(answered).size(), 1U);
    EXPECT_EQ(only<Admit>(answered).front().challenge, samples::challenge());
    EXPECT_FALSE(session.is_open());

    const auto admitted = session.step(Admitted{welcome(10)});
    ASSERT_EQ(sent<Welcome>(admitted).size(), 1U);
    EXPECT_EQ(sent<Welcome>(admitted).front().push_credit,
              ServerSession::Settings{}.push_credit_bytes);
    EXPECT_TRUE(session.is_open());
}

TEST(ServerSession, RefusesAnotherSpaceAndOtherProtocols) {
    const auto refusal_of = [](const Hello& hello) {
        ServerSession session{ServerSession::Settings{}};
        static_cast<void>(session.step(Opened{samples::challenge()}));
        return refused_with(receive(session, hello));
    };
    Hello other_space = samples::hello();
    other_space.space = SpaceId{samples::uuid(99)};
    EXPECT_EQ(refusal_of(other_space), RefusalReason::other_space);
    Hello too_new = samples::hello();
    too_new.protocol = protocol_current + 1;
    EXPECT_EQ(refusal_of(too_new), RefusalReason::protocol_too_new);
    Hello too_old = samples::hello();
    too_old.protocol = 0;
    EXPECT_EQ(refusal_of(too_old), RefusalReason::protocol_too_old);
}

/// An open session of version 1.
ServerSession open_older_session() {
    ServerSession session{ServerSession::Settings{}};
    static_cast<void>(session.step(Opened{samples::challenge()}));
    Hello older = samples::hello();
    older.protocol = 1;
    static_cast<void>(receive(session, older));
    static_cast<void>(session.step(Admitted{welcome(10)}));
    return session;
}

TEST(ServerSession, AVersionOneSessionKnowsNoNewerMessage) {
    ServerSession session = open_older_session();
    EXPECT_EQ(session.protocol(), 1U);
    EXPECT_EQ(refused_with(receive(session, TreeHeadRequest{})), RefusalReason::unexpected_message);
}

TEST(ServerSession, AVersionOneSessionIsToldANewReasonAsTheNearestOldOne) {
    Refusal full;
    full.reason = RefusalReason::quarantine_full;
    ServerSession older = open_older_session();
    EXPECT_EQ(refused_with(older.step(Stopped{full})), RefusalReason::server_busy);
    ServerSession newer = open_session();
    EXPECT_EQ(newer.protocol(), protocol_current);
    EXPECT_EQ(refused_with(newer.step(Stopped{full})), RefusalReason::quarantine_full);
}

TEST(ServerSession, DoesNothingBeforeAdmission) {
    ServerSession session{ServerSession::Settings{}};
    static_cast<void>(session.step(Opened{samples::challenge()}));
    const auto effects = receive(session, Push{{samples::sealed_group(1)}});
    EXPECT_TRUE(only<Judge>(effects).empty());
    EXPECT_EQ(refused_with(effects), RefusalReason::unexpected_message);
    EXPECT_TRUE(session.is_over());
}

TEST(ServerSession, AGarbageFrameEndsTheSessionAndSaysWhere) {
    ServerSession session = open_session();
    const auto effects = session.step(Received{Bytes{0xff, 0xff, 0xff}});
    EXPECT_EQ(refused_with(effects), RefusalReason::malformed_message);
    EXPECT_FALSE(sent<Refusal>(effects).front().detail.empty());
    EXPECT_TRUE(receive(session, DigestRequest{}).empty());
}

TEST(ServerSession, AnOversizeFrameIsNotDecoded) {
    ServerSession session = open_session();
    const auto effects = session.step(Received{Bytes(frame_bytes_max + 1)});
    EXPECT_EQ(refused_with(effects), RefusalReason::message_too_large);
}

TEST(ServerSession, JudgesOnePushAtATimeAndGathersTheRest) {
    ServerSession session = open_session();
    const auto first = receive(session, Push{{samples::sealed_group(1)}});
    ASSERT_EQ(only<Judge>(first).size(), 1U);
    EXPECT_TRUE(only<Judge>(receive(session, Push{{samples::sealed_group(2)}})).empty());
    EXPECT_TRUE(only<Judge>(receive(session, Push{{samples::sealed_group(3)}})).empty());

    const auto judged = session.step(Judged{{samples::receipt(1)}, std::nullopt});
    ASSERT_EQ(sent<Verdicts>(judged).size(), 1U);
    EXPECT_EQ(sent<Verdicts>(judged).front().receipts, std::vector{samples::receipt(1)});
    ASSERT_EQ(only<Judge>(judged).size(), 1U);
    EXPECT_EQ(only<Judge>(judged).front().groups,
              (std::vector{samples::sealed_group(2), samples::sealed_group(3)}));
}

TEST(ServerSession, JudgesALongPushPieceByPieceAndGivesItsCreditBackAtTheEnd) {
    ServerSession::Settings settings;
    settings.job_bytes_max = 2 * samples::sealed_group(1).bytes.size();
    ServerSession session = open_session(10, settings);
    const Bytes frame = encode(Message{
        Push{{samples::sealed_group(1), samples::sealed_group(2), samples::sealed_group(3)}}});
    const auto first = session.step(Received{frame});
    ASSERT_EQ(only<Judge>(first).size(), 1U);
    EXPECT_EQ(only<Judge>(first).front().groups,
              (std::vector{samples::sealed_group(1), samples::sealed_group(2)}));

    const auto goes_on =
        session.step(Judged{{samples::receipt(1), samples::receipt(2)}, std::nullopt});
    EXPECT_EQ(sent<Verdicts>(goes_on).front().push_credit, 0U);
    ASSERT_EQ(only<Judge>(goes_on).size(), 1U);
    EXPECT_EQ(only<Judge>(goes_on).front().groups, std::vector{samples::sealed_group(3)});
    const auto ends = session.step(Judged{{samples::receipt(3)}, std::nullopt});
    EXPECT_EQ(sent<Verdicts>(ends).front().push_credit, frame.size());
    EXPECT_TRUE(only<Judge>(ends).empty());
}

TEST(ServerSession, GivesBackExactlyTheCreditThatAPushTook) {
    ServerSession session = open_session();
    const Bytes frame = encode(Message{Push{{samples::sealed_group(1)}}});
    static_cast<void>(session.step(Received{frame}));
    const auto judged = session.step(Judged{{samples::receipt(1)}, std::nullopt});
    EXPECT_EQ(sent<Verdicts>(judged).front().push_credit, frame.size());
}

TEST(ServerSession, RefusesAPushBeyondItsCredit) {
    ServerSession::Settings settings;
    settings.push_credit_bytes = 64;
    ServerSession session = open_session(10, settings);
    const auto effects = receive(session, Push{{samples::sealed_group(1)}});
    EXPECT_TRUE(only<Judge>(effects).empty());
    EXPECT_EQ(refused_with(effects), RefusalReason::message_too_large);
}

TEST(ServerSession, WhatIsNotYetJudgedCountsAgainstTheCredit) {
    const Push push{{samples::sealed_group(1)}};
    ServerSession::Settings settings;
    settings.push_credit_bytes = encode(Message{push}).size();
    ServerSession session = open_session(10, settings);
    EXPECT_EQ(only<Judge>(receive(session, push)).size(), 1U);
    EXPECT_EQ(refused_with(receive(session, push)), RefusalReason::message_too_large);

    ServerSession patient = open_session(10, settings);
    static_cast<void>(receive(patient, push));
    static_cast<void>(patient.step(Judged{{samples::receipt(1)}, std::nullopt}));
    EXPECT_EQ(only<Judge>(receive(patient, push)).size(), 1U);
}

TEST(ServerSession, SendsReceiptsBeforeItEndsOverARefusal) {
    ServerSession session = open_session();
    static_cast<void>(receive(session, Push{{samples::sealed_group(1), samples::sealed_group(3)}}));
    Refusal gap;
    gap.reason = RefusalReason::sequence_gap;
    gap.expected = Sequence{2};
    const auto effects = session.step(Judged{{samples::receipt(1)}, gap});
    EXPECT_EQ(sent<Verdicts>(effects).front().receipts.size(), 1U);
    EXPECT_EQ(sent<Refusal>(effects), std::vector{gap});
}

TEST(ServerSession, SplitsManyReceiptsIntoFramesAndLosesNone) {
    ServerSession::Settings settings;
    settings.batch_bytes_max = 1'000;
    ServerSession session = open_session(10, settings);
    static_cast<void>(receive(session, Push{{samples::sealed_group(1)}}));
    Judged judged;
    for (std::uint64_t sequence = 1; sequence <= 50; ++sequence) {
        judged.receipts.push_back(samples::receipt(sequence));
    }
    const auto frames = sent<Verdicts>(session.step(judged));
    EXPECT_GT(frames.size(), 5U);
    std::vector<Receipt> all;
    std::uint64_t credit = 0;
    for (const Verdicts& frame : frames) {
        all.insert(all.end(), frame.receipts.begin(), frame.receipts.end());
        credit += frame.push_credit;
    }
    EXPECT_EQ(all, judged.receipts);
    EXPECT_EQ(credit, frames.back().push_credit);
}

TEST(ServerSession, ReplaysVerdictsThatTheDeviceMissed) {
    ServerSession session{ServerSession::Settings{}};
    static_cast<void>(session.step(Opened{samples::challenge()}));
    Hello hello = samples::hello();
    hello.epoch = samples::challenge().epoch;
    hello.last_verdict = Sequence{2};
    static_cast<void>(receive(session, hello));
    const auto admitted = session.step(Admitted{welcome(10, 5)});
    ASSERT_EQ(only<ReadReceipts>(admitted).size(), 1U);
    EXPECT_EQ(only<ReadReceipts>(admitted).front().after, Sequence{2});

    const auto two = session.step(ReceiptsRead{{samples::receipt(3), samples::receipt(4)}});
    EXPECT_EQ(sent<Verdicts>(two).front().receipts.size(), 2U);
    ASSERT_EQ(only<ReadReceipts>(two).size(), 1U);
    EXPECT_EQ(only<ReadReceipts>(two).front().after, Sequence{4});
    const auto last = session.step(ReceiptsRead{{samples::receipt(5)}});
    EXPECT_TRUE(only<ReadReceipts>(last).empty());
}

TEST(ServerSession, SaysEveryVerdictAnewToADeviceThatComesFromAnotherEpoch) {
    ServerSession session{ServerSession::Settings{}};
    static_cast<void>(session.step(Opened{samples::challenge()}));
    Hello hello = samples::hello();
    hello.last_verdict = Sequence{5};
    ASSERT_NE(hello.epoch, samples::challenge().epoch);
    static_cast<void>(receive(session, hello));
    const auto admitted = session.step(Admitted{welcome(10, 5)});
    ASSERT_EQ(only<ReadReceipts>(admitted).size(), 1U);
    EXPECT_EQ(only<ReadReceipts>(admitted).front().after, Sequence{0});
}

TEST(ServerSession, ReadsTheTailWhileThereIsCreditAndSomethingNew) {
    ServerSession session = open_session(10);
    const auto subscribed = receive(session, Subscribe{LogIndex{4}, 1'000'000});
    ASSERT_EQ(only<ReadTail>(subscribed).size(), 1U);
    EXPECT_EQ(only<ReadTail>(subscribed).front().from, LogIndex{4});
    EXPECT_TRUE(only<ReadTail>(session.step(HeadAdvanced{LogIndex{11}})).empty());

    const auto half = session.step(TailRead{Tail{{}, LogIndex{7}, LogIndex{11}}});
    EXPECT_EQ(sent<Tail>(half).size(), 1U);
    ASSERT_EQ(only<ReadTail>(half).size(), 1U);
    EXPECT_EQ(only<ReadTail>(half).front().from, LogIndex{7});
    const auto rest = session.step(TailRead{Tail{{}, LogIndex{11}, LogIndex{11}}});
    EXPECT_TRUE(only<ReadTail>(rest).empty());

    EXPECT_EQ(only<ReadTail>(session.step(HeadAdvanced{LogIndex{12}})).size(), 1U);
}

TEST(ServerSession, WithoutPullCreditItWaits) {
    ServerSession session = open_session(10);
    EXPECT_TRUE(only<ReadTail>(receive(session, Subscribe{LogIndex{4}, 0})).empty());
    EXPECT_EQ(only<ReadTail>(receive(session, PullCredit{100})).size(), 1U);
}

TEST(ServerSession, TellsASubscriberAtTheHeadThatItIsThere) {
    ServerSession session = open_session(10);
    const auto effects = receive(session, Subscribe{LogIndex{10}, 1'000});
    ASSERT_EQ(sent<Tail>(effects).size(), 1U);
    EXPECT_EQ(sent<Tail>(effects).front(), (Tail{{}, LogIndex{10}, LogIndex{10}}));
}

TEST(ServerSession, AReplicaAheadOrCutOffIsToldToTakeASnapshot) {
    ServerSession ahead = open_session(10);
    EXPECT_EQ(sent<SnapshotNeeded>(receive(ahead, Subscribe{LogIndex{11}, 1'000})).size(), 1U);

    ServerSession cut_off = open_session(10);
    static_cast<void>(receive(cut_off, Subscribe{LogIndex{4}, 1'000}));
    EXPECT_EQ(sent<SnapshotNeeded>(cut_off.step(TailRead{std::nullopt})).size(), 1U);
    EXPECT_FALSE(only<ReadTail>(receive(cut_off, Subscribe{LogIndex{9}, 1'000})).empty());
}

TEST(ServerSession, AStopRefusesAndCloses) {
    ServerSession session = open_session();
    Refusal disabled;
    disabled.reason = RefusalReason::account_disabled;
    EXPECT_EQ(refused_with(session.step(Stopped{disabled})), RefusalReason::account_disabled);
    EXPECT_TRUE(session.step(HeadAdvanced{LogIndex{99}}).empty());
}

TEST(ServerSession, MessagesThatOnlyAServerSendsAreRefused) {
    for (const Message& message :
         {Message{welcome(1)}, Message{samples::challenge()}, Message{Tail{}}, Message{Verdicts{}},
          Message{EnrolAccepted{}}}) {
        ServerSession session = open_session();
        EXPECT_EQ(refused_with(receive(session, message)), RefusalReason::unexpected_message);
    }
}

TEST(ServerSession, ASecondSnapshotRequestBeforeTheAnswerIsRefused) {
    ServerSession session = open_session();
    EXPECT_EQ(only<ReadChunk>(receive(session, SnapshotRequest{})).size(), 1U);
    EXPECT_EQ(refused_with(receive(session, SnapshotRequest{})), RefusalReason::unexpected_message);
}

TEST(ServerHandIn, IsTakenBeforeHelloAndAnsweredWhenDurable) {
    ServerSession session{ServerSession::Settings{}};
    static_cast<void>(session.step(Opened{samples::challenge()}));
    const HandIn hand_in{samples::account, samples::incarnation, {{{1, 2, 3}}}};
    const auto taken = only<TakeIn>(receive(session, hand_in));
    ASSERT_EQ(taken.size(), 1U);
    EXPECT_EQ(taken.front().hand_in, hand_in);
    EXPECT_FALSE(session.is_open());

    const HandedIn handed_in{samples::incarnation, Sequence{7}};
    EXPECT_EQ(sent<HandedIn>(session.step(TakenIn{handed_in})), std::vector{handed_in});
    EXPECT_EQ(only<Admit>(receive(session, samples::hello())).size(), 1U) << "then it may sign in";
}

TEST(ServerHandIn, OneAtATime) {
    ServerSession session{ServerSession::Settings{}};
    static_cast<void>(session.step(Opened{samples::challenge()}));
    static_cast<void>(receive(session, HandIn{}));
    EXPECT_EQ(refused_with(receive(session, HandIn{})), RefusalReason::unexpected_message);
}

TEST(ServerHandIn, MayEndWithAGoodbyeAndHasNoTimeAfterHello) {
    ServerSession leaving{ServerSession::Settings{}};
    static_cast<void>(leaving.step(Opened{samples::challenge()}));
    EXPECT_EQ(only<Close>(receive(leaving, Goodbye{})).size(), 1U);
    ServerSession open = open_session();
    EXPECT_EQ(refused_with(receive(open, HandIn{})), RefusalReason::unexpected_message);
}

TEST(ServerSession, ReadsOneTreeHeadAndOneInclusionAtATime) {
    ServerSession session = open_session();
    const auto head = only<ReadTreeHead>(receive(session, TreeHeadRequest{7}));
    ASSERT_EQ(head.size(), 1U);
    EXPECT_EQ(head[0].known_size, 7U);
    const auto inclusion = only<ReadInclusion>(receive(session, InclusionRequest{LogIndex{3}, 8}));
    ASSERT_EQ(inclusion.size(), 1U);
    EXPECT_EQ(inclusion[0].index, LogIndex{3});
    EXPECT_EQ(inclusion[0].tree_size, 8U);
    EXPECT_EQ(sent<TreeHeadReply>(session.step(TreeHeadRead{})).size(), 1U);
    EXPECT_EQ(sent<InclusionReply>(session.step(InclusionRead{})).size(), 1U);
    EXPECT_EQ(only<ReadTreeHead>(receive(session, TreeHeadRequest{})).size(), 1U);
    EXPECT_EQ(refused_with(receive(session, TreeHeadRequest{})), RefusalReason::unexpected_message);
    ServerSession other = open_session();
    static_cast<void>(receive(other, InclusionRequest{}));
    EXPECT_EQ(refused_with(receive(other, InclusionRequest{})), RefusalReason::unexpected_message);
}

TEST(ServerSession, KeepsIncidentsUpToALimit) {
    ServerSession session = open_session();
    for (int i = 0; i < 8; ++i) {
        EXPECT_EQ(only<KeepIncident>(receive(session, IncidentReport{})).size(), 1U);
    }
    EXPECT_EQ(refused_with(receive(session, IncidentReport{})), RefusalReason::unexpected_message);
}

TEST(ServerSession, ASessionOfVersion1KnowsNoTree) {
    for (const Message& message :
         {Message{TreeHeadRequest{}}, Message{InclusionRequest{}}, Message{IncidentReport{}}}) {
        ServerSession session{ServerSession::Settings{}};
        static_cast<void>(session.step(Opened{samples::challenge()}));
        Hello hello = samples::hello();
        hello.protocol = 1;
        static_cast<void>(receive(session, hello));
        static_cast<void>(session.step(Admitted{welcome(10)}));
        EXPECT_EQ(refused_with(receive(session, message)), RefusalReason::unexpected_message);
    }
}

}  // namespace
}  // namespace zhibu::sync

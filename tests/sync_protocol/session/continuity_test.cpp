#include <gtest/gtest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "shared/ledger/tree.hpp"
#include "sync_protocol/session/client_session.hpp"
#include "sync_protocol/session/server_session.hpp"
#include "tests/sync_protocol/session/client_samples.hpp"
#include "tests/sync_protocol/session/session_samples.hpp"

/// A session across what breaks the even course: another epoch, a snapshot that was cut, a replica
/// that differs from its server, a backup.
namespace zhibu::sync {
namespace {

using namespace client_event;
using namespace client_effect;
using samples::only;

template <class Wanted>
std::vector<Wanted> sent(const ClientEffects& effects) {
    return samples::sent<Wanted, Send>(effects);
}

const EpochId other_epoch{samples::uuid(88)};

ReplicaPosition standing_at(std::uint64_t confirmed, std::uint64_t sequence = 0) {
    return samples::replica_at(confirmed, sequence, sequence);
}

struct Server {
    std::uint64_t head = 5;
    std::uint64_t last_held = 0;
    EpochId epoch = samples::epoch;
    std::uint16_t newest_protocol = protocol_current;
};

/// A client's session that was welcomed; collects what it wants.
class Client {
public:
    explicit Client(const ReplicaPosition& at, const Server& server = Server{})
        : session_{at, samples::server_key().public_key(), ClientSession::Settings{}} {
        Challenge challenge = samples::challenge();
        challenge.epoch = server.epoch;
        challenge.newest_protocol = server.newest_protocol;
        step(Opened{});
        receive(challenge);
        step(Proved{record::Signature(64, 1)});
        Welcome welcome;
        welcome.epoch = server.epoch;
        welcome.head = LogIndex{server.head};
        welcome.last_held = Sequence{server.last_held};
        welcome.lease = samples::signed_lease();
        welcome.push_credit = 1'000'000;
        receive(welcome);
    }

    const ClientEffects& step(ClientEvent event) { return last = session_.step(std::move(event)); }

    const ClientEffects& receive(const Message& message) { return step(Received{encode(message)}); }

    const ClientEffects& done() { return step(Done{}); }

    /// From the welcome to the first comparison.
    void catch_up(std::uint64_t at) {
        done();  // the lease
        receive(Tail{{}, LogIndex{at}, LogIndex{at}});
        done();
    }

    [[nodiscard]] bool is_over() const { return session_.is_over(); }

    ClientEffects last;

private:
    ClientSession session_;
};

DigestReply digest(std::uint64_t at, std::uint8_t content) {
    DigestReply made;
    made.at = LogIndex{at};
    made.records = 3;
    made.digest.fill(content);
    return made;
}

TEST(ClientEpoch, IsAdoptedBeforeAnythingIsPushed) {
    ReplicaPosition at = standing_at(9, 4);
    Client client{at, Server{5, 2, other_epoch}};
    ASSERT_EQ(only<AdoptEpoch>(client.last).size(), 1U);
    EXPECT_EQ(only<AdoptEpoch>(client.last)[0].epoch, other_epoch);
    EXPECT_EQ(only<AdoptEpoch>(client.last)[0].held, Sequence{2});
    EXPECT_TRUE(only<ReadWaiting>(client.last).empty());
    EXPECT_EQ(sent<SnapshotRequest>(client.last).size(), 1U);
    const auto& adopted = client.done();
    ASSERT_EQ(only<ReadWaiting>(adopted).size(), 1U);
    EXPECT_EQ(only<ReadWaiting>(adopted)[0].after, Sequence{2}) << "what the backup lacks";
}

TEST(ClientEpoch, InTheSameOneAServerThatHoldsLessIsAFaultAndAnIncident) {
    for (const auto& [head, held] : {std::pair{9U, 3U}, std::pair{8U, 4U}}) {
        Client client{standing_at(9, 4), Server{head, held}};
        ASSERT_EQ(only<End>(client.last).size(), 1U);
        EXPECT_EQ(only<End>(client.last)[0].fault, SessionFault::server_lost_history);
        ASSERT_EQ(sent<IncidentReport>(client.last).size(), 1U);
        EXPECT_EQ(sent<IncidentReport>(client.last)[0].sort, IncidentSort::history_shortened);
    }
}

TEST(ClientEpoch, WhatAnotherEpochsServerWasHandedIsHandedInAgain) {
    ReplicaPosition at = standing_at(9);
    at.deliveries = {
        {samples::account, samples::incarnation, Sequence{7}, samples::epoch, {2}, Sequence{7}}};
    for (const auto& [epoch, after] : {std::pair{samples::epoch, 7U}, std::pair{other_epoch, 2U}}) {
        ClientSession session{at, samples::server_key().public_key(), {}};
        Challenge challenge = samples::challenge();
        challenge.epoch = epoch;
        static_cast<void>(session.step(Opened{}));
        const auto effects = session.step(Received{encode(challenge)});
        const auto read = only<ReadBoxed>(effects);
        ASSERT_EQ(read.size(), epoch == other_epoch ? 1U : 0U);
        if (!read.empty()) {
            EXPECT_EQ(read[0].after, Sequence{after}) << "before it there is nothing any more";
            static_cast<void>(session.step(BoxedRead{{BoxedGroup{{1}}}}));
            const auto stored = only<StoreHandedIn>(
                session.step(Received{encode(HandedIn{samples::incarnation, Sequence{7}})}));
            ASSERT_EQ(stored.size(), 1U);
            EXPECT_EQ(stored[0].epoch, other_epoch);
        }
    }
}

TEST(ClientSnapshot, GoesOnWhereItWasCut) {
    ReplicaPosition at = standing_at(0);
    at.staged = StagedSnapshot{{record::KindNumber{2}, samples::account}, {3}, samples::scope};
    Client client{at};
    ASSERT_EQ(sent<SnapshotRequest>(client.last).size(), 1U);
    EXPECT_EQ(sent<SnapshotRequest>(client.last)[0].after, at.staged->through);
    client.done();
    SnapshotChunk rest;
    rest.read_at = LogIndex{5};
    rest.through = {record::KindNumber{9}, samples::account};
    rest.is_last = true;
    EXPECT_EQ(only<Stage>(client.receive(rest)).front().after, at.staged->through);
    EXPECT_EQ(only<SwapIn>(client.done()).size(), 1U);
    EXPECT_EQ(sent<Subscribe>(client.done()).front().from, LogIndex{3}) << "of the first chunk";
    EXPECT_EQ(sent<SnapshotRequest>(client.receive(SnapshotNeeded{{5}})).front().after, RecordKey{})
        << "where the log does not lead on from there, it begins anew";
}

TEST(ClientSnapshot, AWholeOneIsOnlySwappedIn) {
    ReplicaPosition at = standing_at(0);
    at.staged = StagedSnapshot{{}, {3}, samples::scope, true};
    Client client{at};
    EXPECT_TRUE(sent<SnapshotRequest>(client.last).empty());
    EXPECT_EQ(only<SwapIn>(client.done()).size(), 1U);
}

TEST(ClientSnapshot, OfAnotherScopeOrEpochItBeginsAnew) {
    ReplicaPosition at = standing_at(0);
    at.staged = StagedSnapshot{{record::KindNumber{2}, samples::account}, {3}, samples::account};
    EXPECT_EQ(sent<SnapshotRequest>(Client{at}.last).front().after, RecordKey{});
    at.staged->scope = samples::scope;
    const Client other{at, Server{5, 0, other_epoch}};
    EXPECT_EQ(sent<SnapshotRequest>(other.last).front().after, RecordKey{});
}

TreeHeadReply head_of_an_empty_tree() {
    TreeHead head;
    head.origin = samples::space;
    head.epoch = samples::epoch;
    head.root = ledger::empty_root();
    TreeHeadReply reply;
    reply.head.bytes = encode(head);
    reply.head.signature = samples::server_key().sign(reply.head.bytes);
    return reply;
}

TEST(ClientComparison, IsMadeAtEachContactWhereBothStandAtTheSameIndex) {
    Client client{standing_at(4)};
    client.catch_up(5);
    EXPECT_EQ(sent<DigestRequest>(client.last).size(), 1U);
    // The log has grown before the server answered.
    EXPECT_TRUE(only<Compare>(client.receive(digest(6, 1))).empty());
    EXPECT_TRUE(only<Compare>(client.receive(Tail{{}, LogIndex{6}, LogIndex{7}})).empty());
    const auto& applied = client.done();
    ASSERT_EQ(only<Compare>(applied).size(), 1U);
    client.step(Compared{digest(6, 1)});
    EXPECT_TRUE(sent<IncidentReport>(client.last).empty());
    client.receive(Tail{{}, LogIndex{7}, LogIndex{7}});
    EXPECT_TRUE(sent<DigestRequest>(client.done()).empty()) << "once is enough";
    client.receive(Tail{{}, LogIndex{1'006}, LogIndex{1'006}});
    EXPECT_EQ(sent<DigestRequest>(client.done()).size(), 1U) << "until much has come";
}

TEST(ClientComparison, ADigestThatTheLogHasOvertakenIsAskedForAgainButNotForEver) {
    Client client{standing_at(4)};
    client.catch_up(5);
    std::size_t asked = sent<DigestRequest>(client.last).size();
    for (std::uint64_t at = 6; at < 20; ++at) {
        client.receive(Tail{{}, LogIndex{at}, LogIndex{at}});
        client.receive(digest(at - 1, 1));
        asked += sent<DigestRequest>(client.done()).size();
        if (client.is_over()) {
            break;
        }
    }
    EXPECT_EQ(asked, 3U);
}

TEST(ClientComparison, AReplicaThatDiffersIsRepairedInTheSameSession) {
    Client client{standing_at(4)};
    client.step(LeaveWhenDone{});
    client.catch_up(5);
    client.receive(digest(5, 1));
    client.step(Compared{digest(5, 2)});
    ASSERT_EQ(sent<IncidentReport>(client.last).size(), 1U);
    EXPECT_EQ(sent<IncidentReport>(client.last)[0],
              (IncidentReport{IncidentSort::digest_differs, LogIndex{5}, {}}));
    EXPECT_EQ(only<BeginRepair>(client.last).size(), 1U);
    EXPECT_EQ(sent<SnapshotRequest>(client.last).front().after, RecordKey{});
    client.done();
    // What the server sent before it heard of the repair.
    EXPECT_FALSE(only<End>(client.receive(Tail{{}, LogIndex{6}, LogIndex{6}})).size());
    SnapshotChunk whole;
    whole.read_at = LogIndex{6};
    whole.through = {record::KindNumber{9}, samples::account};
    whole.is_last = true;
    client.receive(whole);
    EXPECT_EQ(only<SwapIn>(client.done()).size(), 1U);
    EXPECT_EQ(sent<Subscribe>(client.done()).front().from, LogIndex{6});
    EXPECT_EQ(sent<DigestRequest>(client.last).size(), 1U) << "and looked at again";
    client.receive(head_of_an_empty_tree());
    client.receive(digest(6, 3));
    EXPECT_EQ(only<End>(client.step(Compared{digest(6, 3)})).size(), 1U);
}

TEST(ClientComparison, ARepairBeginsItsSnapshotAnewWhateverWasStagedBefore) {
    ReplicaPosition at = standing_at(4);
    at.staged = StagedSnapshot{{record::KindNumber{2}, samples::account}, {3}, samples::scope};
    Client client{at};
    client.catch_up(5);
    client.receive(digest(5, 1));
    client.step(Compared{digest(5, 2)});
    ASSERT_EQ(sent<SnapshotRequest>(client.last).size(), 1U);
    EXPECT_EQ(sent<SnapshotRequest>(client.last)[0].after, RecordKey{})
        << "the replica drops what is staged as the repair begins";
}

TEST(ClientComparison, WhereRepairingIsUsedUpItStopsAndSaysSo) {
    ReplicaPosition at = standing_at(4);
    at.repairs_left = 0;
    Client client{at};
    client.catch_up(5);
    client.receive(digest(5, 1));
    client.step(Compared{digest(5, 2)});
    EXPECT_EQ(sent<IncidentReport>(client.last).size(), 1U);
    ASSERT_EQ(only<End>(client.last).size(), 1U);
    EXPECT_EQ(only<End>(client.last)[0].fault, SessionFault::replica_differs);
}

TEST(ClientComparison, WithAServerOfBeforeTheSnapshotIsTheNextSessions) {
    Client client{standing_at(4), Server{5, 0, samples::epoch, 1}};
    client.catch_up(5);
    client.receive(digest(5, 1));
    client.step(Compared{digest(5, 2)});
    EXPECT_TRUE(sent<IncidentReport>(client.last).empty()) << "it would not understand it";
    EXPECT_EQ(only<BeginRepair>(client.last).size(), 1U);
    EXPECT_TRUE(sent<SnapshotRequest>(client.last).empty());
    EXPECT_EQ(sent<Goodbye>(client.last).size(), 1U);
}

TEST(ClientWatermark, IsHandedOnOnceAllVerdictsAreIn) {
    Client client{standing_at(4)};
    EXPECT_EQ(only<StoreHead>(client.last).front().head, LogIndex{5});
    client.receive(Watermark{{4}});
    EXPECT_TRUE(only<StoreWatermark>(client.last).empty());
    client.catch_up(5);
    ASSERT_EQ(only<StoreWatermark>(client.last).size(), 1U);
    EXPECT_EQ(only<StoreWatermark>(client.last)[0].backed_up, LogIndex{4});
    EXPECT_EQ(only<StoreWatermark>(client.last)[0].epoch, samples::epoch);
    EXPECT_EQ(only<StoreWatermark>(client.receive(Watermark{{5}})).front().backed_up, LogIndex{5});
}

ServerSession welcomed(std::uint16_t protocol, std::uint64_t backed_up, ServerEffects& effects) {
    ServerSession session{ServerSession::Settings{}};
    static_cast<void>(session.step(server_event::Opened{samples::challenge()}));
    Hello hello = samples::hello();
    hello.protocol = protocol;
    static_cast<void>(session.step(server_event::Received{encode(hello)}));
    Welcome welcome;
    welcome.head = LogIndex{10};
    effects = session.step(server_event::Admitted{welcome, LogIndex{backed_up}});
    return session;
}

std::size_t watermarks(const ServerEffects& effects) {
    return samples::sent<Watermark, server_effect::Send>(effects).size();
}

TEST(ServerWatermark, IsToldBehindTheWelcomeAndWhenItRises) {
    ServerEffects effects;
    ServerSession session = welcomed(2, 7, effects);
    EXPECT_EQ(watermarks(effects), 1U);
    EXPECT_EQ(watermarks(session.step(server_event::BackedUp{{7}})), 0U);
    EXPECT_EQ(watermarks(session.step(server_event::BackedUp{{9}})), 1U);
    ServerSession none = welcomed(2, 0, effects);
    EXPECT_EQ(watermarks(effects), 0U);
    ServerSession old = welcomed(1, 7, effects);
    EXPECT_EQ(watermarks(effects), 0U);
    EXPECT_EQ(watermarks(old.step(server_event::BackedUp{{9}})), 0U);
}

TEST(ServerRepair, ASnapshotEndsTheSubscriptionSoThatAnotherMayFollow) {
    ServerEffects effects;
    ServerSession session = welcomed(2, 0, effects);
    const auto receive = [&](const Message& message) {
        return session.step(server_event::Received{encode(message)});
    };
    static_cast<void>(receive(Subscribe{{4}, 1'000'000}));
    EXPECT_EQ(only<server_effect::ReadChunk>(receive(SnapshotRequest{})).size(), 1U);
    // Read before the snapshot was asked for: of no use any more.
    EXPECT_TRUE(only<server_effect::Send>(
                    session.step(server_event::TailRead{Tail{{}, LogIndex{10}, LogIndex{10}}}))
                    .empty());
    static_cast<void>(session.step(server_event::ChunkRead{SnapshotChunk{}}));
    EXPECT_EQ(only<server_effect::ReadTail>(receive(Subscribe{{6}, 1'000'000})).front().from,
              LogIndex{6});
    EXPECT_EQ(only<server_effect::Close>(receive(Subscribe{{6}, 1'000'000})).size(), 1U)
        << "but two at once are none";
}

TEST(ServerIncident, IsNotedAndAFloodOfThemEndsTheSession) {
    ServerEffects effects;
    ServerSession session = welcomed(2, 0, effects);
    std::size_t noted = 0;
    for (int i = 0; i < 100 && !session.is_over(); ++i) {
        const auto after = session.step(server_event::Received{encode(IncidentReport{})});
        noted += only<server_effect::KeepIncident>(after).size();
    }
    EXPECT_TRUE(session.is_over());
    EXPECT_EQ(noted, 8U);
}

}  // namespace
}  // namespace zhibu::sync

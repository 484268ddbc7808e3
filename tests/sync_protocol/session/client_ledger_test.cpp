#include "sync_protocol/session/client_ledger.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "shared/ledger/frontier.hpp"
#include "shared/ledger/leaf.hpp"
#include "shared/ledger/tree.hpp"
#include "sync_protocol/session/client_session.hpp"
#include "tests/sync_protocol/session/client_samples.hpp"
#include "tests/sync_protocol/session/ledger_server.hpp"
#include "tests/sync_protocol/session/session_samples.hpp"

namespace zhibu::sync {
namespace {

using samples::acknowledge;
using samples::ask;
using samples::pinned_by;
using samples::watch;
using Server = samples::LedgerServer;
using Wrong = LedgerWatch::Outcome::Wrong;

TEST(LedgerWatch, PinsTheFirstHeadAndAsksNoMore) {
    Server server;
    server.grow_to(5);
    LedgerWatch fresh = watch();
    EXPECT_FALSE(fresh.ask()) << "the session is not open";
    fresh.begin(2, samples::epoch, LogIndex{5});
    const auto outcome = ask(fresh, server).value();
    EXPECT_EQ(outcome.wrong, Wrong::no);
    EXPECT_FALSE(outcome.finding);
    EXPECT_EQ(outcome.pin.value().head, server.head());
    EXPECT_FALSE(fresh.ask());
    EXPECT_FALSE(fresh.waits());
}

TEST(LedgerWatch, AsksNothingOfAServerOfVersion1) {
    LedgerWatch fresh = watch();
    fresh.begin(1, samples::epoch, {});
    EXPECT_FALSE(fresh.ask());
    EXPECT_FALSE(fresh.waits());
}

TEST(LedgerWatch, TakesAHistoryThatExtendsThePin) {
    Server server;
    server.grow_to(5);
    const LedgerPin pin = pinned_by(server);
    server.grow_to(23);
    LedgerWatch again = watch(pin);
    again.begin(2, samples::epoch, {});
    const auto outcome = ask(again, server).value();
    EXPECT_FALSE(outcome.finding);
    EXPECT_EQ(outcome.pin.value().head, server.head());
}

TEST(LedgerWatch, ConvictsAShorterHistoryAndKeepsThePin) {
    Server server;
    server.grow_to(9);
    const LedgerPin pin = pinned_by(server);
    server.shrink_to(7);
    LedgerWatch again = watch(pin);
    again.begin(2, samples::epoch, {});
    const auto outcome = ask(again, server).value();
    ASSERT_TRUE(outcome.finding);
    EXPECT_EQ(outcome.finding->sort, IncidentSort::history_shortened);
    EXPECT_EQ(outcome.finding->at, LogIndex{7});
    EXPECT_EQ(outcome.finding->pinned, pin.head);
    EXPECT_EQ(outcome.finding->offered, server.head());
    EXPECT_FALSE(outcome.pin);
    EXPECT_FALSE(again.ask()) << "once a session";
}

TEST(LedgerWatch, ConvictsAnotherHistoryOfAnySize) {
    Server server;
    server.grow_to(9);
    const LedgerPin pin = pinned_by(server);
    for (const std::uint64_t size : {9U, 10U, 40U}) {
        Server other{2};
        other.grow_to(size);
        LedgerWatch again = watch(pin);
        again.begin(2, samples::epoch, {});
        const auto outcome = ask(again, other).value();
        ASSERT_TRUE(outcome.finding);
        EXPECT_EQ(outcome.finding->sort, IncidentSort::history_forked);
        EXPECT_EQ(outcome.finding->at, LogIndex{9});
        EXPECT_FALSE(outcome.pin);
    }
}

TEST(LedgerWatch, ConvictsATreeThatEndsBeforeTheReplicaWithoutAnyPin) {
    Server server;
    server.grow_to(9);
    LedgerWatch fresh = watch();
    fresh.begin(2, samples::epoch, LogIndex{10});
    const auto outcome = ask(fresh, server).value();
    ASSERT_TRUE(outcome.finding);
    EXPECT_EQ(outcome.finding->sort, IncidentSort::history_shortened);
}

TEST(LedgerWatch, TakesAShorterHistoryOfANewEpochAndSaysSo) {
    Server server;
    server.grow_to(9);
    const LedgerPin pin = pinned_by(server);
    server.shrink_to(7);
    server.epoch = EpochId{samples::uuid(77)};
    LedgerWatch again = watch(pin);
    again.begin(2, server.epoch, {});
    const auto outcome = ask(again, server).value();
    ASSERT_TRUE(outcome.finding);
    EXPECT_EQ(outcome.finding->sort, std::nullopt);
    EXPECT_EQ(outcome.finding->at, LogIndex{7});
    EXPECT_EQ(outcome.pin.value().head, server.head());
    server.grow_to(20);
    LedgerWatch later = watch(*outcome.pin);
    later.begin(2, server.epoch, {});
    EXPECT_FALSE(ask(later, server).value().finding);
}

TEST(LedgerWatch, SaysNothingOfANewEpochThatLostNothing) {
    Server server;
    server.grow_to(9);
    const LedgerPin pin = pinned_by(server);
    server.epoch = EpochId{samples::uuid(77)};
    server.grow_to(11);
    LedgerWatch again = watch(pin);
    again.begin(2, server.epoch, {});
    const auto outcome = ask(again, server).value();
    EXPECT_FALSE(outcome.finding);
    EXPECT_EQ(outcome.pin.value().head, server.head());
}

TEST(LedgerWatch, FindsItsNewestReceiptInTheTreeAtEachContact) {
    Server server;
    server.grow_to(9);
    const Receipt receipt = server.grow();
    server.grow_to(15);
    LedgerWatch fresh = watch();
    fresh.begin(2, samples::epoch, {});
    acknowledge(fresh, receipt);
    EXPECT_FALSE(ask(fresh, server).value().finding);
    const auto outcome = ask(fresh, server).value();
    EXPECT_FALSE(outcome.finding);
    EXPECT_EQ(outcome.pin.value().newest, receipt);
    EXPECT_FALSE(fresh.ask());

    LedgerWatch again = watch(*outcome.pin);
    again.begin(2, samples::epoch, {});
    EXPECT_TRUE(ask(again, server));
    const auto request = again.ask();
    ASSERT_TRUE(request && std::holds_alternative<InclusionRequest>(*request));
    EXPECT_EQ(std::get<InclusionRequest>(*request).index, LogIndex{10});
}

TEST(LedgerWatch, AsksForANewerHeadWhereAReceiptIsBeyondTheLast) {
    Server server;
    server.grow_to(3);
    LedgerWatch fresh = watch();
    fresh.begin(2, samples::epoch, {});
    EXPECT_TRUE(ask(fresh, server));
    acknowledge(fresh, server.grow());
    EXPECT_TRUE(ask(fresh, server).value().pin);
    EXPECT_EQ(ask(fresh, server).value().pin.value().head, server.head());
    EXPECT_FALSE(fresh.ask());
}

TEST(LedgerWatch, AReceiptThatComesWhileAHeadIsAwaitedConvictsNobody) {
    Server server;
    server.grow_to(3);
    LedgerWatch fresh = watch();
    fresh.begin(2, samples::epoch, {});
    const auto request = fresh.ask();
    const auto made_before = server.answer(std::get<TreeHeadRequest>(*request));
    acknowledge(fresh, server.grow());
    EXPECT_FALSE(fresh.take(made_before).finding);
    EXPECT_FALSE(ask(fresh, server).value().finding);
    EXPECT_FALSE(ask(fresh, server).value().finding);
}

TEST(LedgerWatch, ConvictsAReceiptThatIsNotInTheTree) {
    Server server;
    server.grow_to(3);
    Server liar{2};
    liar.grow_to(2);
    const Receipt receipt = liar.grow();
    LedgerWatch fresh = watch();
    fresh.begin(2, samples::epoch, {});
    acknowledge(fresh, receipt);
    EXPECT_TRUE(ask(fresh, server));
    // The same verdict stands there, but the salts and so the leaves are of another tree.
    const auto request = fresh.ask();
    const auto outcome = fresh.take(liar.answer(std::get<InclusionRequest>(*request)));
    ASSERT_TRUE(outcome.finding);
    EXPECT_EQ(outcome.finding->sort, IncidentSort::receipt_not_in_tree);
    EXPECT_EQ(outcome.finding->at, LogIndex{3});
}

TEST(LedgerWatch, ConvictsATreeThatEndsBeforeWhatWasAcknowledged) {
    Server server;
    server.grow_to(3);
    Server ahead = server;
    LedgerWatch fresh = watch();
    fresh.begin(2, samples::epoch, {});
    acknowledge(fresh, ahead.grow());
    const auto outcome = ask(fresh, server).value();
    ASSERT_TRUE(outcome.finding);
    EXPECT_EQ(outcome.finding->sort, IncidentSort::receipt_not_in_tree);
    EXPECT_EQ(outcome.finding->at, LogIndex{4});
}

TEST(LedgerWatch, AnyPartOfAnInclusionThatIsWrongConvicts) {
    Server server;
    server.grow_to(6);
    const Receipt receipt = server.grow();
    const auto outcome_of = [&](const auto& spoil) {
        LedgerWatch fresh = watch();
        fresh.begin(2, samples::epoch, {});
        acknowledge(fresh, receipt);
        EXPECT_TRUE(ask(fresh, server));
        InclusionReply reply = server.answer(std::get<InclusionRequest>(fresh.ask().value()));
        spoil(reply);
        return fresh.take(reply);
    };
    EXPECT_FALSE(outcome_of([](InclusionReply&) {}).finding);
    EXPECT_TRUE(outcome_of([](InclusionReply& r) { r.leaves.clear(); }).finding);
    EXPECT_TRUE(outcome_of([](InclusionReply& r) { r.leaves.pop_back(); }).finding);
    EXPECT_TRUE(outcome_of([](InclusionReply& r) { r.leaves[0].salt.clear(); }).finding);
    EXPECT_TRUE(outcome_of([](InclusionReply& r) { r.leaves[1].salt[0] ^= 1U; }).finding);
    EXPECT_TRUE(outcome_of([](InclusionReply& r) { r.leaves[0].leaf += 1; }).finding);
    EXPECT_TRUE(outcome_of([](InclusionReply& r) { r.leaves[1].path.pop_back(); }).finding);
    EXPECT_TRUE(outcome_of([](InclusionReply& r) { r.leaves[0].commitment[0] ^= 1U; }).finding);
    EXPECT_TRUE(outcome_of([](InclusionReply& r) { std::swap(r.leaves[0], r.leaves[1]); }).finding);
    EXPECT_EQ(outcome_of([](InclusionReply& r) { r.tree_size += 2; }).wrong, Wrong::unexpected);
}

TEST(LedgerWatch, AHeadThatIsNoneEndsTheSession) {
    Server server;
    server.grow_to(6);
    const auto wrong_of = [&](const auto& spoil) {
        LedgerWatch fresh = watch();
        fresh.begin(2, samples::epoch, {});
        auto reply = server.answer(std::get<TreeHeadRequest>(fresh.ask().value()));
        spoil(reply);
        const auto outcome = fresh.take(reply);
        EXPECT_FALSE(outcome.pin && outcome.wrong != Wrong::no);
        return outcome.wrong;
    };
    TreeHead foreign;
    foreign.origin = SpaceId{samples::uuid(50)};
    foreign.epoch = samples::epoch;
    TreeHead old = foreign;
    old.origin = samples::space;
    old.epoch = {};
    SignedTreeHead garbage;
    garbage.bytes = {1, 2};
    garbage.signature = samples::server_key().sign(garbage.bytes);
    EXPECT_EQ(wrong_of([](TreeHeadReply&) {}), Wrong::no);
    EXPECT_EQ(wrong_of([](TreeHeadReply& r) { r.head.signature[5] ^= 1U; }), Wrong::signature);
    EXPECT_EQ(wrong_of([](TreeHeadReply& r) { r.known_size = 1; }), Wrong::unexpected);
    EXPECT_EQ(wrong_of([&](TreeHeadReply& r) { r.head = Server::sign(foreign); }), Wrong::foreign);
    EXPECT_EQ(wrong_of([&](TreeHeadReply& r) { r.head = Server::sign(old); }), Wrong::foreign);
    EXPECT_EQ(wrong_of([&](TreeHeadReply& r) { r.head = garbage; }), Wrong::malformed);
    LedgerWatch unasked = watch();
    unasked.begin(2, samples::epoch, {});
    EXPECT_EQ(unasked.take(server.answer(TreeHeadRequest{0})).wrong, Wrong::unexpected);
    EXPECT_EQ(unasked.take(InclusionReply{}).wrong, Wrong::unexpected);
}

TEST(LedgerWatch, APinThatTheServerDidNotSignIsNone) {
    Server server;
    server.grow_to(6);
    LedgerPin pin = pinned_by(server);
    pin.head.signature[0] ^= 1U;
    LedgerWatch again = watch(pin);
    again.begin(2, samples::epoch, {});
    EXPECT_EQ(std::get<TreeHeadRequest>(again.ask().value()).known_size, 0U);
}

// The session around it.

class LedgerInSession : public testing::Test {
protected:
    static ClientEffects receive(ClientSession& session, const Message& message) {
        return session.step(client_event::Received{encode(message)});
    }

    /// Up to the welcome.
    static ClientEffects open(ClientSession& session, Sequence last_held = {}) {
        static_cast<void>(session.step(client_event::Opened{}));
        static_cast<void>(receive(session, samples::challenge()));
        static_cast<void>(session.step(client_event::Proved{record::Signature(64, 1)}));
        Welcome welcome;
        welcome.epoch = samples::epoch;
        welcome.head = LogIndex{5};
        welcome.last_held = last_held;
        welcome.lease = samples::signed_lease();
        welcome.push_credit = 1'000;
        return receive(session, welcome);
    }

    template <class Wanted>
    static std::vector<Wanted> sent(const ClientEffects& effects) {
        return samples::sent<Wanted, client_effect::Send>(effects);
    }

    Server server;
};

TEST_F(LedgerInSession, AsksAtOnceAndLeavesWhenAnswered) {
    server.grow_to(5);
    ClientSession session{samples::replica_at(5), samples::server_key().public_key(),
                          samples::comparing_when_asked()};
    const auto requests = sent<TreeHeadRequest>(open(session));
    ASSERT_EQ(requests.size(), 1U);
    static_cast<void>(session.step(client_event::LeaveWhenDone{}));
    static_cast<void>(session.step(client_event::Done{}));
    static_cast<void>(receive(session, Tail{{}, LogIndex{5}, LogIndex{5}}));
    static_cast<void>(session.step(client_event::Done{}));
    EXPECT_FALSE(session.is_over()) << "the answer is awaited";
    const auto answered = receive(session, server.answer(requests[0]));
    ASSERT_EQ(samples::only<client_effect::KeepPin>(answered).size(), 1U);
    EXPECT_TRUE(session.is_over());
    EXPECT_EQ(sent<Goodbye>(answered).size(), 1U);
}

TEST_F(LedgerInSession, TellsBothSidesOfAnIncidentAndWorksOn) {
    server.grow_to(9);
    ReplicaPosition at = samples::replica_at(5);
    at.ledger = pinned_by(server);
    server.shrink_to(6);
    ClientSession session{at, samples::server_key().public_key(), samples::comparing_when_asked()};
    const auto requests = sent<TreeHeadRequest>(open(session));
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_EQ(requests[0].known_size, 18U);
    const auto answered = receive(session, server.answer(requests[0]));
    const auto told = samples::only<client_effect::Tell>(answered);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].finding.sort, IncidentSort::history_shortened);
    const auto reports = sent<IncidentReport>(answered);
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].pinned, at.ledger.head);
    EXPECT_TRUE(samples::only<client_effect::KeepPin>(answered).empty());
    EXPECT_TRUE(session.is_open());
}

TEST_F(LedgerInSession, TellsOfAServerThatLostWhatItAcknowledged) {
    ReplicaPosition at = samples::replica_at(5);
    at.last_sequence = Sequence{3};
    at.last_verdict = Sequence{3};
    at.last_in_chain = at.last_verdict;
    ClientSession session{at, samples::server_key().public_key(), samples::comparing_when_asked()};
    const auto effects = open(session, Sequence{2});
    EXPECT_EQ(samples::only<client_effect::Tell>(effects).size(), 1U);
    EXPECT_EQ(sent<IncidentReport>(effects).size(), 1U);
    EXPECT_TRUE(session.is_over());
}

}  // namespace
}  // namespace zhibu::sync

#include <gtest/gtest.h>

#include <vector>

#include "shared/keys/ed25519.hpp"
#include "shared/ledger/leaf.hpp"
#include "shared/ledger/proof.hpp"
#include "shared/ledger/tree.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "tests/server/session/session_fixture.hpp"

namespace zhibu::server::test {
namespace {

/// A branch's session, which asks the server about its history.
class LedgerOverSession : public HostOf {
protected:
    LedgerOverSession() {
        log_in(peer);
        push_person();
    }

    void send(const sync::Message& message) { peer.events->on_message(sync::encode(message)); }

    void push_person() {
        const auto before = peer.sent<sync::Verdicts>().size();
        send(sync::Push{{peer.device.seal(
            {create("person", court.new_id(), applicant(court.branch_a, ++people))})}});
        ASSERT_TRUE(executor.run_until(
            [&] { return peer.wire.closed || peer.sent<sync::Verdicts>().size() > before; }));
        ASSERT_FALSE(peer.wire.closed);
        last = sync::decode_verdict(peer.sent<sync::Verdicts>().back().receipts.at(0).verdict)
                   .value();
    }

    template <class Reply>
    Reply ask(const sync::Message& request) {
        const auto before = peer.sent<Reply>().size();
        send(request);
        EXPECT_TRUE(executor.run_until(
            [&] { return peer.wire.closed || peer.sent<Reply>().size() > before; }));
        return peer.sent<Reply>().empty() ? Reply{} : peer.sent<Reply>().back();
    }

    ledger::TreeState checked(const sync::TreeHeadReply& reply) {
        EXPECT_TRUE(keys::verify_ed25519(court.receipt_key.public_key(), reply.head.bytes,
                                         reply.head.signature));
        const auto head = sync::decode_tree_head(reply.head.bytes).value();
        EXPECT_EQ(head.size, 2 * court.head().position);
        return {head.size, head.root};
    }

    unsigned people = 700;
    Peer peer{enrol(court.secretary_a), {}, {}, {}};
    record::Verdict last;
};

TEST_F(LedgerOverSession, HeadsExtendOneAnother) {
    const auto first = checked(ask<sync::TreeHeadReply>(sync::TreeHeadRequest{0}));
    push_person();
    const auto reply = ask<sync::TreeHeadReply>(sync::TreeHeadRequest{first.size});
    EXPECT_TRUE(ledger::extends(first, checked(reply), reply.consistency));
}

TEST_F(LedgerOverSession, AnAcknowledgedGroupIsInTheTree) {
    const auto tree = checked(ask<sync::TreeHeadReply>(sync::TreeHeadRequest{0}));
    const auto reply =
        ask<sync::InclusionReply>(sync::InclusionRequest{last.index, tree.size});
    ASSERT_EQ(reply.leaves.size(), 2U);
    EXPECT_TRUE(ledger::opens(reply.leaves[0].commitment, reply.leaves[0].salt,
                              ledger::group_content(last.index, last.name, last.group_hash)));
    for (const sync::LeafProof& each : reply.leaves) {
        EXPECT_TRUE(
            ledger::includes(tree, each.leaf, ledger::leaf_hash(each.commitment), each.path));
    }
}

TEST_F(LedgerOverSession, WhatTheScopeDoesNotSeeIsProvedWithoutItsSalt) {
    const auto tree = checked(ask<sync::TreeHeadReply>(sync::TreeHeadRequest{0}));
    // The space's foundation, above the branch.
    const auto reply = ask<sync::InclusionReply>(sync::InclusionRequest{LogIndex{1}, tree.size});
    ASSERT_EQ(reply.leaves.size(), 2U);
    EXPECT_TRUE(reply.leaves[0].salt.empty());
    EXPECT_TRUE(reply.leaves[1].salt.empty());
}

TEST_F(LedgerOverSession, AnIncidentIsHandedOnWithItsReporter) {
    send(sync::IncidentReport{sync::IncidentSort::history_forked, LogIndex{3}, {}});
    executor.run_posted();
    ASSERT_EQ(incidents.size(), 1U);
    EXPECT_EQ(incidents[0].first.sort, sync::IncidentSort::history_forked);
    EXPECT_EQ(incidents[0].second, peer.device.device);
    EXPECT_FALSE(peer.wire.closed);
}

}  // namespace
}  // namespace zhibu::server::test

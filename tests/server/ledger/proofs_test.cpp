#include "server/ledger/proofs.hpp"

#include <gtest/gtest.h>

#include "shared/keys/ed25519.hpp"
#include "shared/ledger/leaf.hpp"
#include "shared/ledger/proof.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "tests/server/ledger/sealed_history.hpp"

namespace zhibu::server::test {
namespace {

ledger::TreeState tree_of(const sync::SignedTreeHead& signed_head) {
    const auto head = sync::decode_tree_head(signed_head.bytes).value();
    return {head.size, head.root};
}

class ProofsOf : public testing::Test {
protected:
    sync::TreeHeadReply ask(std::uint64_t known_size) {
        return answer(sync::TreeHeadRequest{known_size}, *history.store().open_reader().value(),
                      history.head_maker())
            .value();
    }

    sync::InclusionReply ask(LogIndex index, std::uint64_t tree_size, const ProofReader& whom) {
        return answer(sync::InclusionRequest{index, tree_size},
                      *history.store().open_reader().value(), whom)
            .value();
    }

    void expect_included(const sync::InclusionReply& reply, const ledger::TreeState& tree) {
        ASSERT_EQ(reply.leaves.size(), 2U);
        EXPECT_EQ(reply.leaves[0].leaf, ledger::group_leaf(reply.index));
        EXPECT_EQ(reply.leaves[1].leaf, ledger::verdict_leaf(reply.index));
        for (const sync::LeafProof& each : reply.leaves) {
            EXPECT_TRUE(
                ledger::includes(tree, each.leaf, ledger::leaf_hash(each.commitment), each.path));
        }
    }

    SealedHistory history{140};
};

TEST_F(ProofsOf, HeadIsSignedAndExtendsEachEarlierOne) {
    const auto early = history.signed_head();
    history.add_person();
    const auto reply = ask(tree_of(early).size);
    EXPECT_TRUE(keys::verify_ed25519(history.court().receipt_key.public_key(), reply.head.bytes,
                                     reply.head.signature));
    const auto head = sync::decode_tree_head(reply.head.bytes).value();
    EXPECT_EQ(head.origin, history.store().identity().space);
    EXPECT_EQ(head.epoch, history.store().identity().epoch);
    EXPECT_EQ(head.size, 2 * history.head().position);
    EXPECT_TRUE(ledger::extends(tree_of(early), tree_of(reply.head), reply.consistency));
    EXPECT_FALSE(reply.consistency.empty());
}

TEST_F(ProofsOf, WhatIsKnownAlreadyOrIsMoreThanThereIsHasNoProof) {
    const std::uint64_t size = 2 * history.head().position;
    for (const std::uint64_t known : {std::uint64_t{0}, size, size + 1, UINT64_MAX}) {
        const auto reply = ask(known);
        EXPECT_EQ(reply.known_size, known);
        EXPECT_TRUE(reply.consistency.empty());
        EXPECT_EQ(tree_of(reply.head).size, size);
    }
}

TEST_F(ProofsOf, SaltsAreGivenToWhoMaySeeTheEntry) {
    const auto tree = tree_of(history.signed_head());
    const LogRow row = history.row(history.first_of_branch());
    ScopeFilter other;
    other.organisations = {history.court().branch_b};
    ScopeFilter own;
    own.organisations = {history.court().branch_a};
    ScopeFilter everything;
    everything.everything = true;
    const ProofReader device{row.name.device, other};
    const ProofReader branch{DeviceId{}, own};
    const ProofReader committee{DeviceId{}, everything};
    const ProofReader stranger{DeviceId{}, other};
    for (const ProofReader& whom : {device, branch, committee}) {
        const auto reply = ask(row.index, tree.size, whom);
        expect_included(reply, tree);
        EXPECT_TRUE(ledger::opens(reply.leaves.at(0).commitment, reply.leaves.at(0).salt,
                                  ledger::group_content(row.index, row.name, row.group_hash)));
        EXPECT_TRUE(ledger::opens(reply.leaves.at(1).commitment, reply.leaves.at(1).salt,
                                  ledger::verdict_content(row.index, row.receipt.verdict)));
    }
    const auto reply = ask(row.index, tree.size, stranger);
    expect_included(reply, tree);
    EXPECT_TRUE(reply.leaves.at(0).salt.empty());
    EXPECT_TRUE(reply.leaves.at(1).salt.empty());
}

TEST_F(ProofsOf, PositionIsProvedInEachTreeThatHasIt) {
    const auto early = tree_of(history.signed_head());
    const LogIndex last = history.head();
    history.add_person();
    expect_included(ask(last, early.size, {}), early);
    expect_included(ask(LogIndex{1}, early.size, {}), early);
}

TEST_F(ProofsOf, PositionThatTheTreeDoesNotHaveHasNoLeaves) {
    const std::uint64_t size = 2 * history.head().position;
    EXPECT_TRUE(ask(LogIndex{0}, size, {}).leaves.empty());
    EXPECT_TRUE(ask(LogIndex{history.head().position + 1}, size, {}).leaves.empty());
    EXPECT_TRUE(ask(LogIndex{1}, size + 1, {}).leaves.empty());
    EXPECT_TRUE(ask(LogIndex{1}, 1, {}).leaves.empty());
    EXPECT_TRUE(ask(LogIndex{1}, 0, {}).leaves.empty());
    EXPECT_TRUE(ask(LogIndex{UINT64_MAX}, UINT64_MAX, {}).leaves.empty());
}

}  // namespace
}  // namespace zhibu::server::test

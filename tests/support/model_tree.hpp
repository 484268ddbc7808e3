#pragma once

#include <vector>

#include "shared/keys/ed25519.hpp"
#include "shared/ledger/leaf.hpp"
#include "shared/ledger/tree.hpp"
#include "sync_protocol/message/message.hpp"

namespace zhibu::support {

/// A server's Merkle tree, each proof made from all leaves.
class ModelTree {
public:
    [[nodiscard]] record::LogIndex head() const { return {leaves_.size()}; }

    void push(ledger::LogLeaves leaves) { leaves_.push_back(leaves); }

    void shrink_to(record::LogIndex head) { leaves_.resize(head.position); }

    /// @param head  without size and root, which are the tree's
    [[nodiscard]] sync::SignedTreeHead sign(sync::TreeHead head, const keys::Ed25519Key& key) const;
    /// @param unsigned_head  as for sign()
    [[nodiscard]] sync::TreeHeadReply answer(const sync::TreeHeadRequest& request,
                                             sync::TreeHead unsigned_head,
                                             const keys::Ed25519Key& key) const;
    [[nodiscard]] sync::InclusionReply answer(const sync::InclusionRequest& request) const;

private:
    [[nodiscard]] ledger::ReadSubtree reader() const;

    std::vector<ledger::LogLeaves> leaves_;
};

}  // namespace zhibu::support

#include "tests/client/agent/model_tree.hpp"

#include <cstdint>
#include <optional>
#include <utility>

#include "sync_protocol/codec/codec.hpp"

namespace zhibu::client::test {

sync::TreeHeadReply ModelTree::answer(const sync::TreeHeadRequest& request,
                                      sync::TreeHead unsigned_head,
                                      const keys::Ed25519Key& key) const {
    unsigned_head.size = ledger::tree_size_at(head());
    unsigned_head.root = ledger::root_of(unsigned_head.size, reader()).value();
    sync::TreeHeadReply reply;
    reply.known_size = request.known_size;
    reply.head.bytes = sync::encode(unsigned_head);
    reply.head.signature = key.sign(reply.head.bytes);
    if (request.known_size <= unsigned_head.size) {
        reply.consistency =
            ledger::consistency_proof(request.known_size, unsigned_head.size, reader()).value();
    }
    return reply;
}

sync::InclusionReply ModelTree::answer(const sync::InclusionRequest& request) const {
    sync::InclusionReply reply{request.index, request.tree_size, {}};
    const ledger::LogLeaves& leaves = leaves_.at(request.index.position - 1);
    for (const auto& [number, leaf] :
         {std::pair{ledger::group_leaf(request.index), leaves.group},
          std::pair{ledger::verdict_leaf(request.index), leaves.verdict}}) {
        reply.leaves.push_back(
            {number,
             leaf.commitment,
             {leaf.salt->begin(), leaf.salt->end()},
             ledger::inclusion_proof(number, request.tree_size, reader()).value()});
    }
    return reply;
}

ledger::ReadSubtree ModelTree::reader() const {
    return [this](unsigned level, std::uint64_t index) -> std::optional<record::Hash> {
        std::vector<record::Hash> parts;
        for (std::uint64_t leaf = index << level; leaf < (index + 1) << level; ++leaf) {
            const ledger::LogLeaves& at = leaves_.at(leaf / 2);
            parts.push_back(ledger::leaf_hash((leaf % 2 == 0 ? at.group : at.verdict).commitment));
        }
        return ledger::fold(std::move(parts));
    };
}

}  // namespace zhibu::client::test

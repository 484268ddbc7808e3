#include "tests/support/model_tree.hpp"

#include <cstdint>
#include <optional>
#include <utility>

#include "sync_protocol/codec/codec.hpp"

namespace zhibu::support {

sync::SignedTreeHead ModelTree::sign(sync::TreeHead head, const keys::Ed25519Key& key) const {
    head.size = ledger::tree_size_at(this->head());
    head.root = ledger::root_of(head.size, reader()).value();
    sync::SignedTreeHead made;
    made.bytes = sync::encode(head);
    made.signature = key.sign(made.bytes);
    return made;
}

sync::TreeHeadReply ModelTree::answer(const sync::TreeHeadRequest& request,
                                      sync::TreeHead unsigned_head,
                                      const keys::Ed25519Key& key) const {
    const std::uint64_t size = ledger::tree_size_at(head());
    sync::TreeHeadReply reply{sign(unsigned_head, key), request.known_size, {}};
    if (request.known_size <= size) {
        reply.consistency = ledger::consistency_proof(request.known_size, size, reader()).value();
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

}  // namespace zhibu::support

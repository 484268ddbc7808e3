#include "server/ledger/proofs.hpp"

#include <algorithm>
#include <expected>
#include <optional>
#include <utility>
#include <vector>

#include "shared/ledger/leaf.hpp"
#include "shared/record/check.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::server {
namespace {

/// The value, or why there is none: the store failed, or a subtree is missing from it.
template <class T>
Stored<T> whole(std::optional<T> made, std::optional<StoreError> failure) {
    if (made) {
        return *std::move(made);
    }
    return std::unexpected{
        std::move(failure).value_or(StoreError{StoreFault::damaged, "merkle tree"})};
}

bool may_open(const LogRow& row, const ProofReader& reader) {
    if (row.name.device == reader.device || reader.scope.everything) {
        return true;
    }
    return !row.effects.empty() && std::ranges::all_of(row.effects, [&](const auto& placed) {
        return reader.scope.sees(placed.placement.before) ||
               reader.scope.sees(placed.placement.after);
    });
}

Stored<sync::LeafProof> prove(std::uint64_t number, const ledger::Leaf& leaf, bool with_salt,
                              std::uint64_t tree_size, StoreReading& store) {
    std::optional<StoreError> failure;
    auto path = ledger::inclusion_proof(number, tree_size, subtree_reader(store, failure));
    sync::LeafProof proof{number, leaf.commitment, {}, {}};
    ZHIBU_TRY(proved, whole(std::move(path), std::move(failure)));
    proof.path = std::move(proved);
    if (with_salt && leaf.salt) {
        proof.salt.assign(leaf.salt->begin(), leaf.salt->end());
    }
    return proof;
}

}  // namespace

ledger::ReadSubtree subtree_reader(StoreReading& store, std::optional<StoreError>& failure) {
    return [&store, &failure](unsigned level, std::uint64_t index) -> std::optional<Hash> {
        auto read = store.subtree(level, index);
        if (!read) {
            failure = std::move(read).error();
            return std::nullopt;
        }
        return *read;
    };
}

Stored<Hash> root_at(StoreReading& store, LogIndex at) {
    std::optional<StoreError> failure;
    auto made = ledger::root_of(ledger::tree_size_at(at), subtree_reader(store, failure));
    return whole(std::move(made), std::move(failure));
}

Stored<sync::SignedTreeHead> signed_head(StoreReading& store, const HeadMaker& maker) {
    ZHIBU_TRY(newest, store.head());
    return signed_head_at(store, newest, maker);
}

Stored<sync::SignedTreeHead> signed_head_at(StoreReading& store, LogIndex at,
                                            const HeadMaker& maker) {
    sync::TreeHead head;
    head.origin = maker.space;
    head.epoch = maker.epoch;
    head.size = ledger::tree_size_at(at);
    head.signed_at = maker.now;
    ZHIBU_TRY(root, root_at(store, at));
    head.root = root;
    sync::SignedTreeHead signed_one;
    signed_one.bytes = sync::encode(head);
    signed_one.signature = maker.sign(signed_one.bytes);
    return signed_one;
}

Stored<sync::TreeHeadReply> answer(const sync::TreeHeadRequest& request, StoreReading& store,
                                   const HeadMaker& maker) {
    sync::TreeHeadReply reply;
    reply.known_size = request.known_size;
    ZHIBU_TRY(head, signed_head(store, maker));
    reply.head = std::move(head);
    const auto decoded = sync::decode_tree_head(reply.head.bytes);
    ZHIBU_CHECK(decoded.has_value());
    if (request.known_size > decoded->size) {
        return reply;
    }
    std::optional<StoreError> failure;
    auto made = ledger::consistency_proof(request.known_size, decoded->size,
                                          subtree_reader(store, failure));
    ZHIBU_TRY(proof, whole(std::move(made), std::move(failure)));
    reply.consistency = std::move(proof);
    return reply;
}

Stored<sync::InclusionReply> answer(const sync::InclusionRequest& request, StoreReading& store,
                                    const ProofReader& reader) {
    sync::InclusionReply reply{request.index, request.tree_size, {}};
    ZHIBU_TRY(newest, store.head());
    if (request.index == LogIndex{} || request.index > newest ||
        request.tree_size > ledger::tree_size_at(newest) ||
        ledger::tree_size_at(request.index) > request.tree_size) {
        return reply;
    }
    ZHIBU_TRY(row, store.row(request.index));
    if (!row) {
        return std::unexpected{StoreError{StoreFault::damaged, "log"}};
    }
    const bool with_salt = may_open(*row, reader);
    const std::pair<std::uint64_t, ledger::Leaf> leaves[]{
        {ledger::group_leaf(request.index), row->leaves.group},
        {ledger::verdict_leaf(request.index), row->leaves.verdict}};
    for (const auto& [number, leaf] : leaves) {
        ZHIBU_TRY(proof, prove(number, leaf, with_salt, request.tree_size, store));
        reply.leaves.push_back(std::move(proof));
    }
    return reply;
}

}  // namespace zhibu::server

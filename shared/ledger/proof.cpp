#include "shared/ledger/proof.hpp"

#include <bit>

#include "shared/ledger/tree.hpp"

namespace zhibu::ledger {

bool extends(const TreeState& older, const TreeState& newer, std::span<const record::Hash> proof) {
    if (older.size > newer.size) {
        return false;
    }
    if (older.size == newer.size) {
        return proof.empty() && older.root == newer.root;
    }
    if (older.size == 0) {
        return proof.empty() && older.root == empty_root();
    }
    std::uint64_t at = older.size - 1;
    std::uint64_t last = newer.size - 1;
    while ((at & 1U) != 0) {
        at >>= 1U;
        last >>= 1U;
    }
    // An old tree that is one complete subtree is where the proof begins without saying so.
    record::Hash first = older.root;
    if (!std::has_single_bit(older.size)) {
        if (proof.empty()) {
            return false;
        }
        first = proof.front();
        proof = proof.subspan(1);
    }
    record::Hash old_root = first;
    record::Hash new_root = first;
    for (const record::Hash& beside : proof) {
        if (last == 0) {
            return false;
        }
        if ((at & 1U) != 0 || at == last) {
            old_root = node_hash(beside, old_root);
            new_root = node_hash(beside, new_root);
            while ((at & 1U) == 0 && at != 0) {
                at >>= 1U;
                last >>= 1U;
            }
        } else {
            new_root = node_hash(new_root, beside);
        }
        at >>= 1U;
        last >>= 1U;
    }
    return last == 0 && old_root == older.root && new_root == newer.root;
}

bool includes(const TreeState& tree, std::uint64_t leaf, const record::Hash& leaf_hash,
              std::span<const record::Hash> path) {
    if (leaf >= tree.size) {
        return false;
    }
    std::uint64_t at = leaf;
    std::uint64_t last = tree.size - 1;
    record::Hash root = leaf_hash;
    for (const record::Hash& beside : path) {
        if (last == 0) {
            return false;
        }
        if ((at & 1U) != 0 || at == last) {
            root = node_hash(beside, root);
            while ((at & 1U) == 0 && at != 0) {
                at >>= 1U;
                last >>= 1U;
            }
        } else {
            root = node_hash(root, beside);
        }
        at >>= 1U;
        last >>= 1U;
    }
    return last == 0 && root == tree.root;
}

}  // namespace zhibu::ledger

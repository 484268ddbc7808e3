#pragma once

#include <cstdint>
#include <span>

#include "shared/record/change.hpp"

/// Checking proofs. What is checked comes from a peer or a file: anything may stand in it, nothing
/// is allocated after it, and what is not a proof is simply false. Source: RFC 9162, 2.1.3.2 and
/// 2.1.4.2.
namespace zhibu::ledger {

/// A tree of so many leaves has this root.
struct TreeState {
    std::uint64_t size = 0;
    record::Hash root{};

    friend bool operator==(const TreeState&, const TreeState&) = default;
};

/// Whether `proof` shows that `newer` extends `older`. Two trees of one size must be the same, and
/// the tree without leaves is extended by every other; for both the proof is empty.
[[nodiscard]] bool extends(const TreeState& older, const TreeState& newer,
                           std::span<const record::Hash> proof);

/// Whether `path` shows that the tree's leaf of that number has this hash.
[[nodiscard]] bool includes(const TreeState& tree, std::uint64_t leaf,
                            const record::Hash& leaf_hash, std::span<const record::Hash> path);

}  // namespace zhibu::ledger

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "shared/record/change.hpp"

/// The space's Merkle tree: pure functions and values, no store and no session.
/// Threads: all may be called from any. Source: RFC 6962, 2.1; RFC 9162, 2.1; sync.md, "Tamper
/// evidence".
namespace zhibu::ledger {

using record::Hash;

/// SHA-256(0x00 || bytes).
[[nodiscard]] Hash leaf_hash(std::span<const std::uint8_t> bytes);

/// SHA-256(0x01 || left || right).
[[nodiscard]] Hash node_hash(const Hash& left, const Hash& right);

/// The root of the tree without leaves: SHA-256 of nothing.
[[nodiscard]] Hash empty_root();

/// Reads the root of the complete subtree of 2^level leaves that is number `index` (from 0) of its
/// level. No value: it cannot be read, and so nothing that needs it is made.
using ReadSubtree = std::function<std::optional<Hash>(unsigned level, std::uint64_t index)>;

/// MTH(D[size]). Reads as many subtrees as `size` has bits set.
[[nodiscard]] std::optional<Hash> root_of(std::uint64_t size, const ReadSubtree& read);

/// PROOF(old_size, D[new_size]); empty where there is nothing to prove: equal sizes, or an
/// `old_size` of 0. `old_size` <= `new_size` (checked).
[[nodiscard]] std::optional<std::vector<Hash>> consistency_proof(std::uint64_t old_size,
                                                                 std::uint64_t new_size,
                                                                 const ReadSubtree& read);

/// PATH(leaf, D[size]). `leaf` < `size` (checked).
[[nodiscard]] std::optional<std::vector<Hash>> inclusion_proof(std::uint64_t leaf,
                                                               std::uint64_t size,
                                                               const ReadSubtree& read);

/// The root of a complete subtree from the roots of its parts, which are all of one level.
/// `parts`: a power of two of them (checked).
[[nodiscard]] Hash fold(std::vector<Hash> parts);

}  // namespace zhibu::ledger

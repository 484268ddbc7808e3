#include "shared/ledger/tree.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <utility>

#include "shared/keys/digest.hpp"
#include "shared/record/check.hpp"

namespace zhibu::ledger {
namespace {

constexpr std::uint8_t leaf_mark = 0;
constexpr std::uint8_t node_mark = 1;

/// Leaves begin .. begin + size, of which there are one or more.
struct Range {
    std::uint64_t begin = 0;
    std::uint64_t size = 0;
};

/// Where RFC 6962 divides a range: the greatest power of two below its size, which is 2 or more.
std::uint64_t left_part(std::uint64_t size) { return std::bit_floor(size - 1); }

/// A range begins at a multiple of its left part's size, as all do that dividing a tree leads to.
std::optional<Hash> hash_of(Range range, const ReadSubtree& read) {
    if (std::has_single_bit(range.size)) {
        return read(static_cast<unsigned>(std::countr_zero(range.size)), range.begin / range.size);
    }
    const std::uint64_t left = left_part(range.size);
    const auto left_hash = hash_of({range.begin, left}, read);
    const auto right_hash = hash_of({range.begin + left, range.size - left}, read);
    if (!left_hash || !right_hash) {
        return std::nullopt;
    }
    return node_hash(*left_hash, *right_hash);
}

/// What stands beside the way down, from the lowest to the highest.
std::optional<std::vector<Hash>> hashes_of(const std::vector<Range>& ranges,
                                           const ReadSubtree& read) {
    std::vector<Hash> hashes;
    for (const Range& range : ranges) {
        const auto hash = hash_of(range, read);
        if (!hash) {
            return std::nullopt;
        }
        hashes.push_back(*hash);
    }
    return hashes;
}

}  // namespace

Hash leaf_hash(std::span<const std::uint8_t> bytes) {
    keys::Sha256 hasher;
    hasher.update(std::span{&leaf_mark, 1});
    hasher.update(bytes);
    return hasher.finish();
}

Hash node_hash(const Hash& left, const Hash& right) {
    std::array<std::uint8_t, 1 + 2 * std::tuple_size_v<Hash>> bytes{node_mark};
    std::ranges::copy(left, bytes.begin() + 1);
    std::ranges::copy(right, bytes.begin() + 1 + left.size());
    return keys::sha256(bytes);
}

Hash empty_root() { return keys::sha256({}); }

std::optional<Hash> root_of(std::uint64_t size, const ReadSubtree& read) {
    return size == 0 ? empty_root() : hash_of({0, size}, read);
}

std::optional<std::vector<Hash>> consistency_proof(std::uint64_t old_size, std::uint64_t new_size,
                                                   const ReadSubtree& read) {
    ZHIBU_CHECK(old_size <= new_size);
    if (old_size == 0 || old_size == new_size) {
        return std::vector<Hash>{};
    }
    std::vector<Range> beside;
    Range at{0, new_size};
    std::uint64_t old_left = old_size;
    // The whole old tree needs no mention: whoever checks the proof has its root.
    bool is_known = true;
    while (old_left != at.size) {
        const std::uint64_t left = left_part(at.size);
        if (old_left <= left) {
            beside.push_back({at.begin + left, at.size - left});
            at.size = left;
        } else {
            beside.push_back({at.begin, left});
            at = {at.begin + left, at.size - left};
            old_left -= left;
            is_known = false;
        }
    }
    if (!is_known) {
        beside.push_back(at);
    }
    std::ranges::reverse(beside);
    return hashes_of(beside, read);
}

std::optional<std::vector<Hash>> inclusion_proof(std::uint64_t leaf, std::uint64_t size,
                                                 const ReadSubtree& read) {
    ZHIBU_CHECK(leaf < size);
    std::vector<Range> beside;
    Range at{0, size};
    while (at.size > 1) {
        const std::uint64_t left = left_part(at.size);
        if (leaf < at.begin + left) {
            beside.push_back({at.begin + left, at.size - left});
            at.size = left;
        } else {
            beside.push_back({at.begin, left});
            at = {at.begin + left, at.size - left};
        }
    }
    std::ranges::reverse(beside);
    return hashes_of(beside, read);
}

Hash fold(std::vector<Hash> parts) {
    ZHIBU_CHECK(std::has_single_bit(parts.size()));
    while (parts.size() > 1) {
        for (std::size_t pair = 0; pair < parts.size() / 2; ++pair) {
            parts[pair] = node_hash(parts[2 * pair], parts[2 * pair + 1]);
        }
        parts.resize(parts.size() / 2);
    }
    return parts.front();
}

}  // namespace zhibu::ledger

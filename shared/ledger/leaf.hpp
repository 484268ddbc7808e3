#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "shared/record/change.hpp"
#include "shared/record/random.hpp"

/// What the tree's leaves say. Position i of the log has two: 2i - 2 binds the group, 2i - 1 the
/// verdict. A leaf's bytes are a commitment, HMAC-SHA256(salt, content), so whoever does not have
/// the salt learns nothing of the content, and once the salt is erased nobody does.
/// Source: sync.md, "Tamper evidence"; docs/protocol.md.
namespace zhibu::ledger {

using Salt = std::array<std::uint8_t, 32>;

struct Leaf {
    record::Hash commitment{};
    /// None where it was erased.
    std::optional<Salt> salt;

    friend bool operator==(const Leaf&, const Leaf&) = default;
};

/// The leaves of one position.
struct LogLeaves {
    Leaf group;
    Leaf verdict;

    friend bool operator==(const LogLeaves&, const LogLeaves&) = default;
};

[[nodiscard]] constexpr std::uint64_t group_leaf(record::LogIndex index) {
    return 2 * index.position - 2;
}

[[nodiscard]] constexpr std::uint64_t verdict_leaf(record::LogIndex index) {
    return 2 * index.position - 1;
}

/// How many leaves the tree has when the log stands at `index`.
[[nodiscard]] constexpr std::uint64_t tree_size_at(record::LogIndex index) {
    return 2 * index.position;
}

/// The content of a group's leaf: position, name, and the hash of the group's bytes.
[[nodiscard]] std::vector<std::uint8_t> group_content(record::LogIndex index,
                                                      const record::GroupName& name,
                                                      const record::Hash& group_hash);

/// The content of a verdict's leaf: position, and the verdict's bytes.
[[nodiscard]] std::vector<std::uint8_t> verdict_content(record::LogIndex index,
                                                        std::span<const std::uint8_t> verdict);

/// A leaf over `content` with a new salt.
[[nodiscard]] Leaf make_leaf(std::span<const std::uint8_t> content, record::Random& random);

/// Whether `commitment` is that of `content` with `salt`. Hostile input is simply wrong.
[[nodiscard]] bool opens(const record::Hash& commitment, std::span<const std::uint8_t> salt,
                         std::span<const std::uint8_t> content);

}  // namespace zhibu::ledger

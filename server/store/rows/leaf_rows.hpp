#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "server/store/rows/query.hpp"
#include "server/store/store.hpp"

namespace zhibu::server::detail {

/// The Merkle tree: a row for each position's leaves, and one for each complete subtree at every
/// eighth level (256 leaves, 65,536, ...), so that what a root or a proof needs is read from at
/// most some hundred short rows that lie together, whatever the log's length.
/// Throws Failed.
class LeafRows {
public:
    explicit LeafRows(Connection& connection) : connection_(connection) {}

    /// The leaves of the position after the newest.
    void append(LogIndex index, const ledger::LogLeaves& leaves);
    /// The same where the tree before them is not there: no subtree is kept.
    void append_apart(LogIndex index, const ledger::LogLeaves& leaves);
    /// The commitments stay.
    void set_salts(LogIndex index, const ledger::LogLeaves& leaves);
    [[nodiscard]] std::optional<ledger::LogLeaves> read(LogIndex index);
    [[nodiscard]] std::optional<Hash> subtree(unsigned level, std::uint64_t index);

private:
    /// Roots of `count` subtrees from number `first` on, of level 0 or one that is kept; fewer
    /// where there are not so many.
    [[nodiscard]] std::vector<Hash> kept(unsigned level, std::uint64_t first, std::uint64_t count);
    [[nodiscard]] std::vector<Hash> leaf_hashes(std::uint64_t first, std::uint64_t count);

    Connection& connection_;
};

}  // namespace zhibu::server::detail

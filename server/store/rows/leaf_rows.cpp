#include "server/store/rows/leaf_rows.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "server/store/rows/failure.hpp"
#include "shared/ledger/leaf.hpp"
#include "shared/ledger/tree.hpp"

namespace zhibu::server::detail {
namespace {

constexpr unsigned levels_apart = 8;
/// No log is as long as that; a level beyond it has no subtree.
constexpr unsigned levels_max = 62;

/// With its salt, what a leaf commits to could be guessed.
void bind_salt(Query& query, const ledger::Leaf& leaf, const ContentName& name) {
    if (leaf.salt) {
        query.bind_content(*leaf.salt, name);
    } else {
        query.bind_null();
    }
}

ContentName group_salt(LogIndex index) { return {"zhibu_leaf.group_salt", index.position, {}}; }

ContentName verdict_salt(LogIndex index) { return {"zhibu_leaf.verdict_salt", index.position, {}}; }

ledger::Leaf leaf_of(Query& row, int column, const ContentName& name) {
    ledger::Leaf leaf;
    leaf.commitment = row.hash(column);
    if (!row.is_null(column + 1)) {
        const auto salt = row.content(column + 1, name);
        leaf.salt.emplace();
        if (salt.size() != leaf.salt->size()) {
            throw Failed(StoreFault::damaged, "zhibu_leaf");
        }
        std::ranges::copy(salt, leaf.salt->begin());
    }
    return leaf;
}

}  // namespace

void LeafRows::append_apart(LogIndex index, const ledger::LogLeaves& leaves) {
    Query query = connection_.query("INSERT INTO zhibu_leaf VALUES(?,?,?,?,?)");
    query.bind_position(index.position);
    query.bind(leaves.group.commitment);
    bind_salt(query, leaves.group, group_salt(index));
    query.bind(leaves.verdict.commitment);
    bind_salt(query, leaves.verdict, verdict_salt(index));
    query.run();
}

void LeafRows::append(LogIndex index, const ledger::LogLeaves& leaves) {
    append_apart(index, leaves);
    std::uint64_t size = ledger::tree_size_at(index);
    const std::uint64_t together = std::uint64_t{1} << levels_apart;
    for (unsigned level = levels_apart; size % together == 0; level += levels_apart) {
        size /= together;
        auto parts = kept(level - levels_apart, (size - 1) * together, together);
        if (parts.size() != together) {
            throw Failed(StoreFault::damaged, "zhibu_subtree");
        }
        connection_.query("INSERT INTO zhibu_subtree(level, idx, hash) VALUES(?,?,?)")
            .bind(std::int64_t{level})
            .bind_position(size - 1)
            .bind(ledger::fold(std::move(parts)))
            .run();
    }
}

void LeafRows::set_salts(LogIndex index, const ledger::LogLeaves& leaves) {
    Query query =
        connection_.query("UPDATE zhibu_leaf SET group_salt=?, verdict_salt=? WHERE idx=?");
    bind_salt(query, leaves.group, group_salt(index));
    bind_salt(query, leaves.verdict, verdict_salt(index));
    query.bind_position(index.position).run();
}

std::optional<ledger::LogLeaves> LeafRows::read(LogIndex index) {
    Query row = connection_.query(
        "SELECT group_commitment, group_salt, verdict_commitment, verdict_salt FROM zhibu_leaf "
        "WHERE idx=?");
    if (!row.bind_position(index.position).step()) {
        return std::nullopt;
    }
    return ledger::LogLeaves{leaf_of(row, 0, group_salt(index)),
                             leaf_of(row, 2, verdict_salt(index))};
}

std::optional<Hash> LeafRows::subtree(unsigned level, std::uint64_t index) {
    if (level > levels_max || index > (std::uint64_t{1} << (levels_max - level))) {
        return std::nullopt;
    }
    const unsigned above = level % levels_apart;
    const std::uint64_t count = std::uint64_t{1} << above;
    auto parts = kept(level - above, index << above, count);
    return parts.size() == count ? std::optional{ledger::fold(std::move(parts))} : std::nullopt;
}

std::vector<Hash> LeafRows::kept(unsigned level, std::uint64_t first, std::uint64_t count) {
    if (level == 0) {
        return leaf_hashes(first, count);
    }
    std::vector<Hash> hashes;
    Query row = connection_.query(
        "SELECT hash FROM zhibu_subtree WHERE level=? AND idx>=? AND idx<? ORDER BY idx");
    row.bind(std::int64_t{level}).bind_position(first).bind_position(first + count);
    while (row.step()) {
        hashes.push_back(row.hash(0));
    }
    return hashes;
}

std::vector<Hash> LeafRows::leaf_hashes(std::uint64_t first, std::uint64_t count) {
    std::vector<Hash> hashes;
    Query row = connection_.query(
        "SELECT idx, group_commitment, verdict_commitment FROM zhibu_leaf WHERE idx>=? AND idx<=? "
        "ORDER BY idx");
    row.bind_position(first / 2 + 1).bind_position((first + count - 1) / 2 + 1);
    while (row.step()) {
        const LogIndex index{row.position(0)};
        for (const auto& [leaf, column] :
             {std::pair{ledger::group_leaf(index), 1}, std::pair{ledger::verdict_leaf(index), 2}}) {
            if (leaf >= first && leaf < first + count) {
                hashes.push_back(ledger::leaf_hash(row.hash(column)));
            }
        }
    }
    return hashes;
}

}  // namespace zhibu::server::detail

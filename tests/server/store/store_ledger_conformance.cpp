#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "server/store/store.hpp"
#include "shared/ledger/frontier.hpp"
#include "shared/ledger/leaf.hpp"
#include "shared/ledger/tree.hpp"
#include "tests/server/store/store_conformance.hpp"
#include "tests/server/store/store_samples.hpp"

/// The Merkle tree over the log.
namespace zhibu::server::test {

class StoreLedgerConformance : public StoreConformance {
protected:
    /// Appends so many positions in one transaction.
    void grow(int positions) {
        const auto transaction = begin();
        for (int i = 0; i < positions; ++i) {
            ASSERT_TRUE(transaction->append(scribe_.next(here_, {}).row).has_value());
        }
        ASSERT_TRUE(transaction->commit().has_value());
    }

    /// The store's tree is the one that grows leaf by leaf from the scribe's rows.
    void expect_tree() {
        const auto read = reader();
        ledger::Frontier frontier;
        const auto add = [&](const ledger::Leaf& leaf) {
            const std::uint64_t at = frontier.size();
            EXPECT_EQ(read->subtree(0, at).value(), ledger::leaf_hash(leaf.commitment));
            frontier.append(ledger::leaf_hash(leaf.commitment),
                            [&](unsigned level, std::uint64_t index, const Hash& hash) {
                                EXPECT_EQ(read->subtree(level, index).value(), hash)
                                    << level << " " << index;
                            });
        };
        for (LogIndex at{1}; at <= scribe_.head(); ++at.position) {
            add(scribe_.row(at).leaves.group);
            add(scribe_.row(at).leaves.verdict);
        }
        for (unsigned level = 0; level < 12; ++level) {
            EXPECT_EQ(read->subtree(level, frontier.size() >> level).value(), std::nullopt);
        }
    }
};

TEST_P(StoreLedgerConformance, PositionComesBackWhole) {
    write_organisations();
    scribe_.commit(*store_, here_, {new_person(1, 2)});
    const auto read = reader();
    for (LogIndex at{1}; at <= scribe_.head(); ++at.position) {
        const auto row = read->row(at).value();
        ASSERT_TRUE(row.has_value());
        const LogRow& wrote = scribe_.row(at);
        EXPECT_EQ(row->index, wrote.index);
        EXPECT_EQ(row->name, wrote.name);
        EXPECT_EQ(row->group_hash, wrote.group_hash);
        EXPECT_EQ(row->sealed, wrote.sealed);
        EXPECT_EQ(row->receipt, wrote.receipt);
        EXPECT_EQ(row->outcome, wrote.outcome);
        EXPECT_EQ(row->author, wrote.author);
        EXPECT_EQ(row->action, wrote.action);
        EXPECT_EQ(row->committed_at, wrote.committed_at);
        EXPECT_EQ(row->verbatim, wrote.verbatim);
        EXPECT_EQ(row->tree_changed, wrote.tree_changed);
        EXPECT_EQ(row->effects, wrote.effects);
        EXPECT_EQ(row->leaves, wrote.leaves);
        EXPECT_EQ(read->leaves(at).value(), wrote.leaves);
    }
    const LogIndex beyond{scribe_.head().position + 1};
    EXPECT_FALSE(read->row(beyond).value().has_value());
    EXPECT_FALSE(read->row(LogIndex{0}).value().has_value());
    EXPECT_FALSE(read->leaves(beyond).value().has_value());
}

TEST_P(StoreLedgerConformance, EmptyLogHasNoTree) {
    const auto read = reader();
    for (unsigned level = 0; level < 80; ++level) {
        EXPECT_EQ(read->subtree(level, 0).value(), std::nullopt);
    }
    EXPECT_EQ(read->subtree(0, UINT64_MAX).value(), std::nullopt);
    EXPECT_EQ(read->subtree(7, UINT64_MAX / 2).value(), std::nullopt);
}

TEST_P(StoreLedgerConformance, TreeGrowsWithTheLogAcrossKeptSubtrees) {
    grow(100);
    expect_tree();
    grow(27);
    expect_tree();
    grow(1);
    expect_tree();
    grow(300);
    reopen();
    expect_tree();
}

TEST_P(StoreLedgerConformance, UndonePartLeavesNoLeaf) {
    grow(127);
    {
        Scribe other = scribe_;
        const auto transaction = begin();
        ASSERT_TRUE(transaction->open_part().has_value());
        ASSERT_TRUE(transaction->append(other.next(here_, {}).row).has_value());
        EXPECT_NE(transaction->subtree(8, 0).value(), std::nullopt);
        ASSERT_TRUE(transaction->undo_part().has_value());
        EXPECT_EQ(transaction->subtree(8, 0).value(), std::nullopt);
        ASSERT_TRUE(transaction->append(scribe_.next(there_, {}).row).has_value());
        ASSERT_TRUE(transaction->commit().has_value());
    }
    expect_tree();
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreLedgerConformance, testing::ValuesIn(store_sorts()),
                         testing::PrintToStringParamName());

}  // namespace zhibu::server::test

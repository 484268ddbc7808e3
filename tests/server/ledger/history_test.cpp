#include "server/ledger/history.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/server/ledger/sealed_history.hpp"

namespace zhibu::server::test {
namespace {

std::vector<HistoryEntry> history_of(SealedHistory& history, const RecordId& person) {
    std::vector<HistoryEntry> entries;
    const auto tree = history.audit().tree;
    const auto reader = history.store().open_reader().value();
    EXPECT_TRUE(each_of_history(*reader, {catalog::standard_catalog().kind("person").id(), person},
                                tree, [&](const HistoryEntry& entry) { entries.push_back(entry); })
                    .has_value());
    return entries;
}

TEST(HistoryOfARecord, IsEachGroupThatNamedItProved) {
    SealedHistory history;
    const auto entries = history_of(history, history.person());
    ASSERT_EQ(entries.size(), 2U);
    EXPECT_EQ(entries[0].index, history.first_of_branch());
    EXPECT_EQ(entries[0].author, history.court().secretary_a);
    EXPECT_EQ(entries[0].change.operation, record::Operation::create);
    EXPECT_EQ(entries[0].outcome, record::Outcome::accepted);
    EXPECT_EQ(entries[1].change.operation, record::Operation::update);
    EXPECT_EQ(entries[1].change.fields.at(0).value, text("一路"));
    EXPECT_TRUE(entries[0].is_proved);
    EXPECT_TRUE(entries[1].is_proved);
    EXPECT_TRUE(history_of(history, history.court().new_id()).empty());
}

TEST(HistoryOfARecord, IsNotProvedWhereItWasChanged) {
    SealedHistory history;
    history.alter("UPDATE zhibu_leaf SET group_salt=zeroblob(32) WHERE idx=" +
                  std::to_string(history.first_of_branch().position));
    const auto reader = history.store().open_reader().value();
    std::vector<bool> proved;
    ledger::TreeState tree;
    tree.size = 2 * history.head().position;
    tree.root = ledger::root_of(tree.size, [&](unsigned level, std::uint64_t index) {
                    return reader->subtree(level, index).value();
                }).value();
    ASSERT_TRUE(each_of_history(
                    *reader, {catalog::standard_catalog().kind("person").id(), history.person()},
                    tree, [&](const HistoryEntry& entry) { proved.push_back(entry.is_proved); })
                    .has_value());
    EXPECT_EQ(proved, (std::vector<bool>{false, true}));
}

}  // namespace
}  // namespace zhibu::server::test

#include "shared/ledger/leaf.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/seeded_random.hpp"

namespace zhibu::ledger {
namespace {

using record::LogIndex;

record::GroupName name() {
    record::GroupName made;
    made.device.uuid.bytes.fill(1);
    made.incarnation.uuid.bytes.fill(2);
    made.sequence.position = 3;
    return made;
}

TEST(Leaf, StandsWhereThePositionSays) {
    EXPECT_EQ(group_leaf(LogIndex{1}), 0U);
    EXPECT_EQ(verdict_leaf(LogIndex{1}), 1U);
    EXPECT_EQ(tree_size_at(LogIndex{1}), 2U);
    EXPECT_EQ(group_leaf(LogIndex{500}), 998U);
}

TEST(Leaf, OpensWithItsSaltAndContentAlone) {
    support::SeededRandom random{1};
    const auto content = group_content(LogIndex{7}, name(), record::Hash{9});
    const Leaf leaf = make_leaf(content, random);
    ASSERT_TRUE(leaf.salt);
    EXPECT_TRUE(opens(leaf.commitment, *leaf.salt, content));
    EXPECT_FALSE(
        opens(leaf.commitment, *leaf.salt, group_content(LogIndex{8}, name(), record::Hash{9})));
    EXPECT_FALSE(
        opens(leaf.commitment, *leaf.salt, group_content(LogIndex{7}, name(), record::Hash{8})));
    Salt other = *leaf.salt;
    other[31] ^= 1U;
    EXPECT_FALSE(opens(leaf.commitment, other, content));
    EXPECT_FALSE(opens(leaf.commitment, {}, content));
}

TEST(Leaf, DoesNotOpenWithTheSaltCutOrPadded) {
    const std::vector<std::uint8_t> content{1};
    Salt salt{};
    salt[0] = 5;

    struct Fixed final : record::Random {
        void fill(std::span<std::uint8_t> bytes) override { bytes[0] = 5; }
    } random;

    const Leaf leaf = make_leaf(content, random);
    EXPECT_TRUE(opens(leaf.commitment, salt, content));
    EXPECT_FALSE(opens(leaf.commitment, std::span{salt}.first(1), content));
    const std::vector<std::uint8_t> longer(64, 0);
    EXPECT_FALSE(opens(make_leaf(content, random).commitment, longer, content));
}

TEST(Leaf, OfEqualContentsSharesNothing) {
    support::SeededRandom random{2};
    const auto content = verdict_content(LogIndex{7}, std::vector<std::uint8_t>{1, 2, 3});
    EXPECT_NE(make_leaf(content, random).commitment, make_leaf(content, random).commitment);
}

TEST(Leaf, TellsAVerdictFromAGroup) {
    const auto group = group_content(LogIndex{7}, name(), record::Hash{9});
    const std::vector<std::uint8_t> behind_position(group.begin() + 9, group.end());
    EXPECT_NE(verdict_content(LogIndex{7}, behind_position), group);
}

}  // namespace
}  // namespace zhibu::ledger

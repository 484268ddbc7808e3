#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "shared/ledger/frontier.hpp"
#include "shared/ledger/proof.hpp"
#include "shared/ledger/tree.hpp"

namespace zhibu::ledger {
namespace {

constexpr std::uint64_t leaves_max = 700;

/// A tree of leaves_max leaves, all different, and its roots at every size.
class Tree {
public:
    Tree() {
        Frontier frontier;
        states_.push_back(frontier.state());
        for (std::uint64_t leaf = 0; leaf < leaves_max; ++leaf) {
            const std::uint8_t bytes[]{static_cast<std::uint8_t>(leaf),
                                       static_cast<std::uint8_t>(leaf >> 8U)};
            leaves_.push_back(leaf_hash(bytes));
            frontier.append(leaves_.back());
            states_.push_back(frontier.state());
        }
    }

    [[nodiscard]] const Hash& leaf(std::uint64_t number) const { return leaves_.at(number); }

    [[nodiscard]] const TreeState& at(std::uint64_t size) const { return states_.at(size); }

    [[nodiscard]] ReadSubtree reader() const {
        return [this](unsigned level, std::uint64_t index) -> std::optional<Hash> {
            const auto begin = leaves_.begin() + static_cast<std::ptrdiff_t>(index << level);
            return fold({begin, begin + (std::ptrdiff_t{1} << level)});
        };
    }

private:
    std::vector<Hash> leaves_;
    std::vector<TreeState> states_;
};

const Tree& tree() {
    static const Tree made;
    return made;
}

std::uint64_t any(std::uint64_t from, std::uint64_t below) {
    return *rc::gen::inRange(from, below);
}

/// One of the ways to spoil a list of hashes; the list may be empty.
std::vector<Hash> spoilt(std::vector<Hash> hashes) {
    const auto way = any(0, 3);
    if (way == 0 || hashes.empty()) {
        hashes.insert(hashes.begin() + static_cast<std::ptrdiff_t>(any(0, hashes.size() + 1)),
                      tree().leaf(any(0, leaves_max)));
    } else if (way == 1) {
        hashes.erase(hashes.begin() + static_cast<std::ptrdiff_t>(any(0, hashes.size())));
    } else {
        hashes.at(any(0, hashes.size())).at(any(0, 32)) ^=
            static_cast<std::uint8_t>(1U << any(0, 8));
    }
    return hashes;
}

TEST(InclusionProof, OfEveryLeafInEverySmallTreeHolds) {
    for (std::uint64_t size = 1; size <= 40; ++size) {
        for (std::uint64_t leaf = 0; leaf < size; ++leaf) {
            const auto path = inclusion_proof(leaf, size, tree().reader());
            ASSERT_TRUE(path && includes(tree().at(size), leaf, tree().leaf(leaf), *path));
        }
    }
}

/// Every way to spoil a list of hashes by one: a bit of each, each gone, each twice, two exchanged.
std::vector<std::vector<Hash>> all_spoilt(const std::vector<Hash>& hashes) {
    std::vector<std::vector<Hash>> lists;
    for (std::size_t at = 0; at < hashes.size(); ++at) {
        const auto place = static_cast<std::ptrdiff_t>(at);
        lists.push_back(hashes);
        lists.back()[at][31] ^= 1U;
        lists.push_back(hashes);
        lists.back().erase(lists.back().begin() + place);
        lists.push_back(hashes);
        lists.back().insert(lists.back().begin() + place, hashes[at]);
        if (at > 0) {
            lists.push_back(hashes);
            std::swap(lists.back()[at - 1], lists.back()[at]);
        }
    }
    lists.push_back(hashes);
    lists.back().push_back(tree().leaf(0));
    return lists;
}

constexpr std::uint64_t every_size_to = 33;

TEST(InclusionProof, InEveryTreeToThirtyThreeNothingElseIsAProof) {
    for (std::uint64_t size = 1; size <= every_size_to; ++size) {
        for (std::uint64_t leaf = 0; leaf < size; ++leaf) {
            const auto path = inclusion_proof(leaf, size, tree().reader()).value();
            for (const auto& spoilt : all_spoilt(path)) {
                ASSERT_FALSE(includes(tree().at(size), leaf, tree().leaf(leaf), spoilt))
                    << leaf << " of " << size;
            }
            for (std::uint64_t other = 0; other < size + 2; ++other) {
                ASSERT_EQ(includes(tree().at(size), other, tree().leaf(leaf), path), other == leaf)
                    << leaf << " as " << other << " of " << size;
            }
        }
    }
}

TEST(ConsistencyProof, BetweenAllTreesToThirtyThreeNothingElseIsAProof) {
    for (std::uint64_t newer = 1; newer <= every_size_to; ++newer) {
        for (std::uint64_t older = 1; older < newer; ++older) {
            const auto proof = consistency_proof(older, newer, tree().reader()).value();
            for (const auto& spoilt : all_spoilt(proof)) {
                ASSERT_FALSE(extends(tree().at(older), tree().at(newer), spoilt))
                    << older << " to " << newer;
            }
            for (std::uint64_t other = 1; other <= newer; ++other) {
                ASSERT_EQ(extends(tree().at(other), tree().at(newer), proof), other == older)
                    << other << " for " << older << " to " << newer;
            }
        }
    }
}

TEST(InclusionProof, IsOfThatLeafAndThatTreeAlone) {
    EXPECT_TRUE(rc::check([] {
        const std::uint64_t size = any(1, leaves_max);
        const std::uint64_t leaf = any(0, size);
        const auto path = inclusion_proof(leaf, size, tree().reader());
        RC_ASSERT(path.has_value());
        const TreeState& state = tree().at(size);
        RC_ASSERT(includes(state, leaf, tree().leaf(leaf), *path));
        RC_ASSERT(!includes(state, leaf, tree().leaf(leaf), spoilt(*path)));
        const std::uint64_t other = any(0, leaves_max);
        RC_ASSERT(other == leaf || !includes(state, leaf, tree().leaf(other), *path));
        RC_ASSERT(other == leaf || !includes(state, other, tree().leaf(leaf), *path));
        TreeState wrong = state;
        wrong.root.at(any(0, 32)) ^= static_cast<std::uint8_t>(1U << any(0, 8));
        RC_ASSERT(!includes(wrong, leaf, tree().leaf(leaf), *path));
    }));
}

TEST(InclusionProof, OfALeafBeyondTheTreeIsNone) {
    EXPECT_FALSE(includes(tree().at(0), 0, tree().leaf(0), {}));
    EXPECT_FALSE(includes(tree().at(1), 1, tree().leaf(0), {}));
    EXPECT_TRUE(includes(tree().at(1), 0, tree().leaf(0), {}));
    EXPECT_FALSE(includes({UINT64_MAX, tree().at(1).root}, 0, tree().leaf(0), {}));
}

TEST(ConsistencyProof, BetweenAllSmallTreesHolds) {
    for (std::uint64_t newer = 0; newer <= 40; ++newer) {
        for (std::uint64_t older = 0; older <= newer; ++older) {
            const auto proof = consistency_proof(older, newer, tree().reader());
            ASSERT_TRUE(proof && extends(tree().at(older), tree().at(newer), *proof))
                << older << " to " << newer;
        }
    }
}

TEST(ConsistencyProof, IsOfThoseTreesAlone) {
    EXPECT_TRUE(rc::check([] {
        const std::uint64_t newer = any(2, leaves_max);
        const std::uint64_t older = any(1, newer);
        const auto proof = consistency_proof(older, newer, tree().reader());
        RC_ASSERT(proof.has_value());
        const TreeState& before = tree().at(older);
        const TreeState& after = tree().at(newer);
        RC_ASSERT(extends(before, after, *proof));
        RC_ASSERT(!extends(before, after, spoilt(*proof)));
        RC_ASSERT(!extends(after, before, *proof));
        const std::uint64_t other = any(1, leaves_max);
        RC_ASSERT(other == older || !extends({older, tree().at(other).root}, after, *proof));
        RC_ASSERT(other == newer || !extends(before, {newer, tree().at(other).root}, *proof));
    }));
}

TEST(ConsistencyProof, OfARewrittenTreeIsNone) {
    EXPECT_TRUE(rc::check([] {
        const std::uint64_t newer = any(2, 200);
        const std::uint64_t older = any(1, newer);
        const std::uint64_t changed = any(0, older);
        Frontier rewritten;
        std::vector<Hash> leaves;
        for (std::uint64_t leaf = 0; leaf < newer; ++leaf) {
            leaves.push_back(leaf == changed ? tree().leaf(leaves_max - 1) : tree().leaf(leaf));
            rewritten.append(leaves.back());
        }
        const auto proof = consistency_proof(
            older, newer, [&](unsigned level, std::uint64_t index) -> std::optional<Hash> {
                const auto begin = leaves.begin() + static_cast<std::ptrdiff_t>(index << level);
                return fold({begin, begin + (std::ptrdiff_t{1} << level)});
            });
        RC_ASSERT(proof.has_value());
        RC_ASSERT(!extends(tree().at(older), rewritten.state(), *proof));
    }));
}

TEST(ConsistencyProof, OfNothingToProveIsEmpty) {
    const std::vector<Hash> one{tree().leaf(0)};
    EXPECT_TRUE(extends(tree().at(0), tree().at(9), {}));
    EXPECT_FALSE(extends(tree().at(0), tree().at(9), one));
    EXPECT_FALSE(extends({0, tree().leaf(0)}, tree().at(9), {}));
    EXPECT_TRUE(extends(tree().at(9), tree().at(9), {}));
    EXPECT_FALSE(extends(tree().at(9), tree().at(9), one));
    EXPECT_FALSE(extends(tree().at(9), {9, tree().at(8).root}, {}));
    EXPECT_FALSE(extends({UINT64_MAX - 1, {}}, {UINT64_MAX, {}}, one));
}

TEST(Proofs, OfWhatCannotBeReadAreNone) {
    const ReadSubtree nothing = [](unsigned, std::uint64_t) { return std::optional<Hash>{}; };
    EXPECT_EQ(root_of(5, nothing), std::nullopt);
    EXPECT_EQ(consistency_proof(3, 5, nothing), std::nullopt);
    EXPECT_EQ(inclusion_proof(3, 5, nothing), std::nullopt);
}

TEST(FrontierOfATree, TellsEachSubtreeThatItCompletes) {
    Frontier frontier;
    std::size_t told = 0;
    for (std::uint64_t leaf = 0; leaf < 300; ++leaf) {
        frontier.append(tree().leaf(leaf),
                        [&](unsigned level, std::uint64_t index, const Hash& hash) {
                            EXPECT_EQ(tree().reader()(level, index), hash);
                            ++told;
                        });
    }
    EXPECT_EQ(told, 150U + 75U + 37U + 18U + 9U + 4U + 2U + 1U);
}

}  // namespace
}  // namespace zhibu::ledger

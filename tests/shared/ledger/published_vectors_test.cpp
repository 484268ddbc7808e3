#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "shared/ledger/frontier.hpp"
#include "shared/ledger/proof.hpp"
#include "shared/ledger/tree.hpp"
#include "tests/shared/keys/hex.hpp"

/// The reference trees of RFC 6962: certificate-transparency's merkle_tree_test.cc. Checked beside
/// this once more by the RFC's recursive definitions, written in another language.
namespace zhibu::ledger {
namespace {

using keys::from_hex;

constexpr std::array<std::string_view, 8> inputs{"",
                                                 "00",
                                                 "10",
                                                 "2021",
                                                 "3031",
                                                 "40414243",
                                                 "5051525354555657",
                                                 "606162636465666768696a6b6c6d6e6f"};

constexpr std::array<std::string_view, 9> roots{
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

constexpr std::string_view n00 = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
constexpr std::string_view n01 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
constexpr std::string_view n04 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
constexpr std::string_view n06 = "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f";
constexpr std::string_view n10 = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125";
constexpr std::string_view n11 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
constexpr std::string_view n12 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";
constexpr std::string_view n13 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
constexpr std::string_view n20 = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7";
constexpr std::string_view n21 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";

/// `at` < `size`: a leaf and a tree, or an old tree and a new one.
struct Published {
    std::uint64_t at = 0;
    std::uint64_t size = 0;
    std::vector<std::string_view> hashes;
};

Hash hash_of(std::string_view hex) {
    Hash hash{};
    std::ranges::copy(from_hex(hex), hash.begin());
    return hash;
}

std::vector<Hash> hashes_of(const std::vector<std::string_view>& texts) {
    std::vector<Hash> hashes;
    for (const std::string_view text : texts) {
        hashes.push_back(hash_of(text));
    }
    return hashes;
}

TreeState tree_of(std::uint64_t size) { return {size, hash_of(roots.at(size))}; }

std::optional<Hash> read(unsigned level, std::uint64_t index) {
    std::vector<Hash> leaves;
    for (std::uint64_t at = index << level; at < (index + 1) << level; ++at) {
        leaves.push_back(leaf_hash(from_hex(inputs.at(at))));
    }
    return fold(std::move(leaves));
}

TEST(PublishedTree, HasItsRootAtEachSize) {
    Frontier frontier;
    EXPECT_EQ(frontier.root(), hash_of(roots[0]));
    for (std::uint64_t size = 1; size <= inputs.size(); ++size) {
        frontier.append(leaf_hash(from_hex(inputs.at(size - 1))));
        EXPECT_EQ(frontier.state(), tree_of(size));
        EXPECT_EQ(root_of(size, read), hash_of(roots.at(size)));
    }
}

TEST(PublishedTree, HasThePathsOfItsLeaves) {
    const std::vector<Published> published{{0, 1, {}},
                                           {0, 8, {n01, n11, n21}},
                                           {5, 8, {n04, n13, n20}},
                                           {2, 3, {n10}},
                                           {1, 5, {n00, n11, n04}}};
    for (const Published& each : published) {
        const auto path = inclusion_proof(each.at, each.size, read);
        EXPECT_EQ(path, hashes_of(each.hashes)) << each.at << " of " << each.size;
        EXPECT_TRUE(includes(tree_of(each.size), each.at, leaf_hash(from_hex(inputs.at(each.at))),
                             hashes_of(each.hashes)));
    }
}

TEST(PublishedTree, HasTheProofsOfItsGrowth) {
    const std::vector<Published> published{{1, 1, {}},
                                           {1, 8, {n01, n11, n21}},
                                           {6, 8, {n12, n13, n20}},
                                           {2, 5, {n11, n04}},
                                           {6, 7, {n12, n06, n20}}};
    for (const Published& each : published) {
        const auto proof = consistency_proof(each.at, each.size, read);
        EXPECT_EQ(proof, hashes_of(each.hashes)) << each.at << " to " << each.size;
        EXPECT_TRUE(extends(tree_of(each.at), tree_of(each.size), hashes_of(each.hashes)));
    }
}

}  // namespace
}  // namespace zhibu::ledger

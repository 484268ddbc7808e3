#include "shared/vault/data_key.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/seeded_random.hpp"

namespace zhibu::vault {
namespace {

std::vector<std::uint8_t> bytes_of(const DataKey& key) {
    const keys::SecretBytes bytes = serialise(key);
    return {bytes.span().begin(), bytes.span().end()};
}

TEST(DataKey, ComesBackFromItsBytes) {
    support::SeededRandom random{1};
    const DataKey key = next_data_key(make_data_key(random), random);
    const auto read = parse_data_key(bytes_of(key));
    ASSERT_TRUE(read);
    EXPECT_TRUE(read->secret.equals(key.secret));
    EXPECT_EQ(read->epoch, 2U);
    EXPECT_EQ(read->file_id, key.file_id);
    EXPECT_EQ(read->file_salt, key.file_salt);
}

TEST(DataKey, OfTheNextEpochKeepsTheFileAndChangesTheSecret) {
    support::SeededRandom random{2};
    const DataKey first = make_data_key(random);
    const DataKey second = next_data_key(first, random);
    EXPECT_EQ(second.file_id, first.file_id);
    EXPECT_EQ(second.file_salt, first.file_salt);
    EXPECT_FALSE(second.secret.equals(first.secret));
}

TEST(DataKey, RefusesOtherSizesOtherMagicAndEpochZero) {
    support::SeededRandom random{3};
    const std::vector<std::uint8_t> good = bytes_of(make_data_key(random));
    EXPECT_FALSE(parse_data_key({}));
    EXPECT_FALSE(parse_data_key(std::span(good).first(good.size() - 1)));
    std::vector<std::uint8_t> longer = good;
    longer.push_back(0);
    EXPECT_FALSE(parse_data_key(longer));
    std::vector<std::uint8_t> other = good;
    other[0] ^= 1;
    EXPECT_FALSE(parse_data_key(other));
    std::vector<std::uint8_t> zero = good;
    zero[8] = 0;
    EXPECT_EQ(parse_data_key(zero).error().fault, VaultFault::malformed);
}

}  // namespace
}  // namespace zhibu::vault

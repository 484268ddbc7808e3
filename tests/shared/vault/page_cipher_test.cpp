#include "shared/vault/page_cipher.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "tests/support/seeded_random.hpp"

namespace zhibu::vault {
namespace {

using Page = std::array<std::uint8_t, page_bytes>;

class SealedPage : public testing::Test {
protected:
    SealedPage() {
        random_.fill(std::span(plain_).first(page_bytes - reserved_bytes));
        cipher_.seal(plain_, place_, sealed_);
    }

    support::SeededRandom random_{1};
    DataKey key_ = make_data_key(random_);
    std::shared_ptr<const KeyRing> ring_ = std::make_shared<const KeyRing>(key_);
    PageCipher cipher_{ring_, FileKind::database, random_};
    PagePlace place_{7, 0, {}};
    Page plain_{};
    Page sealed_{};
    Page opened_{};
};

TEST_F(SealedPage, ComesBackWithReservedBytesZero) {
    EXPECT_TRUE(cipher_.open(sealed_, place_, opened_));
    EXPECT_EQ(opened_, plain_);
    EXPECT_TRUE(reserved_are_zero(opened_));
    EXPECT_EQ(claimed_epoch(sealed_), 1U);
}

TEST_F(SealedPage, DoesNotOpenWithAnyBitFlipped) {
    for (std::size_t bit = 0; bit < 8 * page_bytes; bit += 5) {
        Page flipped = sealed_;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        opened_.fill(1);
        ASSERT_FALSE(cipher_.open(flipped, place_, opened_)) << bit;
        ASSERT_EQ(opened_, Page{}) << bit;
    }
}

TEST_F(SealedPage, OpensNowhereElse) {
    EXPECT_FALSE(cipher_.open(sealed_, PagePlace{8, 0, {}}, opened_));
    EXPECT_FALSE(cipher_.open(sealed_, PagePlace{7, 1, {}}, opened_));
    EXPECT_FALSE(cipher_.open(sealed_, PagePlace{7, 0, {1}}, opened_));
    PageCipher as_wal(ring_, FileKind::wal, random_);
    EXPECT_FALSE(as_wal.open(sealed_, place_, opened_));
    DataKey other_file;
    other_file.secret = keys::SecretBytes(std::span(std::as_const(key_).secret.span()));
    other_file.epoch = key_.epoch;
    other_file.file_salt = key_.file_salt;
    PageCipher elsewhere(std::make_shared<const KeyRing>(other_file), FileKind::database, random_);
    EXPECT_FALSE(elsewhere.open(sealed_, place_, opened_));
}

TEST_F(SealedPage, OpensByItsEpochsKeyWhileBothAreHeld) {
    const DataKey newer = next_data_key(key_, random_);
    PageCipher both(std::make_shared<const KeyRing>(newer, key_), FileKind::database, random_);
    EXPECT_TRUE(both.open(sealed_, place_, opened_));
    Page again{};
    both.seal(plain_, place_, again);
    EXPECT_EQ(claimed_epoch(again), 2U);
    EXPECT_TRUE(both.open(again, place_, opened_));
    EXPECT_FALSE(cipher_.open(again, place_, opened_));
    PageCipher alone(std::make_shared<const KeyRing>(newer), FileKind::database, random_);
    EXPECT_FALSE(alone.open(sealed_, place_, opened_));
}

TEST_F(SealedPage, IsNeverSealedTwiceByOneNonce) {
    std::set<std::vector<std::uint8_t>> nonces;
    for (int i = 0; i < 1000; ++i) {
        cipher_.seal(plain_, place_, sealed_);
        const auto nonce = std::span(sealed_).subspan(page_bytes - reserved_bytes, 12);
        nonces.emplace(nonce.begin(), nonce.end());
    }
    EXPECT_EQ(nonces.size(), 1000U);
}

}  // namespace
}  // namespace zhibu::vault

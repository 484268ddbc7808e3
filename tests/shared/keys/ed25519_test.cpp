#include "shared/keys/ed25519.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "shared/keys/enrolment_code.hpp"
#include "tests/shared/keys/hex.hpp"

namespace zhibu::keys {
namespace {

struct Vector {
    const char* seed;
    const char* public_key;
    const char* message;
    const char* signature;
};

// RFC 8032, 7.1, tests 1 and 2.
constexpr Vector vectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b"
     "46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11"
     "d8c387b2eaeb4302aeeb00d291612bb0c00"}};

TEST(Ed25519, GivesThePublishedVectors) {
    for (const Vector& vector : vectors) {
        const auto key = Ed25519Key::from_seed(SecretBytes{from_hex(vector.seed)});
        ASSERT_TRUE(key);
        const auto message = from_hex(vector.message);
        EXPECT_EQ(to_hex(key->public_key()), vector.public_key);
        EXPECT_EQ(to_hex(key->sign(message)), vector.signature);
        EXPECT_TRUE(verify_ed25519(key->public_key(), message, from_hex(vector.signature)));
    }
}

TEST(Ed25519, ASeedOfAnotherLengthIsMalformed) {
    for (const std::size_t size : {0U, 31U, 33U}) {
        const auto key = Ed25519Key::from_seed(SecretBytes{size});
        ASSERT_FALSE(key);
        EXPECT_EQ(key.error().fault, KeyFault::malformed);
    }
}

TEST(Ed25519, AKeyComesBackFromItsSeed) {
    const Ed25519Key key = Ed25519Key::generate();
    const auto again = Ed25519Key::from_seed(key.seed());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->public_key(), key.public_key());
    EXPECT_NE(Ed25519Key::generate().public_key(), key.public_key());
}

TEST(Ed25519, EveryChangedBitIsSeen) {
    const Ed25519Key key = Ed25519Key::generate();
    auto message = bytes_of("the verdict on group 7");
    const auto signature = key.sign(message);
    for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
        auto changed = signature;
        changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1U << bit % 8));
        EXPECT_FALSE(verify_ed25519(key.public_key(), message, changed)) << bit;
    }
    message.back() ^= 1;
    EXPECT_FALSE(verify_ed25519(key.public_key(), message, signature));
}

TEST(Ed25519, HostileKeysAndSignaturesAreSimplyWrong) {
    const Ed25519Key key = Ed25519Key::generate();
    const auto message = bytes_of("message");
    const auto signature = key.sign(message);
    EXPECT_FALSE(verify_ed25519(key.public_key(), message, {}));
    EXPECT_FALSE(verify_ed25519(key.public_key(), message, std::span{signature}.first(63)));
    auto longer = signature;
    longer.push_back(0);
    EXPECT_FALSE(verify_ed25519(key.public_key(), message, longer));
    Ed25519Public no_point{};
    std::ranges::fill(no_point, 0xff);
    EXPECT_FALSE(verify_ed25519(no_point, message, signature));
    EXPECT_FALSE(verify_ed25519(Ed25519Key::generate().public_key(), message, signature));
}

}  // namespace
}  // namespace zhibu::keys

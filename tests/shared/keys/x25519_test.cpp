#include "shared/keys/x25519.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "shared/keys/enrolment_code.hpp"
#include "shared/keys/key_error.hpp"
#include "tests/shared/keys/hex.hpp"

namespace zhibu::keys {
namespace {

X25519Public point_of(std::string_view hex) {
    X25519Public point{};
    std::ranges::copy(from_hex(hex), point.begin());
    return point;
}

TEST(X25519, GivesThePublishedVectors) {
    // RFC 7748, 6.1.
    const auto alice = X25519Key::from_secret(
        SecretBytes{from_hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a")});
    const auto bob = X25519Key::from_secret(
        SecretBytes{from_hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")});
    ASSERT_TRUE(alice && bob);
    EXPECT_EQ(to_hex(alice->public_key()),
              "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
    EXPECT_EQ(to_hex(bob->public_key()),
              "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    constexpr auto shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
    EXPECT_EQ(to_hex(alice->agree(bob->public_key())->span()), shared);
    EXPECT_EQ(to_hex(bob->agree(alice->public_key())->span()), shared);
}

TEST(X25519, AKeyComesBackFromItsSecret) {
    const X25519Key key = X25519Key::generate();
    const auto again = X25519Key::from_secret(key.secret());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->public_key(), key.public_key());
    EXPECT_NE(X25519Key::generate().public_key(), key.public_key());
}

TEST(X25519, ASecretOfAnotherLengthIsMalformed) {
    for (const std::size_t size : {0U, 31U, 33U}) {
        const auto key = X25519Key::from_secret(SecretBytes{size});
        ASSERT_FALSE(key);
        EXPECT_EQ(key.error().fault, KeyFault::malformed);
    }
}

TEST(X25519, PointsOfSmallOrderAreRefused) {
    const X25519Key key = X25519Key::generate();
    // All points whose order divides 8, and their other encodings: Bernstein, cr.yp.to/ecdh.html.
    for (const char* point : {"0000000000000000000000000000000000000000000000000000000000000000",
                              "0100000000000000000000000000000000000000000000000000000000000000",
                              "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                              "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                              "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                              "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                              "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
        const auto agreed = key.agree(point_of(point));
        ASSERT_FALSE(agreed) << point;
        EXPECT_EQ(agreed.error().fault, KeyFault::malformed);
    }
}

}  // namespace
}  // namespace zhibu::keys

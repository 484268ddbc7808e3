#include "shared/keys/digest.hpp"

#include <gtest/gtest.h>

#include <string>

#include "shared/keys/enrolment_code.hpp"
#include "tests/shared/keys/hex.hpp"

namespace zhibu::keys {
namespace {

TEST(Sha256, GivesTheStandardsExamples) {
    EXPECT_EQ(to_hex(sha256({})),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(to_hex(sha256(bytes_of("abc"))),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(to_hex(sha256(bytes_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, OfAMillionBytesInPartsIsThatOfTheWhole) {
    const std::vector<std::uint8_t> part(1'000, 'a');
    Sha256 hash;
    for (int i = 0; i < 1'000; ++i) {
        hash.update(part);
    }
    EXPECT_EQ(to_hex(hash.finish()),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, OfNothingAddedIsThatOfNothing) { EXPECT_EQ(Sha256{}.finish(), sha256({})); }

// RFC 4231, test cases 2 and 3, and the empty key.
TEST(HmacSha256, GivesThePublishedVectors) {
    EXPECT_EQ(to_hex(hmac_sha256(bytes_of("Jefe"), bytes_of("what do ya want for nothing?"))),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(to_hex(hmac_sha256(std::vector<std::uint8_t>(20, 0xaa),
                                 std::vector<std::uint8_t>(50, 0xdd))),
              "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    EXPECT_EQ(to_hex(hmac_sha256({}, {})),
              "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

// RFC 5869, A.1 and A.3 (no salt, no info).
TEST(HkdfSha256, GivesThePublishedVectors) {
    const std::vector<std::uint8_t> secret(22, 0x0b);
    const auto info = from_hex("f0f1f2f3f4f5f6f7f8f9");
    EXPECT_EQ(
        to_hex(hkdf_sha256(secret, from_hex("000102030405060708090a0b0c"),
                           std::string{info.begin(), info.end()}, 42)
                   .span()),
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    EXPECT_EQ(
        to_hex(hkdf_sha256(secret, {}, "", 42).span()),
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

}  // namespace
}  // namespace zhibu::keys

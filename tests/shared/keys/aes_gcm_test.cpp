#include "shared/keys/aes_gcm.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "shared/keys/enrolment_code.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "tests/shared/keys/hex.hpp"

namespace zhibu::keys {
namespace {

AesGcmNonce nonce_of(std::string_view hex) {
    AesGcmNonce nonce{};
    std::ranges::copy(from_hex(hex), nonce.begin());
    return nonce;
}

TEST(AesGcm, GivesThePublishedVectors) {
    // McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B, test cases 13 and 16.
    const SecretBytes zeros{aes_gcm_key_bytes};
    std::vector<std::uint8_t> tag(aes_gcm_tag_bytes);
    aes_gcm_seal({.key = &zeros}, {}, tag);
    EXPECT_EQ(to_hex(tag), "530f8afbc74536b9a963b4f1c4cb738b");

    const SecretBytes key{
        from_hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")};
    const auto bound_to = from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    const auto text = from_hex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449"
        "a6b525b16aedf5aa0de657ba637b39");
    const AesGcmContext context{
        .key = &key, .nonce = nonce_of("cafebabefacedbaddecaf888"), .bound_to = bound_to};
    std::vector<std::uint8_t> sealed(text.size() + aes_gcm_tag_bytes);
    aes_gcm_seal(context, text, sealed);
    EXPECT_EQ(to_hex(sealed),
              "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b0"
              "8b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b");
    std::vector<std::uint8_t> opened(text.size());
    EXPECT_TRUE(aes_gcm_open(context, sealed, opened));
    EXPECT_EQ(opened, text);
}

TEST(AesGcm, WhatDoesNotOpenLeavesZeros) {
    const SecretBytes key{bytes_of("0123456789abcdef0123456789abcdef")};
    const auto bound_to = bytes_of("bound");
    const auto other = bytes_of("Bound");
    const auto text = bytes_of("text");
    std::vector<std::uint8_t> sealed(text.size() + aes_gcm_tag_bytes);
    aes_gcm_seal({.key = &key, .bound_to = bound_to}, text, sealed);
    std::vector<std::uint8_t> out(text.size(), 7);
    EXPECT_FALSE(aes_gcm_open({.key = &key, .bound_to = other}, sealed, out));
    EXPECT_EQ(out, std::vector<std::uint8_t>(text.size()));
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        auto changed = sealed;
        changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1U << bit % 8));
        EXPECT_FALSE(aes_gcm_open({.key = &key, .bound_to = bound_to}, changed, out)) << bit;
    }
}

}  // namespace
}  // namespace zhibu::keys

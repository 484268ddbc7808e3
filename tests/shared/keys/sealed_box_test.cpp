#include "shared/keys/sealed_box.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/keys/enrolment_code.hpp"
#include "shared/keys/key_error.hpp"
#include "shared/keys/x25519.hpp"
#include "shared/record/random.hpp"
#include "tests/shared/keys/hex.hpp"
#include "tests/support/seeded_random.hpp"

namespace zhibu::keys {
namespace {

/// Gives the bytes it was made with, once.
class ScriptedRandom final : public record::Random {
public:
    explicit ScriptedRandom(std::string_view hex) : bytes_{from_hex(hex)} {}

    void fill(std::span<std::uint8_t> bytes) override {
        ASSERT_EQ(bytes.size(), bytes_.size());
        std::ranges::copy(bytes_, bytes.begin());
    }

private:
    std::vector<std::uint8_t> bytes_;
};

// The test vectors that RFC 9180 names in appendix A, mode 0, KEM 0x0020, KDF 0x0001, AEAD 0x0002:
// ikmE, skRm, enc, info and aad, and the ciphertext of message 0.
constexpr auto ephemeral_material =
    "2cd7c601cefb3d42a62b04b7a9041494c06c7843818e0ce28a8f704ae7ab20f9";
constexpr auto recipient_secret =
    "497b4502664cfea5d5af0b39934dac72242a74f8480451e1aee7d6a53320333d";
constexpr auto recipient_public =
    "430f4b9859665145a6b1ba274024487bd66f03a2dd577d7753c68d7d7d00c00c";
constexpr auto published_box =
    "6c93e09869df3402d7bf231bf540fadd35cd56be14f97178f0954db94b7fc256"
    "e5d84cd531cfb583096e7cfa9641bd3079cf3a91cda813c52deb5f512be9931980a41de125a925cdad859d5b7a";
constexpr std::string_view published_info = "Ode on a Grecian Urn";
constexpr std::string_view published_text = "Beauty is truth, truth beauty";

TEST(SealedBox, IsThePublishedVectors) {
    const auto recipient = X25519Key::from_secret(SecretBytes{from_hex(recipient_secret)});
    ASSERT_TRUE(recipient);
    EXPECT_EQ(to_hex(recipient->public_key()), recipient_public);
    const auto bound_to = bytes_of("Count-0");
    const SealedBoxBinding binding{.purpose = published_info, .bound_to = bound_to};
    ScriptedRandom random{ephemeral_material};
    const auto box = seal_box(recipient->public_key(), binding, bytes_of(published_text), random);
    ASSERT_TRUE(box);
    EXPECT_EQ(to_hex(*box), published_box);
    const auto opened = open_box(*recipient, binding, from_hex(published_box));
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->text(), published_text);
}

TEST(SealedBox, AnyTextComesBackToItsRecipientAlone) {
    const X25519Key recipient = X25519Key::generate();
    const X25519Key somebody = X25519Key::generate();
    EXPECT_TRUE(rc::check([&](const std::vector<std::uint8_t>& text, const std::string& purpose,
                              const std::vector<std::uint8_t>& beside, std::uint64_t seed) {
        support::SeededRandom random{seed};
        const SealedBoxBinding binding{.purpose = purpose, .bound_to = beside};
        const auto box = seal_box(recipient.public_key(), binding, text, random);
        RC_ASSERT(box.has_value());
        RC_ASSERT(box->size() == text.size() + sealed_box_overhead_bytes);
        const auto opened = open_box(recipient, binding, *box);
        RC_ASSERT(opened.has_value());
        RC_ASSERT(std::ranges::equal(opened->span(), text));
        RC_ASSERT(open_box(somebody, binding, *box).error().fault == KeyFault::signature_wrong);
    }));
}

TEST(SealedBox, EveryChangedBitIsSeen) {
    const X25519Key recipient = X25519Key::generate();
    support::SeededRandom random{1};
    const SealedBoxBinding binding{.purpose = "test", .bound_to = {}};
    const auto box = seal_box(recipient.public_key(), binding, bytes_of("text"), random);
    ASSERT_TRUE(box);
    for (std::size_t bit = 0; bit < box->size() * 8; ++bit) {
        // X25519 ignores a point's highest bit, but the key derivation does not.
        auto changed = *box;
        changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1U << bit % 8));
        EXPECT_FALSE(open_box(recipient, binding, changed)) << bit;
    }
}

TEST(SealedBox, AnotherPurposeOrNeighbourDoesNotOpenIt) {
    const X25519Key recipient = X25519Key::generate();
    support::SeededRandom random{2};
    const auto beside = bytes_of("header");
    const auto box = seal_box(recipient.public_key(), {.purpose = "outbox", .bound_to = beside},
                              bytes_of("text"), random);
    ASSERT_TRUE(box);
    EXPECT_TRUE(open_box(recipient, {.purpose = "outbox", .bound_to = beside}, *box));
    EXPECT_FALSE(open_box(recipient, {.purpose = "inbox", .bound_to = beside}, *box));
    EXPECT_FALSE(open_box(recipient, {.purpose = "outbox", .bound_to = {}}, *box));
}

TEST(SealedBox, NeitherSealsToNorOpensFromAPointOfSmallOrder) {
    support::SeededRandom random{3};
    const SealedBoxBinding binding{.purpose = "test", .bound_to = {}};
    EXPECT_EQ(seal_box(X25519Public{}, binding, bytes_of("text"), random).error().fault,
              KeyFault::malformed);
    const X25519Key recipient = X25519Key::generate();
    std::vector<std::uint8_t> box(sealed_box_overhead_bytes);
    EXPECT_EQ(open_box(recipient, binding, box).error().fault, KeyFault::malformed);
    box.pop_back();
    EXPECT_EQ(open_box(recipient, binding, box).error().fault, KeyFault::malformed);
}

}  // namespace
}  // namespace zhibu::keys

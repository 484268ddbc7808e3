#include "shared/keys/sealed_box.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <initializer_list>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/keys/aes_gcm.hpp"
#include "shared/keys/digest.hpp"
#include "shared/keys/key_error.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "shared/keys/x25519.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "shared/record/random.hpp"

namespace zhibu::keys {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t hash_bytes = 32;
constexpr std::string_view version = "HPKE-v1";
constexpr std::array<std::uint8_t, 5> kem_suite{'K', 'E', 'M', 0x00, 0x20};
constexpr std::array<std::uint8_t, 10> hpke_suite{'H',  'P',  'K',  'E',  0x00,
                                                  0x20, 0x00, 0x01, 0x00, 0x02};
constexpr std::uint8_t base_mode = 0;

std::vector<std::uint8_t> bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

SecretBytes joined(std::initializer_list<Bytes> parts) {
    std::size_t size = 0;
    for (const Bytes part : parts) {
        size += part.size();
    }
    SecretBytes whole{size};
    auto at = whole.span().begin();
    for (const Bytes part : parts) {
        at = std::ranges::copy(part, at).out;
    }
    return whole;
}

SecretBytes hmac(Bytes key, const SecretBytes& text) {
    record::Hash code = hmac_sha256(key, text.span());
    SecretBytes kept{code};
    cleanse(code);
    return kept;
}

/// RFC 9180, 4, LabeledExtract. HKDF's extract is one HMAC. No salt means zeros.
SecretBytes extract(Bytes suite, Bytes salt, std::string_view label, Bytes secret) {
    constexpr record::Hash no_salt{};
    return hmac(salt.empty() ? Bytes{no_salt} : salt,
                joined({bytes_of(version), suite, bytes_of(label), secret}));
}

/// RFC 9180, 4, LabeledExpand. HKDF's expand is one HMAC up to a hash's length.
SecretBytes expand(Bytes suite, const SecretBytes& secret, std::string_view label, Bytes info,
                   std::uint8_t bytes) {
    static_assert(hash_bytes <= 255);
    ZHIBU_CHECK(bytes <= hash_bytes);
    const std::array<std::uint8_t, 2> length{0, bytes};
    constexpr std::array<std::uint8_t, 1> first_block{1};
    SecretBytes expanded =
        hmac(secret.span(),
             joined({length, bytes_of(version), suite, bytes_of(label), info, first_block}));
    expanded.shrink(bytes);
    return expanded;
}

/// RFC 9180, 7.1.3, DeriveKeyPair.
X25519Key ephemeral_key(record::Random& random) {
    SecretBytes material{x25519_secret_bytes};
    random.fill(material.span());
    const SecretBytes derived = extract(kem_suite, {}, "dkp_prk", material.span());
    auto key = X25519Key::from_secret(expand(kem_suite, derived, "sk", {}, x25519_secret_bytes));
    ZHIBU_CHECK(key);
    return *std::move(key);
}

/// RFC 9180, 4.1, ExtractAndExpand.
SecretBytes shared_secret(const SecretBytes& agreed, const X25519Public& ephemeral,
                          const X25519Public& recipient) {
    const SecretBytes both = joined({ephemeral, recipient});
    return expand(kem_suite, extract(kem_suite, {}, "eae_prk", agreed.span()), "shared_secret",
                  both.span(), hash_bytes);
}

struct MessageKey {
    SecretBytes key;
    AesGcmNonce nonce{};
};

/// RFC 9180, 5.1, KeySchedule in base mode; the nonce of message 0 is the base nonce.
MessageKey message_key(const SecretBytes& shared, std::string_view purpose) {
    const SecretBytes psk_id_hash = extract(hpke_suite, {}, "psk_id_hash", {});
    const SecretBytes info_hash = extract(hpke_suite, {}, "info_hash", bytes_of(purpose));
    constexpr std::array<std::uint8_t, 1> mode{base_mode};
    const SecretBytes context = joined({mode, psk_id_hash.span(), info_hash.span()});
    const SecretBytes secret = extract(hpke_suite, shared.span(), "secret", {});
    MessageKey message;
    message.key = expand(hpke_suite, secret, "key", context.span(), aes_gcm_key_bytes);
    const SecretBytes nonce = expand(hpke_suite, secret, "base_nonce", context.span(),
                                     static_cast<std::uint8_t>(message.nonce.size()));
    std::ranges::copy(nonce.span(), message.nonce.begin());
    return message;
}

}  // namespace

std::expected<std::vector<std::uint8_t>, KeyError> seal_box(const X25519Public& recipient,
                                                            const SealedBoxBinding& binding,
                                                            std::span<const std::uint8_t> text,
                                                            record::Random& random) {
    const X25519Key ephemeral = ephemeral_key(random);
    const X25519Public encapsulated = ephemeral.public_key();
    ZHIBU_TRY(agreed, ephemeral.agree(recipient));
    const MessageKey message =
        message_key(shared_secret(agreed, encapsulated, recipient), binding.purpose);
    std::vector<std::uint8_t> box(text.size() + sealed_box_overhead_bytes);
    std::ranges::copy(encapsulated, box.begin());
    aes_gcm_seal({.key = &message.key, .nonce = message.nonce, .bound_to = binding.bound_to}, text,
                 std::span{box}.subspan(encapsulated.size()));
    return box;
}

std::expected<SecretBytes, KeyError> open_box(const X25519Key& recipient,
                                              const SealedBoxBinding& binding,
                                              std::span<const std::uint8_t> box) {
    if (box.size() < sealed_box_overhead_bytes) {
        return std::unexpected{KeyError{KeyFault::malformed, "sealed box"}};
    }
    X25519Public encapsulated{};
    std::ranges::copy(box.first(encapsulated.size()), encapsulated.begin());
    ZHIBU_TRY(agreed, recipient.agree(encapsulated));
    const MessageKey message =
        message_key(shared_secret(agreed, encapsulated, recipient.public_key()), binding.purpose);
    SecretBytes text{box.size() - sealed_box_overhead_bytes};
    if (!aes_gcm_open({.key = &message.key, .nonce = message.nonce, .bound_to = binding.bound_to},
                      box.subspan(encapsulated.size()), text.span())) {
        return std::unexpected{KeyError{KeyFault::signature_wrong, "sealed box"}};
    }
    return text;
}

}  // namespace zhibu::keys

#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string_view>
#include <vector>

#include "shared/keys/aes_gcm.hpp"
#include "shared/keys/key_error.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "shared/keys/x25519.hpp"
#include "shared/record/random.hpp"

/// Bytes that only the holder of one X25519 key can read, written by anybody who knows its public
/// half: HPKE in base mode, one message a box. Source: RFC 9180, 6.1, with DHKEM(X25519,
/// HKDF-SHA256), HKDF-SHA256 and AES-256-GCM (0x0020, 0x0001, 0x0002).
/// It does not say who wrote it; a signature inside must.
namespace zhibu::keys {

/// What a box is longer than its text: the encapsulated key and the tag.
inline constexpr std::size_t sealed_box_overhead_bytes = 32 + aes_gcm_tag_bytes;

/// What both ends must agree on for a box to open.
struct SealedBoxBinding {
    /// What the box is for; HPKE's info.
    std::string_view purpose;
    /// What stands beside it in the clear; HPKE's aad.
    std::span<const std::uint8_t> bound_to{};
};

/// Encapsulated key (32), ciphertext, tag (16). Takes 32 bytes of `random`.
/// Errors: malformed, where `recipient` is a point of small order, whose boxes everybody could
/// open.
[[nodiscard]] std::expected<std::vector<std::uint8_t>, KeyError> seal_box(
    const X25519Public& recipient, const SealedBoxBinding& binding,
    std::span<const std::uint8_t> text, record::Random& random);

/// Errors: malformed (too short, or no such point), signature_wrong (not sealed to this key, not
/// with this binding, or changed since).
[[nodiscard]] std::expected<SecretBytes, KeyError> open_box(const X25519Key& recipient,
                                                            const SealedBoxBinding& binding,
                                                            std::span<const std::uint8_t> box);

}  // namespace zhibu::keys

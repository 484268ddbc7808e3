#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "shared/keys/secret_bytes.hpp"

/// AES-256-GCM over bytes that are at hand whole. Source: NIST SP 800-38D.
/// It does not commit to its key: one ciphertext can open under two keys, to two texts.
namespace zhibu::keys {

inline constexpr std::size_t aes_gcm_key_bytes = 32;
inline constexpr std::size_t aes_gcm_tag_bytes = 16;

/// Never the same for two texts under one key.
using AesGcmNonce = std::array<std::uint8_t, 12>;

/// What a text is encrypted with, and what it is bound to without being part of it.
struct AesGcmContext {
    /// 32 bytes.
    const SecretBytes* key = nullptr;
    AesGcmNonce nonce{};
    std::span<const std::uint8_t> bound_to{};
};

/// Writes ciphertext and tag into `out`, which has room for exactly both and does not overlap
/// `text`.
void aes_gcm_seal(const AesGcmContext& context, std::span<const std::uint8_t> text,
                  std::span<std::uint8_t> out);

/// Writes the text of `sealed` (ciphertext and tag) into `out`, which has room for exactly it.
/// False when it is not what was sealed; `out` is then zero.
[[nodiscard]] bool aes_gcm_open(const AesGcmContext& context, std::span<const std::uint8_t> sealed,
                                std::span<std::uint8_t> out);

}  // namespace zhibu::keys

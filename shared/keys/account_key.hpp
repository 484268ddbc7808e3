#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <span>

#include "shared/keys/ed25519.hpp"
#include "shared/keys/key_error.hpp"
#include "shared/keys/secret_bytes.hpp"

namespace zhibu::keys {

/// What one derivation costs. Read from a server or a file, so bounded before it runs.
struct Argon2Cost {
    std::uint32_t memory_kib = 262'144;
    std::uint32_t passes = 3;
    std::uint32_t lanes = 1;
};

/// At least OWASP's smallest setting, at most what an office machine can bear.
inline constexpr Argon2Cost argon2_cost_min{19'456, 2, 1};
inline constexpr Argon2Cost argon2_cost_max{1'048'576, 10, 4};

/// Whether argon2id() will run at this cost.
[[nodiscard]] bool is_within_bounds(const Argon2Cost& cost);

/// 32 bytes by Argon2id. Source: RFC 9106. Takes about a second at the default cost.
/// Errors: cost_out_of_bounds, malformed (a salt under 8 bytes): nothing has run; out_of_memory.
[[nodiscard]] std::expected<SecretBytes, KeyError> argon2id(const SecretBytes& password,
                                                            std::span<const std::uint8_t> salt,
                                                            const Argon2Cost& cost);

/// The Ed25519 key with which an account proves itself: from its password and its salt alone.
/// Whoever has a copy of the public key still pays one Argon2id a guess.
[[nodiscard]] std::expected<Ed25519Key, KeyError> derive_account_key(
    const SecretBytes& password, const std::array<std::uint8_t, 16>& salt, const Argon2Cost& cost);

/// The same from what argon2id() made of the password.
[[nodiscard]] std::expected<Ed25519Key, KeyError> account_key_from(
    const SecretBytes& password_key, const std::array<std::uint8_t, 16>& salt);

}  // namespace zhibu::keys

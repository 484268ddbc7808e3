#pragma once

#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "shared/keys/freed.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "shared/record/check.hpp"

/// Keys that are 32 bytes on either side: Ed25519 and X25519. Source: RFC 8032, RFC 7748.
namespace zhibu::keys::detail {

using RawKey = Freed<EVP_PKEY, EVP_PKEY_free>;

inline constexpr std::size_t raw_key_bytes = 32;

/// @param type  EVP_PKEY_ED25519 or EVP_PKEY_X25519
/// @param secret  32 bytes
inline RawKey raw_private_key(int type, const SecretBytes& secret) {
    RawKey key{EVP_PKEY_new_raw_private_key(type, nullptr, secret.span().data(), secret.size())};
    ZHIBU_CHECK(key != nullptr);
    return key;
}

/// @param name  "ED25519" or "X25519"
inline RawKey generated_raw_key(const char* name) {
    RawKey key{EVP_PKEY_Q_keygen(nullptr, nullptr, name)};
    ZHIBU_CHECK(key != nullptr);
    return key;
}

inline SecretBytes raw_secret(const RawKey& key) {
    SecretBytes secret{raw_key_bytes};
    std::size_t length = secret.size();
    ZHIBU_CHECK(EVP_PKEY_get_raw_private_key(key.get(), secret.span().data(), &length) == 1);
    return secret;
}

inline std::array<std::uint8_t, raw_key_bytes> raw_public(const RawKey& key) {
    std::array<std::uint8_t, raw_key_bytes> bytes{};
    std::size_t length = bytes.size();
    ZHIBU_CHECK(EVP_PKEY_get_raw_public_key(key.get(), bytes.data(), &length) == 1);
    return bytes;
}

}  // namespace zhibu::keys::detail

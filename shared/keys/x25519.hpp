#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>

#include "shared/keys/key_error.hpp"
#include "shared/keys/secret_bytes.hpp"

namespace zhibu::keys {

using X25519Public = std::array<std::uint8_t, 32>;

inline constexpr std::size_t x25519_secret_bytes = 32;

/// An X25519 key: two ends agree on a secret from one's own key and the other's public one.
/// Source: RFC 7748. Threads: agree() may be called from several at once.
class X25519Key {
public:
    /// From its 32 secret bytes, any.
    [[nodiscard]] static std::expected<X25519Key, KeyError> from_secret(const SecretBytes& secret);
    [[nodiscard]] static X25519Key generate();

    X25519Key(X25519Key&&) noexcept;
    X25519Key& operator=(X25519Key&&) noexcept;
    ~X25519Key();

    [[nodiscard]] SecretBytes secret() const;
    [[nodiscard]] X25519Public public_key() const;

    /// The 32 bytes that both ends get; not yet a key.
    /// Errors: malformed, where `other` is a point of small order: the result would be zero,
    /// whoever asks. Source: RFC 7748, 6.1.
    [[nodiscard]] std::expected<SecretBytes, KeyError> agree(const X25519Public& other) const;

private:
    struct Handle;
    explicit X25519Key(std::unique_ptr<Handle> handle);
    std::unique_ptr<Handle> handle_;
};

}  // namespace zhibu::keys

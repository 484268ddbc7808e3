#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>

#include "shared/keys/key_error.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "shared/record/change.hpp"

namespace zhibu::keys {

using Ed25519Public = std::array<std::uint8_t, 32>;

/// An Ed25519 signing key. Source: RFC 8032.
/// Threads: sign() may be called from several at once.
class Ed25519Key {
public:
    /// From its 32-byte seed.
    [[nodiscard]] static std::expected<Ed25519Key, KeyError> from_seed(const SecretBytes& seed);
    [[nodiscard]] static Ed25519Key generate();

    Ed25519Key(Ed25519Key&&) noexcept;
    Ed25519Key& operator=(Ed25519Key&&) noexcept;
    ~Ed25519Key();

    [[nodiscard]] SecretBytes seed() const;
    [[nodiscard]] Ed25519Public public_key() const;
    /// 64 bytes.
    [[nodiscard]] record::Signature sign(std::span<const std::uint8_t> message) const;

private:
    struct Handle;
    explicit Ed25519Key(std::unique_ptr<Handle> handle);
    std::unique_ptr<Handle> handle_;
};

/// Whether `signature` over `message` is right; hostile input is simply wrong.
[[nodiscard]] bool verify_ed25519(const Ed25519Public& public_key,
                                  std::span<const std::uint8_t> message,
                                  std::span<const std::uint8_t> signature);

}  // namespace zhibu::keys

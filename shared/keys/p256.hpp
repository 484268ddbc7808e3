#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <vector>

#include "shared/keys/key_error.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "shared/record/change.hpp"

namespace zhibu::keys {

/// A P-256 key: a device's, a server's or an authority's. Source: FIPS 186-5.
/// Threads: sign() may be called from several at once.
class P256Key {
public:
    [[nodiscard]] static P256Key generate();
    /// PKCS#8, PEM, not encrypted.
    [[nodiscard]] static std::expected<P256Key, KeyError> from_pem(const SecretBytes& pem);

    P256Key(P256Key&&) noexcept;
    P256Key& operator=(P256Key&&) noexcept;
    ~P256Key();

    [[nodiscard]] SecretBytes to_pem() const;
    /// SubjectPublicKeyInfo, DER.
    [[nodiscard]] std::vector<std::uint8_t> public_key() const;
    /// ECDSA over the hash itself, DER.
    [[nodiscard]] record::Signature sign(const record::Hash& hash) const;

    struct Handle;

    /// For the other files of this folder.
    [[nodiscard]] const Handle& handle() const { return *handle_; }

private:
    explicit P256Key(std::unique_ptr<Handle> handle);
    std::unique_ptr<Handle> handle_;
};

/// A public key that verifies many signatures. Threads: verify() may be called from several.
class P256Verifier {
public:
    /// SubjectPublicKeyInfo, DER, of a P-256 key.
    [[nodiscard]] static std::expected<P256Verifier, KeyError> from_public_key(
        std::span<const std::uint8_t> public_key);

    P256Verifier(P256Verifier&&) noexcept;
    P256Verifier& operator=(P256Verifier&&) noexcept;
    ~P256Verifier();

    [[nodiscard]] bool verify(const record::Hash& hash,
                              std::span<const std::uint8_t> signature) const;

private:
    explicit P256Verifier(std::unique_ptr<P256Key::Handle> handle);
    std::unique_ptr<P256Key::Handle> handle_;
};

}  // namespace zhibu::keys

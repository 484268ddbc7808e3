#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "shared/keys/secret_bytes.hpp"
#include "shared/record/change.hpp"

namespace zhibu::keys {

/// SHA-256. Source: FIPS 180-4.
[[nodiscard]] record::Hash sha256(std::span<const std::uint8_t> bytes);

/// SHA-256 of bytes that come in parts. Threads: not synchronised.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;

    void update(std::span<const std::uint8_t> bytes);
    /// The hash of all so far; nothing may follow.
    [[nodiscard]] record::Hash finish();

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

/// HMAC-SHA256. Source: RFC 2104.
[[nodiscard]] record::Hash hmac_sha256(std::span<const std::uint8_t> key,
                                       std::span<const std::uint8_t> bytes);

/// HKDF-SHA256, extract and expand. Source: RFC 5869. `secret` at least one byte, `bytes` at most
/// 8,160; `salt` and `info` may be empty.
[[nodiscard]] SecretBytes hkdf_sha256(std::span<const std::uint8_t> secret,
                                      std::span<const std::uint8_t> salt, std::string_view info,
                                      std::size_t bytes);

}  // namespace zhibu::keys

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>

#include "shared/keys/secret_bytes.hpp"
#include "shared/record/random.hpp"
#include "shared/vault/vault_error.hpp"

namespace zhibu::vault {

/// What opens one sealed database: its secret, which of the file's keys it is, and what the pages
/// are bound to. New in every window, or by rotation; the file's id and salt outlive a rotation.
struct DataKey {
    /// 32 random bytes. The keys of database, WAL and head record are derived from it.
    keys::SecretBytes secret;
    /// From 1; every page names the epoch of its key, so that two can stand in one file while a
    /// rotation goes on.
    std::uint32_t epoch = 0;
    /// Random; a page of another file does not authenticate.
    std::array<std::uint8_t, 16> file_id{};
    /// Random; salt of HKDF.
    std::array<std::uint8_t, 16> file_salt{};
};

inline constexpr std::size_t data_key_secret_bytes = 32;
/// Of the serialised form.
inline constexpr std::size_t data_key_bytes = 76;

/// A new key of a new file, epoch 1.
[[nodiscard]] DataKey make_data_key(record::Random& random);

/// A new key of the same file, one epoch on.
[[nodiscard]] DataKey next_data_key(const DataKey& current, record::Random& random);

/// docs/file-formats.md, "Data key": 76 bytes, not encrypted.
[[nodiscard]] keys::SecretBytes serialise(const DataKey& key);

/// Errors: malformed.
[[nodiscard]] std::expected<DataKey, VaultError> parse_data_key(
    std::span<const std::uint8_t> bytes);

}  // namespace zhibu::vault

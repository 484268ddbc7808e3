#pragma once

#include <expected>
#include <filesystem>
#include <optional>

#include "shared/keys/secret_bytes.hpp"
#include "shared/record/random.hpp"
#include "shared/vault/data_key.hpp"
#include "shared/vault/disk.hpp"
#include "shared/vault/key_ring.hpp"
#include "shared/vault/vault_error.hpp"

namespace zhibu::vault {

inline constexpr std::size_t wrapping_key_bytes = 32;

/// The data keys of one sealed file: the newest, and while a rotation goes on the one before it.
struct FileKeys {
    DataKey newest;
    std::optional<DataKey> older;

    [[nodiscard]] KeyRing ring() const;
};

/// Writes them, wrapped by a key of 32 random bytes (no password), in place of what `file` held
/// before; after a crash the old or the new content is there, whole. Source: docs/file-formats.md,
/// "Wrapped keys". Errors: storage_failed.
[[nodiscard]] std::expected<void, VaultError> write_wrapped_keys(Disk& disk,
                                                                 const std::filesystem::path& file,
                                                                 const keys::SecretBytes& wrapping,
                                                                 const FileKeys& kept,
                                                                 record::Random& random);

/// Errors: not_there, malformed, wrong_key (the file was written with another), damaged,
/// storage_failed.
[[nodiscard]] std::expected<FileKeys, VaultError> read_wrapped_keys(
    Disk& disk, const std::filesystem::path& file, const keys::SecretBytes& wrapping);

/// How many keys the file holds, by its open beginning, which nothing authenticates: 2 while a
/// change goes on. Errors: not_there, malformed, storage_failed.
[[nodiscard]] std::expected<std::size_t, VaultError> count_wrapped_keys(
    Disk& disk, const std::filesystem::path& file);

}  // namespace zhibu::vault

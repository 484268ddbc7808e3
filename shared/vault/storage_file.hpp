#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <span>

#include "shared/vault/vault_error.hpp"

namespace zhibu::vault {

/// A small file of the vault's own, as the code above it sees one: bytes at places. Tests keep it
/// in memory and cut the power. Threads: not synchronised. All errors: storage_failed.
class StorageFile {
public:
    virtual ~StorageFile() = default;

    [[nodiscard]] virtual std::expected<std::uint64_t, VaultError> size() = 0;

    /// How many bytes were there: fewer than asked only at the file's end.
    [[nodiscard]] virtual std::expected<std::size_t, VaultError> read(std::span<std::uint8_t> out,
                                                                      std::uint64_t offset) = 0;

    /// Durable only after sync(). After an error a part may be written.
    [[nodiscard]] virtual std::expected<void, VaultError> write(std::span<const std::uint8_t> bytes,
                                                                std::uint64_t offset) = 0;

    [[nodiscard]] virtual std::expected<void, VaultError> truncate(std::uint64_t size) = 0;

    /// Makes content and size durable. After an error nobody knows what is on the disk, and trying
    /// again would hide it: the process must end.
    [[nodiscard]] virtual std::expected<void, VaultError> sync() = 0;
};

/// Opens a file that is there. Errors: not_there, storage_failed.
[[nodiscard]] std::expected<std::unique_ptr<StorageFile>, VaultError> open_storage_file(
    const std::filesystem::path& file);

/// Makes a file that only its owner may read, empty; its name is durable only after the folder is
/// synced. Errors: refused (there is one), storage_failed.
[[nodiscard]] std::expected<std::unique_ptr<StorageFile>, VaultError> create_storage_file(
    const std::filesystem::path& file);

}  // namespace zhibu::vault

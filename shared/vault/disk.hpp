#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <span>

#include "shared/keys/secret_bytes.hpp"
#include "shared/vault/storage_file.hpp"
#include "shared/vault/vault_error.hpp"

namespace zhibu::vault {

/// Where the vault's own files lie: their names. Programs pass the system's, tests one in memory
/// whose power they cut. Threads: not synchronised.
class Disk {
public:
    virtual ~Disk() = default;

    /// Whether anything bears the name, a link that leads nowhere too. Opens nothing.
    [[nodiscard]] virtual bool has(const std::filesystem::path& file) = 0;

    /// Errors: not_there, storage_failed.
    [[nodiscard]] virtual std::expected<std::unique_ptr<StorageFile>, VaultError> open(
        const std::filesystem::path& file) = 0;

    /// A new, empty file that only its owner may read.
    /// Errors: refused (there is one), storage_failed.
    [[nodiscard]] virtual std::expected<std::unique_ptr<StorageFile>, VaultError> create(
        const std::filesystem::path& file) = 0;

    /// `to` is replaced. Durable after sync_folder(). Errors: storage_failed.
    [[nodiscard]] virtual std::expected<void, VaultError> rename(
        const std::filesystem::path& from, const std::filesystem::path& to) = 0;

    /// Durable after sync_folder(). Errors: not_there, storage_failed.
    [[nodiscard]] virtual std::expected<void, VaultError> remove(
        const std::filesystem::path& file) = 0;

    /// A folder that only its owner may enter, made if it is not there. Errors: storage_failed.
    [[nodiscard]] virtual std::expected<void, VaultError> make_folder(
        const std::filesystem::path& folder) = 0;

    /// Makes the names in the folder durable. Errors: storage_failed.
    [[nodiscard]] virtual std::expected<void, VaultError> sync_folder(
        const std::filesystem::path& folder) = 0;
};

/// The operating system's files. Threads: any.
class SystemDisk final : public Disk {
public:
    [[nodiscard]] bool has(const std::filesystem::path& file) override;
    [[nodiscard]] std::expected<std::unique_ptr<StorageFile>, VaultError> open(
        const std::filesystem::path& file) override;
    [[nodiscard]] std::expected<std::unique_ptr<StorageFile>, VaultError> create(
        const std::filesystem::path& file) override;
    [[nodiscard]] std::expected<void, VaultError> rename(const std::filesystem::path& from,
                                                         const std::filesystem::path& to) override;
    [[nodiscard]] std::expected<void, VaultError> remove(
        const std::filesystem::path& file) override;
    [[nodiscard]] std::expected<void, VaultError> make_folder(
        const std::filesystem::path& folder) override;
    [[nodiscard]] std::expected<void, VaultError> sync_folder(
        const std::filesystem::path& folder) override;
};

/// The name under which a file's next content is written before it takes the file's place.
[[nodiscard]] std::filesystem::path pending_name(const std::filesystem::path& file);

/// Gives `file` this content: pending name, sync, rename, folder sync. After a failure or a crash
/// the old or the new content is there, whole; a pending file may be left, which the next call
/// replaces. Errors: storage_failed.
[[nodiscard]] std::expected<void, VaultError> replace_file(Disk& disk,
                                                           const std::filesystem::path& file,
                                                           std::span<const std::uint8_t> bytes);

/// The whole file, into locked memory.
/// Errors: not_there, malformed (longer than `bytes_max`), storage_failed.
[[nodiscard]] std::expected<keys::SecretBytes, VaultError> read_small_file(
    Disk& disk, const std::filesystem::path& file, std::size_t bytes_max);

}  // namespace zhibu::vault

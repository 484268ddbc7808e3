#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <span>

#include "shared/keys/secret_bytes.hpp"

namespace zhibu::keys {

enum class FileFault : std::uint8_t { not_there, already_there, wrong_size, storage_failed };

struct FileError {
    FileFault fault = FileFault::storage_failed;
    /// The file or folder; no data.
    std::filesystem::path place;
};

/// Larger than any key or identity that these programs write.
constexpr std::size_t private_file_bytes_max = 1U << 20U;

/// Small files that only their owner may read (mode 0600), in folders that only he may enter
/// (0700). Written files are synced before these functions return; a folder's entries are only
/// after sync_folder. Threads: as the file system.

/// Makes the folder, and those above it that are missing; an existing one is closed to others.
[[nodiscard]] std::expected<void, FileError> make_private_folder(
    const std::filesystem::path& folder);

/// Writes a file that must not be there yet. After a failure a part of it may be.
[[nodiscard]] std::expected<void, FileError> write_new_private_file(
    const std::filesystem::path& file, std::span<const std::uint8_t> bytes);

/// Temporary file, sync, rename, folder sync: after a crash or a failure the old or the new content
/// is there, whole. Only one writer at a time.
[[nodiscard]] std::expected<void, FileError> replace_private_file(
    const std::filesystem::path& file, std::span<const std::uint8_t> bytes);

/// The whole file, into locked memory. wrong_size: empty, or above private_file_bytes_max.
[[nodiscard]] std::expected<SecretBytes, FileError> read_private_file(
    const std::filesystem::path& file);

/// Makes the names in the folder durable.
[[nodiscard]] std::expected<void, FileError> sync_folder(const std::filesystem::path& folder);

}  // namespace zhibu::keys

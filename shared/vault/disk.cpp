#include "shared/vault/disk.hpp"
#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <span>

#include "shared/keys/secret_bytes.hpp"
#include "shared/record/check.hpp"
#include "shared/vault/vault_error.hpp"

namespace zhibu::vault {

std::filesystem::path pending_name(const std::filesystem::path& file) {
    return file.string() + ".new";
}

std::expected<void, VaultError> replace_file(Disk& disk, const std::filesystem::path& file,
                                             std::span<const std::uint8_t> bytes) {
    const std::filesystem::path pending = pending_name(file);
    if (auto removed = disk.remove(pending);
        !removed && removed.error().fault != VaultFault::not_there) {
        return removed;
    }
    ZHIBU_TRY(out, disk.create(pending));
    ZHIBU_TRY_VOID(out->write(bytes, 0));
    ZHIBU_TRY_VOID(out->sync());
    ZHIBU_TRY_VOID(disk.rename(pending, file));
    return disk.sync_folder(file.parent_path());
}

std::expected<keys::SecretBytes, VaultError> read_small_file(Disk& disk,
                                                             const std::filesystem::path& file,
                                                             std::size_t bytes_max) {
    ZHIBU_TRY(in, disk.open(file));
    ZHIBU_TRY(size, in->size());
    if (size > bytes_max) {
        return std::unexpected(VaultError{VaultFault::malformed, file.filename().string()});
    }
    keys::SecretBytes bytes(size);
    ZHIBU_TRY(got, in->read(bytes.span(), 0));
    if (got != bytes.size()) {
        return std::unexpected(VaultError{VaultFault::storage_failed, file.filename().string()});
    }
    return bytes;
}

}  // namespace zhibu::vault

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <expected>
#include <filesystem>
#include <memory>
#include <system_error>

#include "shared/keys/private_file.hpp"
#include "shared/vault/disk.hpp"
#include "shared/vault/storage_file.hpp"
#include "shared/vault/vault_error.hpp"

namespace zhibu::vault {
namespace {

std::unexpected<VaultError> error(VaultFault fault, const std::filesystem::path& place) {
    return std::unexpected(VaultError{fault, place.filename().string()});
}

}  // namespace

bool SystemDisk::has(const std::filesystem::path& file) {
    std::error_code ignored;
    return std::filesystem::exists(std::filesystem::symlink_status(file, ignored));
}

std::expected<std::unique_ptr<StorageFile>, VaultError> SystemDisk::open(
    const std::filesystem::path& file) {
    return open_storage_file(file);
}

std::expected<std::unique_ptr<StorageFile>, VaultError> SystemDisk::create(
    const std::filesystem::path& file) {
    return create_storage_file(file);
}

std::expected<void, VaultError> SystemDisk::rename(const std::filesystem::path& from,
                                                   const std::filesystem::path& to) {
    if (::rename(from.c_str(), to.c_str()) != 0) {
        return error(VaultFault::storage_failed, to);
    }
    return {};
}

std::expected<void, VaultError> SystemDisk::remove(const std::filesystem::path& file) {
    if (::unlink(file.c_str()) != 0) {
        return error(errno == ENOENT ? VaultFault::not_there : VaultFault::storage_failed, file);
    }
    return {};
}

std::expected<void, VaultError> SystemDisk::make_folder(const std::filesystem::path& folder) {
    if (!keys::make_private_folder(folder)) {
        return error(VaultFault::storage_failed, folder);
    }
    return {};
}

std::expected<void, VaultError> SystemDisk::sync_folder(const std::filesystem::path& folder) {
    if (!keys::sync_folder(folder)) {
        return error(VaultFault::storage_failed, folder);
    }
    return {};
}

}  // namespace zhibu::vault

#include "tests/support/memory_folder.hpp"

#include <expected>
#include <filesystem>
#include <memory>
#include "shared/vault/storage_file.hpp"
#include "shared/vault/vault_error.hpp"
#include "tests/support/memory_disk.hpp"

namespace zhibu::support {
namespace {

using vault::StorageFile;
using vault::VaultError;
using vault::VaultFault;

std::unexpected<VaultError> error(VaultFault fault) {
    return std::unexpected(VaultError{fault, "memory folder"});
}

std::expected<void, VaultError> outcome(DiskAnswer answer) {
    if (answer == DiskAnswer::not_there) {
        return error(VaultFault::not_there);
    }
    if (answer != DiskAnswer::done) {
        return error(VaultFault::storage_failed);
    }
    return {};
}

}  // namespace

std::expected<std::unique_ptr<StorageFile>, VaultError> MemoryFolder::open(
    const std::filesystem::path& file) {
    const bool is_there = disk_.exists(file.string());
    auto opened = open_on(disk_, file.string());
    if (opened == nullptr) {
        return error(is_there || disk_.is_cut() ? VaultFault::storage_failed
                                                : VaultFault::not_there);
    }
    return opened;
}

std::expected<std::unique_ptr<StorageFile>, VaultError> MemoryFolder::create(
    const std::filesystem::path& file) {
    if (disk_.exists(file.string())) {
        return error(VaultFault::refused);
    }
    auto created = create_on(disk_, file.string());
    if (created == nullptr) {
        return error(VaultFault::storage_failed);
    }
    return created;
}

std::expected<void, VaultError> MemoryFolder::rename(const std::filesystem::path& from,
                                                     const std::filesystem::path& to) {
    return outcome(disk_.rename(from.string(), to.string()));
}

std::expected<void, VaultError> MemoryFolder::remove(const std::filesystem::path& file) {
    return outcome(disk_.remove(file.string()));
}

std::expected<void, VaultError> MemoryFolder::make_folder(const std::filesystem::path&) {
    return {};
}

std::expected<void, VaultError> MemoryFolder::sync_folder(const std::filesystem::path&) {
    return outcome(disk_.sync_folder());
}

}  // namespace zhibu::support

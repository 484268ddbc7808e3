#pragma once

#include "shared/vault/disk.hpp"
#include "tests/support/memory_disk.hpp"

namespace zhibu::support {

/// A disk in memory as the vault's own files see it. `disk` must outlive it.
class MemoryFolder final : public vault::Disk {
public:
    explicit MemoryFolder(MemoryDisk& disk) : disk_{disk} {}

    [[nodiscard]] bool has(const std::filesystem::path& file) override {
        return disk_.exists(file.string());
    }

    [[nodiscard]] std::expected<std::unique_ptr<vault::StorageFile>, vault::VaultError> open(
        const std::filesystem::path& file) override;
    [[nodiscard]] std::expected<std::unique_ptr<vault::StorageFile>, vault::VaultError> create(
        const std::filesystem::path& file) override;
    [[nodiscard]] std::expected<void, vault::VaultError> rename(
        const std::filesystem::path& from, const std::filesystem::path& to) override;
    [[nodiscard]] std::expected<void, vault::VaultError> remove(
        const std::filesystem::path& file) override;
    [[nodiscard]] std::expected<void, vault::VaultError> make_folder(
        const std::filesystem::path& folder) override;
    [[nodiscard]] std::expected<void, vault::VaultError> sync_folder(
        const std::filesystem::path& folder) override;

private:
    MemoryDisk& disk_;
};

}  // namespace zhibu::support

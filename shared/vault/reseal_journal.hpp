#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "shared/record/random.hpp"
#include "shared/vault/disk.hpp"
#include "shared/vault/key_ring.hpp"
#include "shared/vault/page_cipher.hpp"
#include "shared/vault/storage_file.hpp"
#include "shared/vault/vault_error.hpp"

namespace zhibu::vault {

/// Where pages that are sealed anew stand before they are written over their older form, so that a
/// page torn by a power cut has a whole copy. Source: docs/file-formats.md, "Reseal journal".
/// Threads: not synchronised.
class ResealJournal {
public:
    static constexpr std::size_t pages_max = 128;

    /// The journal, made if it is not there; its name is durable. Errors: storage_failed.
    [[nodiscard]] static std::expected<ResealJournal, VaultError> open(
        Disk& disk, const std::filesystem::path& file);

    /// Mends a database that a crash has left in the middle of sealing pages anew: to be called
    /// before it is opened. A page that does not open is replaced by the journal's copy, if that
    /// one opens in its place; one that opens is left. Then the journal is empty. Returns how many
    /// pages it wrote. Errors: storage_failed. A failed sync is one too: the program must end.
    [[nodiscard]] static std::expected<std::size_t, VaultError> replay(
        Disk& disk, const std::filesystem::path& file, const std::filesystem::path& database,
        std::shared_ptr<const KeyRing> ring, record::Random& random);

    /// Where the sealed form of this page is to be put. Not when it is full (checked).
    [[nodiscard]] PageSpace add(std::uint32_t page_number);

    [[nodiscard]] bool is_full() const { return numbers_.size() == pages_max; }

    [[nodiscard]] std::span<const std::uint32_t> numbers() const { return numbers_; }

    [[nodiscard]] PageView page(std::size_t place) const;

    /// Writes what was added; durable only by the sync() that follows. Errors: storage_failed.
    [[nodiscard]] std::expected<void, VaultError> write();

    [[nodiscard]] std::expected<void, VaultError> sync() { return file_->sync(); }

    /// Makes it empty, durably. Errors: storage_failed.
    [[nodiscard]] std::expected<void, VaultError> clear();

    /// Forgets what was added and not written.
    void drop() { numbers_.clear(); }

private:
    explicit ResealJournal(std::unique_ptr<StorageFile> file);

    /// False: nothing whole stands in it.
    [[nodiscard]] std::expected<bool, VaultError> read();

    std::unique_ptr<StorageFile> file_;
    std::vector<std::uint32_t> numbers_;
    /// A head of one page, then the pages.
    std::vector<std::uint8_t> bytes_;
};

}  // namespace zhibu::vault

#include "shared/vault/vfs.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "shared/record/check.hpp"
#include "shared/vault/detail/key_registry.hpp"
#include "shared/vault/detail/vfs_methods.hpp"
#include "shared/vault/page_cipher.hpp"

namespace zhibu::vault {
namespace {

/// As SQLite will name the file when it opens it.
std::optional<std::string> full_path(sqlite3_vfs* base, const std::filesystem::path& file) {
    std::vector<char> out(static_cast<std::size_t>(base->mxPathname) + 1);
    const int result =
        base->xFullPathname(base, file.c_str(), static_cast<int>(out.size()), out.data());
    if (result != SQLITE_OK && result != SQLITE_OK_SYMLINK) {
        return std::nullopt;
    }
    return std::string(out.data());
}

}  // namespace

struct KeyedFile::Ticket {
    detail::KeyRegistry& registry;
    std::shared_ptr<detail::FileKey> key;
};

KeyedFile::KeyedFile(std::unique_ptr<Ticket> ticket) : ticket_{std::move(ticket)} {}

KeyedFile::KeyedFile(KeyedFile&& other) noexcept = default;

KeyedFile::~KeyedFile() {
    if (ticket_ != nullptr) {
        ticket_->registry.remove(ticket_->key);
    }
}

std::uint64_t KeyedFile::pages_sealed() const {
    return std::min(ticket_->key->pages_sealed.load(std::memory_order_relaxed), sealed_pages_max);
}

void KeyedFile::use(std::shared_ptr<const KeyRing> ring) { ticket_->key->use(std::move(ring)); }

Vfs::Vfs(std::string name, const std::string& base) : state_{std::make_unique<detail::VfsState>()} {
    state_->name = std::move(name);
    state_->base = sqlite3_vfs_find(base.empty() ? nullptr : base.c_str());
    ZHIBU_CHECK(state_->base != nullptr);
    ZHIBU_CHECK(sqlite3_vfs_find(state_->name.c_str()) == nullptr);
    detail::fill_vfs(*state_);
    ZHIBU_CHECK(sqlite3_vfs_register(&state_->vfs, 0) == SQLITE_OK);
}

Vfs::~Vfs() { sqlite3_vfs_unregister(&state_->vfs); }

const std::string& Vfs::name() const { return state_->name; }

std::expected<KeyedFile, VaultError> Vfs::key(const std::filesystem::path& file,
                                              std::shared_ptr<const KeyRing> ring,
                                              FileTerms terms) {
    const std::optional<std::string> path = full_path(state_->base, file);
    auto key = std::make_shared<detail::FileKey>(std::move(ring), std::move(terms));
    if (!path || !state_->registry.add(*path, key)) {
        return std::unexpected(VaultError{VaultFault::refused, "keyed file"});
    }
    return KeyedFile(
        std::make_unique<KeyedFile::Ticket>(KeyedFile::Ticket{state_->registry, std::move(key)}));
}

KeyedFile Vfs::key_first_file(std::shared_ptr<const KeyRing> ring, FileTerms terms) {
    auto key = std::make_shared<detail::FileKey>(std::move(ring), std::move(terms));
    state_->registry.add_unnamed(key);
    return KeyedFile(
        std::make_unique<KeyedFile::Ticket>(KeyedFile::Ticket{state_->registry, std::move(key)}));
}

}  // namespace zhibu::vault

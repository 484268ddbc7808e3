#include "shared/vault/detail/key_registry.hpp"

#include <utility>

#include "shared/vault/detail/end_process.hpp"

namespace zhibu::vault::detail {

FileKey::FileKey(std::shared_ptr<const KeyRing> keys, FileTerms terms)
    : random{terms.random},
      sync_failed{terms.sync_failed ? std::move(terms.sync_failed) : end_process},
      pages_sealed{terms.pages_sealed},
      sharing{terms.sharing},
      ring_{std::move(keys)} {}

std::shared_ptr<const KeyRing> FileKey::ring() const {
    const std::lock_guard lock(mutex_);
    return ring_;
}

void FileKey::use(std::shared_ptr<const KeyRing> ring) {
    const std::lock_guard lock(mutex_);
    if (ring->newest().epoch != ring_->newest().epoch) {
        pages_sealed.store(0, std::memory_order_relaxed);
    }
    ring_ = std::move(ring);
    ring_changes_.fetch_add(1, std::memory_order_release);
}

bool KeyRegistry::add(const std::string& path, std::shared_ptr<FileKey> key) {
    const std::lock_guard lock(mutex_);
    return keys_.emplace(path, std::move(key)).second;
}

void KeyRegistry::add_unnamed(std::shared_ptr<FileKey> key) {
    const std::lock_guard lock(mutex_);
    unnamed_ = std::move(key);
}

void KeyRegistry::remove(const std::shared_ptr<FileKey>& key) {
    const std::lock_guard lock(mutex_);
    std::erase_if(keys_, [&](const auto& entry) { return entry.second == key; });
    if (unnamed_ == key) {
        unnamed_.reset();
    }
}

std::shared_ptr<FileKey> KeyRegistry::find(const std::string& path) {
    const std::lock_guard lock(mutex_);
    const auto found = keys_.find(path);
    return found == keys_.end() ? nullptr : found->second;
}

std::shared_ptr<FileKey> KeyRegistry::claim(const std::string& path) {
    const std::lock_guard lock(mutex_);
    if (unnamed_ != nullptr && !keys_.contains(path)) {
        keys_.emplace(path, std::exchange(unnamed_, nullptr));
    }
    const auto found = keys_.find(path);
    return found == keys_.end() ? nullptr : found->second;
}

}  // namespace zhibu::vault::detail

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>

#include "shared/record/random.hpp"
#include "shared/vault/detail/wal_index.hpp"
#include "shared/vault/key_ring.hpp"
#include "shared/vault/vfs.hpp"

namespace zhibu::vault::detail {

/// What an open file needs to know of its key. Shared by the registry and the open files.
struct FileKey {
    FileKey(std::shared_ptr<const KeyRing> keys, FileTerms terms);

    [[nodiscard]] std::shared_ptr<const KeyRing> ring() const;

    /// How often the ring has changed: an open file whose number is another asks for it anew.
    [[nodiscard]] std::uint64_t ring_changes() const {
        return ring_changes_.load(std::memory_order_acquire);
    }

    void use(std::shared_ptr<const KeyRing> ring);

    record::Random& random;
    std::function<void()> sync_failed;
    std::atomic<std::uint64_t> pages_sealed;
    Sharing sharing;
    /// Of the connections of a file that is shared.
    WalIndex wal_index;
    /// Held while a page is sealed anew in its place, and shared while one is read there: what
    /// SQLite's locks do for its own writes, they do not for ours.
    std::shared_mutex in_place;

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const KeyRing> ring_;
    std::atomic<std::uint64_t> ring_changes_{0};
};

/// Which files may be opened, by their full path. Threads: any.
class KeyRegistry {
public:
    /// False: there is one of this path.
    [[nodiscard]] bool add(const std::string& path, std::shared_ptr<FileKey> key);
    /// Takes the path of the first database that is asked for.
    void add_unnamed(std::shared_ptr<FileKey> key);
    void remove(const std::shared_ptr<FileKey>& key);

    /// The key of a database; null: none may be opened there.
    [[nodiscard]] std::shared_ptr<FileKey> find(const std::string& path);
    /// As find(), but an unnamed key takes this path.
    [[nodiscard]] std::shared_ptr<FileKey> claim(const std::string& path);

private:
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<FileKey>> keys_;
    std::shared_ptr<FileKey> unnamed_;
};

}  // namespace zhibu::vault::detail

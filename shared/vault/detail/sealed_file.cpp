#include "shared/vault/detail/sealed_file.hpp"

#include <utility>

namespace zhibu::vault::detail {

SealedFile::SealedFile(sqlite3_file* below, std::shared_ptr<FileKey> key, FileKind kind)
    : below_{below},
      key_{std::move(key)},
      index_user_{key_->wal_index},
      ring_changes_{key_->ring_changes()},
      ring_{key_->ring()},
      newest_epoch_{ring_->newest().epoch},
      cipher_{ring_, kind, key_->random} {}

void SealedFile::follow_keys() {
    const std::uint64_t changes = key_->ring_changes();
    if (changes == ring_changes_) {
        return;
    }
    // The number before the ring: a change between the two is seen again.
    ring_changes_ = changes;
    ring_ = key_->ring();
    newest_epoch_ = ring_->newest().epoch;
    cipher_.use(ring_);
    keys_changed(*ring_);
}

int SealedFile::sync(int flags) {
    if (const int flushed = flush(); flushed != SQLITE_OK) {
        return flushed;
    }
    const int result = below_->pMethods->xSync(below_, flags);
    if (result != SQLITE_OK) {
        key_->sync_failed();
    }
    return result;
}

int SealedFile::read_below(std::span<std::uint8_t> out, std::int64_t offset) {
    return below_->pMethods->xRead(below_, out.data(), static_cast<int>(out.size()), offset);
}

int SealedFile::write_below(std::span<const std::uint8_t> bytes, std::int64_t offset) {
    return below_->pMethods->xWrite(below_, bytes.data(), static_cast<int>(bytes.size()), offset);
}

int SealedFile::truncate_below(std::int64_t size) {
    return below_->pMethods->xTruncate(below_, size);
}

int SealedFile::size(std::int64_t& size) {
    if (const int flushed = flush(); flushed != SQLITE_OK) {
        return flushed;
    }
    sqlite3_int64 below = 0;
    const int result = below_->pMethods->xFileSize(below_, &below);
    size = below;
    return result;
}

bool SealedFile::seal(PageView plain, const PagePlace& place, PageSpace sealed, int& result) {
    if (!reserved_are_zero(plain)) {
        result = SQLITE_IOERR_WRITE;
        return false;
    }
    follow_keys();
    if (key_->pages_sealed.fetch_add(1, std::memory_order_relaxed) >= sealed_pages_max) {
        key_->pages_sealed.store(sealed_pages_max, std::memory_order_relaxed);
        result = SQLITE_FULL;
        return false;
    }
    cipher_.seal(plain, place, sealed);
    return true;
}

bool SealedFile::open(PageView sealed, const PagePlace& place, PageSpace plain) {
    follow_keys();
    return cipher_.open(sealed, place, plain);
}

}  // namespace zhibu::vault::detail

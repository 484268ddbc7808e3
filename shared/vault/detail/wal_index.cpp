#include "shared/vault/detail/wal_index.hpp"

#include <new>

namespace zhibu::vault::detail {

int WalIndex::User::map(int number, int bytes, bool extend, volatile void*& out) try {
    out = nullptr;
    if (bytes != region_bytes || number < 0) {
        return SQLITE_IOERR_SHMMAP;
    }
    const std::lock_guard lock(index_.mutex_);
    if (!is_here_) {
        is_here_ = true;
        ++index_.users_;
    }
    const auto wanted = static_cast<std::size_t>(number) + 1;
    while (extend && index_.regions_.size() < wanted) {
        index_.regions_.push_back(std::make_unique<Region>(region_bytes / sizeof(std::uint64_t)));
    }
    if (index_.regions_.size() >= wanted) {
        out = index_.regions_[wanted - 1]->data();
    }
    return SQLITE_OK;
} catch (const std::bad_alloc&) {
    return SQLITE_NOMEM;
}

int WalIndex::User::lock(int first, int count, int flags) {
    if (first < 0 || count < 1 || first + count > slots) {
        return SQLITE_IOERR_SHMLOCK;
    }
    const std::lock_guard lock(index_.mutex_);
    switch (flags) {
        case SQLITE_SHM_LOCK | SQLITE_SHM_SHARED:
            return count == 1 ? take_shared(first) : SQLITE_IOERR_SHMLOCK;
        case SQLITE_SHM_LOCK | SQLITE_SHM_EXCLUSIVE:
            return take_exclusive(first, count);
        case SQLITE_SHM_UNLOCK | SQLITE_SHM_SHARED:
        case SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE:
            for (int slot = first; slot < first + count; ++slot) {
                give_back(slot);
            }
            return SQLITE_OK;
        default:
            return SQLITE_IOERR_SHMLOCK;
    }
}

int WalIndex::User::take_shared(int slot) {
    const auto at = static_cast<std::size_t>(slot);
    if (shared_[at] || exclusive_[at]) {
        return SQLITE_OK;
    }
    if (index_.held_[at] == held_exclusively) {
        return SQLITE_BUSY;
    }
    ++index_.held_[at];
    shared_[at] = true;
    return SQLITE_OK;
}

int WalIndex::User::take_exclusive(int first, int count) {
    const auto from = static_cast<std::size_t>(first);
    const auto end = from + static_cast<std::size_t>(count);
    for (std::size_t at = from; at < end; ++at) {
        const int own = shared_[at] ? 1 : 0;
        if (!exclusive_[at] && index_.held_[at] != own) {
            return SQLITE_BUSY;
        }
    }
    for (std::size_t at = from; at < end; ++at) {
        index_.held_[at] = held_exclusively;
        shared_[at] = false;
        exclusive_[at] = true;
    }
    return SQLITE_OK;
}

void WalIndex::User::give_back(int slot) {
    const auto at = static_cast<std::size_t>(slot);
    if (exclusive_[at]) {
        index_.held_[at] = 0;
    } else if (shared_[at]) {
        --index_.held_[at];
    }
    shared_[at] = false;
    exclusive_[at] = false;
}

void WalIndex::User::leave() {
    const std::lock_guard lock(index_.mutex_);
    for (int slot = 0; slot < slots; ++slot) {
        give_back(slot);
    }
    if (is_here_) {
        is_here_ = false;
        if (--index_.users_ == 0) {
            index_.regions_.clear();
        }
    }
}

}  // namespace zhibu::vault::detail

#include <openssl/crypto.h>
#include <sys/mman.h>

#include <algorithm>
#include <new>

#include "shared/keys/detail/secret_pool.hpp"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#endif
#endif

namespace zhibu::keys::detail {
namespace {

void put_out_of_bounds([[maybe_unused]] const std::uint8_t* bytes,
                       [[maybe_unused]] std::size_t size) {
#ifdef ASAN_POISON_MEMORY_REGION
    ASAN_POISON_MEMORY_REGION(bytes, size);
#endif
}

void put_in_bounds([[maybe_unused]] const std::uint8_t* bytes, [[maybe_unused]] std::size_t size) {
#ifdef ASAN_UNPOISON_MEMORY_REGION
    ASAN_UNPOISON_MEMORY_REGION(bytes, size);
#endif
}

/// Locking is by page, and a neighbour's unlock must not undo it: never a part of one.
std::uint8_t* locked_pages(std::size_t size) {
    void* pages = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) {
        throw std::bad_alloc{};
    }
    // Locking may be refused (RLIMIT_MEMLOCK); secrets are then only kept out of core dumps.
    static_cast<void>(mlock(pages, size));
    static_cast<void>(madvise(pages, size, MADV_DONTDUMP));
    return static_cast<std::uint8_t*>(pages);
}

}  // namespace

SecretPool& SecretPool::instance() {
    // Never destroyed: secrets of static objects are given back after it would have been.
    static auto* const pool = new SecretPool;
    return *pool;
}

std::size_t SecretPool::class_of(std::size_t size) {
    return static_cast<std::size_t>(std::ranges::lower_bound(slot_bytes, size) -
                                    slot_bytes.begin());
}

std::uint8_t* SecretPool::take(std::size_t size) {
    const std::size_t size_class = class_of(size);
    if (size_class == slot_bytes.size()) {
        return locked_pages(size);
    }
    const std::lock_guard lock{mutex_};
    if (free_[size_class].empty()) {
        add_slab(size_class);
    }
    std::uint8_t* const slot = free_[size_class].back();
    free_[size_class].pop_back();
    ++in_use_;
    put_in_bounds(slot, size);
    return slot;
}

void SecretPool::give_back(std::uint8_t* bytes, std::size_t size) noexcept {
    const std::size_t size_class = class_of(size);
    OPENSSL_cleanse(bytes, size);
    if (size_class == slot_bytes.size()) {
        munmap(bytes, size);
        return;
    }
    const std::lock_guard lock{mutex_};
    put_out_of_bounds(bytes, slot_bytes[size_class]);
    // Never grows here: there was room for every slot of every slab before it was handed out.
    free_[size_class].push_back(bytes);
    --in_use_;
}

void SecretPool::add_slab(std::size_t size_class) {
    const std::size_t slot = slot_bytes[size_class];
    std::vector<std::uint8_t*>& slots = free_[size_class];
    const std::size_t held = slabs_[size_class] + 1;
    slots.reserve(held * (slab_bytes / slot));
    std::uint8_t* const slab = locked_pages(slab_bytes);
    slabs_[size_class] = held;
    put_out_of_bounds(slab, slab_bytes);
    for (std::size_t at = slab_bytes; at > 0; at -= slot) {
        slots.push_back(slab + at - slot);
    }
}

std::size_t SecretPool::in_use() const {
    const std::lock_guard lock{mutex_};
    return in_use_;
}

}  // namespace zhibu::keys::detail

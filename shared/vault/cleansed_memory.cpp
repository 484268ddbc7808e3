#include "shared/vault/cleansed_memory.hpp"

#include <malloc.h>
#include <openssl/crypto.h>
#include <sqlite3.h>
#include <string.h>  // explicit_bzero

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "shared/record/check.hpp"

namespace {

void cleanse_and_free(void* memory) noexcept {
    if (memory != nullptr) {
        // As sure as OPENSSL_cleanse(), and on large pieces many times as fast.
        explicit_bzero(memory, malloc_usable_size(memory));
        std::free(memory);
    }
}

/// realloc() could leave the old bytes behind.
void* cleansing_realloc(void* old, std::size_t bytes) noexcept {
    if (old == nullptr) {
        return std::malloc(bytes);
    }
    const std::size_t had = malloc_usable_size(old);
    if (bytes <= had && bytes >= had / 2) {
        return old;
    }
    void* moved = std::malloc(bytes);
    if (moved != nullptr) {
        std::memcpy(moved, old, std::min(bytes, had));
        cleanse_and_free(old);
    }
    return moved;
}

void* new_memory(std::size_t bytes) {
    while (true) {
        if (void* made = std::malloc(std::max<std::size_t>(bytes, 1))) {
            return made;
        }
        const std::new_handler handler = std::get_new_handler();
        if (handler == nullptr) {
            throw std::bad_alloc{};
        }
        handler();
    }
}

void* new_aligned_memory(std::size_t bytes, std::size_t alignment) {
    const std::size_t rounded =
        (std::max<std::size_t>(bytes, 1) + alignment - 1) & ~(alignment - 1);
    if (void* made = std::aligned_alloc(alignment, rounded)) {
        return made;
    }
    throw std::bad_alloc{};
}

extern "C" {

void* zhibu_sqlite_malloc(int bytes) { return std::malloc(static_cast<std::size_t>(bytes)); }

void zhibu_sqlite_free(void* memory) { cleanse_and_free(memory); }

void* zhibu_sqlite_realloc(void* old, int bytes) {
    return cleansing_realloc(old, static_cast<std::size_t>(bytes));
}

int zhibu_sqlite_size(void* memory) {
    return memory == nullptr ? 0 : static_cast<int>(malloc_usable_size(memory));
}

int zhibu_sqlite_round_up(int bytes) { return (bytes + 7) & ~7; }

int zhibu_sqlite_begin(void* /*unused*/) { return SQLITE_OK; }

void zhibu_sqlite_end(void* /*unused*/) {}

void* zhibu_openssl_malloc(std::size_t bytes, const char* /*file*/, int /*line*/) {
    return bytes == 0 ? nullptr : std::malloc(bytes);
}

void* zhibu_openssl_realloc(void* old, std::size_t bytes, const char* /*file*/, int /*line*/) {
    if (bytes == 0) {
        cleanse_and_free(old);
        return nullptr;
    }
    return cleansing_realloc(old, bytes);
}

void zhibu_openssl_free(void* memory, const char* /*file*/, int /*line*/) {
    cleanse_and_free(memory);
}

}  // extern "C"

}  // namespace

// Replaced as a whole, as the standard wants it ([replacement.functions]); those not listed call
// these.
void* operator new(std::size_t bytes) { return new_memory(bytes); }

void* operator new(std::size_t bytes, std::align_val_t alignment) {
    return new_aligned_memory(bytes, static_cast<std::size_t>(alignment));
}

void operator delete(void* memory) noexcept { cleanse_and_free(memory); }

void operator delete(void* memory, std::size_t /*bytes*/) noexcept { cleanse_and_free(memory); }

void operator delete(void* memory, std::align_val_t /*alignment*/) noexcept {
    cleanse_and_free(memory);
}

void operator delete(void* memory, std::size_t /*bytes*/, std::align_val_t /*alignment*/) noexcept {
    cleanse_and_free(memory);
}

namespace zhibu::vault {

void cleanse_freed_memory() {
    const bool openssl_is_untouched =
        CRYPTO_set_mem_functions(zhibu_openssl_malloc, zhibu_openssl_realloc, zhibu_openssl_free) ==
        1;
    ZHIBU_CHECK(openssl_is_untouched);
    static constexpr sqlite3_mem_methods methods{
        zhibu_sqlite_malloc,   zhibu_sqlite_free,  zhibu_sqlite_realloc, zhibu_sqlite_size,
        zhibu_sqlite_round_up, zhibu_sqlite_begin, zhibu_sqlite_end,     nullptr};
    const bool sqlite_is_untouched = sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) == SQLITE_OK;
    ZHIBU_CHECK(sqlite_is_untouched);
    // Nobody reads SQLite's count of its memory, and keeping it takes a lock for each piece.
    const bool counts_nothing = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK;
    ZHIBU_CHECK(counts_nothing);
}

}  // namespace zhibu::vault

#include "tests/crash/failing_memory.hpp"

#include <sqlite3.h>

#include "shared/record/check.hpp"

namespace zhibu::crash {
namespace {

sqlite3_mem_methods below{};
std::size_t allocations = 0;
std::size_t failing = 0;

bool fails() { return ++allocations == failing; }

extern "C" {

void* zhibu_failing_allocate(int bytes) noexcept {
    return fails() ? nullptr : below.xMalloc(bytes);
}

void* zhibu_failing_reallocate(void* block, int bytes) noexcept {
    return fails() ? nullptr : below.xRealloc(block, bytes);
}

}  // extern "C"

}  // namespace

void FailingMemory::install() {
    ZHIBU_CHECK(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &below) == SQLITE_OK);
    sqlite3_mem_methods methods = below;
    methods.xMalloc = zhibu_failing_allocate;
    methods.xRealloc = zhibu_failing_reallocate;
    ZHIBU_CHECK(sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) == SQLITE_OK);
}

void FailingMemory::fail_at(std::size_t number) {
    allocations = 0;
    failing = number;
}

std::size_t FailingMemory::disarm() {
    failing = 0;
    return allocations;
}

}  // namespace zhibu::crash

#include "tests/sync_protocol/codec/metered_memory.hpp"

#include <cstdlib>
#include <new>

namespace {

thread_local bool is_metering = false;
thread_local std::size_t metered_bytes = 0;

}  // namespace

// The whole program's; the other forms of new and delete come down to these.

void* operator new(std::size_t size) {
    if (is_metering) {
        metered_bytes += size;
    }
    void* memory = std::malloc(size == 0 ? 1 : size);
    if (memory == nullptr) {
        throw std::bad_alloc{};
    }
    return memory;
}

void operator delete(void* memory) noexcept { std::free(memory); }

void operator delete(void* memory, std::size_t /*size*/) noexcept { std::free(memory); }

namespace zhibu::support {

MemoryMeter::MemoryMeter() {
    metered_bytes = 0;
    is_metering = true;
}

MemoryMeter::~MemoryMeter() { is_metering = false; }

std::size_t MemoryMeter::bytes() const { return metered_bytes; }

}  // namespace zhibu::support

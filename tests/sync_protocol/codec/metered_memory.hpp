#pragma once

#include <cstddef>

namespace zhibu::support {

/// How much this thread has asked `operator new` for since it was made. What C libraries take by
/// malloc (zstd's contexts, one a thread) is not counted. One at a time on a thread.
class MemoryMeter {
public:
    MemoryMeter();
    ~MemoryMeter();
    MemoryMeter(const MemoryMeter&) = delete;
    MemoryMeter& operator=(const MemoryMeter&) = delete;

    /// All requests together, those that were given back too.
    [[nodiscard]] std::size_t bytes() const;
};

}  // namespace zhibu::support

#pragma once

#include <cstddef>

namespace zhibu::crash {

/// SQLite's memory, of which one allocation can be let fail. Threads: not synchronised.
class FailingMemory {
public:
    /// Takes SQLite's allocator over, for good; before SQLite is used at all (checked).
    static void install();

    /// The `number`-th allocation from now (from 1) fails, once.
    static void fail_at(std::size_t number);
    /// None fails any more. How many there were since fail_at().
    static std::size_t disarm();
};

}  // namespace zhibu::crash

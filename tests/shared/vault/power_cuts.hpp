#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "tests/support/memory_folder.hpp"

namespace zhibu::vault {

/// Runs `work` on a disk from `before`, with the power cut in each of its changing calls in turn,
/// at last in none; shows what the machine then finds, many times each, and whether it was cut.
/// Stops at the first failure.
inline void with_power_cuts(const std::function<support::MemoryDisk()>& before,
                            const std::function<void(support::MemoryFolder&)>& work,
                            const std::function<void(support::MemoryDisk&, bool)>& check,
                            std::uint64_t seeds = 20) {
    for (std::size_t cut = 1;; ++cut) {
        support::MemoryDisk disk = before();
        disk.cut_at(disk.changes() + cut);
        support::MemoryFolder files{disk};
        work(files);
        for (std::uint64_t seed = 0; seed < seeds; ++seed) {
            SCOPED_TRACE("cut " + std::to_string(cut) + " seed " + std::to_string(seed));
            support::SeededRandom random{seed};
            support::MemoryDisk found = disk.after_power_cut(random);
            check(found, disk.is_cut());
            if (testing::Test::HasFailure()) {
                return;
            }
        }
        if (!disk.is_cut()) {
            ASSERT_GT(cut, 3U) << "the work changes too little to be cut";
            return;
        }
    }
}

}  // namespace zhibu::vault

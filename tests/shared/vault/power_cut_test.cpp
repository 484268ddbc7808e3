#include <gtest/gtest.h>

#include "tests/support/sealed_ledger.hpp"

namespace zhibu::vault {
namespace {

using support::DiskAnswer;
using support::LedgerRun;
using support::MemoryDisk;
using support::SealedLedger;
using support::SeededRandom;

TEST(PowerCut, InAnyChangeLosesNothingAcknowledged) {
    MemoryDisk whole;
    SealedLedger::Key key{1};
    constexpr std::uint64_t entries = 30;
    ASSERT_EQ(found_and_append(whole, key, entries).acknowledged, entries);
    SeededRandom random{2};
    for (int round = 0; round < 150; ++round) {
        SCOPED_TRACE(round);
        MemoryDisk disk;
        disk.cut_at(1 + random.below(whole.changes()));
        const LedgerRun run = found_and_append(disk, key, entries);
        MemoryDisk after = disk.after_power_cut(random);
        EXPECT_EQ(what_is_lost(after, key, run), "");
        if (HasFailure()) {
            return;
        }
    }
}

TEST(PowerCut, InTheRecoveryFromAnEarlierOneLosesNothingEither) {
    MemoryDisk whole;
    SealedLedger::Key key{3};
    ASSERT_EQ(found_and_append(whole, key, 20).acknowledged, 20U);
    SeededRandom random{4};
    for (int round = 0; round < 60; ++round) {
        SCOPED_TRACE(round);
        MemoryDisk disk;
        disk.cut_at(whole.changes() / 4 + random.below(whole.changes() / 2));
        LedgerRun run = found_and_append(disk, key, 20);
        MemoryDisk second = disk.after_power_cut(random);
        second.cut_at(1 + random.below(40));
        if (const LedgerRun again = open_and_append(second, key, 40); again.is_founded) {
            run = again;
        }
        MemoryDisk third = second.after_power_cut(random);
        EXPECT_EQ(what_is_lost(third, key, run), "");
    }
}

TEST(FailedCall, WhicheverItIsLosesNothingAcknowledged) {
    MemoryDisk whole;
    SealedLedger::Key key{5};
    ASSERT_EQ(found_and_append(whole, key, 14).acknowledged, 14U);
    SeededRandom random{6};
    const std::size_t step = 1 + whole.calls() / 500;
    for (std::size_t call = 1; call < whole.calls(); call += step) {
        for (const DiskAnswer answer :
             {DiskAnswer::io_error, DiskAnswer::full, DiskAnswer::short_count}) {
            SCOPED_TRACE(call);
            MemoryDisk disk;
            disk.fail_at(call, answer);
            const LedgerRun run = found_and_append(disk, key, 14);
            // A failed sync ends the process, and what it should have synced may be lost.
            MemoryDisk after =
                run.sync_has_failed ? disk.after_power_cut(random) : disk.after_kill();
            EXPECT_EQ(what_is_lost(after, key, run), "");
        }
        if (HasFailure()) {
            return;
        }
    }
}

}  // namespace
}  // namespace zhibu::vault

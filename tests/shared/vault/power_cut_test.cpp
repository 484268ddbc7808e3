#include <gtest/gtest.h>

#include "tests/support/sealed_ledger.hpp"

namespace zhibu::vault {
namespace {

using support::DiskAnswer;
using support::LedgerFault;
using support::MemoryDisk;
using support::SealedLedger;
using support::SeededRandom;

/// Founds a ledger and appends until the disk fails or `most` entries stand; how many are
/// acknowledged.
struct Outcome {
    std::uint64_t acknowledged = 0;
    bool is_founded = false;
    bool sync_has_failed = false;
};

Outcome work(MemoryDisk& disk, SealedLedger::Key& key, std::uint64_t most) {
    const auto ledger = SealedLedger::found(disk, key);
    if (!ledger) {
        return {};
    }
    Outcome outcome{0, true, false};
    while (outcome.acknowledged < most && (*ledger)->append()) {
        ++outcome.acknowledged;
    }
    outcome.sync_has_failed = (*ledger)->sync_has_failed();
    return outcome;
}

void expect_nothing_lost(MemoryDisk& disk, SealedLedger::Key& key, const Outcome& outcome) {
    const auto ledger = SealedLedger::open(disk, key);
    if (!ledger) {
        EXPECT_FALSE(outcome.is_founded) << "fault " << static_cast<int>(ledger.error());
        return;
    }
    EXPECT_GE((*ledger)->entries(), outcome.acknowledged);
    EXPECT_LE((*ledger)->entries(), outcome.acknowledged + 1);
    EXPECT_TRUE((*ledger)->append());
}

TEST(PowerCut, InAnyChangeLosesNothingAcknowledged) {
    MemoryDisk whole;
    SealedLedger::Key key{1};
    constexpr std::uint64_t entries = 30;
    ASSERT_EQ(work(whole, key, entries).acknowledged, entries);
    SeededRandom random{2};
    for (int round = 0; round < 150; ++round) {
        SCOPED_TRACE(round);
        MemoryDisk disk;
        disk.cut_at(1 + random.below(whole.changes()));
        const Outcome outcome = work(disk, key, entries);
        MemoryDisk after = disk.after_power_cut(random);
        expect_nothing_lost(after, key, outcome);
        if (HasFailure()) {
            return;
        }
    }
}

TEST(PowerCut, InTheRecoveryFromAnEarlierOneLosesNothingEither) {
    MemoryDisk whole;
    SealedLedger::Key key{3};
    ASSERT_EQ(work(whole, key, 20).acknowledged, 20U);
    SeededRandom random{4};
    for (int round = 0; round < 60; ++round) {
        SCOPED_TRACE(round);
        MemoryDisk disk;
        disk.cut_at(whole.changes() / 4 + random.below(whole.changes() / 2));
        Outcome outcome = work(disk, key, 20);
        MemoryDisk second = disk.after_power_cut(random);
        second.cut_at(1 + random.below(40));
        if (const auto ledger = SealedLedger::open(second, key)) {
            outcome.acknowledged = (*ledger)->entries();
            while ((*ledger)->append()) {
                ++outcome.acknowledged;
            }
        }
        MemoryDisk third = second.after_power_cut(random);
        expect_nothing_lost(third, key, outcome);
    }
}

TEST(FailedCall, WhicheverItIsLosesNothingAcknowledged) {
    MemoryDisk whole;
    SealedLedger::Key key{5};
    ASSERT_EQ(work(whole, key, 14).acknowledged, 14U);
    SeededRandom random{6};
    const std::size_t step = 1 + whole.calls() / 500;
    for (std::size_t call = 1; call < whole.calls(); call += step) {
        for (const DiskAnswer answer :
             {DiskAnswer::io_error, DiskAnswer::full, DiskAnswer::short_count}) {
            SCOPED_TRACE(call);
            MemoryDisk disk;
            disk.fail_at(call, answer);
            const Outcome outcome = work(disk, key, 14);
            // A failed sync ends the process, and what it should have synced may be lost.
            MemoryDisk after =
                outcome.sync_has_failed ? disk.after_power_cut(random) : disk.after_kill();
            expect_nothing_lost(after, key, outcome);
        }
        if (HasFailure()) {
            return;
        }
    }
}

}  // namespace
}  // namespace zhibu::vault

#include "tests/crash/crash_rounds.hpp"

#include <array>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/record/check.hpp"
#include "tests/crash/failing_memory.hpp"
#include "tests/support/memory_disk.hpp"
#include "tests/support/sealed_ledger.hpp"
#include "tests/support/seeded_random.hpp"

namespace zhibu::crash {
namespace {

using support::DiskAnswer;
using support::LedgerEnd;
using support::LedgerRun;
using support::MemoryDisk;
using support::SealedLedger;
using support::SeededRandom;

/// Enough for every sort of transaction and upkeep to come more than once.
constexpr std::uint64_t entries = 30;

std::string failure_of(std::string_view what, std::uint64_t seed, std::size_t round,
                       const std::string& lost) {
    return std::string(what) + " " + std::to_string(round) + " with --seed " +
           std::to_string(seed) + ": " + lost;
}

/// How many changes and calls a ledger of this seed takes undisturbed.
struct Extent {
    std::size_t changes = 0;
    std::size_t calls = 0;
};

Extent extent_of(std::uint64_t seed) {
    MemoryDisk disk;
    SealedLedger::Key key{seed};
    ZHIBU_CHECK(found_and_append(disk, key, entries).acknowledged == entries);
    return {disk.changes(), disk.calls()};
}

}  // namespace

RoundReport cut_power(std::uint64_t seed, std::size_t points) {
    RoundReport report;
    std::size_t founded = 0;
    std::size_t twice = 0;
    SeededRandom random{seed};
    std::uint64_t ledger_seed = seed;
    Extent extent = extent_of(ledger_seed);
    std::size_t change = 0;
    while (report.rounds < points) {
        if (++change > extent.changes) {
            extent = extent_of(++ledger_seed);
            change = 1;
        }
        ++report.rounds;
        SealedLedger::Key key{ledger_seed};
        MemoryDisk disk;
        disk.cut_at(change);
        LedgerRun run = found_and_append(disk, key, entries);
        MemoryDisk after =
            report.rounds % 5 == 0 ? disk.after_kill() : disk.after_power_cut(random);
        if (report.rounds % 3 == 0) {
            after.cut_at(1 + random.below(60));
            const LedgerRun again = open_and_append(after, key, run.acknowledged + 10);
            if (again.is_founded) {
                run = again;
                ++twice;
            }
            after = after.after_power_cut(random);
        }
        founded += run.is_founded ? 1U : 0U;
        if (const std::string lost = what_is_lost(after, key, run); !lost.empty()) {
            report.failure = failure_of("point", seed, report.rounds, lost);
            return report;
        }
    }
    report.counts = std::to_string(ledger_seed - seed + 1) + " ledgers, " +
                    std::to_string(founded) + " founded before the cut, " + std::to_string(twice) +
                    " cut twice";
    return report;
}

RoundReport fail_calls(std::uint64_t seed, std::size_t calls) {
    RoundReport report;
    std::size_t syncs = 0;
    SeededRandom random{seed};
    std::uint64_t ledger_seed = seed;
    Extent extent = extent_of(ledger_seed);
    std::size_t before = 0;
    for (std::size_t number = 1; number <= calls; ++number) {
        if (number - before > extent.calls) {
            before += extent.calls;
            extent = extent_of(++ledger_seed);
        }
        for (const DiskAnswer answer :
             {DiskAnswer::io_error, DiskAnswer::full, DiskAnswer::short_count}) {
            ++report.rounds;
            SealedLedger::Key key{ledger_seed};
            MemoryDisk disk;
            disk.fail_at(number - before, answer);
            const LedgerEnd end = number % 2 == 0 ? LedgerEnd::killed : LedgerEnd::closed;
            const LedgerRun run = found_and_append(disk, key, entries, end);
            syncs += run.sync_has_failed ? 1U : 0U;
            // A failed sync ends the process, and what it should have made durable may be lost.
            MemoryDisk after =
                run.sync_has_failed ? disk.after_power_cut(random) : disk.after_kill();
            if (const std::string lost = what_is_lost(after, key, run); !lost.empty()) {
                report.failure = failure_of("call", seed, number, lost);
                return report;
            }
        }
    }
    report.counts = std::to_string(syncs) + " of them failed syncs";
    return report;
}

RoundReport fail_allocations(std::uint64_t seed, std::size_t allocations) {
    RoundReport report;
    std::size_t ended_early = 0;
    MemoryDisk whole;
    SealedLedger::Key undisturbed{seed};
    FailingMemory::fail_at(0);
    static_cast<void>(found_and_append(whole, undisturbed, entries));
    const std::size_t all = FailingMemory::disarm();
    SeededRandom random{seed};
    while (report.rounds < allocations) {
        ++report.rounds;
        SealedLedger::Key key{seed};
        MemoryDisk disk;
        // Every one of the first, which open the files; then here and there.
        FailingMemory::fail_at(report.rounds <= allocations / 2 ? report.rounds
                                                                : 1 + random.below(all));
        const LedgerEnd end = report.rounds % 2 == 0 ? LedgerEnd::killed : LedgerEnd::closed;
        const LedgerRun run = found_and_append(disk, key, entries, end);
        FailingMemory::disarm();
        ended_early += run.acknowledged < entries ? 1U : 0U;
        MemoryDisk after = disk.after_kill();
        if (const std::string lost = what_is_lost(after, key, run); !lost.empty()) {
            report.failure = failure_of("allocation", seed, report.rounds, lost);
            return report;
        }
    }
    report.counts = std::to_string(ended_early) + " ended the ledger's work";
    return report;
}

RoundReport flip_bits(std::uint64_t seed, std::size_t flips) {
    constexpr std::size_t flips_a_ledger = 1000;
    RoundReport report;
    std::size_t whole = 0;
    SeededRandom random{seed};
    const std::array<std::string, 3> names = {std::string(SealedLedger::database_name),
                                              std::string(SealedLedger::wal_name),
                                              std::string(SealedLedger::head_name)};
    for (std::uint64_t ledger_seed = seed; report.rounds < flips; ++ledger_seed) {
        SealedLedger::Key key{ledger_seed};
        MemoryDisk disk;
        const std::uint64_t acknowledged = 5 + random.below(entries);
        ZHIBU_CHECK(found_and_append(disk, key, acknowledged, LedgerEnd::killed).acknowledged ==
                    acknowledged);
        for (std::size_t i = 0; i < flips_a_ledger && report.rounds < flips; ++i) {
            const std::string& name = names[random.below(names.size())];
            MemoryDisk flipped = disk.after_kill();
            std::vector<std::uint8_t> bytes = flipped.content(name);
            if (bytes.empty()) {
                continue;
            }
            ++report.rounds;
            bytes[random.below(bytes.size())] ^= static_cast<std::uint8_t>(1U << random.below(8));
            flipped.set_content(name, std::move(bytes));
            const auto ledger = SealedLedger::open(flipped, key);
            whole += ledger ? 1U : 0U;
            if (!ledger && ledger.error() == support::LedgerFault::other_content) {
                report.failure = failure_of("flip", seed, report.rounds,
                                            "opened with content that was never written");
                return report;
            }
            if (ledger && (*ledger)->entries() != acknowledged) {
                report.failure = failure_of("flip", seed, report.rounds,
                                            "opened with " + std::to_string((*ledger)->entries()) +
                                                " of " + std::to_string(acknowledged) + " entries");
                return report;
            }
        }
    }
    report.counts = std::to_string(whole) + " opened whole, " +
                    std::to_string(report.rounds - whole) + " refused";
    return report;
}

}  // namespace zhibu::crash

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace zhibu::crash {

/// What one kind of round came to.
struct RoundReport {
    std::size_t rounds = 0;
    /// Empty: nothing was lost. Otherwise what, and how to do that round again.
    std::string failure;
    /// How often each outcome was, for whoever wonders whether anything was tried.
    std::string counts;
};

/// Cuts the power at every change of the disk in turn: each write, truncation, sync, creation and
/// removal; over ledgers of one seed after another, until `points` are done. Of unsynced writes
/// some are kept, some dropped, some torn. Every third time it is cut once more after the restart,
/// every fifth time only the program is killed.
[[nodiscard]] RoundReport cut_power(std::uint64_t seed, std::size_t points);

/// Lets the n-th call fail, n from 1 to `calls`, each with an I/O error, a full disk and half a
/// write; then opens what is there again.
[[nodiscard]] RoundReport fail_calls(std::uint64_t seed, std::size_t calls);

/// Lets the n-th allocation of SQLite fail, for `allocations` numbers spread over all that founding
/// a ledger and appending to it take. FailingMemory is to be installed.
[[nodiscard]] RoundReport fail_allocations(std::uint64_t seed, std::size_t allocations);

/// Flips one bit of database, log or head record of a ledger that was killed. It must open whole,
/// or be refused.
[[nodiscard]] RoundReport flip_bits(std::uint64_t seed, std::size_t flips);

}  // namespace zhibu::crash

#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>
#include <functional>

#include "tests/crash/crash_rounds.hpp"
#include "tests/crash/failing_memory.hpp"

/// ./dev crash: whether the vault loses anything acknowledged when the power goes, calls or
/// allocations fail, or bits flip. Says what was tried; 1 at the first loss, with what does that
/// round again.
int main(int count, char** arguments) {
    using zhibu::crash::RoundReport;
    std::size_t points = 0;
    std::size_t calls = 0;
    std::size_t allocations = 0;
    std::size_t flips = 0;
    std::uint64_t seed = 1;
    CLI::App app("Cuts the power, fails calls and flips bits below a sealed database");
    app.add_option("--points", points, "power cuts");
    app.add_option("--calls", calls, "the n-th call fails, n up to this, in three ways");
    app.add_option("--allocations", allocations, "failing allocations of SQLite");
    app.add_option("--flips", flips, "flipped bits");
    app.add_option("--seed", seed, "of all choices");
    CLI11_PARSE(app, count, arguments);
    if (points + calls + allocations + flips == 0) {
        points = 2000;
        calls = 500;
        allocations = 500;
        flips = 20'000;
    }
    zhibu::crash::FailingMemory::install();
    const auto run = [&](const char* what, std::size_t number,
                         const std::function<RoundReport(std::uint64_t, std::size_t)>& rounds) {
        const RoundReport report = rounds(seed, number);
        if (!report.failure.empty()) {
            std::printf("LOST: %s\n", report.failure.c_str());
            return false;
        }
        if (number > 0) {
            std::printf("%zu %s, seed %llu: nothing lost (%s)\n", report.rounds, what,
                        static_cast<unsigned long long>(seed), report.counts.c_str());
        }
        return true;
    };
    const bool is_right = run("power cuts", points, zhibu::crash::cut_power) &&
                          run("failed calls", calls, zhibu::crash::fail_calls) &&
                          run("failed allocations", allocations, zhibu::crash::fail_allocations) &&
                          run("flipped bits", flips, zhibu::crash::flip_bits);
    return is_right ? 0 : 1;
}

#include "tests/simulation/workers.hpp"

#include <fcntl.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>
#include <span>
#include <sstream>

#include "shared/record/check.hpp"

namespace zhibu::simulation {
namespace {

constexpr std::uint64_t played_twice_each = 20;
constexpr std::size_t failures_max = 64;

/// What a worker tells while it lives, and leaves when it dies.
struct Slate {
    std::uint64_t now_playing = 0;
    std::uint64_t steps = 0;
    std::uint64_t events = 0;
    std::uint64_t saved_groups = 0;
    std::uint64_t brought_back_groups = 0;
    std::uint64_t failures = 0;
    std::array<std::uint64_t, failures_max> failed{};
};

/// One a worker, in memory that all processes share.
std::span<Slate> shared_slates(std::size_t count) {
    void* memory = ::mmap(nullptr, count * sizeof(Slate), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ZHIBU_CHECK(memory != MAP_FAILED);
    return {static_cast<Slate*>(memory), count};
}

void note_failure(Slate& slate, std::uint64_t seed) {
    if (slate.failures < failures_max) {
        slate.failed[slate.failures++] = seed;
    }
}

void play_seed(const Range& range, std::uint64_t seed, Slate& slate) {
    const Schedule schedule =
        draw_schedule(seed, range.steps, founded().kits.size(), range.without);
    const Outcome outcome = play(schedule);
    slate.steps += outcome.steps;
    slate.events += outcome.events;
    slate.saved_groups += outcome.saved_groups;
    slate.brought_back_groups += outcome.brought_back_groups;
    std::ostringstream line;
    if (outcome.failure) {
        line << "seed " << seed << " (trace " << std::hex << outcome.trace_hash << std::dec
             << "), step " << outcome.steps << ": " << outcome.failure->promise << ": "
             << outcome.failure->what << '\n';
    } else if (seed % played_twice_each == 0 && play(schedule).trace_hash != outcome.trace_hash) {
        line << "seed " << seed << ": played twice it gave two traces\n";
    }
    if (!line.str().empty()) {
        note_failure(slate, seed);
        std::cout << line.str() << std::flush;
    }
}

/// Disks in memory come and go with each seed: their memory is kept, not given back and fetched
/// anew page by page.
void keep_memory() {
    constexpr int kept_bytes_max = 1 << 25;
    ::mallopt(M_MMAP_THRESHOLD, kept_bytes_max);
    ::mallopt(M_TRIM_THRESHOLD, kept_bytes_max);
}

/// Every `jobs`-th seed of the range, from the `worker`-th on and after those that are done.
[[noreturn]] void work(const Range& range, std::uint64_t from, unsigned jobs, Slate& slate) {
    keep_memory();
    for (std::uint64_t seed = from; seed < range.first_seed + range.seeds; seed += jobs) {
        slate.now_playing = seed;
        play_seed(range, seed, slate);
    }
    std::cout.flush();
    ::_exit(0);
}

pid_t start(const Range& range, std::uint64_t from, unsigned jobs, Slate& slate) {
    const pid_t child = ::fork();
    ZHIBU_CHECK(child >= 0);
    if (child == 0) {
        work(range, from, jobs, slate);
    }
    return child;
}

}  // namespace

Tally play_all(const Range& range, unsigned jobs) {
    // Before there is a second process: all of them begin with the same space.
    static_cast<void>(founded());
    const std::span<Slate> slates = shared_slates(jobs);
    std::vector<pid_t> workers;
    for (unsigned i = 0; i < jobs; ++i) {
        workers.push_back(start(range, range.first_seed + i, jobs, slates[i]));
    }
    Tally tally;
    for (unsigned i = 0; i < jobs; ++i) {
        for (;;) {
            int status = 0;
            ZHIBU_CHECK(::waitpid(workers[i], &status, 0) == workers[i]);
            if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
                break;
            }
            const std::uint64_t seed = slates[i].now_playing;
            std::cout << "seed " << seed << ": abort: a check ended the process\n" << std::flush;
            note_failure(slates[i], seed);
            workers[i] = start(range, seed + jobs, jobs, slates[i]);
        }
        const auto& failed = slates[i].failed;
        tally.failed_seeds.insert(tally.failed_seeds.end(), failed.begin(),
                                  failed.begin() + static_cast<std::ptrdiff_t>(slates[i].failures));
        tally.steps += slates[i].steps;
        tally.events += slates[i].events;
        tally.saved_groups += slates[i].saved_groups;
        tally.brought_back_groups += slates[i].brought_back_groups;
    }
    ::munmap(slates.data(), slates.size_bytes());
    std::ranges::sort(tally.failed_seeds);
    return tally;
}

std::string promise_broken_by(const Schedule& schedule) {
    static_cast<void>(founded());
    std::array<int, 2> ends{};
    ZHIBU_CHECK(::pipe(ends.data()) == 0);
    const pid_t child = ::fork();
    ZHIBU_CHECK(child >= 0);
    if (child == 0) {
        // What a failing check says, it has said before.
        const int nowhere = ::open("/dev/null", O_WRONLY);
        ::dup2(nowhere, STDERR_FILENO);
        const Outcome outcome = play(schedule);
        const std::string promise = outcome.failure ? outcome.failure->promise : "";
        const auto written = ::write(ends[1], promise.data(), promise.size());
        ::_exit(written == static_cast<ssize_t>(promise.size()) ? 0 : 1);
    }
    ::close(ends[1]);
    std::string promise;
    std::array<char, 64> part{};
    for (ssize_t got = 0; (got = ::read(ends[0], part.data(), part.size())) > 0;) {
        promise.append(part.data(), static_cast<std::size_t>(got));
    }
    ::close(ends[0]);
    int status = 0;
    ZHIBU_CHECK(::waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) ? "abort" : promise;
}

}  // namespace zhibu::simulation

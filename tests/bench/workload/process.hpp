#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace zhibu::bench {

/// A line of /proc/PID/status, in KiB: "VmRSS:" what is resident now, "VmHWM:" the most that was.
[[nodiscard]] std::uint64_t status_kib(pid_t process, std::string_view line);

/// From now on "VmHWM:" is the most since now.
void forget_most_resident(pid_t process);

/// What the process, all its threads, has taken of the processors.
[[nodiscard]] double processor_seconds(pid_t process);

/// What a command of the shell prints; its failure ends the bench with that.
/// @param first_line  called when that has come
[[nodiscard]] std::string output_of(const std::string& command,
                                    const std::function<void()>& first_line = {});

/// Seconds by the clock on the wall, and of this process's processors.
struct Spent {
    double wall = 0;
    double processor = 0;

    Spent& operator+=(const Spent& other);
};

[[nodiscard]] Spent spent_on(const std::function<void()>& work);

}  // namespace zhibu::bench

#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string_view>

namespace zhibu::bench {

/// A line of /proc/PID/status, in KiB: "VmRSS:" what is resident now, "VmHWM:" the most that was.
[[nodiscard]] std::uint64_t status_kib(pid_t process, std::string_view line);

/// What the process, all its threads, has taken of the processors.
[[nodiscard]] double processor_seconds(pid_t process);

}  // namespace zhibu::bench

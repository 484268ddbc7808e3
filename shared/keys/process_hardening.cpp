#include "shared/keys/process_hardening.hpp"

#include <linux/prctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <cstdint>

#include "shared/record/check.hpp"

namespace zhibu::keys {
namespace {

/// A page each for some 250 secrets; a program holds a few dozen.
constexpr std::uint64_t secrets_bytes = 1U << 20U;

}  // namespace

bool LockableMemory::is_enough() const { return unlimited || bytes >= secrets_bytes; }

LockableMemory harden_process() {
    const rlimit none{0, 0};
    ZHIBU_CHECK(setrlimit(RLIMIT_CORE, &none) == 0);
    ZHIBU_CHECK(prctl(PR_SET_DUMPABLE, 0) == 0);
    rlimit locked{};
    ZHIBU_CHECK(getrlimit(RLIMIT_MEMLOCK, &locked) == 0);
    locked.rlim_cur = locked.rlim_max;
    ZHIBU_CHECK(setrlimit(RLIMIT_MEMLOCK, &locked) == 0);
    return {.bytes = locked.rlim_cur, .unlimited = locked.rlim_cur == RLIM_INFINITY};
}

}  // namespace zhibu::keys

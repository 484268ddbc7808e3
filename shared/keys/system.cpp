#include "shared/keys/system.hpp"

#include <openssl/rand.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <chrono>

#include "shared/record/check.hpp"

namespace zhibu::keys {

record::Instant SystemClock::now() const {
    using namespace std::chrono;
    return record::Instant{
        duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count()};
}

void SystemRandom::fill(std::span<std::uint8_t> bytes) {
    ZHIBU_CHECK(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1);
}

void forbid_core_dumps() {
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace zhibu::keys

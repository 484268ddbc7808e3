#include "shared/keys/system.hpp"

#include <openssl/rand.h>

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

}  // namespace zhibu::keys

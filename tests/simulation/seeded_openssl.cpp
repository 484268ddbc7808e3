// OpenSSL 3 calls this way of replacing its generator deprecated, and has no other that reaches
// the nonces of signatures.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/rand.h>
#include <sqlite3.h>

#include <optional>
#include <span>

#include "shared/record/check.hpp"
#include "tests/simulation/seeded_openssl.hpp"
#include "tests/support/seeded_random.hpp"

namespace zhibu::simulation {
namespace {

std::optional<support::SeededRandom>& generator() {
    static std::optional<support::SeededRandom> random;
    return random;
}

extern "C" {

int zhibu_simulation_bytes(unsigned char* out, int count) {
    generator()->fill(std::span(out, static_cast<std::size_t>(count)));
    return 1;
}

int zhibu_simulation_status() { return 1; }

}  // extern "C"

constexpr RAND_METHOD seeded_method{
    .seed = nullptr,
    .bytes = zhibu_simulation_bytes,
    .cleanup = nullptr,
    .add = nullptr,
    .pseudorand = zhibu_simulation_bytes,
    .status = zhibu_simulation_status,
};

/// One thread plays everything: nothing of SQLite's need be locked, or counted.
bool sqlite_is_for_one_thread() {
    static const bool done = sqlite3_config(SQLITE_CONFIG_SINGLETHREAD) == SQLITE_OK &&
                             sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK;
    return done;
}

}  // namespace

void seed_openssl(std::uint64_t seed) {
    generator().emplace(seed);
    ZHIBU_CHECK(RAND_set_rand_method(&seeded_method) == 1);
}

void seed_libraries(std::uint64_t seed) {
    seed_openssl(seed);
    ZHIBU_CHECK(sqlite_is_for_one_thread());
    sqlite3_initialize();
    sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, static_cast<int>(seed & 0x7FFF'FFFFU) | 1,
                         nullptr);
}

}  // namespace zhibu::simulation

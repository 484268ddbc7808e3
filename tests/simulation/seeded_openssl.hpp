#pragma once

#include <cstdint>

namespace zhibu::simulation {

/// From here on all that OpenSSL draws at random in this process follows from `seed`: keys and
/// signatures. For programs of tests alone: what they make then protects nothing.
void seed_openssl(std::uint64_t seed);

/// The same, and what SQLite draws too, as a WAL's salt. One thread alone may use SQLite.
void seed_libraries(std::uint64_t seed);

}  // namespace zhibu::simulation

#pragma once

#include <cstdint>

namespace zhibu::simulation {

/// From here on all that OpenSSL and SQLite draw at random in this process follows from `seed`:
/// keys, signatures, a WAL's salt. For this program alone: what it makes protects nothing.
void seed_libraries(std::uint64_t seed);

}  // namespace zhibu::simulation

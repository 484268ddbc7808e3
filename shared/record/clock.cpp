#include "shared/record/clock.hpp"

#include <algorithm>
#include <cstdint>

namespace zhibu::record {

HybridTime next_hybrid_time(HybridTime last, Instant now) {
    const auto wall = static_cast<std::uint64_t>(std::max<std::int64_t>(now.milliseconds, 0)) << 16;
    return HybridTime{std::max(wall, last.packed + 1)};
}

}  // namespace zhibu::record

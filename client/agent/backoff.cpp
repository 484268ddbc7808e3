#include "client/agent/backoff.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace zhibu::client {
namespace {

constexpr std::chrono::milliseconds first{500};
constexpr std::chrono::milliseconds longest{60'000};
/// With so many the ceiling is the longest.
constexpr unsigned doublings_max = 7;

}  // namespace

std::chrono::milliseconds backoff_delay(unsigned failures, record::Random& random) {
    const auto ceiling = std::min(longest, first * (1U << std::min(failures, doublings_max)));
    std::array<std::uint8_t, 4> bytes{};
    random.fill(bytes);
    const std::uint32_t roll = static_cast<std::uint32_t>(bytes[0]) << 24U |
                               static_cast<std::uint32_t>(bytes[1]) << 16U |
                               static_cast<std::uint32_t>(bytes[2]) << 8U | bytes[3];
    return std::chrono::milliseconds{
        static_cast<std::int64_t>(roll % static_cast<std::uint32_t>(ceiling.count() + 1))};
}

}  // namespace zhibu::client

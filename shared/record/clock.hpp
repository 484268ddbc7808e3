#pragma once

#include <compare>
#include <cstdint>

namespace zhibu::record {

/// A moment: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
struct Instant {
    std::int64_t milliseconds = 0;

    friend auto operator<=>(const Instant&, const Instant&) = default;
};

/// What time it is. Engines take it as a parameter, so that a simulator can set it.
class Clock {
public:
    virtual ~Clock() = default;

    [[nodiscard]] virtual Instant now() const = 0;
};

/// A hybrid logical clock value: 48 bits of milliseconds and a 16-bit counter that orders events
/// of one millisecond. Evidence of when a change was made, never the arbiter of an order.
/// Source: Kulkarni et al., "Logical Physical Clocks", 2014.
struct HybridTime {
    std::uint64_t packed = 0;

    [[nodiscard]] Instant instant() const {
        return Instant{static_cast<std::int64_t>(packed >> 16)};
    }

    friend auto operator<=>(const HybridTime&, const HybridTime&) = default;
};

/// The value for a new event after `last` (of this device) when the wall clock says `now`:
/// never less than or equal to `last`.
[[nodiscard]] HybridTime next_hybrid_time(HybridTime last, Instant now);

}  // namespace zhibu::record

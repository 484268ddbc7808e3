#pragma once

#include <atomic>

#include "shared/record/clock.hpp"

namespace zhibu::support {

/// A clock that stands until it is set.
/// Threads: set() and advance() from one, now() from any.
class FixedClock : public record::Clock {
public:
    explicit FixedClock(record::Instant now) : now_(now) {}

    [[nodiscard]] record::Instant now() const override { return now_.load(); }

    void set(record::Instant now) { now_.store(now); }

    void advance(std::int64_t milliseconds) {
        set(record::Instant{now().milliseconds + milliseconds});
    }

private:
    std::atomic<record::Instant> now_;
};

}  // namespace zhibu::support

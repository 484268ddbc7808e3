#pragma once

#include "shared/record/clock.hpp"

namespace zhibu::support {

/// A clock that stands until it is set.
class FixedClock : public record::Clock {
public:
    explicit FixedClock(record::Instant now) : now_(now) {}

    [[nodiscard]] record::Instant now() const override { return now_; }

    void set(record::Instant now) { now_ = now; }

    void advance(std::int64_t milliseconds) { now_.milliseconds += milliseconds; }

private:
    record::Instant now_;
};

}  // namespace zhibu::support

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <utility>
#include <vector>

#include "shared/record/clock.hpp"
#include "sync_protocol/session/wire.hpp"
#include "tests/support/seeded_random.hpp"

namespace zhibu::simulation {

/// Microseconds since the simulation began.
using Micros = std::int64_t;

inline constexpr Micros millisecond = 1'000;
inline constexpr Micros second = 1'000 * millisecond;
inline constexpr Micros minute = 60 * second;
inline constexpr Micros hour = 60 * minute;
inline constexpr Micros day = 24 * hour;

/// All that happens, in the order of virtual time; what is due at one moment, in the order in which
/// it was planned.
class EventLoop {
public:
    [[nodiscard]] Micros now() const { return now_; }

    [[nodiscard]] std::uint64_t events() const { return events_; }

    void at(Micros when, std::function<void()> work);
    void run_until(Micros when);

private:
    struct Planned {
        Micros when = 0;
        std::uint64_t number = 0;
        std::function<void()> work;
    };

    struct Later {
        bool operator()(const Planned& left, const Planned& right) const {
            return std::pair{left.when, left.number} > std::pair{right.when, right.number};
        }
    };

    Micros now_ = 0;
    std::uint64_t planned_ = 0;
    std::uint64_t events_ = 0;
    std::priority_queue<Planned, std::vector<Planned>, Later> queue_;
};

/// Whether a program still runs. False from the moment at which it is killed: whatever its code
/// does after that, on the way out, reaches nobody.
using Life = std::shared_ptr<bool>;

/// One thread of a program, as an executor: work in the order given, a few microseconds apart.
class Strand final : public sync::Executor {
public:
    Strand(EventLoop& loop, Life life, std::uint64_t seed)
        : loop_{loop}, life_{std::move(life)}, random_{seed} {}

    void post(std::function<void()> work) override;
    [[nodiscard]] std::unique_ptr<Timer> after(std::chrono::milliseconds delay,
                                               std::function<void()> work) override;

private:
    EventLoop& loop_;
    Life life_;
    support::SeededRandom random_;
    Micros last_ = 0;
};

/// What a machine believes the time to be.
class SkewedClock final : public record::Clock {
public:
    explicit SkewedClock(const EventLoop& loop) : loop_{loop} {}

    [[nodiscard]] record::Instant now() const override;

    void set_offset(std::int64_t milliseconds) { offset_ = milliseconds; }

    [[nodiscard]] std::int64_t offset() const { return offset_; }

private:
    const EventLoop& loop_;
    std::int64_t offset_ = 0;
};

/// When every simulation begins: 2026-06-12T04:00:00Z.
inline constexpr record::Instant beginning{1'781'236'800'000};

}  // namespace zhibu::simulation

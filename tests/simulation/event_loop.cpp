#include "tests/simulation/event_loop.hpp"

#include <algorithm>

namespace zhibu::simulation {
namespace {

class PlannedTimer final : public sync::Executor::Timer {
public:
    explicit PlannedTimer(std::shared_ptr<bool> wanted) : wanted_{std::move(wanted)} {}

    ~PlannedTimer() override { *wanted_ = false; }

    PlannedTimer(const PlannedTimer&) = delete;
    PlannedTimer& operator=(const PlannedTimer&) = delete;

private:
    std::shared_ptr<bool> wanted_;
};

/// Between two pieces of work of one thread, at most.
constexpr std::size_t pause_micros_max = 50;

}  // namespace

void EventLoop::at(Micros when, std::function<void()> work) {
    queue_.push({std::max(when, now_), planned_++, std::move(work)});
}

void EventLoop::run_until(Micros when) {
    while (!queue_.empty() && queue_.top().when <= when) {
        // Taken out before it runs: it may plan more.
        const Planned next = queue_.top();
        queue_.pop();
        now_ = next.when;
        ++events_;
        next.work();
    }
    now_ = std::max(now_, when);
}

void Strand::post(std::function<void()> work) {
    if (!*life_) {
        return;
    }
    last_ = std::max(last_, loop_.now()) + 1 + static_cast<Micros>(random_.below(pause_micros_max));
    loop_.at(last_, [life = life_, work = std::move(work)] {
        if (*life) {
            work();
        }
    });
}

std::unique_ptr<sync::Executor::Timer> Strand::after(std::chrono::milliseconds delay,
                                                     std::function<void()> work) {
    auto wanted = std::make_shared<bool>(true);
    loop_.at(loop_.now() + delay.count() * millisecond,
             [life = life_, wanted, work = std::move(work)] {
                 if (*life && *wanted) {
                     work();
                 }
             });
    return std::make_unique<PlannedTimer>(std::move(wanted));
}

record::Instant SkewedClock::now() const {
    return {beginning.milliseconds + loop_.now() / millisecond + offset_};
}

}  // namespace zhibu::simulation

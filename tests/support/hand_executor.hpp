#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "sync_protocol/session/wire.hpp"

namespace zhibu::support {

/// An executor that a test turns by hand: work runs on the thread that calls run_until(), timers
/// fire when the test advances the time.
/// Threads: as sync::Executor; run_until() and advance() belong to the executor's one thread.
class HandExecutor final : public sync::Executor {
public:
    void post(std::function<void()> work) override {
        // Notified under the lock: whoever waits may destroy the executor once it wakes.
        const std::lock_guard lock{mutex_};
        queue_.push_back(std::move(work));
        posted_.notify_one();
    }

    std::unique_ptr<Timer> after(std::chrono::milliseconds delay,
                                 std::function<void()> work) override {
        const std::lock_guard lock{mutex_};
        ++timers_made_;
        auto alive = std::make_shared<bool>(true);
        timers_.emplace(now_ + delay, Due{alive, std::move(work)});
        return std::make_unique<HandTimer>(std::move(alive));
    }

    /// Runs what is posted until the condition holds; false if it does not within ten seconds.
    [[nodiscard]] bool run_until(const std::function<bool()>& condition) {
        const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds{10};
        while (!condition()) {
            std::function<void()> work;
            {
                std::unique_lock lock{mutex_};
                if (!posted_.wait_until(lock, patience, [this] { return !queue_.empty(); })) {
                    return false;
                }
                work = std::move(queue_.front());
                queue_.pop_front();
            }
            work();
        }
        return true;
    }

    /// Runs what is posted now and what it posts.
    void run_posted() {
        bool reached = false;
        post([&reached] { reached = true; });
        static_cast<void>(run_until([&reached] { return reached; }));
    }

    /// Runs what is posted until nothing is; false where nothing was.
    bool run_ready() {
        const auto take = [this]() -> std::function<void()> {
            const std::lock_guard lock{mutex_};
            if (queue_.empty()) {
                return nullptr;
            }
            auto work = std::move(queue_.front());
            queue_.pop_front();
            return work;
        };
        bool any = false;
        for (auto work = take(); work; work = take()) {
            any = true;
            work();
        }
        return any;
    }

    /// Lets time pass: timers that are due fire in their order.
    void advance(std::chrono::milliseconds time) {
        now_ += time;
        while (!timers_.empty() && timers_.begin()->first <= now_) {
            const Due due = std::move(timers_.begin()->second);
            timers_.erase(timers_.begin());
            if (*due.alive) {
                due.work();
            }
        }
    }

    [[nodiscard]] std::size_t timers_made() const { return timers_made_; }

    /// Timers that are still to fire.
    [[nodiscard]] std::size_t timers() const {
        std::size_t count = 0;
        for (const auto& [at, due] : timers_) {
            count += *due.alive ? 1U : 0U;
        }
        return count;
    }

private:
    struct Due {
        std::shared_ptr<bool> alive;
        std::function<void()> work;
    };

    class HandTimer final : public Timer {
    public:
        explicit HandTimer(std::shared_ptr<bool> alive) : alive_{std::move(alive)} {}

        ~HandTimer() override { *alive_ = false; }

        HandTimer(const HandTimer&) = delete;
        HandTimer& operator=(const HandTimer&) = delete;

    private:
        std::shared_ptr<bool> alive_;
    };

    std::mutex mutex_;
    std::condition_variable posted_;
    std::deque<std::function<void()>> queue_;
    std::chrono::milliseconds now_{0};
    std::multimap<std::chrono::milliseconds, Due> timers_;
    std::size_t timers_made_ = 0;
};

/// A wire that keeps what is sent, and whose other end is the test.
class KeptWire final : public sync::Wire {
public:
    void send(std::vector<std::uint8_t> message) override {
        if (!closed) {
            sent.push_back(std::move(message));
        }
    }

    void close() override { closed = true; }

    [[nodiscard]] std::size_t unsent_bytes() const override { return 0; }

    std::deque<std::vector<std::uint8_t>> sent;
    bool closed = false;
};

}  // namespace zhibu::support

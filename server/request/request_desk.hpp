#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "server/request/request_note.hpp"
#include "shared/record/clock.hpp"

namespace zhibu::server {

/// Heeds one sort of request in a server that runs: one at a time, on a thread of its own.
/// Threads: upkeep() is the committer's; the rest belongs to who owns it.
class RequestDesk {
public:
    /// Comes to the reply's text; asks `goes_on` now and then, and ends soon where that says no.
    using Work = std::function<std::string(const std::function<bool()>& goes_on)>;

    struct Parts {
        RequestNote note;
        const record::Clock* clock = nullptr;
        /// Takes what belongs to the committer's thread, and says what is to be done on the other.
        std::function<Work(const Request& request)> begin;
        /// The reply could not be written. From any thread.
        std::function<void()> unanswered;
    };

    explicit RequestDesk(Parts parts);
    ~RequestDesk();
    RequestDesk(const RequestDesk&) = delete;
    RequestDesk& operator=(const RequestDesk&) = delete;

    /// Begins what was asked for; returns how long until it looks again.
    [[nodiscard]] std::chrono::milliseconds upkeep();

    /// Ends what is under way, and begins nothing more. Waits for it.
    void stop();

private:
    void begin(const Request& request);

    Parts parts_;
    record::Instant due_;
    std::atomic<bool> is_stopping_ = false;
    std::atomic<bool> is_busy_ = false;
    std::thread working_;
};

}  // namespace zhibu::server

#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>

#include "server/session/session_host.hpp"
#include "server/store/postgres/postgres_store.hpp"

namespace zhibu::server {

/// Hears, on a thread of its own, that another process has committed in a cluster. Logs
/// store_lost and store_found.
/// Threads: is_linked() may be called from any.
class ClusterFollower {
public:
    struct Parts {
        ClusterPlace place;
        /// Called when something was committed, and once a second, on this one's thread.
        std::function<void()> follow;
        LogLine log;
    };

    explicit ClusterFollower(Parts parts);
    /// Waits for a connection that is being made, which ends within its timeout.
    ~ClusterFollower();
    ClusterFollower(const ClusterFollower&) = delete;
    ClusterFollower& operator=(const ClusterFollower&) = delete;

    /// Whether the cluster answers.
    [[nodiscard]] bool is_linked() const { return is_linked_.load(); }

private:
    void run();
    void note_link(bool is_linked);
    /// False: it is time to stop.
    [[nodiscard]] bool rest(std::chrono::milliseconds pause);

    Parts parts_;
    std::atomic<bool> is_linked_{true};
    std::mutex mutex_;
    std::condition_variable wakes_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace zhibu::server

#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace zhibu::server {

/// Where passwords are derived: few threads and a short queue, since each derivation takes a
/// second and a quarter of a gigabyte.
/// Threads: try_ask() may be called from any thread.
class DerivationDesk {
public:
    DerivationDesk(unsigned threads, std::size_t waiting_max);
    /// Drops what has not begun.
    ~DerivationDesk();
    DerivationDesk(const DerivationDesk&) = delete;
    DerivationDesk& operator=(const DerivationDesk&) = delete;

    /// False when too many wait: `work` is not kept and will not run.
    [[nodiscard]] bool try_ask(std::function<void()> work);

private:
    void run();

    std::size_t waiting_max_;
    std::mutex mutex_;
    std::condition_variable wakes_;
    std::deque<std::function<void()>> queue_;
    bool stopping_ = false;
    std::vector<std::jthread> threads_;
};

}  // namespace zhibu::server

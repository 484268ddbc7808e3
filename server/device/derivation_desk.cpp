#include "server/device/derivation_desk.hpp"

#include <cstddef>
#include <functional>
#include <mutex>
#include <utility>

namespace zhibu::server {

DerivationDesk::DerivationDesk(unsigned threads, std::size_t waiting_max)
    : waiting_max_{waiting_max} {
    for (unsigned i = 0; i < threads; ++i) {
        threads_.emplace_back([this] { run(); });
    }
}

DerivationDesk::~DerivationDesk() {
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
        queue_.clear();
    }
    wakes_.notify_all();
    threads_.clear();
}

bool DerivationDesk::try_ask(std::function<void()> work) {
    {
        const std::lock_guard lock{mutex_};
        if (stopping_ || queue_.size() >= waiting_max_) {
            return false;
        }
        queue_.push_back(std::move(work));
    }
    wakes_.notify_one();
    return true;
}

void DerivationDesk::run() {
    for (;;) {
        std::function<void()> work;
        {
            std::unique_lock lock{mutex_};
            wakes_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
            if (stopping_) {
                return;
            }
            work = std::move(queue_.front());
            queue_.pop_front();
        }
        work();
    }
}

}  // namespace zhibu::server

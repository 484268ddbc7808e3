#include "server/session/reading_desk.hpp"

#include <utility>

namespace zhibu::server {

ReadingDesk::ReadingDesk(std::unique_ptr<StoreReader> reader)
    : reader_{std::move(reader)}, thread_{[this] { run(); }} {}

ReadingDesk::~ReadingDesk() {
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
        queue_.clear();
    }
    wakes_.notify_one();
    thread_.join();
}

void ReadingDesk::ask(std::function<void(StoreReader&)> work) {
    {
        const std::lock_guard lock{mutex_};
        if (stopping_) {
            return;
        }
        queue_.push_back(std::move(work));
    }
    wakes_.notify_one();
}

void ReadingDesk::run() {
    for (;;) {
        std::function<void(StoreReader&)> work;
        {
            std::unique_lock lock{mutex_};
            wakes_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
            if (stopping_) {
                return;
            }
            work = std::move(queue_.front());
            queue_.pop_front();
        }
        work(*reader_);
    }
}

}  // namespace zhibu::server

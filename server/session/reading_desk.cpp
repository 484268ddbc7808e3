#include "server/session/reading_desk.hpp"

#include <utility>

namespace zhibu::server {

ReadingDesk::ReadingDesk(std::unique_ptr<StoreReader> reader)
    : reader_{std::move(reader)}, thread_{[this] { run(); }} {}

ReadingDesk::ReadingDesk(std::unique_ptr<StoreReader> reader, sync::Executor& executor)
    : reader_{std::move(reader)},
      executor_{&executor},
      self_{std::make_shared<ReadingDesk*>(this)} {}

ReadingDesk::~ReadingDesk() {
    if (executor_ != nullptr) {
        return;
    }
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
        queue_.clear();
    }
    wakes_.notify_one();
    thread_.join();
}

void ReadingDesk::ask(std::function<void(StoreReader&)> work) {
    if (executor_ != nullptr) {
        executor_->post([weak = std::weak_ptr{self_}, work = std::move(work)] {
            if (const auto alive = weak.lock()) {
                work(*(*alive)->reader_);
            }
        });
        return;
    }
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

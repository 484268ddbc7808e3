#include "client/agent/replica_desk.hpp"

#include <utility>

namespace zhibu::client {

ReplicaDesk::ReplicaDesk(std::unique_ptr<Replica> replica)
    : replica_{std::move(replica)}, thread_{[this] { run(); }} {}

ReplicaDesk::ReplicaDesk(std::unique_ptr<Replica> replica, sync::Executor& executor)
    : replica_{std::move(replica)},
      executor_{&executor},
      self_{std::make_shared<ReplicaDesk*>(this)} {}

ReplicaDesk::~ReplicaDesk() {
    if (executor_ != nullptr) {
        return;
    }
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
    }
    wakes_.notify_one();
    thread_.join();
}

void ReplicaDesk::ask(std::function<void(Replica&)> work) {
    if (executor_ != nullptr) {
        executor_->post([weak = std::weak_ptr{self_}, work = std::move(work)] {
            if (const auto alive = weak.lock()) {
                work(*(*alive)->replica_);
            }
        });
        return;
    }
    {
        const std::lock_guard lock{mutex_};
        queue_.push_back(std::move(work));
    }
    wakes_.notify_one();
}

void ReplicaDesk::run() {
    for (;;) {
        std::function<void(Replica&)> work;
        {
            std::unique_lock lock{mutex_};
            wakes_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
            if (queue_.empty()) {
                break;
            }
            work = std::move(queue_.front());
            queue_.pop_front();
        }
        work(*replica_);
    }
    replica_.reset();
}

}  // namespace zhibu::client

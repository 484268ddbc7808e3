#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "client/replica/replica.hpp"
#include "sync_protocol/session/wire.hpp"

namespace zhibu::client {

/// The one thread that owns the replica. Work is done in the order in which it was given.
/// Threads: ask() may be called from any thread.
class ReplicaDesk {
public:
    explicit ReplicaDesk(std::unique_ptr<Replica> replica);
    /// Works on `executor`, which must outlive it, in place of a thread of its own.
    ReplicaDesk(std::unique_ptr<Replica> replica, sync::Executor& executor);
    /// Finishes what was given, then closes the replica. On an executor it drops what has not
    /// begun.
    ~ReplicaDesk();
    ReplicaDesk(const ReplicaDesk&) = delete;
    ReplicaDesk& operator=(const ReplicaDesk&) = delete;

    /// `work` runs on the replica's thread; it hands results on by posting them.
    void ask(std::function<void(Replica&)> work);

private:
    void run();

    std::unique_ptr<Replica> replica_;
    sync::Executor* executor_ = nullptr;
    /// Emptied on destruction; what an executor still has to do holds it weakly.
    std::shared_ptr<ReplicaDesk*> self_;
    std::mutex mutex_;
    std::condition_variable wakes_;
    std::deque<std::function<void(Replica&)>> queue_;
    bool stopping_ = false;
    std::thread thread_;
};

/// Asks and waits for the answer; not to be called on the replica's own thread.
template <class Work>
auto ask_and_wait(ReplicaDesk& desk, Work work) {
    using Answer = decltype(work(std::declval<Replica&>()));
    std::mutex mutex;
    std::condition_variable answered;
    std::optional<Answer> answer;
    desk.ask([&](Replica& replica) {
        Answer made = work(replica);
        // Notified under the lock: the waiter's stack is gone once it wakes.
        const std::lock_guard lock{mutex};
        answer.emplace(std::move(made));
        answered.notify_one();
    });
    std::unique_lock lock{mutex};
    answered.wait(lock, [&] { return answer.has_value(); });
    return *std::move(answer);
}

}  // namespace zhibu::client

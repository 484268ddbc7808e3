#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "server/store/store.hpp"
#include "sync_protocol/session/wire.hpp"

namespace zhibu::server {

/// One thread that reads for the sessions, beside the committer's writing. Work is done in the
/// order in which it was given; each session has at most one read of a sort under way, so the
/// queue is bounded by the number of sessions.
/// Threads: ask() may be called from any thread.
class ReadingDesk {
public:
    explicit ReadingDesk(std::unique_ptr<StoreReader> reader);
    /// Works on `executor`, which must outlive it, in place of a thread of its own.
    ReadingDesk(std::unique_ptr<StoreReader> reader, sync::Executor& executor);
    /// Drops what has not begun.
    ~ReadingDesk();
    ReadingDesk(const ReadingDesk&) = delete;
    ReadingDesk& operator=(const ReadingDesk&) = delete;

    /// `work` runs on the desk's thread and must only read and post its result.
    void ask(std::function<void(StoreReader&)> work);

private:
    void run();

    std::unique_ptr<StoreReader> reader_;
    sync::Executor* executor_ = nullptr;
    /// Emptied on destruction; what an executor still has to do holds it weakly.
    std::shared_ptr<ReadingDesk*> self_;
    std::mutex mutex_;
    std::condition_variable wakes_;
    std::deque<std::function<void(StoreReader&)>> queue_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace zhibu::server

#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "server/committer/committer.hpp"
#include "server/committer/control.hpp"
#include "server/committer/detail/batch.hpp"
#include "server/committer/detail/jobs.hpp"
#include "server/committer/detail/push_check.hpp"
#include "server/committer/detail/waiting_cases.hpp"
#include "server/store/store.hpp"

namespace zhibu::server {

/// The committer itself: a queue that any thread fills, and the one thread that empties it.
class Committer::Body {
public:
    /// What of the store is known, as of `head` at least.
    struct Known {
        LogIndex head;
        LogIndex backed_up;
        std::shared_ptr<const Control> control;
        detail::WaitingCases waiting;
    };

    Body(Parts parts, Settings settings, Known known, std::unique_ptr<StoreReader> reader);
    ~Body();

    void push(PushJob job, detail::PushDone done);
    void stage(StageJob job, detail::StageDone done);
    void write(ServerWrite write, detail::WriteDone done);
    void keep(Keep work, std::function<void(bool)> done);
    void note_backup(LogIndex through);
    void follow();
    [[nodiscard]] std::shared_ptr<const Control> control() const;

private:
    /// Queues what a session sends; otherwise the reason why not.
    template <class Job>
    [[nodiscard]] std::optional<sync::RefusalReason> enqueue(Job job);
    void run();
    /// Says that there is work.
    void wake();
    void work_once();
    [[nodiscard]] std::optional<std::vector<detail::Queued>> gather(
        std::chrono::milliseconds pause);
    [[nodiscard]] std::vector<detail::Queued> take_queued();
    void process(std::vector<detail::Queued> jobs);
    /// What others have committed, if somebody has said that there is something.
    void follow_others();
    /// Takes over what the log holds beyond what is known here; `notice` says what was new.
    [[nodiscard]] Stored<void> catch_up(StoreReading& store, CommitNotice& notice);
    void take_control(std::shared_ptr<const Control> control);
    [[nodiscard]] bool commit(std::span<detail::Work> works, CommitNotice& notice);
    /// Writes what is no group: a newer watermark, and what no tail needs any more. True where
    /// there was something.
    [[nodiscard]] Stored<bool> keep_log(StoreTransaction& transaction,
                                        std::span<const detail::Work> works,
                                        CommitNotice& notice) const;
    [[nodiscard]] bool write(std::span<detail::Work> works, CommitNotice& notice,
                             CommitMeasure& measure);
    /// With what waits now, to whoever counts.
    void tell(CommitMeasure& measure) const;
    [[nodiscard]] std::vector<detail::Work> prepare(std::vector<detail::Queued> jobs);
    void answer(std::vector<detail::Work> works);

    Parts parts_;
    Settings settings_;

    // The committer's thread alone.
    /// Others may have committed beyond it.
    LogIndex seen_;
    LogIndex backed_up_;
    detail::WaitingCases waiting_;
    detail::PushCheck push_check_;
    detail::OwnChain own_;

    mutable std::mutex mutex_;
    std::condition_variable wakes_;
    std::shared_ptr<const Control> control_;
    std::deque<detail::Queued> queue_;
    std::size_t queued_bytes_ = 0;
    bool must_follow_ = false;
    bool stopping_ = false;

    /// Emptied on destruction; what an executor still has to do holds it weakly.
    std::shared_ptr<Body*> self_;
    std::thread thread_;
};

}  // namespace zhibu::server

#include "server/committer/committer.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "server/committer/control.hpp"
#include "server/committer/detail/body.hpp"
#include "server/committer/detail/following.hpp"
#include "server/committer/detail/jobs.hpp"
#include "server/committer/detail/push_check.hpp"
#include "server/committer/detail/waiting_cases.hpp"
#include "server/store/store.hpp"
#include "shared/record/check.hpp"
#include "shared/record/id.hpp"
#include "sync_protocol/message/message.hpp"

namespace zhibu::server {
namespace {

using detail::PushDone;
using detail::Queued;
using detail::QueuedBackup;
using detail::QueuedKeep;
using detail::QueuedPush;
using detail::QueuedStage;
using detail::QueuedWrite;
using detail::StageDone;
using detail::WriteDone;

}  // namespace

Committer::Body::Body(Parts parts, Settings settings, Known known,
                      std::unique_ptr<StoreReader> reader)
    : parts_{std::move(parts)},
      settings_{settings},
      seen_{known.head},
      backed_up_{known.backed_up},
      waiting_{std::move(known.waiting)},
      push_check_{std::move(reader)},
      control_{std::move(known.control)} {
    own_.incarnation.uuid = record::make_uuid_v4(*parts_.random);
    if (parts_.executor != nullptr) {
        self_ = std::make_shared<Body*>(this);
    } else {
        thread_ = std::thread{[this] { run(); }};
    }
}

Committer::Body::~Body() {
    if (parts_.executor != nullptr) {
        return;
    }
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
    }
    wakes_.notify_one();
    thread_.join();
}

template <class Job>
std::optional<sync::RefusalReason> Committer::Body::enqueue(Job job) {
    {
        const std::lock_guard lock{mutex_};
        if (stopping_) {
            return sync::RefusalReason::server_stopping;
        }
        if (queued_bytes_ > 0 && queued_bytes_ + job.bytes > settings_.queued_bytes_max) {
            return sync::RefusalReason::server_busy;
        }
        queued_bytes_ += job.bytes;
        queue_.emplace_back(std::move(job));
    }
    wake();
    return std::nullopt;
}

void Committer::Body::push(PushJob job, PushDone done) {
    const std::size_t bytes = detail::bytes_of(job);
    if (const auto reason = enqueue(QueuedPush{std::move(job), done, bytes})) {
        done(detail::refused(*reason));
    }
}

void Committer::Body::stage(StageJob job, StageDone done) {
    const std::size_t bytes = detail::bytes_of(job);
    if (const auto reason = enqueue(QueuedStage{std::move(job), done, bytes})) {
        done(std::unexpected{detail::refusal_of(*reason)});
    }
}

void Committer::Body::write(ServerWrite write, WriteDone done) {
    {
        std::unique_lock lock{mutex_};
        if (!stopping_) {
            queue_.emplace_back(QueuedWrite{std::move(write), std::move(done)});
            lock.unlock();
            wake();
            return;
        }
    }
    done(std::unexpected{ServerWriteError{ServerWriteFault::stopping, {}}});
}

void Committer::Body::keep(Keep work, std::function<void(bool)> done) {
    {
        std::unique_lock lock{mutex_};
        if (!stopping_) {
            queue_.emplace_back(QueuedKeep{std::move(work), std::move(done)});
            lock.unlock();
            wake();
            return;
        }
    }
    done(false);
}

void Committer::Body::note_backup(LogIndex through) {
    {
        const std::lock_guard lock{mutex_};
        queue_.emplace_back(QueuedBackup{through});
    }
    wake();
}

void Committer::Body::follow() {
    {
        const std::lock_guard lock{mutex_};
        must_follow_ = true;
    }
    wake();
}

std::shared_ptr<const Control> Committer::Body::control() const {
    const std::lock_guard lock{mutex_};
    return control_;
}

void Committer::Body::take_control(std::shared_ptr<const Control> control) {
    const std::lock_guard lock{mutex_};
    control_ = std::move(control);
}

void Committer::Body::tell(CommitMeasure& measure) const {
    if (parts_.measured) {
        measure.waiting_groups = waiting_.count();
        measure.oldest_waiting = waiting_.oldest();
        parts_.measured(measure);
    }
}

void Committer::Body::run() {
    CommitMeasure at_the_start;
    tell(at_the_start);
    std::chrono::milliseconds pause{0};
    while (std::optional<std::vector<Queued>> jobs = gather(pause)) {
        follow_others();
        if (!jobs->empty()) {
            process(*std::move(jobs));
        }
        if (parts_.upkeep) {
            pause = parts_.upkeep();
        }
    }
}

void Committer::Body::wake() {
    if (parts_.executor == nullptr) {
        wakes_.notify_one();
        return;
    }
    parts_.executor->post([weak = std::weak_ptr{self_}] {
        if (const auto alive = weak.lock()) {
            (*alive)->work_once();
        }
    });
}

/// One transaction's worth; nothing, where an earlier one has taken it along.
void Committer::Body::work_once() {
    std::vector<Queued> jobs;
    bool is_more = false;
    {
        const std::lock_guard lock{mutex_};
        jobs = take_queued();
        is_more = !queue_.empty();
    }
    if (is_more) {
        wake();
    }
    follow_others();
    if (!jobs.empty()) {
        process(std::move(jobs));
    }
}

/// Waits for work, where there is upkeep only so long; no value when it is time to stop and all is
/// done.
std::optional<std::vector<Queued>> Committer::Body::gather(std::chrono::milliseconds pause) {
    std::unique_lock lock{mutex_};
    const auto is_woken = [this] { return stopping_ || must_follow_ || !queue_.empty(); };
    if (parts_.upkeep) {
        wakes_.wait_for(lock, pause, is_woken);
    } else {
        wakes_.wait(lock, is_woken);
    }
    if (stopping_ && queue_.empty()) {
        return std::nullopt;
    }
    return take_queued();
}

/// As much as one transaction takes; under the lock.
std::vector<Queued> Committer::Body::take_queued() {
    std::vector<Queued> jobs;
    for (std::size_t groups = 0; !queue_.empty() && groups < settings_.groups_max;) {
        const auto* push = std::get_if<QueuedPush>(&queue_.front());
        groups += push == nullptr ? 1 : push->job.groups.size();
        queued_bytes_ -= std::visit([](const auto& each) { return each.bytes; }, queue_.front());
        jobs.push_back(std::move(queue_.front()));
        queue_.pop_front();
    }
    return jobs;
}

Committer::Committer(std::unique_ptr<Body> body) : body_{std::move(body)} {}

Committer::~Committer() = default;

Stored<std::unique_ptr<Committer>> Committer::start(Parts parts, Settings settings) {
    ZHIBU_TRY(reader, parts.store->open_reader());
    // The position first: what is read after it may be newer, and then is read once more.
    ZHIBU_TRY(head, reader->head());
    ZHIBU_TRY(backed_up, reader->backed_up());
    ZHIBU_TRY(control, detail::load_control(*parts.catalog, *reader));
    ZHIBU_TRY(waiting, detail::load_waiting(*parts.catalog, *reader));
    auto body = std::make_unique<Body>(
        std::move(parts), settings,
        Body::Known{head, backed_up, std::move(control), std::move(waiting)}, std::move(reader));
    return std::unique_ptr<Committer>{new Committer{std::move(body)}};
}

void Committer::push(PushJob job, std::function<void(PushResult)> done) {
    body_->push(std::move(job), std::move(done));
}

void Committer::stage(StageJob job, std::function<void(StageResult)> done) {
    body_->stage(std::move(job), std::move(done));
}

void Committer::write(ServerWrite write,
                      std::function<void(std::expected<LogIndex, ServerWriteError>)> done) {
    body_->write(std::move(write), std::move(done));
}

void Committer::keep(Keep work, std::function<void(bool)> done) {
    body_->keep(std::move(work), std::move(done));
}

void Committer::note_backup(LogIndex through) { body_->note_backup(through); }

void Committer::follow() { body_->follow(); }

std::shared_ptr<const Control> Committer::control() const { return body_->control(); }

}  // namespace zhibu::server

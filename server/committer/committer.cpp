#include "server/committer/committer.hpp"

#include <algorithm>
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
#include "server/committer/detail/batch.hpp"
#include "server/committer/detail/jobs.hpp"
#include "server/committer/detail/push_check.hpp"
#include "server/committer/detail/waiting_cases.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "shared/record/id.hpp"
#include "sync_protocol/message/message.hpp"

namespace zhibu::server {
namespace {

using detail::PushDone;
using detail::PushWork;
using detail::Queued;
using detail::QueuedBackup;
using detail::QueuedKeep;
using detail::QueuedPush;
using detail::QueuedStage;
using detail::QueuedWrite;
using detail::StageDone;
using detail::StageWork;
using detail::Work;
using detail::WriteDone;
using detail::WriteWork;

Stored<std::shared_ptr<const Control>> load_control(const catalog::Catalog& catalog,
                                                    StoreReading& store) {
    auto control = std::make_shared<Control>(catalog);
    for (const catalog::Kind& kind : catalog.kinds()) {
        if (control->reads(kind.id())) {
            ZHIBU_TRY_VOID(
                store.each(kind.id(), [&](const RecordState& state) { control->take(state); }));
        }
    }
    return std::shared_ptr<const Control>{std::move(control)};
}

}  // namespace

class Committer::Body {
public:
    Body(Parts parts, Settings settings, std::shared_ptr<const Control> control,
         detail::WaitingCases waiting, std::unique_ptr<StoreReader> reader);
    ~Body();

    void push(PushJob job, PushDone done);
    void stage(StageJob job, StageDone done);
    void write(ServerWrite write, WriteDone done);
    void keep(Keep work, std::function<void(bool)> done);
    void note_backup(LogIndex through);
    [[nodiscard]] std::shared_ptr<const Control> control() const;

private:
    /// Queues what a session sends; otherwise the reason why not.
    template <class Job>
    [[nodiscard]] std::optional<sync::RefusalReason> enqueue(Job job);
    void run();
    /// Says that there is work.
    void wake();
    void work_once();
    [[nodiscard]] std::optional<std::vector<Queued>> gather(std::chrono::milliseconds pause);
    [[nodiscard]] std::vector<Queued> take_queued();
    void process(std::vector<Queued> jobs);
    [[nodiscard]] bool commit(std::span<Work> works, CommitNotice& notice);
    /// Writes what is no group: a newer watermark, and what no tail needs any more. True where
    /// there was something.
    [[nodiscard]] Stored<bool> keep_log(StoreTransaction& transaction, std::span<const Work> works,
                                        CommitNotice& notice) const;
    [[nodiscard]] bool write(std::span<Work> works, CommitNotice& notice, CommitMeasure& measure);
    /// With what waits now, to whoever counts.
    void tell(CommitMeasure& measure) const;
    [[nodiscard]] std::vector<Work> prepare(std::vector<Queued> jobs);
    void answer(std::vector<Work> works);

    Parts parts_;
    Settings settings_;

    // The committer's thread alone.
    detail::WaitingCases waiting_;
    detail::PushCheck push_check_;
    detail::OwnChain own_;

    mutable std::mutex mutex_;
    std::condition_variable wakes_;
    std::shared_ptr<const Control> control_;
    std::deque<Queued> queue_;
    std::size_t queued_bytes_ = 0;
    bool stopping_ = false;

    /// Emptied on destruction; what an executor still has to do holds it weakly.
    std::shared_ptr<Body*> self_;
    std::thread thread_;
};

Committer::Body::Body(Parts parts, Settings settings, std::shared_ptr<const Control> control,
                      detail::WaitingCases waiting, std::unique_ptr<StoreReader> reader)
    : parts_{std::move(parts)},
      settings_{settings},
      waiting_{std::move(waiting)},
      push_check_{std::move(reader)},
      control_{std::move(control)} {
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

std::shared_ptr<const Control> Committer::Body::control() const {
    const std::lock_guard lock{mutex_};
    return control_;
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
    if (!jobs.empty()) {
        process(std::move(jobs));
    }
}

/// Waits for work, where there is upkeep only so long; no value when it is time to stop and all is
/// done.
std::optional<std::vector<Queued>> Committer::Body::gather(std::chrono::milliseconds pause) {
    std::unique_lock lock{mutex_};
    const auto is_woken = [this] { return stopping_ || !queue_.empty(); };
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

/// Decodes and verifies, for which no transaction need be open.
std::vector<Work> Committer::Body::prepare(std::vector<Queued> jobs) {
    std::vector<Work> works;
    for (Queued& queued : jobs) {
        if (auto* push = std::get_if<QueuedPush>(&queued)) {
            const DeviceId device = push->job.device;
            works.emplace_back(PushWork{
                device, push_check_.check(std::move(push->job)), std::move(push->done), {}});
        } else if (auto* stage = std::get_if<QueuedStage>(&queued)) {
            const auto wrong = push_check_.check(stage->job);
            works.emplace_back(
                StageWork{std::move(stage->job), std::move(stage->done),
                          wrong ? StageResult{std::unexpect, *wrong} : StageResult{}});
        } else if (auto* write = std::get_if<QueuedWrite>(&queued)) {
            works.emplace_back(
                WriteWork{std::move(write->write), std::move(write->done), LogIndex{}});
        } else if (auto* keep = std::get_if<QueuedKeep>(&queued)) {
            works.emplace_back(std::move(*keep));
        } else {
            works.emplace_back(std::get<QueuedBackup>(queued));
        }
    }
    return works;
}

void Committer::Body::process(std::vector<Queued> jobs) {
    std::vector<Work> works = prepare(std::move(jobs));
    CommitNotice notice;
    if (!commit(works, notice)) {
        // One job that the store cannot take must not hold up the others for ever: each alone.
        for (Work& work : works) {
            if (works.size() == 1 || !commit(std::span{&work, 1}, notice)) {
                detail::take_back(work);
            }
        }
    }
    answer(std::move(works));
    if (notice.head > LogIndex{} || notice.backed_up > LogIndex{}) {
        parts_.on_commit(notice);
    }
}

bool Committer::Body::commit(std::span<Work> works, CommitNotice& notice) {
    CommitMeasure measure;
    const auto began = parts_.stopwatch();
    measure.is_durable = write(works, notice, measure);
    if (measure.is_durable) {
        waiting_.settle();
    } else {
        waiting_.roll_back();
    }
    measure.whole = parts_.stopwatch() - began;
    tell(measure);
    return measure.is_durable;
}

/// False: nothing was written. `notice` is left alone where there was nothing to write.
bool Committer::Body::write(std::span<Work> works, CommitNotice& notice, CommitMeasure& measure) {
    auto transaction = parts_.store->begin();
    if (!transaction) {
        return false;
    }
    detail::Batch batch{parts_, settings_, **transaction,      control(),
                        own_,   waiting_,  parts_.clock->now()};
    bool is_kept = false;
    for (Work& work : works) {
        if (batch.is_broken()) {
            return false;
        }
        if (auto* push = std::get_if<PushWork>(&work)) {
            push->result = batch.push(push->device, push->push);
        } else if (auto* stage = std::get_if<StageWork>(&work)) {
            stage->result = stage->result ? batch.stage(stage->job) : stage->result;
        } else if (auto* write = std::get_if<WriteWork>(&work)) {
            write->result = batch.write(write->write);
        } else if (auto* keep = std::get_if<QueuedKeep>(&work)) {
            if (!keep->work(**transaction)) {
                return false;
            }
            is_kept = true;
        }
    }
    CommitNotice kept = notice;
    const auto log_is_kept = keep_log(**transaction, works, kept);
    if (batch.is_broken() || !log_is_kept) {
        return false;
    }
    if (!batch.has_written() && !*log_is_kept && !is_kept) {
        return true;
    }
    const auto began = parts_.stopwatch();
    if (!(*transaction)->commit()) {
        return false;
    }
    measure.durable_in = parts_.stopwatch() - began;
    measure.verdicts = batch.verdicts();
    notice = kept;
    if (!batch.has_written()) {
        return true;
    }
    own_ = batch.own();
    notice.head = batch.head();
    notice.control_changed = notice.control_changed || batch.has_changed_control();
    if (batch.has_changed_control()) {
        const std::lock_guard lock{mutex_};
        control_ = batch.control();
    }
    return true;
}

Stored<bool> Committer::Body::keep_log(StoreTransaction& transaction, std::span<const Work> works,
                                       CommitNotice& notice) const {
    const LogIndex before = notice.backed_up;
    for (const Work& work : works) {
        if (const auto* backup = std::get_if<QueuedBackup>(&work)) {
            ZHIBU_TRY_VOID(transaction.set_backed_up(backup->through));
            notice.backed_up = std::max(notice.backed_up, backup->through);
        }
    }
    const std::int64_t kept_ms = std::chrono::milliseconds{settings_.tail_kept}.count();
    const Instant horizon{parts_.clock->now().milliseconds - kept_ms};
    const std::int64_t staged_ms = std::chrono::milliseconds{settings_.staged_kept}.count();
    ZHIBU_TRY_VOID(
        transaction.drop_stagings_before(Instant{parts_.clock->now().milliseconds - staged_ms}));
    ZHIBU_TRY(compacted, transaction.compact(horizon, settings_.groups_max));
    static_cast<void>(compacted);
    return notice.backed_up > before;
}

void Committer::Body::answer(std::vector<Work> works) {
    for (Work& work : works) {
        if (auto* push = std::get_if<PushWork>(&work)) {
            push->done(std::move(push->result));
            continue;
        }
        if (auto* stage = std::get_if<StageWork>(&work)) {
            stage->done(std::move(stage->result));
            continue;
        }
        if (auto* keep = std::get_if<QueuedKeep>(&work)) {
            keep->done(keep->is_kept);
            continue;
        }
        auto* write = std::get_if<WriteWork>(&work);
        if (write == nullptr) {
            continue;
        }
        for (const DeviceKey& key : write->write.device_keys) {
            push_check_.forget(key.device);
        }
        write->done(std::move(write->result));
    }
}

Committer::Committer(std::unique_ptr<Body> body) : body_{std::move(body)} {}

Committer::~Committer() = default;

Stored<std::unique_ptr<Committer>> Committer::start(Parts parts, Settings settings) {
    ZHIBU_TRY(reader, parts.store->open_reader());
    ZHIBU_TRY(control, load_control(*parts.catalog, *reader));
    detail::WaitingCases waiting{*parts.catalog};
    ZHIBU_TRY_VOID(reader->each(parts.catalog->kind("case").id(),
                                [&](const RecordState& state) { waiting.take(state); }));
    waiting.settle();
    auto body = std::make_unique<Body>(std::move(parts), settings, std::move(control),
                                       std::move(waiting), std::move(reader));
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

std::shared_ptr<const Control> Committer::control() const { return body_->control(); }

}  // namespace zhibu::server

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "server/committer/committer.hpp"
#include "server/committer/control.hpp"
#include "server/committer/detail/batch.hpp"
#include "server/committer/detail/body.hpp"
#include "server/committer/detail/following.hpp"
#include "server/committer/detail/jobs.hpp"
#include "server/store/store.hpp"
#include "shared/record/check.hpp"

/// What the committer's thread does with what was queued.
namespace zhibu::server {

using detail::PushWork;
using detail::Queued;
using detail::QueuedBackup;
using detail::QueuedKeep;
using detail::QueuedPush;
using detail::QueuedStage;
using detail::QueuedWrite;
using detail::StageWork;
using detail::Work;
using detail::WriteWork;

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

void Committer::Body::follow_others() {
    {
        const std::lock_guard lock{mutex_};
        if (!std::exchange(must_follow_, false)) {
            return;
        }
    }
    StoreReader& store = push_check_.reader();
    CommitNotice notice;
    // Where it cannot be read now, the next one who says so asks again.
    const auto backed_up = store.backed_up();
    if (!backed_up || !catch_up(store, notice)) {
        return;
    }
    if (*backed_up > backed_up_) {
        backed_up_ = notice.backed_up = *backed_up;
    }
    if (notice.head > LogIndex{} || notice.backed_up > LogIndex{}) {
        parts_.on_commit(notice);
    }
}

Stored<void> Committer::Body::catch_up(StoreReading& store, CommitNotice& notice) {
    ZHIBU_TRY(head, store.head());
    if (head == seen_) {
        return {};
    }
    if (head < seen_) {
        // What was acknowledged is gone: whoever put the store back must say so first.
        return std::unexpected{StoreError{StoreFault::damaged, "log"}};
    }
    const auto before = control();
    ZHIBU_TRY(chain, store.chain(parts_.server_device, own_.incarnation));
    ZHIBU_TRY(control, detail::follow(*parts_.catalog, store, {seen_, head}, before, waiting_));
    // A commit whose answer was lost may have been one all the same.
    own_.last = chain.last;
    own_.last_hash = chain.last_hash;
    seen_ = notice.head = head;
    if (control != before) {
        notice.control_changed = true;
        push_check_.forget_all();
        take_control(std::move(control));
    }
    return {};
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

/// False: nothing was written, or nobody knows. What others had committed is in `notice` all the
/// same.
bool Committer::Body::write(std::span<Work> works, CommitNotice& notice, CommitMeasure& measure) {
    auto transaction = parts_.store->begin();
    if (!transaction || !catch_up(**transaction, notice)) {
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
        // The answer alone may be lost: what there is now is looked at as soon as can be.
        follow();
        return false;
    }
    measure.durable_in = parts_.stopwatch() - began;
    measure.verdicts = batch.verdicts();
    notice = kept;
    backed_up_ = std::max(backed_up_, notice.backed_up);
    if (!batch.has_written()) {
        return true;
    }
    own_ = batch.own();
    seen_ = notice.head = batch.head();
    notice.control_changed = notice.control_changed || batch.has_changed_control();
    if (batch.has_changed_control()) {
        take_control(batch.control());
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

}  // namespace zhibu::server

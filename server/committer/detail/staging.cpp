#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <utility>

#include "server/committer/committer.hpp"
#include "server/committer/control.hpp"
#include "server/committer/detail/batch.hpp"
#include "server/committer/detail/push_check.hpp"
#include "server/store/store.hpp"
#include "shared/record/check.hpp"
#include "sync_protocol/message/message.hpp"

/// Batch's part in what no message holds: parts are kept, durably, until the whole is judged as any
/// push.
namespace zhibu::server::detail {
namespace {

using sync::RefusalReason;

StageResult refused(RefusalReason reason, std::string detail = {}) {
    return StageResult{std::unexpect, refusal_of(reason, std::move(detail))};
}

}  // namespace

StageResult Batch::stage(const StageJob& job) {
    const Device* known = control_->device(RecordId{job.device.uuid});
    if (known == nullptr || !known->active) {
        return refused(RefusalReason::device_not_active);
    }
    auto held = transaction_.staging(job.device);
    if (held) {
        auto staged = job.part ? stage_part(job, *held) : stage_offer(job, *held);
        if (staged) {
            return *std::move(staged);
        }
    }
    broken_ = true;
    return refused(RefusalReason::server_storage_failed);
}

Stored<StageResult> Batch::stage_offer(const StageJob& job, const std::optional<Staging>& held) {
    const sync::GroupOffer& offer = job.offer;
    // An entry of the outbox is longer than its group; what the group has is asked when it is open.
    const std::uint64_t most = settings_.group_bytes_max + (offer.is_boxed ? 1024 : 0);
    if (offer.bytes == 0 || offer.bytes > most) {
        return refused(
            RefusalReason::message_too_large,
            "group of " + std::to_string(offer.bytes) + " bytes, at most " + std::to_string(most));
    }
    if (held && held->offer == offer) {
        return StageResult{held->held};
    }
    ZHIBU_TRY(offered, transaction_.bytes_offered());
    const std::uint64_t others = offered - (held ? held->offer.bytes : 0);
    if (others > 0 && others + offer.bytes > settings_.staged_bytes_max) {
        return refused(RefusalReason::server_busy, "staging");
    }
    ZHIBU_TRY_VOID(transaction_.begin_staging(job.device, offer, now_));
    written_ = true;
    return StageResult{0};
}

Stored<StageResult> Batch::stage_part(const StageJob& job, const std::optional<Staging>& held) {
    // Another session of the device may have taken its place, or an officer's patience has ended.
    if (!held || held->offer != job.offer || held->held != job.part->at ||
        job.part->bytes.size() > held->offer.bytes - held->held) {
        return refused(RefusalReason::unexpected_message,
                       "part at " + std::to_string(job.part->at) + ", held " +
                           std::to_string(held ? held->held : 0));
    }
    ZHIBU_TRY_VOID(transaction_.stage(job.device, job.part->bytes, now_));
    written_ = true;
    return StageResult{held->held + job.part->bytes.size()};
}

}  // namespace zhibu::server::detail

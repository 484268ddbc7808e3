#include "server/session/hand_in.hpp"

#include <string>
#include <utility>

#include "shared/record/check.hpp"

namespace zhibu::server {
namespace {

using sync::RefusalReason;

std::unexpected<sync::Refusal> refused(RefusalReason reason, std::string detail = {}) {
    sync::Refusal refusal;
    refusal.reason = reason;
    refusal.detail = std::move(detail);
    return std::unexpected{std::move(refusal)};
}

}  // namespace

std::expected<PushJob, sync::Refusal> hand_in_of(const RecordId& account,
                                                 const IncarnationId& incarnation,
                                                 const std::optional<DeviceId>& certified_device,
                                                 const Control& control) {
    const Device* device =
        certified_device ? control.device(RecordId{certified_device->uuid}) : nullptr;
    if (device == nullptr || device->account != account) {
        return refused(RefusalReason::unknown_device);
    }
    if (!device->active) {
        return refused(RefusalReason::device_not_active);
    }
    return PushJob{*certified_device, incarnation, account, {}, true};
}

std::expected<PushJob, sync::Refusal> open_hand_in(const sync::HandIn& hand_in,
                                                   const std::optional<DeviceId>& certified_device,
                                                   const Control& control, const Unbox& unbox) {
    ZHIBU_TRY(job, hand_in_of(hand_in.account, hand_in.incarnation, certified_device, control));
    for (const sync::BoxedGroup& boxed : hand_in.groups) {
        auto group = unbox(boxed.box);
        if (!group) {
            return refused(RefusalReason::malformed_message,
                           "box " + std::to_string(job.groups.size() + 1));
        }
        job.groups.push_back(*std::move(group));
    }
    return job;
}

}  // namespace zhibu::server

#include "server/committer/detail/push_check.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/committer/committer.hpp"
#include "server/store/store.hpp"
#include "shared/keys/digest.hpp"
#include "shared/keys/p256.hpp"
#include "shared/record/change.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/message/message.hpp"

namespace zhibu::server::detail {
namespace {

/// A verifier takes a few kilobytes; more devices than this take turns.
constexpr std::size_t verifiers_max = 4096;

}  // namespace

sync::Refusal refusal_of(sync::RefusalReason reason, std::string detail) {
    sync::Refusal refusal;
    refusal.reason = reason;
    refusal.detail = std::move(detail);
    return refusal;
}

PushCheck::PushCheck(std::unique_ptr<StoreReader> reader) : reader_{std::move(reader)} {}

void PushCheck::forget_all() { verifiers_.clear(); }

void PushCheck::forget(const DeviceId& device) { verifiers_.erase(device); }

const keys::P256Verifier* PushCheck::verifier_of(const DeviceId& device,
                                                 std::optional<sync::Refusal>& refusal) {
    if (const auto known = verifiers_.find(device); known != verifiers_.end()) {
        return &known->second;
    }
    const auto key = reader_->device_key(device);
    if (!key) {
        refusal = refusal_of(sync::RefusalReason::server_storage_failed);
        return nullptr;
    }
    const std::optional<DeviceKey>& held = *key;
    if (!held) {
        refusal = refusal_of(sync::RefusalReason::unknown_device);
        return nullptr;
    }
    auto verifier = keys::P256Verifier::from_public_key(held->public_key);
    if (!verifier) {
        refusal = refusal_of(sync::RefusalReason::unknown_device, "public key");
        return nullptr;
    }
    if (verifiers_.size() >= verifiers_max) {
        verifiers_.clear();
    }
    return &verifiers_.emplace(device, *std::move(verifier)).first->second;
}

std::optional<sync::Refusal> PushCheck::check(const StageJob& job) {
    std::optional<sync::Refusal> refusal;
    if (job.part || job.offer.is_boxed) {
        return refusal;
    }
    const keys::P256Verifier* verifier = verifier_of(job.device, refusal);
    if (verifier != nullptr && !verifier->verify(job.offer.hash, job.offer.signature)) {
        refusal = refusal_of(sync::RefusalReason::signature_wrong,
                             "sequence " + std::to_string(job.offer.sequence.position));
    }
    return refusal;
}

std::vector<record::SealedGroup> PushCheck::staged_group(const PushJob& job,
                                                         std::optional<sync::Refusal>& refusal) {
    auto bytes = reader_->staged_bytes(job.device);
    if (!bytes) {
        refusal = refusal_of(sync::RefusalReason::server_storage_failed);
        return {};
    }
    if (bytes->size() != job.staged->bytes || keys::sha256(*bytes) != job.staged->hash) {
        refusal =
            refusal_of(sync::RefusalReason::malformed_message, "parts are not what was offered");
        return {};
    }
    if (!job.staged->is_boxed) {
        return {record::SealedGroup{*std::move(bytes), job.staged->signature}};
    }
    auto group = job.unbox(*bytes);
    if (!group) {
        refusal = refusal_of(sync::RefusalReason::malformed_message, "box");
        return {};
    }
    return {*std::move(group)};
}

AuthenticPush PushCheck::check(PushJob job) {
    using enum sync::RefusalReason;
    AuthenticPush push;
    push.is_hand_in = job.is_hand_in;
    push.is_staged = job.staged.has_value();
    if (push.is_staged) {
        job.groups = staged_group(job, push.refusal);
        if (push.refusal) {
            return push;
        }
    }
    const keys::P256Verifier* verifier = verifier_of(job.device, push.refusal);
    if (verifier == nullptr) {
        return push;
    }
    for (record::SealedGroup& sealed : job.groups) {
        auto group = sync::decode_group(sealed.bytes);
        if (!group) {
            push.refusal = refusal_of(malformed_message, "group: " + sync::to_text(group.error()));
            return push;
        }
        if (group->name.device != job.device || group->name.incarnation != job.incarnation ||
            group->author != job.account) {
            push.refusal = refusal_of(malformed_message, "group of another device or account");
            return push;
        }
        const Hash hash = keys::sha256(sealed.bytes);
        if (!verifier->verify(hash, sealed.signature)) {
            push.refusal = refusal_of(signature_wrong,
                                      "sequence " + std::to_string(group->name.sequence.position));
            return push;
        }
        push.groups.push_back({*std::move(group), std::move(sealed), hash});
    }
    return push;
}

}  // namespace zhibu::server::detail

#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "server/committer/committer.hpp"
#include "shared/keys/p256.hpp"
#include "shared/record/change.hpp"

namespace zhibu::server::detail {

/// A group that its device has signed, and its hash.
struct AuthenticGroup {
    record::Group group;
    record::SealedGroup sealed;
    Hash hash{};
};

/// The authentic groups of a push up to the first that is not, and then why the session must end.
struct AuthenticPush {
    std::vector<AuthenticGroup> groups;
    std::optional<sync::Refusal> refusal;
    bool is_hand_in = false;
    /// It is what the device has staged.
    bool is_staged = false;
};

/// Decodes and verifies pushes before a transaction is opened. Keeps the devices' keys.
/// Threads: not synchronised.
class PushCheck {
public:
    explicit PushCheck(std::unique_ptr<StoreReader> reader);

    [[nodiscard]] AuthenticPush check(PushJob job);
    /// Why what is offered is not the device's, where that shows: nobody else's takes room.
    [[nodiscard]] std::optional<sync::Refusal> check(const StageJob& job);
    /// The device's key has been replaced.
    void forget(const DeviceId& device);
    void forget_all();

    [[nodiscard]] StoreReader& reader() { return *reader_; }

private:
    /// The group that is staged, whole; otherwise the reason in `refusal`.
    [[nodiscard]] std::vector<record::SealedGroup> staged_group(
        const PushJob& job, std::optional<sync::Refusal>& refusal);
    /// None, with the reason in `refusal`, where there is no key to verify with.
    [[nodiscard]] const keys::P256Verifier* verifier_of(const DeviceId& device,
                                                        std::optional<sync::Refusal>& refusal);

    std::unique_ptr<StoreReader> reader_;
    std::unordered_map<DeviceId, keys::P256Verifier> verifiers_;
};

[[nodiscard]] sync::Refusal refusal_of(sync::RefusalReason reason, std::string detail = {});

}  // namespace zhibu::server::detail

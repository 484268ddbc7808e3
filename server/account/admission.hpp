#pragma once

#include <array>
#include <expected>
#include <optional>
#include <span>

#include "server/account/lease.hpp"
#include "server/account/lockout.hpp"
#include "server/committer/control.hpp"
#include "server/store/store.hpp"
#include "sync_protocol/message/message.hpp"

namespace zhibu::server {

/// What a session's admission is decided on.
struct AdmissionCase {
    const sync::Challenge& challenge;
    const sync::Hello& hello;
    std::span<const std::uint8_t, 32> channel_binding;
    /// The device named by the TLS certificate; none without one.
    std::optional<DeviceId> certified_device;
    /// What the store holds of the device and of the account.
    const std::optional<DeviceKey>& device_key;
    const std::optional<Credential>& credential;
};

/// Decides whether a session may open: the certificate's device is the one that speaks, it belongs
/// to the account, both may work now, and the account's key has signed this channel's challenge.
/// Counts wrong proofs in `lockout`; the caller says there when the device has succeeded, which it
/// has not before it has shown a second factor that the account has. A refusal says no more than
/// the person may know.
[[nodiscard]] std::expected<const Account*, sync::Refusal> admit(const AdmissionCase& case_,
                                                                 const Control& control,
                                                                 Lockout& lockout, Instant now);

}  // namespace zhibu::server

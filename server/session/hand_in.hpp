#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "server/committer/committer.hpp"
#include "server/committer/control.hpp"
#include "sync_protocol/message/message.hpp"

namespace zhibu::server {

/// The group in an outbox's entry sealed to this server; no value where it does not open.
using Unbox = std::function<std::optional<record::SealedGroup>(std::span<const std::uint8_t> box)>;

/// A push without groups of a device that has not signed in. Refused: one that is not of this
/// account or was revoked.
[[nodiscard]] std::expected<PushJob, sync::Refusal> hand_in_of(
    const RecordId& account, const IncarnationId& incarnation,
    const std::optional<DeviceId>& certified_device, const Control& control);

/// What a device hands in without signing in, as a push of that device: its boxes are opened, and
/// the committer judges each group by the account as it is now, so that a disabled account's work
/// goes to quarantine. Source: vault.md, "Keys"; sync.md, "Edit windows".
/// Refused, with nothing stored: a device that is not of this account or was revoked, and a hand-in
/// of which one box does not open (its number, from 1, in `detail`).
[[nodiscard]] std::expected<PushJob, sync::Refusal> open_hand_in(
    const sync::HandIn& hand_in, const std::optional<DeviceId>& certified_device,
    const Control& control, const Unbox& unbox);

}  // namespace zhibu::server

#pragma once

#include "server/committer/control.hpp"
#include "shared/rules/rules.hpp"
#include "sync_protocol/message/message.hpp"

namespace zhibu::server {

/// How long offline work may last. Source: vault.md, "Keys".
struct LeaseLengths {
    std::int64_t hours = 72;
    std::int64_t temporary_hours = 24;
};

/// The lease that `account` has on `device` at `now`: never beyond the edit period it falls in, nor
/// a temporary account's end. Outside every period it permits nothing from the start, and still
/// names the coming ones, so that the device can say when the next one opens.
/// @param serial  greater than of every lease given to this device before
[[nodiscard]] sync::Lease grant_lease(const Control& control, const Account& account,
                                      const DeviceId& device, const record::SpaceId& space,
                                      std::uint64_t serial, Instant now,
                                      const LeaseLengths& lengths,
                                      const rules::Parameters& parameters);

}  // namespace zhibu::server

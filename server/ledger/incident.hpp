#pragma once

#include <optional>

#include "server/committer/committer.hpp"
#include "server/committer/control.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/keys/ed25519.hpp"
#include "sync_protocol/message/message.hpp"

namespace zhibu::server {

/// The device that found it, and whose account was signed in.
struct IncidentReporter {
    DeviceId device;
    RecordId account;
};

/// The group that keeps what a device reports, as a record of kind `incident` at the space's root,
/// where the committee's officers see it. One a device, sort and day: its id follows from them, so
/// that the group of a report that came before is refused with "record_exists".
/// Of a pinned head the size, root and time are kept only where `server_key` has signed it: a
/// device may claim anything. No value: the space has no root yet.
[[nodiscard]] std::optional<ServerWrite> incident_write(const sync::IncidentReport& report,
                                                        const IncidentReporter& reporter,
                                                        const keys::Ed25519Public& server_key,
                                                        const Control& control,
                                                        const catalog::Catalog& catalog,
                                                        Instant now);

}  // namespace zhibu::server

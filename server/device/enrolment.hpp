#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "server/committer/committer.hpp"
#include "server/device/derivation_desk.hpp"
#include "server/session/reading_desk.hpp"
#include "server/session/session_host.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/keys/account_key.hpp"
#include "shared/keys/authority.hpp"
#include "shared/keys/x25519.hpp"
#include "sync_protocol/session/wire.hpp"

namespace zhibu::server {

/// What enrolling needs of the server.
struct EnrolmentParts {
    sync::Executor* executor = nullptr;
    Committer* committer = nullptr;
    ReadingDesk* desk = nullptr;
    DerivationDesk* derivations = nullptr;
    record::Clock* clock = nullptr;
    record::Random* random = nullptr;
    const catalog::Catalog* catalog = nullptr;
    /// Issues the devices' certificates.
    const keys::Issuer* device_authority = nullptr;
    /// The root, sent along so that the device can pin it.
    keys::Certificate root;
    record::SpaceId space;
    keys::Ed25519Public server_key{};
    keys::X25519Public server_box_key{};
    keys::Argon2Cost password_cost;
    /// Whether a session of that device is open; on the executor.
    std::function<bool(const DeviceId&)> is_connected = [](const DeviceId&) { return false; };
    LogLine log;
};

inline constexpr std::int64_t device_certificate_days = 30;

/// Takes one enrolment over one wire without a client certificate: the code is checked, the
/// password derived and forgotten, the certificate issued, and code, device, key and credential
/// committed in one transaction; only then does the device hear of it. A refusal leaves the code
/// as it was.
/// Threads: confined to the parts' executor.
[[nodiscard]] std::unique_ptr<sync::WireEvents> make_enrolment(
    std::shared_ptr<const EnrolmentParts> parts);

}  // namespace zhibu::server

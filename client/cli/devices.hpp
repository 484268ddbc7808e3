#pragma once

#include <expected>
#include <string>
#include <vector>

#include "client/cli/session.hpp"
#include "client/replica/replica.hpp"

/// Devices and who holds an account: records.md, E1, E10.
namespace zhibu::client {

struct DeviceWords {
    std::string which;
    /// Of this account alone; empty for all.
    std::string account;
    /// As the device shows it; its beginning will do.
    std::string fingerprint;
    std::string reason;
};

Exit list_devices(Console& console, const DeviceWords& words);
/// Lets a device work whose fingerprint begins as `fingerprint` says: the officer compares it with
/// what stands on that device's own screen.
Exit approve_device(Console& console, const DeviceWords& words);
Exit revoke_device(Console& console, const DeviceWords& words);
/// What the officer compares: of this device's certificate, as the server has kept it at enrolment.
Exit show_fingerprint(Console& console);

struct KeeperWords {
    std::string account;
    std::string holder;
    std::string post;
    std::string phone;
};

/// A new holder with a contact of the own; the former one's devices are revoked in the same group
/// . The password comes anew with the new holder's enrolment code.
Exit hand_over(Console& console, const KeeperWords& words);
/// The own account: shows it, or sets post and contact where they are given.
Exit own_profile(Console& console, const KeeperWords& words);

/// Takes every device of the account out of use that still is in it.
[[nodiscard]] std::expected<std::vector<DraftChange>, ReplicaError> revocations(
    Replica& replica, const record::RecordId& account, const std::string& reason);

}  // namespace zhibu::client

#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "client/access/device_outbox.hpp"
#include "client/access/safe.hpp"
#include "client/identity/identity.hpp"
#include "shared/keys/x25519.hpp"
#include "shared/vault/disk.hpp"
#include "sync_protocol/message/message.hpp"
#include "tests/support/fixed_clock.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/support/temporary_directory.hpp"

namespace zhibu::client::test {

inline constexpr record::Instant morning{1'780'000'000'000};
inline constexpr std::int64_t hour_ms = 3'600'000;

inline record::Instant hours_later(std::int64_t hours) {
    return {morning.milliseconds + hours * hour_ms};
}

/// An enrolled device in a folder of its own, and what its server would grant it.
class EnrolledDevice {
public:
    EnrolledDevice();

    /// What the server sends: a lease that ends so many hours after `morning`.
    [[nodiscard]] sync::Lease lease(std::uint64_t serial, std::int64_t hours) const;
    [[nodiscard]] std::array<std::uint8_t, 32> secret(std::uint64_t serial) const;

    /// A first synchronisation: a new replica, whose first lease ends after so many hours.
    Access synchronised(std::int64_t hours);

    [[nodiscard]] std::expected<Access, AccessFault> open(std::string_view word);

    support::TemporaryDirectory folder;
    IdentityFiles files{folder.path()};
    Identity identity;
    keys::X25519Key server = keys::X25519Key::generate();
    vault::SystemDisk disk;
    support::SeededRandom random{11};
    Safe safe{files, disk, random};
};

inline constexpr std::string_view password = "correct horse battery staple";

}  // namespace zhibu::client::test

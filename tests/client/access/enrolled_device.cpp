#include "tests/client/access/enrolled_device.hpp"

#include <gtest/gtest.h>

#include <utility>

#include "shared/keys/account_key.hpp"

namespace zhibu::client::test {
namespace {

record::Uuid uuid(std::uint8_t byte) {
    record::Uuid made;
    made.bytes.fill(byte);
    return made;
}

}  // namespace

EnrolledDevice::EnrolledDevice() {
    identity.space = record::SpaceId{uuid(1)};
    identity.device = record::DeviceId{uuid(2)};
    identity.account = record::RecordId{uuid(3)};
    identity.password_salt.fill(4);
    identity.password_cost = {keys::argon2_cost_min.memory_kib, keys::argon2_cost_min.passes,
                              keys::argon2_cost_min.lanes};
    identity.server_box_key = server.public_key();
}

sync::Lease EnrolledDevice::lease(std::uint64_t serial, std::int64_t hours) const {
    sync::Lease lease;
    lease.serial = serial;
    lease.space = identity.space;
    lease.account = identity.account;
    lease.device = identity.device;
    lease.granted_at = morning;
    lease.expires_at = hours_later(hours);
    return lease;
}

std::array<std::uint8_t, 32> EnrolledDevice::secret(std::uint64_t serial) const {
    std::array<std::uint8_t, 32> secret{};
    secret.fill(static_cast<std::uint8_t>(serial));
    return secret;
}

Access EnrolledDevice::synchronised(std::int64_t hours) {
    auto access = open(password);
    EXPECT_TRUE(access);
    EXPECT_TRUE(safe.start_anew(*access));
    EXPECT_TRUE(safe.take_lease(*access, lease(1, hours), secret(1), morning));
    return *std::move(access);
}

std::expected<Access, AccessFault> EnrolledDevice::open(std::string_view word) {
    return safe.open(keys::SecretBytes{word}, identity);
}

}  // namespace zhibu::client::test

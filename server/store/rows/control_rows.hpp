#pragma once

#include <optional>

#include "server/store/rows/query.hpp"
#include "server/store/store.hpp"

namespace zhibu::server::detail {

/// What accounts and devices prove themselves with, and when devices were here.
/// Throws Failed.
class ControlRows {
public:
    explicit ControlRows(Connection& connection) : connection_(connection) {}

    [[nodiscard]] std::optional<Credential> credential(const RecordId& account);
    [[nodiscard]] std::optional<DeviceKey> device_key(const DeviceId& device);
    [[nodiscard]] std::optional<Contact> contact(const DeviceId& device);
    [[nodiscard]] std::optional<EnrolmentCode> enrolment_code(const Hash& code_hash);
    [[nodiscard]] SecondFactors second_factors(const RecordId& account);
    [[nodiscard]] Known known();
    void write(const RecordId& account, const Credential& credential);
    void write(const RecordId& account, const SecondFactors& factors);
    void write(const DeviceKey& key);
    void write(const Contact& contact);
    void write(const EnrolmentCode& code);

private:
    Connection& connection_;
};

}  // namespace zhibu::server::detail

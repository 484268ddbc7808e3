#include "tests/support/tls_space.hpp"
#include <cstdint>
#include <string>
#include <vector>

#include "client/agent/wire_client.hpp"
#include "shared/keys/authority.hpp"
#include "shared/keys/digest.hpp"
#include "shared/keys/p256.hpp"
#include "shared/record/clock.hpp"
#include "shared/record/id.hpp"

namespace zhibu::support {
namespace {

constexpr std::int64_t day_ms = 86'400'000;

}  // namespace

TlsSpace::TlsSpace()
    : now_{keys::SystemClock{}.now()},
      root_{keys::make_root("test root", days(-400, 3650), random_)},
      servers_{keys::make_intermediate(root_, "test servers", keys::Usage::server, days(-400, 3650),
                                       random_)},
      devices_{keys::make_intermediate(root_, "test devices", keys::Usage::device, days(-400, 3650),
                                       random_)} {}

keys::Validity TlsSpace::days(int from, int until) const {
    return {record::Instant{now_.milliseconds + from * day_ms},
            record::Instant{now_.milliseconds + until * day_ms}};
}

std::string TlsSpace::trusted_for_devices() const {
    return to_pem(root_.certificate) + to_pem(devices_.certificate);
}

std::string TlsSpace::server_chain(const keys::Issuer& server) const {
    return to_pem(server.certificate) + to_pem(servers_.certificate) + to_pem(root_.certificate);
}

keys::Issuer TlsSpace::issue_server(const std::vector<std::string>& hosts,
                                    const keys::Validity& validity) {
    return keys::issue_server(servers_, hosts, validity, random_);
}

client::DeviceCredentials TlsSpace::issue_device(const record::DeviceId& device, int from_days,
                                                 int until_days) {
    const keys::P256Key key = keys::P256Key::generate();
    const auto certificate = keys::issue_device(devices_, keys::make_signing_request(key), device,
                                                days(from_days, until_days), random_);
    return {to_pem(certificate.value()) + to_pem(devices_.certificate), key.to_pem()};
}

client::DeviceCredentials TlsSpace::servers_as_device() {
    const keys::Issuer server = issue_server({"127.0.0.1"}, days(-1, 30));
    return {to_pem(server.certificate) + to_pem(servers_.certificate), server.key.to_pem()};
}

client::ServerTrust TlsSpace::pinned() const { return {to_pem(root_.certificate), {}}; }

client::ServerTrust TlsSpace::by_fingerprint() const {
    return {{}, keys::sha256(root_.certificate.der)};
}

record::DeviceId TlsSpace::new_device() {
    return record::DeviceId{record::make_uuid_v7(now_, random_)};
}

}  // namespace zhibu::support

#pragma once

#include <string>
#include <vector>

#include "client/agent/wire_client.hpp"
#include "shared/keys/authority.hpp"
#include "shared/keys/system.hpp"

namespace zhibu::support {

/// One committee's certificates, made anew: an authority, a server on 127.0.0.1 and localhost, and
/// devices on demand. Real time, for OpenSSL judges by it.
class TlsSpace {
public:
    TlsSpace();

    /// PEM of the root and the devices' intermediate.
    [[nodiscard]] std::string trusted_for_devices() const;
    /// PEM of the server's certificate, its intermediate and the root.
    [[nodiscard]] std::string server_chain(const keys::Issuer& server) const;
    [[nodiscard]] keys::Issuer issue_server(const std::vector<std::string>& hosts,
                                            const keys::Validity& validity);
    /// A device's credentials that hold from `from_days` to `until_days`, counted from now.
    [[nodiscard]] client::DeviceCredentials issue_device(const record::DeviceId& device,
                                                         int from_days = -1, int until_days = 30);
    /// What a server's certificate looks like where a device's is expected.
    [[nodiscard]] client::DeviceCredentials servers_as_device();

    [[nodiscard]] keys::Validity days(int from, int until) const;
    [[nodiscard]] client::ServerTrust pinned() const;
    [[nodiscard]] client::ServerTrust by_fingerprint() const;
    [[nodiscard]] record::DeviceId new_device();

private:
    keys::SystemRandom random_;
    record::Instant now_;
    keys::Issuer root_;
    keys::Issuer servers_;
    keys::Issuer devices_;
};

}  // namespace zhibu::support

#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/identity/identity.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "shared/record/change.hpp"
#include "sync_protocol/session/wire.hpp"

namespace zhibu::client {

struct Endpoint {
    std::string host;
    std::uint16_t port = 0;
    /// "/sync" or "/enrol".
    std::string target;
    /// Asked in this order where those before take no connection.
    std::vector<ServerAddress> further = {};
};

/// By what the right server is known: the pinned root, or, before enrolment, its fingerprint.
struct ServerTrust {
    /// PEM.
    std::string root;
    /// SHA-256 of the root's DER; the server sends the root along. Used where `root` is empty.
    record::Hash root_fingerprint{};
};

/// How the device proves itself; none before enrolment.
struct DeviceCredentials {
    /// PEM: the device's certificate and its intermediate.
    std::string chain;
    /// PEM.
    keys::SecretBytes key;
};

struct WireDeadlines {
    std::chrono::seconds connect{10};
    std::chrono::seconds idle{60};
    std::chrono::seconds close{5};
};

/// Opens wires to the committee's server: TLS 1.3 only, the server's name and root checked.
/// Threads: run() lends its thread to everything; post() and stop() may be used from any.
class WireClient {
public:
    explicit WireClient(WireDeadlines deadlines = WireDeadlines{});
    ~WireClient();
    WireClient(const WireClient&) = delete;
    WireClient& operator=(const WireClient&) = delete;

    [[nodiscard]] sync::Executor& executor();

    /// Begins to connect; `events` hears on_open, or on_closed alone with the reason. It must live
    /// until on_closed has returned.
    /// Threads: on the executor.
    void connect(const Endpoint& endpoint, const ServerTrust& trust,
                 const DeviceCredentials* credentials, sync::WireEvents& events);

    /// Serves until stop(). What is still open then is abandoned.
    void run();
    void stop();

private:
    class Body;
    std::unique_ptr<Body> body_;
};

}  // namespace zhibu::client

#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/listener/gate.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "sync_protocol/session/wire.hpp"

namespace zhibu::server {

struct ListenError {
    enum class Fault : std::uint8_t { address_unusable, certificate_unusable };

    Fault fault = Fault::address_unusable;
    /// What the system or the library said.
    std::string detail;
};

struct ListenerSettings {
    std::string address = "127.0.0.1";
    /// 0 takes any free port; port() says which.
    std::uint16_t port = 0;
    std::size_t connections_max = 10'000;
    /// Connections that are not wires yet; at it no other is taken until one of them is.
    std::size_t handshakes_max = 256;
    /// PEM: the server's certificate, its intermediate, the root.
    std::string server_chain;
    /// PEM: the root and the devices' intermediate; a client certificate must lead to the root
    /// through it.
    std::string trusted_for_devices;
    std::chrono::seconds handshake_deadline{10};
    /// A silent peer is pinged after half of it and dropped after all of it.
    std::chrono::seconds idle_deadline{60};
    std::chrono::seconds close_deadline{5};
    /// A wire whose peer does not take what is sent is dropped at this.
    std::size_t unsent_bytes_max = 16U << 20U;
    std::size_t message_bytes_max = 1U << 20U;
};

/// What the machine's own monitoring is told.
struct Monitored {
    unsigned status = 200;
    std::string_view type = "application/json";
    std::string body;
};

/// How the listener stands, and what became of those that came.
struct ListenerCounts {
    std::size_t connections = 0;
    /// Of these, those that are not wires yet.
    std::size_t handshakes = 0;
    /// Connections that the system holds until they are taken.
    std::size_t waiting = 0;
    /// What became of the others, by `gate_ends`, since the start.
    std::array<std::uint64_t, gate_ends.size()> left{};
};

/// Takes connections: TLS 1.3 only, mutual, no tickets, no resumption; WebSocket target /sync with
/// a device certificate, /enrol without one; binary messages. Owns sockets, decides nothing.
///
/// Threads: run() lends its thread to everything; stop() and the executor may be used from any.
class Listener {
public:
    /// Makes the events of a new wire; they are destroyed after on_closed.
    using Accept = std::function<std::unique_ptr<sync::WireEvents>()>;

    struct Accepts {
        Accept sync;
        Accept enrol;
    };

    /// Opens the port; nothing is accepted before run().
    /// @param key  PEM of the server's key; not kept
    [[nodiscard]] static std::expected<std::unique_ptr<Listener>, ListenError> open(
        ListenerSettings settings, const keys::SecretBytes& key);

    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    [[nodiscard]] sync::Executor& executor();
    [[nodiscard]] std::uint16_t port() const;

    /// Accepts and serves until stopped.
    void run(Accepts accepts);

    /// `work` runs on the executor at the first SIGINT or SIGTERM, and is expected to stop(); the
    /// second ends run() at once. Call before run().
    void on_stop_signal(std::function<void()> work);

    /// `work` runs on the executor at each SIGHUP. Call before run().
    void on_reload_signal(std::function<void()> work);

    /// New connections are served with this certificate, those that stand with theirs. On the
    /// executor. Errors: certificate_unusable; nothing has changed then.
    /// @param chain  as ListenerSettings::server_chain
    [[nodiscard]] std::expected<void, ListenError> use_certificate(std::string chain,
                                                                   const keys::SecretBytes& key);

    /// On the executor. Fewer end no connection. @param handshakes  at least 1 (checked)
    void set_limits(std::size_t connections, std::size_t handshakes);

    /// On the executor.
    [[nodiscard]] ListenerCounts counts() const;

    /// Answers GET on loopback with what `answer` gives for the path (no value: 404), until the
    /// last wire has closed after stop(). Call before run(). Port 0 takes any free one; returns
    /// which.
    [[nodiscard]] std::expected<std::uint16_t, ListenError> serve_health(
        std::uint16_t port,
        std::function<std::optional<Monitored>(const std::string& path)> answer);

    /// Accepts no more, closes all wires, and lets run() return when they are closed or after
    /// `grace`.
    void stop(std::chrono::seconds grace);

private:
    class Body;
    explicit Listener(std::unique_ptr<Body> body);
    std::unique_ptr<Body> body_;
};

}  // namespace zhibu::server

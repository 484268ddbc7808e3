#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shared/record/change.hpp"
#include "shared/record/id.hpp"

/// A channel of binary messages and the thread it lives on, without saying what they are made of:
/// TLS sockets in the programs, queues in tests and in the simulator.
namespace zhibu::sync {

/// Who is at the other end, as the channel itself has proved.
struct PeerIdentity {
    /// The device that the client certificate names; none without a certificate.
    std::optional<record::DeviceId> device;
    record::Hash certificate_fingerprint{};
    /// TLS exporter "EXPORTER-zhibu-session", 32 bytes, equal on both ends of one connection.
    std::array<std::uint8_t, 32> channel_binding{};
    /// For logs.
    std::string address;
};

/// Why a wire could not be opened, or closed.
enum class WireFault : std::uint8_t {
    closed_by_peer,  // an orderly end
    closed_here,     // our own close()
    cannot_resolve,
    cannot_connect,
    timed_out,
    connection_lost,
    server_untrusted,  // its certificate does not lead to the pinned root
    server_expired,
    server_wrong_host,
    certificate_refused,  // the server does not take this device's certificate
    certificate_expired,  // ... because it has expired
    message_too_large,
    protocol_error,
};

struct WireError {
    WireFault fault = WireFault::connection_lost;
    /// What the library said; for logs.
    std::string detail;
};

/// One open channel. Messages arrive whole and in order, at most frame_bytes_max each.
/// Threads: call only on the channel's own executor.
class Wire {
public:
    virtual ~Wire() = default;

    /// Queues one message. Ignored after close(). Where more would wait than the wire's limit, the
    /// peer does not take what is sent: the queue is dropped and the wire ends, connection_lost.
    virtual void send(std::vector<std::uint8_t> message) = 0;

    /// Sends what is queued, then closes within a deadline; on_closed follows.
    virtual void close() = 0;

    /// Queued, and not yet taken by the operating system.
    [[nodiscard]] virtual std::size_t unsent_bytes() const = 0;
};

/// What happens on a channel; called on its executor, never from inside send() or close().
class WireEvents {
public:
    virtual ~WireEvents() = default;

    /// First. `wire` lives until on_closed returns.
    virtual void on_open(Wire& wire, const PeerIdentity& peer) = 0;
    virtual void on_message(std::vector<std::uint8_t> message) = 0;
    /// Everything queued has been taken by the operating system.
    virtual void on_drained() = 0;
    /// Last, exactly once; without on_open where the channel never stood.
    virtual void on_closed(const WireError& error) = 0;
};

/// A thread's queue of work. Everything of one channel runs on one executor, one at a time.
/// Threads: post() and after() may be called from any thread.
class Executor {
public:
    virtual ~Executor() = default;

    virtual void post(std::function<void()> work) = 0;

    /// A timer that is still to fire; destroying it cancels it. Destroy it on the executor.
    class Timer {
    public:
        virtual ~Timer() = default;
    };

    [[nodiscard]] virtual std::unique_ptr<Timer> after(std::chrono::milliseconds delay,
                                                       std::function<void()> work) = 0;
};

}  // namespace zhibu::sync

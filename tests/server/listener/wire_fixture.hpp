#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "client/agent/wire_client.hpp"
#include "server/listener/listener.hpp"
#include "tests/support/tls_space.hpp"

namespace zhibu::server {

using Bytes = std::vector<std::uint8_t>;

/// What one end of a wire has seen, and its wire. Filled on the executor, waited for by the test.
class Seen {
public:
    struct State {
        sync::Wire* wire = nullptr;
        sync::PeerIdentity peer;
        std::deque<Bytes> messages;
        /// Also done on each message.
        std::function<void(sync::Wire&)> on_message;
        /// Also done at the end.
        std::function<void()> on_closed;
        int drained = 0;
        int opened = 0;
        int closed = 0;
        sync::WireError error;
    };

    /// Waits until `condition` holds of the state; false after ten seconds.
    [[nodiscard]] bool wait(const std::function<bool(const State&)>& condition);
    [[nodiscard]] bool wait_open();
    [[nodiscard]] bool wait_closed();
    /// The next message; none after ten seconds or once the wire has closed.
    [[nodiscard]] std::optional<Bytes> take();
    [[nodiscard]] State look();
    void change(const std::function<void(State&)>& work);

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    State state_;
};

/// Events that note everything.
class NotingEvents final : public sync::WireEvents {
public:
    /// @param echo  sends every message back
    NotingEvents(std::shared_ptr<Seen> seen, bool echo);

    void on_open(sync::Wire& wire, const sync::PeerIdentity& peer) override;
    void on_message(std::vector<std::uint8_t> message) override;
    void on_drained() override;
    void on_closed(const sync::WireError& error) override;

private:
    std::shared_ptr<Seen> seen_;
    bool echo_;
    sync::Wire* wire_ = nullptr;
};

/// A listener and a client in one process, each on its own thread, over real sockets.
class WireTest : public testing::Test {
protected:
    WireTest();
    ~WireTest() override;

    /// Opens the listener, prepares it and runs it. Called once by each test.
    void serve(ListenerSettings settings, const std::function<void()>& prepare = {});

    void serve() { serve(settings()); }

    [[nodiscard]] ListenerSettings settings() const;
    void stop_server(std::chrono::seconds grace);
    /// Waits for a listener that something else stops.
    void join_server();

    /// A client's events; lives as long as the test.
    struct Client {
        std::shared_ptr<Seen> seen = std::make_shared<Seen>();
        NotingEvents events{seen, false};
    };

    [[nodiscard]] client::Endpoint endpoint(const std::string& target) const;
    /// Begins to connect to /sync as a new device.
    Client& connect_device();
    Client& connect(const client::Endpoint& endpoint, const client::ServerTrust& trust,
                    std::shared_ptr<client::DeviceCredentials> credentials);
    void send(Client& client, Bytes message);
    void close(Client& client);
    /// The events of the n-th wire that the server accepted, from 0.
    [[nodiscard]] std::shared_ptr<Seen> server_side(std::size_t number);
    void on_server(std::function<void()> work);

    support::TlsSpace space_;
    keys::Issuer server_key_;
    bool echo_ = true;
    std::function<std::unique_ptr<sync::WireEvents>()> make_events_;
    std::unique_ptr<Listener> listener_;
    client::WireClient client_;

private:
    std::mutex mutex_;
    std::condition_variable accepted_;
    std::vector<std::shared_ptr<Seen>> server_seen_;
    std::deque<Client> clients_;
    std::thread server_thread_;
    std::thread client_thread_;
};

[[nodiscard]] Bytes pattern(std::size_t size);

}  // namespace zhibu::server

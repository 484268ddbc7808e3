#include "tests/server/listener/wire_fixture.hpp"

#include <utility>

namespace zhibu::server {
namespace {

constexpr std::chrono::seconds patience{10};

}  // namespace

bool Seen::wait(const std::function<bool(const State&)>& condition) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, patience, [&] { return condition(state_); });
}

bool Seen::wait_open() {
    return wait([](const State& state) { return state.opened > 0 || state.closed > 0; }) &&
           look().opened > 0;
}

bool Seen::wait_closed() {
    return wait([](const State& state) { return state.closed > 0; });
}

std::optional<Bytes> Seen::take() {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, patience,
                      [&] { return !state_.messages.empty() || state_.closed > 0; });
    if (state_.messages.empty()) {
        return std::nullopt;
    }
    Bytes message = std::move(state_.messages.front());
    state_.messages.pop_front();
    return message;
}

Seen::State Seen::look() {
    const std::lock_guard lock{mutex_};
    return state_;
}

void Seen::change(const std::function<void(State&)>& work) {
    // Notified under the lock: whoever waits may be gone once it wakes.
    const std::lock_guard lock{mutex_};
    work(state_);
    changed_.notify_all();
}

NotingEvents::NotingEvents(std::shared_ptr<Seen> seen, bool echo)
    : seen_{std::move(seen)}, echo_{echo} {}

void NotingEvents::on_open(sync::Wire& wire, const sync::PeerIdentity& peer) {
    wire_ = &wire;
    seen_->change([&](Seen::State& state) {
        state.wire = &wire;
        state.peer = peer;
        ++state.opened;
    });
}

void NotingEvents::on_message(std::vector<std::uint8_t> message) {
    if (echo_) {
        wire_->send(message);
    }
    std::function<void(sync::Wire&)> also;
    seen_->change([&](Seen::State& state) {
        state.messages.push_back(std::move(message));
        also = state.on_message;
    });
    if (also) {
        also(*wire_);
    }
}

void NotingEvents::on_drained() {
    seen_->change([](Seen::State& state) { ++state.drained; });
}

void NotingEvents::on_closed(const sync::WireError& error) {
    std::function<void()> also;
    seen_->change([&](Seen::State& state) {
        state.wire = nullptr;
        state.error = error;
        ++state.closed;
        also = state.on_closed;
    });
    if (also) {
        also();
    }
}

WireTest::WireTest()
    : server_key_{space_.issue_server({"127.0.0.1", "localhost"}, space_.days(-1, 30))},
      client_{client::WireDeadlines{std::chrono::seconds{5}, std::chrono::seconds{60},
                                    std::chrono::seconds{2}}} {
    client_thread_ = std::thread{[this] { client_.run(); }};
}

WireTest::~WireTest() {
    client_.stop();
    client_thread_.join();
    if (server_thread_.joinable()) {
        stop_server(std::chrono::seconds{5});
    }
}

ListenerSettings WireTest::settings() const {
    ListenerSettings settings;
    settings.server_chain = space_.server_chain(server_key_);
    settings.trusted_for_devices = space_.trusted_for_devices();
    settings.handshake_deadline = std::chrono::seconds{1};
    settings.close_deadline = std::chrono::seconds{1};
    return settings;
}

void WireTest::serve(ListenerSettings settings, const std::function<void()>& prepare) {
    auto opened = Listener::open(std::move(settings), server_key_.key.to_pem());
    ASSERT_TRUE(opened) << opened.error().detail;
    listener_ = *std::move(opened);
    if (prepare) {
        prepare();
    }
    const auto accept = [this]() -> std::unique_ptr<sync::WireEvents> {
        if (make_events_) {
            return make_events_();
        }
        auto seen = std::make_shared<Seen>();
        {
            const std::lock_guard lock{mutex_};
            server_seen_.push_back(seen);
        }
        accepted_.notify_all();
        return std::make_unique<NotingEvents>(seen, echo_);
    };
    server_thread_ = std::thread{[this, accept] { listener_->run({accept, accept}); }};
}

void WireTest::stop_server(std::chrono::seconds grace) {
    listener_->stop(grace);
    join_server();
}

void WireTest::join_server() { server_thread_.join(); }

client::Endpoint WireTest::endpoint(const std::string& target) const {
    return {"127.0.0.1", listener_->port(), target};
}

WireTest::Client& WireTest::connect_device() {
    return connect(
        endpoint("/sync"), space_.pinned(),
        std::make_shared<client::DeviceCredentials>(space_.issue_device(space_.new_device())));
}

WireTest::Client& WireTest::connect(const client::Endpoint& endpoint,
                                    const client::ServerTrust& trust,
                                    std::shared_ptr<client::DeviceCredentials> credentials) {
    Client& made = clients_.emplace_back();
    client_.executor().post([this, endpoint, trust, credentials = std::move(credentials), &made] {
        client_.connect(endpoint, trust, credentials.get(), made.events);
    });
    return made;
}

void WireTest::send(Client& client, Bytes message) {
    client_.executor().post([&client, message = std::move(message)] {
        if (sync::Wire* wire = client.seen->look().wire) {
            wire->send(message);
        }
    });
}

void WireTest::close(Client& client) {
    client_.executor().post([&client] {
        if (sync::Wire* wire = client.seen->look().wire) {
            wire->close();
        }
    });
}

std::shared_ptr<Seen> WireTest::server_side(std::size_t number) {
    std::unique_lock lock{mutex_};
    accepted_.wait_for(lock, patience, [&] { return server_seen_.size() > number; });
    return server_seen_.at(number);
}

void WireTest::on_server(std::function<void()> work) {
    listener_->executor().post(std::move(work));
}

Bytes pattern(std::size_t size) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) {
        bytes[i] = static_cast<std::uint8_t>(i * 31 + i / 251);
    }
    return bytes;
}

}  // namespace zhibu::server

#include <stdexcept>

#include "tests/server/listener/wire_fixture.hpp"

namespace zhibu::server {
namespace {

using sync::WireFault;
constexpr std::size_t message_bytes_max = 1U << 20U;

TEST_F(WireTest, CarriesMessagesOfEverySizeBothWaysInOrder) {
    serve();
    Client& client = connect_device();
    ASSERT_TRUE(client.seen->wait_open()) << client.seen->look().error.detail;
    const std::size_t sizes[] = {0, 1, 125, 126, 65'535, 65'536, 300'000, message_bytes_max};
    for (const std::size_t size : sizes) {
        send(client, pattern(size));
    }
    for (const std::size_t size : sizes) {
        const auto answer = client.seen->take();
        ASSERT_TRUE(answer) << size;
        EXPECT_TRUE(*answer == pattern(size)) << size;
    }
    EXPECT_TRUE(client.seen->wait([](const Seen::State& state) { return state.drained > 0; }));
    client_.executor().post([&] {
        const Seen::State state = client.seen->look();
        EXPECT_EQ(state.wire == nullptr ? 1U : state.wire->unsent_bytes(), 0U);
        client.seen->change([](Seen::State& changed) { changed.drained = -1; });
    });
    EXPECT_TRUE(client.seen->wait([](const Seen::State& state) { return state.drained == -1; }));
}

TEST_F(WireTest, NamesTheDeviceAndBindsBothEndsToOneChannel) {
    serve();
    const record::DeviceId device = space_.new_device();
    const auto credentials =
        std::make_shared<client::DeviceCredentials>(space_.issue_device(device));
    Client& first = connect(endpoint("/sync"), space_.pinned(), credentials);
    ASSERT_TRUE(first.seen->wait_open());
    Client& second = connect(endpoint("/sync"), space_.pinned(), credentials);
    ASSERT_TRUE(second.seen->wait_open());
    ASSERT_TRUE(server_side(0)->wait_open());
    ASSERT_TRUE(server_side(1)->wait_open());
    const sync::PeerIdentity at_server = server_side(0)->look().peer;
    EXPECT_EQ(at_server.device, device);
    EXPECT_EQ(at_server.address, "127.0.0.1");
    const auto certificate = keys::certificates_from_pem(credentials->chain);
    EXPECT_EQ(at_server.certificate_fingerprint,
              keys::read_certificate(certificate->front())->fingerprint);
    EXPECT_EQ(at_server.channel_binding, first.seen->look().peer.channel_binding);
    EXPECT_EQ(server_side(1)->look().peer.channel_binding,
              second.seen->look().peer.channel_binding);
    EXPECT_NE(first.seen->look().peer.channel_binding, second.seen->look().peer.channel_binding);
}

TEST_F(WireTest, AnOversizeMessageEndsItsOwnSessionAlone) {
    serve();
    Client& honest = connect_device();
    ASSERT_TRUE(honest.seen->wait_open());
    Client& hostile = connect_device();
    ASSERT_TRUE(hostile.seen->wait_open());
    send(hostile, pattern(message_bytes_max + 1));
    ASSERT_TRUE(hostile.seen->wait_closed());
    ASSERT_TRUE(server_side(1)->wait_closed());
    EXPECT_TRUE(server_side(1)->look().messages.empty());
    EXPECT_EQ(server_side(1)->look().error.fault, WireFault::message_too_large);
    send(honest, pattern(1'000));
    EXPECT_EQ(honest.seen->take(), pattern(1'000));
}

TEST_F(WireTest, AnOversizeMessageFromTheServerIsNotTakenEither) {
    serve();
    Client& client = connect_device();
    ASSERT_TRUE(client.seen->wait_open());
    const auto at_server = server_side(0);
    ASSERT_TRUE(at_server->wait_open());
    on_server([at_server] { at_server->look().wire->send(pattern(message_bytes_max + 1)); });
    ASSERT_TRUE(client.seen->wait_closed());
    EXPECT_EQ(client.seen->look().error.fault, WireFault::message_too_large);
    EXPECT_TRUE(client.seen->look().messages.empty());
}

TEST_F(WireTest, AClientsCloseSendsWhatIsQueuedFirst) {
    serve();
    Client& client = connect_device();
    ASSERT_TRUE(client.seen->wait_open());
    client_.executor().post([&client] {
        sync::Wire* wire = client.seen->look().wire;
        wire->send(pattern(message_bytes_max));
        wire->send(pattern(7));
        wire->close();
        wire->send(pattern(9));
        wire->close();
    });
    ASSERT_TRUE(client.seen->wait_closed());
    EXPECT_EQ(client.seen->look().error.fault, WireFault::closed_here);
    const auto at_server = server_side(0);
    ASSERT_TRUE(at_server->wait_closed());
    const Seen::State state = at_server->look();
    ASSERT_EQ(state.messages.size(), 2U);
    EXPECT_EQ(state.messages[1], pattern(7));
    EXPECT_EQ(state.error.fault, WireFault::closed_by_peer);
    EXPECT_EQ(state.closed, 1);
}

TEST_F(WireTest, AServersCloseIsAnOrderlyEndForTheClient) {
    serve();
    Client& client = connect_device();
    ASSERT_TRUE(client.seen->wait_open());
    const auto at_server = server_side(0);
    ASSERT_TRUE(at_server->wait_open());
    on_server([at_server] {
        sync::Wire* wire = at_server->look().wire;
        wire->send(pattern(5));
        wire->close();
    });
    EXPECT_EQ(client.seen->take(), pattern(5));
    ASSERT_TRUE(client.seen->wait_closed());
    EXPECT_EQ(client.seen->look().error.fault, WireFault::closed_by_peer);
    EXPECT_EQ(client.seen->look().error.detail, "close code 1000");
    ASSERT_TRUE(at_server->wait_closed());
    EXPECT_EQ(at_server->look().error.fault, WireFault::closed_here);
}

TEST_F(WireTest, StoppingSaysThatTheServerGoesAway) {
    serve();
    Client& client = connect_device();
    ASSERT_TRUE(client.seen->wait_open());
    const auto at_server = server_side(0);
    ASSERT_TRUE(at_server->wait_open());
    const auto before = std::chrono::steady_clock::now();
    stop_server(std::chrono::seconds{8});
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds{4});
    EXPECT_EQ(at_server->look().closed, 1);
    ASSERT_TRUE(client.seen->wait_closed());
    EXPECT_EQ(client.seen->look().error.fault, WireFault::closed_by_peer);
    EXPECT_EQ(client.seen->look().error.detail, "close code 1001");
}

TEST_F(WireTest, ASessionThatThrowsEndsAlone) {
    class Throwing final : public sync::WireEvents {
    public:
        void on_open(sync::Wire& /*wire*/, const sync::PeerIdentity& /*peer*/) override {}

        void on_message(std::vector<std::uint8_t> /*message*/) override {
            throw std::runtime_error{"a record's content"};
        }

        void on_drained() override {}

        void on_closed(const sync::WireError& /*error*/) override {}
    };

    make_events_ = [] { return std::make_unique<Throwing>(); };
    serve();
    Client& first = connect_device();
    Client& second = connect_device();
    ASSERT_TRUE(first.seen->wait_open());
    ASSERT_TRUE(second.seen->wait_open());
    send(first, pattern(3));
    ASSERT_TRUE(first.seen->wait_closed());
    EXPECT_EQ(second.seen->look().closed, 0);
    EXPECT_TRUE(connect_device().seen->wait_open());
}

TEST_F(WireTest, NoMoreConnectionsThanItsLimitAreServedAtOnce) {
    ListenerSettings limited = settings();
    limited.connections_max = 1;
    serve(std::move(limited));
    Client& first = connect_device();
    ASSERT_TRUE(first.seen->wait_open());
    Client& second = connect_device();
    send(first, pattern(1));
    EXPECT_TRUE(first.seen->take());
    EXPECT_EQ(second.seen->look().opened, 0);
    close(first);
    EXPECT_TRUE(second.seen->wait_open()) << "room was made";
}

TEST_F(WireTest, TimersFireOnTheExecutorUnlessDestroyed) {
    serve();
    Seen seen;
    client_.executor().post([&] {
        auto dropped = client_.executor().after(std::chrono::milliseconds{1}, [&] {
            seen.change([](Seen::State& state) { state.closed = 1; });
        });
        dropped.reset();
        auto kept = std::make_shared<std::unique_ptr<sync::Executor::Timer>>();
        *kept = client_.executor().after(std::chrono::milliseconds{20}, [&seen, kept] {
            seen.change([](Seen::State& state) { state.drained = 1; });
        });
    });
    EXPECT_TRUE(seen.wait([](const Seen::State& state) { return state.drained == 1; }));
    EXPECT_EQ(seen.look().closed, 0);
}

}  // namespace
}  // namespace zhibu::server

#include "client/agent/wire_client.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <semaphore>

#include "tests/client/agent/raw_server.hpp"

namespace zhibu::client::test {
namespace {

using namespace std::string_view_literals;
using sync::WireFault;
using Bytes = std::vector<std::uint8_t>;
using Clock = std::chrono::steady_clock;

/// Notes what the wire tells, and does what the test wants when it stands.
class Noting final : public sync::WireEvents {
public:
    void on_open(sync::Wire& wire, const sync::PeerIdentity& /*peer*/) override {
        if (opened) {
            opened(wire);
        }
    }

    void on_message(std::vector<std::uint8_t> message) override {
        messages.push_back(std::move(message));
    }

    void on_drained() override { ++drained; }

    void on_closed(const sync::WireError& said) override {
        const std::lock_guard lock{mutex_};
        error = said;
        changed_.notify_one();
    }

    [[nodiscard]] std::optional<WireFault> wait_closed() {
        std::unique_lock lock{mutex_};
        changed_.wait_for(lock, std::chrono::seconds{20}, [this] { return error.has_value(); });
        return error ? std::optional{error->fault} : std::nullopt;
    }

    std::function<void(sync::Wire&)> opened;
    std::vector<Bytes> messages;
    int drained = 0;
    std::optional<sync::WireError> error;

private:
    std::mutex mutex_;
    std::condition_variable changed_;
};

/// Of loopback: where nobody listens.
constexpr std::uint16_t nobodys_port = 1;

/// A client against servers that keep to nothing.
class HostileServer : public testing::Test {
protected:
    ~HostileServer() override {
        client_.stop();
        thread_.join();
    }

    /// Connects to a server with that script and waits for the end.
    [[nodiscard]] std::optional<WireFault> meet(RawServer::Script script) {
        const auto before = Clock::now();
        const RawServer server{space_, key_, std::move(script)};
        const Endpoint endpoint{"127.0.0.1", server.port(), "/enrol"};
        client_.executor().post(
            [this, endpoint] { client_.connect(endpoint, space_.pinned(), nullptr, events_); });
        const auto fault = events_.wait_closed();
        may_end_.release();
        EXPECT_LT(Clock::now() - before, std::chrono::seconds{5}) << "the longest deadlines";
        return fault;
    }

    /// For scripts: until the client has told of the end.
    void wait_for_the_client() { may_end_.acquire(); }

    support::TlsSpace space_;
    keys::Issuer key_ = space_.issue_server({"127.0.0.1"}, space_.days(-1, 30));
    Noting events_;
    std::binary_semaphore may_end_{0};
    WireClient client_{
        WireDeadlines{std::chrono::seconds{2}, std::chrono::seconds{60}, std::chrono::seconds{2}}};
    std::thread thread_{[this] { client_.run(); }};
};

TEST_F(HostileServer, SilenceBeforeTlsIsTimedOut) {
    EXPECT_EQ(meet([this](RawServer::Connection&) { wait_for_the_client(); }),
              WireFault::timed_out);
}

TEST_F(HostileServer, SilenceAfterTheRequestIsTimedOut) {
    EXPECT_EQ(meet([this](RawServer::Connection& server) {
                  ASSERT_TRUE(server.accept());
                  wait_for_the_client();
              }),
              WireFault::timed_out);
}

TEST_F(HostileServer, AnswersThatAreNoHttpAreAnError) {
    EXPECT_EQ(meet([](RawServer::Connection& server) {
                  ASSERT_TRUE(server.accept());
                  server.write("\x01\x02 nonsense\r\n\r\n");
                  server.wait_for_the_end();
              }),
              WireFault::protocol_error);
}

TEST_F(HostileServer, AnAnswerWithoutAnEndIsCutOff) {
    EXPECT_NE(
        meet([](RawServer::Connection& server) {
            ASSERT_TRUE(server.accept());
            server.write("HTTP/1.1 101 Switching Protocols\r\nX: " + std::string(1U << 20U, 'x'));
            server.wait_for_the_end();
        }),
        std::nullopt);
    EXPECT_TRUE(events_.messages.empty());
}

TEST_F(HostileServer, AMessageRightBehindTheAnswerIsNotLost) {
    EXPECT_EQ(meet([this](RawServer::Connection& server) {
                  ASSERT_TRUE(server.accept());
                  server.upgrade("\x82\x01\x55\x88\x02\x03\xe9"sv);
                  wait_for_the_client();
              }),
              WireFault::closed_by_peer);
    ASSERT_EQ(events_.messages.size(), 1U);
    EXPECT_EQ(events_.messages.front(), Bytes{0x55});
    EXPECT_EQ(events_.error->detail, "close code 1001");
}

TEST_F(HostileServer, ATextMessageEndsTheWire) {
    EXPECT_EQ(meet([](RawServer::Connection& server) {
                  ASSERT_TRUE(server.accept());
                  server.upgrade("\x81\x01\x55"sv);
                  server.wait_for_the_end();
              }),
              WireFault::protocol_error);
    EXPECT_TRUE(events_.messages.empty());
}

TEST_F(HostileServer, AMessageOverTheLimitIsNotTaken) {
    EXPECT_EQ(meet([this](RawServer::Connection& server) {
                  ASSERT_TRUE(server.accept());
                  server.upgrade("\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff"sv);
                  wait_for_the_client();
              }),
              WireFault::message_too_large);
}

TEST_F(HostileServer, AConnectionThatIsResetIsLost) {
    EXPECT_EQ(meet([](RawServer::Connection& server) {
                  ASSERT_TRUE(server.accept());
                  server.upgrade();
                  server.reset();
              }),
              WireFault::connection_lost);
}

// Reported as our own close it would not be tried again.
TEST_F(HostileServer, AWriteThatFailsIsALossAndNoCloseOfOurs) {
    events_.opened = [](sync::Wire& wire) {
        for (int i = 0; i < 8; ++i) {
            wire.send(Bytes(1U << 20U));
        }
    };
    const auto fault = meet([](RawServer::Connection& server) {
        ASSERT_TRUE(server.accept());
        server.upgrade();
        static_cast<void>(server.read_some());
        server.reset();
    });
    EXPECT_EQ(fault, WireFault::connection_lost);
    EXPECT_EQ(events_.drained, 0);
}

TEST_F(HostileServer, AServerThatDoesNotReadIsLeftAtTheLimit) {
    events_.opened = [](sync::Wire& wire) {
        for (int i = 0; i < 17; ++i) {
            wire.send(Bytes(1U << 20U));
        }
        EXPECT_LE(wire.unsent_bytes(), 16U << 20U);
    };
    EXPECT_EQ(meet([this](RawServer::Connection& server) {
                  ASSERT_TRUE(server.accept());
                  server.upgrade();
                  wait_for_the_client();
              }),
              WireFault::connection_lost);
    EXPECT_EQ(events_.error->detail, "the server does not take what is sent");
}

TEST_F(HostileServer, ACloseEndsInTimeThoughTheServerDoesNotRead) {
    events_.opened = [](sync::Wire& wire) {
        for (int i = 0; i < 15; ++i) {
            wire.send(Bytes(1U << 20U));
        }
        wire.close();
    };
    EXPECT_EQ(meet([this](RawServer::Connection& server) {
                  ASSERT_TRUE(server.accept());
                  server.upgrade();
                  wait_for_the_client();
              }),
              WireFault::closed_here);
}

TEST_F(HostileServer, ACloseThatTheServerDoesNotAnswerEndsInTime) {
    events_.opened = [](sync::Wire& wire) { wire.close(); };
    EXPECT_EQ(meet([this](RawServer::Connection& server) {
                  ASSERT_TRUE(server.accept());
                  server.upgrade();
                  wait_for_the_client();
              }),
              WireFault::closed_here);
}

TEST_F(HostileServer, TheNextIsAskedWhereOneTakesNoConnection) {
    std::binary_semaphore opened{0};
    events_.opened = [&opened](sync::Wire&) { opened.release(); };
    const auto script = [this](RawServer::Connection& connection) {
        ASSERT_TRUE(connection.accept());
        connection.upgrade();
        wait_for_the_client();
    };
    const RawServer server{space_, key_, script};
    Endpoint endpoint{"no.such.host.invalid", nobodys_port, "/enrol"};
    endpoint.further = {{"127.0.0.1", nobodys_port}, {"127.0.0.1", server.port()}};
    client_.executor().post(
        [this, endpoint] { client_.connect(endpoint, space_.pinned(), nullptr, events_); });
    EXPECT_TRUE(opened.try_acquire_for(std::chrono::seconds{10}));
    client_.stop();
    EXPECT_EQ(events_.wait_closed(), WireFault::closed_here);
    may_end_.release();
}

TEST_F(HostileServer, WhereNoneTakesOneTheLastOnesReasonIsTold) {
    Endpoint endpoint{"no.such.host.invalid", nobodys_port, "/enrol"};
    endpoint.further = {{"127.0.0.1", nobodys_port}};
    client_.executor().post(
        [this, endpoint] { client_.connect(endpoint, space_.pinned(), nullptr, events_); });
    EXPECT_EQ(events_.wait_closed(), WireFault::cannot_connect);
}

TEST_F(HostileServer, StoppingTellsAnOpenWireItsEnd) {
    std::binary_semaphore opened{0};
    events_.opened = [&opened](sync::Wire&) { opened.release(); };
    const RawServer server{space_, key_, [this](RawServer::Connection& connection) {
                               ASSERT_TRUE(connection.accept());
                               connection.upgrade();
                               wait_for_the_client();
                           }};
    const Endpoint endpoint{"127.0.0.1", server.port(), "/enrol"};
    client_.executor().post(
        [this, endpoint] { client_.connect(endpoint, space_.pinned(), nullptr, events_); });
    opened.acquire();
    client_.stop();
    EXPECT_EQ(events_.wait_closed(), WireFault::closed_here);
    may_end_.release();
}

}  // namespace
}  // namespace zhibu::client::test

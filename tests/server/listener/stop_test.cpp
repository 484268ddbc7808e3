#include <csignal>

#include "tests/server/listener/raw_tls.hpp"
#include "tests/server/listener/wire_fixture.hpp"

namespace zhibu::server {
namespace {

using Clock = std::chrono::steady_clock;

class Stop : public WireTest {
protected:
    /// A peer at /enrol that never reads again, so that closing its wire takes its whole deadline.
    [[nodiscard]] std::unique_ptr<RawTls> mute_peer() {
        auto peer = std::make_unique<RawTls>(listener_->port(), TLS1_3_VERSION);
        EXPECT_TRUE(peer->upgrade("/enrol").starts_with("HTTP/1.1 101"));
        EXPECT_TRUE(server_side(0)->wait_open());
        return peer;
    }
};

TEST_F(Stop, TheGraceEndsAWireWhosePeerDoesNotAnswer) {
    ListenerSettings patient = settings();
    patient.close_deadline = std::chrono::seconds{30};
    serve(std::move(patient));
    const auto peer = mute_peer();
    const auto before = Clock::now();
    stop_server(std::chrono::seconds{1});
    EXPECT_LT(Clock::now() - before, std::chrono::seconds{4});
    EXPECT_EQ(server_side(0)->look().closed, 1);
}

// The second connection is accepted in the moment in which the port is closed: the first has made
// room for it, and the stop comes between the system's answer and its handler.
TEST_F(Stop, WhoWasAcceptedInTheLastMomentIsNotServed) {
    ListenerSettings one = settings();
    one.connections_max = 1;
    one.handshake_deadline = std::chrono::seconds{8};
    serve(std::move(one));
    const auto first = mute_peer();
    RawSocket second{listener_->port()};
    server_side(0)->change([this](Seen::State& state) {
        state.on_closed = [this] {
            on_server([this] { listener_->stop(std::chrono::seconds{8}); });
        };
    });
    const auto before = Clock::now();
    first->reset();
    join_server();
    EXPECT_LT(Clock::now() - before, std::chrono::seconds{4});
    static_cast<void>(second.read_all());
    EXPECT_TRUE(second.ended());
}

TEST_F(Stop, ASecondSignalDoesNotWaitForTheWires) {
    ListenerSettings patient = settings();
    patient.close_deadline = std::chrono::seconds{30};
    Seen asked;
    serve(std::move(patient), [this, &asked] {
        listener_->on_stop_signal([this, &asked] {
            listener_->stop(std::chrono::seconds{30});
            asked.change([](Seen::State& state) { ++state.closed; });
        });
    });
    const auto peer = mute_peer();
    const auto before = Clock::now();
    std::raise(SIGTERM);
    ASSERT_TRUE(asked.wait_closed());
    std::raise(SIGINT);
    join_server();
    EXPECT_LT(Clock::now() - before, std::chrono::seconds{4});
    EXPECT_EQ(asked.look().closed, 1);
    EXPECT_EQ(server_side(0)->look().closed, 1);
}

TEST_F(Stop, WithoutWiresItIsImmediate) {
    serve(settings(), [this] { listener_->on_stop_signal([] {}); });
    const auto before = Clock::now();
    stop_server(std::chrono::seconds{30});
    EXPECT_LT(Clock::now() - before, std::chrono::seconds{4});
}

}  // namespace
}  // namespace zhibu::server

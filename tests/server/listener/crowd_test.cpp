#include <algorithm>
#include <memory>
#include <vector>

#include "tests/server/listener/raw_tls.hpp"
#include "tests/server/listener/wire_fixture.hpp"

namespace zhibu::server {
namespace {

using Clock = std::chrono::steady_clock;

/// A real listener with few places for many.
class Crowd : public WireTest {
protected:
    void serve_few(std::size_t places) {
        ListenerSettings few = settings();
        few.handshakes_max = places;
        few.handshake_deadline = std::chrono::seconds{60};
        serve(std::move(few));
    }

    /// Read on the listener's own thread.
    [[nodiscard]] ListenerCounts counts() {
        Seen answer;
        ListenerCounts counts;
        on_server([&] {
            counts = listener_->counts();
            answer.change([](Seen::State& state) { ++state.opened; });
        });
        EXPECT_TRUE(answer.wait_open());
        return counts;
    }

    /// The counts once they are so; those of ten seconds later otherwise.
    template <class Condition>
    [[nodiscard]] ListenerCounts counts_when(Condition is_so) {
        ListenerCounts now = counts();
        for (const auto end = Clock::now() + std::chrono::seconds{10};
             !is_so(now) && Clock::now() < end; now = counts()) {
        }
        return now;
    }

    [[nodiscard]] static std::uint64_t left(const ListenerCounts& counts, GateEnd end) {
        return counts.left.at(static_cast<std::size_t>(end));
    }
};

TEST_F(Crowd, ManyMoreThanThePlacesAreAllServed) {
    serve_few(2);
    std::vector<Client*> clients;
    for (int each = 0; each < 40; ++each) {
        clients.push_back(&connect_device());
    }
    for (Client* client : clients) {
        ASSERT_TRUE(client->seen->wait_open()) << client->seen->look().error.detail;
    }
    const ListenerCounts after =
        counts_when([](const ListenerCounts& now) { return now.handshakes == 0; });
    EXPECT_EQ(left(after, GateEnd::wire), 40U);
    EXPECT_EQ(after.connections, 40U);
    EXPECT_EQ(after.waiting, 0U);
}

// The deadline is a minute: only their giving way can have let the honest one in.
TEST_F(Crowd, SilentPeersGiveWayToTheOneWhoWaits) {
    serve_few(3);
    std::vector<std::unique_ptr<RawSocket>> silent;
    for (int each = 0; each < 5; ++each) {
        silent.push_back(std::make_unique<RawSocket>(listener_->port()));
    }
    const ListenerCounts full = counts_when(
        [](const ListenerCounts& now) { return now.handshakes == 3 && now.waiting == 2; });
    EXPECT_EQ(full.handshakes, 3U);
    EXPECT_EQ(full.connections, 3U);
    EXPECT_EQ(full.waiting, 2U);
    Client& honest = connect_device();
    ASSERT_TRUE(honest.seen->wait_open()) << honest.seen->look().error.detail;
    EXPECT_EQ(left(counts(), GateEnd::silent), 3U);
    EXPECT_EQ(silent.front()->read_all(), "");
    EXPECT_TRUE(silent.front()->ended());
}

TEST_F(Crowd, SilentPeersStayWhileNobodyWaits) {
    serve_few(1);
    RawSocket silent{listener_->port()};
    const ListenerCounts full =
        counts_when([](const ListenerCounts& now) { return now.handshakes == 1; });
    EXPECT_EQ(full.handshakes, 1U);
    // Gives up after five seconds, in which its patience is long over.
    EXPECT_EQ(silent.read_all(), "");
    EXPECT_FALSE(silent.ended());
    EXPECT_EQ(left(counts(), GateEnd::silent), 0U);
}

TEST_F(Crowd, WhoHasGoneCostsNoHandshake) {
    serve_few(1);
    RawSocket silent{listener_->port()};
    static_cast<void>(counts_when([](const ListenerCounts& now) { return now.handshakes == 1; }));
    for (int each = 0; each < 4; ++each) {
        RawSocket gone{listener_->port()};
        gone.write("\x16\x03\x01");
    }
    silent.reset();
    // They are accepted one after another, so nobody may wait though not all have come.
    const ListenerCounts after = counts_when([](const ListenerCounts& now) {
        return left(now, GateEnd::left_first) + left(now, GateEnd::failed) == 5;
    });
    EXPECT_EQ(left(after, GateEnd::left_first), 4U);
    EXPECT_EQ(left(after, GateEnd::failed), 1U);
    Client& honest = connect_device();
    ASSERT_TRUE(honest.seen->wait_open()) << honest.seen->look().error.detail;
}

TEST_F(Crowd, MorePlacesAreFilledAtOnce) {
    serve_few(1);
    RawSocket first{listener_->port()};
    RawSocket second{listener_->port()};
    static_cast<void>(counts_when(
        [](const ListenerCounts& now) { return now.handshakes == 1 && now.waiting == 1; }));
    on_server([this] { listener_->set_limits(10, 2); });
    const ListenerCounts after =
        counts_when([](const ListenerCounts& now) { return now.handshakes == 2; });
    EXPECT_EQ(after.handshakes, 2U);
    EXPECT_EQ(after.waiting, 0U);
}

}  // namespace
}  // namespace zhibu::server

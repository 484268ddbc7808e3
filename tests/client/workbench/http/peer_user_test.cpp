#include "client/workbench/http/peer_user.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "shared/keys/descriptor.hpp"

namespace zhibu::client {
namespace {

TEST(PeerUser, IsReadFromTheKernelsTable) {
    const std::string table =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"
        "   0: 0100007F:1267 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000 0 1\n"
        "   1: 0100007F:1267 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000 0 2\n"
        "   2: 0100007F:C350 0100007F:1267 01 00000000:00000000 00:00000000 00000000  1001 0 3\n"
        "   3: 0100007F:C351 0100007F:12\n";
    const auto user = [&](LoopbackPorts ports) {
        std::istringstream text{table};
        return peer_user(text, ports);
    };
    EXPECT_EQ(user({.peer = 50'000, .own = 4711}), 1001U) << "the peer's end, not ours";
    EXPECT_FALSE(user({.peer = 50'000, .own = 4712}));
    EXPECT_FALSE(user({.peer = 50'001, .own = 18})) << "a line cut short";
    EXPECT_FALSE(user({.peer = 50'002, .own = 4711}));
}

sockaddr* as_address(sockaddr_in& address) {
    return static_cast<sockaddr*>(static_cast<void*>(&address));
}

std::uint16_t port_of(const keys::Descriptor& socket) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    EXPECT_EQ(::getsockname(socket.number(), as_address(address), &size), 0);
    return ntohs(address.sin_port);
}

/// A listener of this test's own on loopback, and connections to it.
class Loopback {
public:
    Loopback() : listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::bind(listener_.number(), as_address(address), sizeof address), 0);
        EXPECT_EQ(::listen(listener_.number(), 64), 0);
    }

    struct Connection {
        std::unique_ptr<keys::Descriptor> peer;
        std::unique_ptr<keys::Descriptor> accepted;
        LoopbackPorts ports;
    };

    [[nodiscard]] Connection connect() const {
        Connection made;
        made.peer =
            std::make_unique<keys::Descriptor>(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        socklen_t size = sizeof address;
        EXPECT_EQ(::getsockname(listener_.number(), as_address(address), &size), 0);
        EXPECT_EQ(::connect(made.peer->number(), as_address(address), size), 0);
        made.accepted = std::make_unique<keys::Descriptor>(
            ::accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC));
        made.ports = {.peer = port_of(*made.peer), .own = port_of(listener_)};
        return made;
    }

private:
    keys::Descriptor listener_;
};

TEST(PeerUser, IsFoundWhileOtherConnectionsComeAndGo) {
    std::atomic<bool> stop = false;
    std::vector<std::jthread> crowd;
    for (int i = 0; i < 3; ++i) {
        crowd.emplace_back([&stop] {
            const Loopback other;
            for (int n = 0; n < 4'000 && !stop; ++n) {
                const auto passing = other.connect();
            }
        });
    }
    const Loopback own;
    for (int i = 0; i < 500; ++i) {
        const auto connection = own.connect();
        ASSERT_EQ(peer_user(connection.ports), ::geteuid()) << "connection " << i;
        ASSERT_TRUE(peer_is_this_user(connection.ports));
    }
    stop = true;
}

TEST(PeerUser, IsUnknownForAConnectionThatIsNotThere) {
    const Loopback own;
    const auto connection = own.connect();
    LoopbackPorts swapped{.peer = connection.ports.own, .own = connection.ports.own};
    EXPECT_FALSE(peer_user(swapped)) << "the listener's user is not the peer's";
    EXPECT_FALSE(peer_is_this_user(swapped));
}

}  // namespace
}  // namespace zhibu::client

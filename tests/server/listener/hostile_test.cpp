#include <sys/socket.h>

#include "tests/server/listener/raw_tls.hpp"
#include "tests/server/listener/wire_fixture.hpp"

namespace zhibu::server {
namespace {

using namespace std::string_view_literals;
using sync::WireFault;

constexpr auto upgraded = "HTTP/1.1 101"sv;
/// A masked binary frame of one byte.
constexpr auto whole_frame = "\x82\x81\x01\x02\x03\x04\x55"sv;

/// After each attack an honest device must still be served.
class Hostile : public WireTest {
protected:
    void TearDown() override {
        Client& honest = connect_device();
        ASSERT_TRUE(honest.seen->wait_open()) << honest.seen->look().error.detail;
    }

    /// A socket at /enrol, past its upgrade, with the events of the server's end.
    [[nodiscard]] std::unique_ptr<RawTls> enrolling() {
        auto peer = std::make_unique<RawTls>(listener_->port(), TLS1_3_VERSION);
        EXPECT_TRUE(peer->upgrade("/enrol").starts_with(upgraded));
        EXPECT_TRUE(server_side(0)->wait_open());
        return peer;
    }
};

TEST_F(Hostile, GarbageInsteadOfTlsIsCutOff) {
    serve();
    for (const auto garbage : {"GET / HTTP/1.1\r\nHost: x\r\n\r\n"sv, "\0\0\0\0\0\0\0\0\0\0\0\0"sv,
                               "\x16\x03\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff"sv}) {
        RawSocket peer{listener_->port()};
        peer.write(garbage);
        static_cast<void>(peer.read_all());
        EXPECT_TRUE(peer.ended());
    }
}

TEST_F(Hostile, SilenceIsCutOffAtTheDeadline) {
    serve();
    RawSocket peer{listener_->port()};
    EXPECT_EQ(peer.read_all(), "");
    EXPECT_TRUE(peer.ended());
}

TEST_F(Hostile, HalfAHandshakeThenAnEndHarmsNobody) {
    serve();
    // The head of a ClientHello that promises 512 bytes.
    {
        RawSocket{listener_->port()}.write("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"sv);
    }
    RawSocket waiting{listener_->port()};
    waiting.write("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"sv);
    static_cast<void>(waiting.read_all());
    EXPECT_TRUE(waiting.ended());
}

TEST_F(Hostile, Tls12IsRefused) {
    serve();
    EXPECT_FALSE(RawTls(listener_->port(), TLS1_2_VERSION).stands());
    EXPECT_TRUE(RawTls(listener_->port(), TLS1_3_VERSION).stands());
}

TEST_F(Hostile, NoSessionCanBeResumed) {
    serve();
    RawTls first{listener_->port(), TLS1_3_VERSION};
    ASSERT_TRUE(first.upgrade("/enrol").starts_with(upgraded));
    SSL_SESSION* session = SSL_get1_session(first.ssl());
    EXPECT_EQ(SSL_SESSION_is_resumable(session), 0);
    EXPECT_EQ(SSL_SESSION_has_ticket(session), 0);
    EXPECT_EQ(SSL_SESSION_get_max_early_data(session), 0U);
    RawTls second{listener_->port(), TLS1_3_VERSION, session};
    EXPECT_TRUE(second.stands());
    EXPECT_EQ(SSL_session_reused(second.ssl()), 0);
    SSL_SESSION_free(session);
}

TEST_F(Hostile, ARequestThatNeverEndsIsCutOffAtTheDeadline) {
    serve();
    RawTls peer{listener_->port(), TLS1_3_VERSION};
    peer.write("GET /enrol HTTP/1.1\r\nHost: ");
    EXPECT_EQ(peer.read_all(), "");
}

TEST_F(Hostile, AHeaderOverItsLimitIsCutOff) {
    serve();
    RawTls peer{listener_->port(), TLS1_3_VERSION};
    peer.write("GET /enrol HTTP/1.1\r\nX: " + std::string(100'000, 'x'));
    EXPECT_EQ(peer.read_all(), "");
}

TEST_F(Hostile, OrdinaryHttpIsToldToUpgrade) {
    serve();
    RawTls peer{listener_->port(), TLS1_3_VERSION};
    peer.write("GET /enrol HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(peer.read_all().starts_with("HTTP/1.1 426"));
}

// What follows the request would have been taken for the head of the first message.
TEST_F(Hostile, BytesBehindTheUpgradeAreNoMessage) {
    serve();
    RawTls peer{listener_->port(), TLS1_3_VERSION};
    EXPECT_TRUE(peer.upgrade("/enrol", whole_frame).starts_with("HTTP/1.1 400"));
}

TEST_F(Hostile, HalfAFrameThenAnEndClosesItsOwnWireOnce) {
    serve();
    Client& honest = connect_device();
    ASSERT_TRUE(honest.seen->wait_open());
    {
        RawTls peer{listener_->port(), TLS1_3_VERSION};
        ASSERT_TRUE(peer.upgrade("/enrol").starts_with(upgraded));
        peer.write(whole_frame);
        ASSERT_TRUE(server_side(1)->take());
        peer.write("\x82\xfe\x03\xe8\x01\x02\x03\x04half"sv);
    }
    ASSERT_TRUE(server_side(1)->wait_closed());
    EXPECT_EQ(server_side(1)->look().closed, 1);
    EXPECT_TRUE(server_side(1)->look().messages.empty());
    send(honest, pattern(10));
    EXPECT_EQ(honest.seen->take(), pattern(10));
}

TEST_F(Hostile, FramesThatTheProtocolForbidsCloseTheWire) {
    serve();
    std::size_t number = 0;
    for (const auto frame : {"\x82\x01\x55"sv,                     // not masked
                             "\xc2\x81\x01\x02\x03\x04\x55"sv,     // a reserved bit
                             "\x83\x81\x01\x02\x03\x04\x55"sv,     // a reserved opcode
                             "\x80\x81\x01\x02\x03\x04\x55"sv}) {  // continues nothing
        RawTls peer{listener_->port(), TLS1_3_VERSION};
        ASSERT_TRUE(peer.upgrade("/enrol").starts_with(upgraded));
        peer.write(frame);
        static_cast<void>(peer.read_all());
        const auto seen = server_side(number++);
        ASSERT_TRUE(seen->wait_closed());
        EXPECT_TRUE(seen->look().messages.empty());
    }
}

// Refused by its head, before a byte of it has come; 1009 is RFC 6455's "message too big".
TEST_F(Hostile, AMessageOverTheLimitIsAnsweredWithTheReason) {
    serve();
    const auto peer = enrolling();
    peer->write("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x01\x02\x03\x04"sv);
    const std::string answer = peer->read_all();
    EXPECT_TRUE(answer.starts_with("\x88"sv));
    EXPECT_NE(answer.find("\x03\xf1"sv), std::string::npos);
    ASSERT_TRUE(server_side(0)->wait_closed());
    EXPECT_EQ(server_side(0)->look().error.fault, WireFault::message_too_large);
}

TEST_F(Hostile, ATextMessageClosesTheWire) {
    serve();
    const auto peer = enrolling();
    peer->write("\x81\x81\x01\x02\x03\x04\x60"sv);
    ASSERT_TRUE(server_side(0)->wait_closed());
    EXPECT_EQ(server_side(0)->look().error.fault, WireFault::protocol_error);
    EXPECT_TRUE(server_side(0)->look().messages.empty());
}

TEST_F(Hostile, APeerThatDoesNotReadIsDroppedAtTheLimit) {
    ListenerSettings limited = settings();
    limited.unsent_bytes_max = 12U << 20U;
    serve(std::move(limited));
    const auto peer = enrolling();
    const auto seen = server_side(0);
    on_server([seen] {
        // More than the limit and what the system's buffers take.
        for (int i = 0; i < 40; ++i) {
            if (sync::Wire* wire = seen->look().wire) {
                wire->send(pattern(1U << 20U));
            }
        }
    });
    ASSERT_TRUE(seen->wait_closed());
    EXPECT_EQ(seen->look().error.fault, WireFault::connection_lost);
    EXPECT_EQ(seen->look().error.detail, "the peer does not take what is sent");
    EXPECT_EQ(seen->look().drained, 0);
}

// The second message has come with the first, and is told of after the end that the first brought.
TEST_F(Hostile, NothingIsToldToASessionThatHasEnded) {
    echo_ = false;
    ListenerSettings limited = settings();
    limited.unsent_bytes_max = 1U << 10U;
    serve(std::move(limited));
    const auto peer = enrolling();
    const auto seen = server_side(0);
    seen->change([](Seen::State& state) {
        state.on_message = [](sync::Wire& wire) { wire.send(pattern(2U << 10U)); };
    });
    peer->write(std::string{whole_frame} + std::string{whole_frame});
    ASSERT_TRUE(seen->wait_closed());
    EXPECT_EQ(seen->look().error.fault, WireFault::connection_lost);
    EXPECT_EQ(seen->look().messages.size(), 1U);
    EXPECT_EQ(seen->look().closed, 1);
}

TEST_F(Hostile, WhatARefusedPeerGoesOnSendingIsReadOnlySoFar) {
    ListenerSettings patient = settings();
    patient.close_deadline = std::chrono::seconds{30};
    serve(std::move(patient));
    const auto peer = enrolling();
    peer->write("\x81\x81\x01\x02\x03\x04\x60"sv);
    ASSERT_TRUE(server_side(0)->wait_closed());
    const std::string flood(1U << 20U, 'x');
    bool taken = true;
    for (int i = 0; i < 100 && taken; ++i) {
        taken = peer->write(flood);
    }
    EXPECT_FALSE(taken) << "100 MiB were read and forgotten";
}

TEST_F(Hostile, AClosedWireEndsInTimeThoughItsPeerDoesNotRead) {
    serve();
    const auto peer = enrolling();
    const auto seen = server_side(0);
    on_server([seen] {
        sync::Wire* wire = seen->look().wire;
        for (int i = 0; i < 12; ++i) {
            wire->send(pattern(1U << 20U));
        }
        EXPECT_GT(wire->unsent_bytes(), 11U << 20U);
        wire->close();
    });
    const auto before = std::chrono::steady_clock::now();
    // The peer goes on sending, so no silence ends the wire.
    for (int i = 0; i < 100; ++i) {
        peer->write(whole_frame);
    }
    ASSERT_TRUE(seen->wait_closed());
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds{4});
    EXPECT_EQ(seen->look().error.fault, WireFault::closed_here);
}

TEST_F(Hostile, ASlowReaderGetsEverythingAndThenTheQueueIsDrained) {
    echo_ = false;
    serve();
    const auto peer = enrolling();
    const auto seen = server_side(0);
    constexpr std::size_t messages = 12;
    on_server([seen] {
        for (std::size_t i = 0; i < messages; ++i) {
            seen->look().wire->send(pattern(1U << 20U));
        }
        seen->change([](Seen::State& state) { state.opened = 2; });
    });
    ASSERT_TRUE(seen->wait([](const Seen::State& state) { return state.opened == 2; }));
    EXPECT_EQ(seen->look().drained, 0) << "the peer has read nothing";
    std::size_t read = 0;
    // A server's frame of this size has a head of ten bytes.
    while (read < messages * ((1U << 20U) + 10)) {
        const std::size_t some = peer->read_some().size();
        ASSERT_GT(some, 0U);
        read += some;
    }
    EXPECT_TRUE(seen->wait([](const Seen::State& state) { return state.drained == 1; }));
}

}  // namespace
}  // namespace zhibu::server

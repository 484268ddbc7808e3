#include "tests/server/listener/wire_fixture.hpp"

namespace zhibu::server {
namespace {

using sync::WireFault;

/// Connects in one way and tells why it ended.
class Trust : public WireTest {
protected:
    [[nodiscard]] WireFault fault_of(Client& client) {
        EXPECT_TRUE(client.seen->wait_closed());
        EXPECT_EQ(client.seen->look().opened, 0);
        return client.seen->look().error.fault;
    }

    [[nodiscard]] WireFault fault_as(client::DeviceCredentials credentials) {
        return fault_of(
            connect(endpoint("/sync"), space_.pinned(),
                    std::make_shared<client::DeviceCredentials>(std::move(credentials))));
    }

    void serve_as(const std::vector<std::string>& hosts, int from_days, int until_days) {
        server_key_ = space_.issue_server(hosts, space_.days(from_days, until_days));
        serve();
    }
};

TEST_F(Trust, ADeviceOfAnotherCommitteeIsRefused) {
    serve();
    support::TlsSpace other;
    // Repeated, since an alert that a reset overtakes is lost only now and then.
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(fault_as(other.issue_device(other.new_device())), WireFault::certificate_refused);
    }
    EXPECT_TRUE(connect_device().seen->wait_open());
}

TEST_F(Trust, AnExpiredDeviceLearnsThatItHasExpired) {
    serve();
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(fault_as(space_.issue_device(space_.new_device(), -40, -1)),
                  WireFault::certificate_expired);
    }
}

TEST_F(Trust, ADeviceFromTheFutureIsRefused) {
    serve();
    EXPECT_NE(fault_as(space_.issue_device(space_.new_device(), 2, 30)),
              WireFault::connection_lost);
}

TEST_F(Trust, AServersCertificateIsNoDevices) {
    serve();
    EXPECT_EQ(fault_as(space_.servers_as_device()), WireFault::certificate_refused);
}

TEST_F(Trust, SyncIsClosedToWhoHasNoCertificate) {
    serve();
    EXPECT_EQ(fault_of(connect(endpoint("/sync"), space_.pinned(), nullptr)),
              WireFault::certificate_refused);
}

TEST_F(Trust, EnrolmentIsOpenWithoutACertificateAndClosedWithOne) {
    serve();
    Client& newcomer = connect(endpoint("/enrol"), space_.by_fingerprint(), nullptr);
    ASSERT_TRUE(newcomer.seen->wait_open()) << newcomer.seen->look().error.detail;
    EXPECT_FALSE(server_side(0)->look().peer.device);
    const auto enrolled =
        std::make_shared<client::DeviceCredentials>(space_.issue_device(space_.new_device()));
    EXPECT_EQ(fault_of(connect(endpoint("/enrol"), space_.pinned(), enrolled)),
              WireFault::certificate_refused);
}

TEST_F(Trust, OtherTargetsAreNotServed) {
    serve();
    EXPECT_EQ(fault_of(connect(endpoint("/other"), space_.pinned(), nullptr)),
              WireFault::protocol_error);
}

TEST_F(Trust, AServerUnderAnotherRootIsNotTrusted) {
    serve();
    support::TlsSpace other;
    EXPECT_EQ(fault_of(connect(endpoint("/enrol"), other.pinned(), nullptr)),
              WireFault::server_untrusted);
    EXPECT_EQ(fault_of(connect(endpoint("/enrol"), other.by_fingerprint(), nullptr)),
              WireFault::server_untrusted);
}

TEST_F(Trust, AnExpiredServerIsToldFromAnUntrustedOne) {
    serve_as({"127.0.0.1"}, -30, -1);
    EXPECT_EQ(fault_of(connect(endpoint("/enrol"), space_.pinned(), nullptr)),
              WireFault::server_expired);
    EXPECT_EQ(fault_of(connect(endpoint("/enrol"), space_.by_fingerprint(), nullptr)),
              WireFault::server_expired);
}

TEST_F(Trust, AServerOfAnotherNameIsNotTheOneAskedFor) {
    serve_as({"zhibu.example", "127.0.0.2"}, -1, 30);
    EXPECT_EQ(fault_of(connect(endpoint("/enrol"), space_.pinned(), nullptr)),
              WireFault::server_wrong_host);
    EXPECT_EQ(fault_of(connect(endpoint("/enrol"), space_.by_fingerprint(), nullptr)),
              WireFault::server_wrong_host);
}

TEST_F(Trust, AServerIsFoundByItsHostName) {
    serve();
    client::Endpoint named = endpoint("/enrol");
    named.host = "localhost";
    EXPECT_TRUE(connect(named, space_.pinned(), nullptr).seen->wait_open());
}

TEST_F(Trust, ACredentialThatIsNoneFailsAlone) {
    serve();
    client::DeviceCredentials broken{"no certificate", keys::SecretBytes{std::string_view{"no"}}};
    EXPECT_EQ(fault_as(std::move(broken)), WireFault::protocol_error);
}

TEST_F(Trust, AServerThatIsNotThereCannotBeReached) {
    serve();
    client::Endpoint gone = endpoint("/sync");
    stop_server(std::chrono::seconds{5});
    EXPECT_EQ(fault_of(connect(gone, space_.pinned(), nullptr)), WireFault::cannot_connect);
    gone.host = "no-such-host.invalid";
    EXPECT_EQ(fault_of(connect(gone, space_.pinned(), nullptr)), WireFault::cannot_resolve);
}

TEST_F(Trust, AListenerWithoutUsableKeysOrPortSaysWhich) {
    serve();
    ListenerSettings taken = settings();
    taken.port = listener_->port();
    const auto second = Listener::open(taken, server_key_.key.to_pem());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().fault, ListenError::Fault::address_unusable);
    const auto other_key = Listener::open(settings(), keys::P256Key::generate().to_pem());
    ASSERT_FALSE(other_key);
    EXPECT_EQ(other_key.error().fault, ListenError::Fault::certificate_unusable);
}

}  // namespace
}  // namespace zhibu::server

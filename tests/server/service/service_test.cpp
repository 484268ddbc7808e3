#include "server/service/service.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <future>
#include <optional>
#include <string>
#include <thread>

#include "client/agent/enrolment.hpp"
#include "client/agent/wire_client.hpp"
#include "shared/keys/enrolment_code.hpp"
#include "shared/keys/system.hpp"
#include "tests/server/listener/raw_tls.hpp"
#include "tests/support/founding_words.hpp"
#include "tests/support/temporary_directory.hpp"

namespace zhibu::server {
namespace {

using Clock = std::chrono::steady_clock;

/// A founded space and its server, on a thread of the test's own process.
class Service : public testing::Test {
protected:
    Service() {
        config.listen_address = "127.0.0.1";
        config.listen_port = 0;
        config.health_port = 0;
        config.stop_seconds = 30;
        config.password_memory_kib = 19'456;
        config.password_passes = 2;
        const auto founded =
            found({files}, support::founding_words(), catalog::standard_catalog(), clock, random);
        EXPECT_TRUE(founded) << founded.error().en;
        code = keys::parse_enrolment_code(*founded);
        EXPECT_TRUE(code);
        client_thread = std::thread{[this] { wires.run(); }};
    }

    ~Service() override {
        wires.stop();
        client_thread.join();
    }

    /// Starts the server; returns when it takes connections.
    void start() {
        std::promise<std::uint16_t> ready;
        serving = std::async(std::launch::async, [this, &ready] {
            return serve(
                files, config, catalog::standard_catalog(),
                [this](std::string_view event, std::string_view) {
                    if (event == "stopping") {
                        stopping.set_value();
                    }
                },
                [this] { return config; },
                [&ready](std::uint16_t opened, std::uint16_t) { ready.set_value(opened); });
        });
        port = ready.get_future().get();
    }

    void expect_end_within(std::chrono::seconds limit) {
        ASSERT_EQ(serving.wait_for(limit), std::future_status::ready);
        const auto served = serving.get();
        EXPECT_TRUE(served) << served.error().en;
        stopping = std::promise<void>{};
    }

    /// Begins to enrol the first administrator's device.
    std::future<client::EnrolmentOutcome> enrol() {
        auto done = std::make_shared<std::promise<client::EnrolmentOutcome>>();
        client::EnrolmentWish wish;
        wish.code_secret = keys::secret_text(*code);
        wish.signing_request = keys::make_signing_request(keys::P256Key::generate());
        wish.device_label = "测试机";
        wish.new_password = keys::SecretBytes{std::string_view{"correct horse battery staple"}};
        enrolments.push_back(client::make_enrolment(
            std::move(wish),
            [done](client::EnrolmentOutcome outcome) { done->set_value(std::move(outcome)); }));
        const client::ServerTrust trust{{}, code->root_fingerprint};
        wires.executor().post([this, trust, events = enrolments.back().get()] {
            wires.connect(client::Endpoint{"127.0.0.1", port, "/enrol"}, trust, nullptr, *events);
        });
        return done->get_future();
    }

    keys::SystemClock clock;
    keys::SystemRandom random;
    support::TemporaryDirectory folder;
    ServerFiles files{folder.path() / "data"};
    Config config;
    std::optional<keys::EnrolmentCode> code;
    std::future<std::expected<void, FoundingError>> serving;
    std::promise<void> stopping;
    std::uint16_t port = 0;
    std::vector<std::unique_ptr<sync::WireEvents>> enrolments;
    client::WireClient wires;
    std::thread client_thread;
};

TEST_F(Service, StartsStopsAndStartsAgain) {
    for (int i = 0; i < 2; ++i) {
        start();
        std::raise(SIGTERM);
        expect_end_within(std::chrono::seconds{10});
    }
}

TEST_F(Service, ASignalThatComesWithItsReadinessIsHeeded) {
    serving = std::async(std::launch::async, [this] {
        return serve(
            files, config, catalog::standard_catalog(), [](std::string_view, std::string_view) {},
            [this] { return config; }, [](std::uint16_t, std::uint16_t) { std::raise(SIGTERM); });
    });
    expect_end_within(std::chrono::seconds{10});
}

TEST_F(Service, StoppedWhileAPasswordIsDerivedItLeavesTheCodeAsItWas) {
    config.password_passes = 4;
    config.password_memory_kib = 262'144;
    start();
    auto first = enrol();
    // Another wire's upgrade: by then the first's request has been read.
    RawTls behind{port, TLS1_3_VERSION};
    ASSERT_TRUE(behind.upgrade("/enrol").starts_with("HTTP/1.1 101"));
    std::raise(SIGTERM);
    expect_end_within(std::chrono::seconds{60});
    EXPECT_FALSE(first.get()) << "it was not waited for";
    config.password_passes = 2;
    config.password_memory_kib = 19'456;
    start();
    EXPECT_TRUE(enrol().get());
    std::raise(SIGTERM);
    expect_end_within(std::chrono::seconds{10});
}

TEST_F(Service, ASecondSignalDoesNotWaitForWhoDoesNotAnswer) {
    start();
    RawTls mute{port, TLS1_3_VERSION};
    ASSERT_TRUE(mute.upgrade("/enrol").starts_with("HTTP/1.1 101"));
    std::raise(SIGTERM);
    stopping.get_future().wait();
    const auto before = Clock::now();
    std::raise(SIGTERM);
    expect_end_within(std::chrono::seconds{10});
    EXPECT_LT(Clock::now() - before, std::chrono::seconds{3}) << "a close may take five";
}

TEST_F(Service, APortThatIsTakenIsSaidAndNothingIsServed) {
    start();
    Config second = config;
    second.listen_port = port;
    const auto served = serve(
        files, second, catalog::standard_catalog(), [](std::string_view, std::string_view) {},
        [&second] { return second; }, [](std::uint16_t, std::uint16_t) { FAIL() << "ready"; });
    ASSERT_FALSE(served);
    std::raise(SIGTERM);
    expect_end_within(std::chrono::seconds{10});
}

}  // namespace
}  // namespace zhibu::server

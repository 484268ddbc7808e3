#include <deque>

#include "tests/server/listener/raw_tls.hpp"
#include "tests/server/listener/wire_fixture.hpp"

namespace zhibu::server {
namespace {

/// The plain listener for the machine's own monitoring, beside the other on one thread.
class Health : public WireTest {
protected:
    void SetUp() override {
        auto opened = Listener::open(settings(), server_key_.key.to_pem());
        ASSERT_TRUE(opened);
        monitored_ = *std::move(opened);
        const auto port = monitored_->serve_health(0, [](const std::string& path) {
            if (path == "/metrics") {
                return std::optional{Monitored{503, "text/plain; version=0.0.4", "zhibu 1\n"}};
            }
            return path == "/health"
                       ? std::optional{Monitored{200, "application/json", R"({"status":"ok"})"}}
                       : std::nullopt;
        });
        ASSERT_TRUE(port);
        port_ = *port;
        thread_ = std::thread{[this] { monitored_->run({}); }};
    }

    void TearDown() override {
        monitored_->stop(std::chrono::seconds{5});
        thread_.join();
    }

    [[nodiscard]] std::string ask(std::string_view request) const {
        RawSocket socket{port_};
        socket.write(request);
        std::string answer = socket.read_all();
        EXPECT_TRUE(socket.ended());
        return answer;
    }

    std::unique_ptr<Listener> monitored_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

TEST_F(Health, AnswersGetWithItsJson) {
    const std::string answer = ask("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200"));
    EXPECT_NE(answer.find("application/json"), std::string::npos);
    EXPECT_TRUE(answer.ends_with(R"({"status":"ok"})"));
}

TEST_F(Health, AnAnswerHasAStatusAndATypeOfItsOwn) {
    const std::string answer = ask("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 503")) << answer;
    EXPECT_NE(answer.find("text/plain; version=0.0.4"), std::string::npos);
    EXPECT_TRUE(answer.ends_with("zhibu 1\n"));
}

TEST_F(Health, OtherPathsAndMethodsAreRefused) {
    EXPECT_TRUE(ask("GET /other HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 404"));
    EXPECT_TRUE(ask("DELETE /health HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 405"));
}

TEST_F(Health, GarbageAndEndlessRequestsAreCutOff) {
    EXPECT_EQ(ask("\x16\x03\x01\x02\x00\r\n\r\n"), "");
    EXPECT_EQ(ask("GET /health HTTP/1.1\r\nX: " + std::string(10'000, 'x')), "");
    EXPECT_EQ(ask("GET /hea"), "");
    EXPECT_TRUE(ask("GET /health HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 200"));
}

TEST_F(Health, ServesAFewAtOnceAndTheRestUnheard) {
    std::deque<RawSocket> silent;
    for (int i = 0; i < 16; ++i) {
        silent.emplace_back(port_);
    }
    EXPECT_EQ(ask("GET /health HTTP/1.1\r\nHost: x\r\n\r\n"), "");
    for (RawSocket& each : silent) {
        EXPECT_EQ(each.read_all(), "");
        EXPECT_TRUE(each.ended()) << "cut off at the deadline";
    }
    EXPECT_TRUE(ask("GET /health HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 200"));
}

}  // namespace
}  // namespace zhibu::server

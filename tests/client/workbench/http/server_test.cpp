#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/client/workbench/http/raw_http.hpp"

namespace zhibu::client::test {
namespace {

class WorkbenchOverSockets : public testing::Test {
protected:
    /// The page's own request with one header line replaced, or dropped.
    [[nodiscard]] std::string with(std::string request, std::string_view name,
                                   std::string_view line) const {
        const auto at = request.find(std::string{name} + ": ");
        const auto end = request.find("\r\n", at) + 2;
        return request.replace(at, end - at, line.empty() ? "" : std::string{line} + "\r\n");
    }

    static bool is(const std::string& answer, unsigned status) {
        return answer.starts_with("HTTP/1.1 " + std::to_string(status) + " ");
    }

    Served served_;
    std::string token_ = served_.enter();
    std::string read_ = served_.page_request("GET", "/api/status?lang=en", token_);
    std::string write_ = served_.page_request("POST", "/api/groups", token_, R"({"a":1})");
};

TEST_F(WorkbenchOverSockets, GivesItsPageWithAPolicyAndAFreshNonce) {
    const std::string page = served_.ask(served_.page_request("GET", "/", ""));
    ASSERT_TRUE(is(page, 200));
    for (const std::string_view line :
         {"default-src 'none'", "script-src 'self';", "frame-ancestors 'none'", "base-uri 'none'",
          "form-action 'none'", "nosniff", "no-referrer", "no-store", "text/html"}) {
        EXPECT_NE(page.find(line), std::string::npos) << line;
    }
    EXPECT_EQ(page.find("Access-Control"), std::string::npos);
    EXPECT_EQ(page.find("Set-Cookie"), std::string::npos);
    const auto nonce = page.substr(page.find("'nonce-") + 7, 32);
    EXPECT_NE(page.find("content=\"" + nonce + "\""), std::string::npos);
    EXPECT_EQ(served_.ask(served_.page_request("GET", "/", "")).find(nonce), std::string::npos);
}

TEST_F(WorkbenchOverSockets, PageAndApiAnswerOneAfterAnotherOnOneConnection) {
    RawHttp connection{served_.port()};
    connection.write(with(served_.page_request("GET", "/assets/app.js", ""), "Connection", ""));
    EXPECT_NE(connection.read_until("run()").find("text/javascript"), std::string::npos);
    connection.write(read_);
    EXPECT_NE(connection.read_all().find("GET /api/status lang=en"), std::string::npos);
}

TEST_F(WorkbenchOverSockets, ApiGetsTheRequestAsItWasMade) {
    EXPECT_TRUE(served_.ask(write_).ends_with("POST /api/groups {\"a\":1}"));
    EXPECT_TRUE(is(served_.ask(read_), 200));
    EXPECT_EQ(served_.asked(), 2U);
}

TEST_F(WorkbenchOverSockets, NothingForeignReachesTheApi) {
    EXPECT_TRUE(is(served_.ask(with(read_, "Host", "Host: evil.example")), 421));
    EXPECT_TRUE(is(
        served_.ask(with(read_, "Host", "Host: " + served_.authority() + "\r\nHost: evil.example")),
        421));
    EXPECT_TRUE(is(served_.ask(with(write_, "Origin", "Origin: http://evil.example")), 403));
    EXPECT_TRUE(is(served_.ask(with(write_, "Origin", "")), 403));
    EXPECT_TRUE(is(served_.ask(with(read_, "Sec-Fetch-Site", "Sec-Fetch-Site: cross-site")), 403));
    EXPECT_TRUE(is(served_.ask(with(write_, "Content-Type", "Content-Type: text/plain")), 415));
    EXPECT_TRUE(is(served_.ask(with(read_, "Authorization", "")), 401));
    EXPECT_TRUE(is(served_.ask(with(read_, "Authorization", "Authorization: Basic eDp5")), 401));
    EXPECT_EQ(served_.asked(), 0U);
}

TEST_F(WorkbenchOverSockets, PreflightOfAForeignPageGetsNoPermission) {
    const std::string answer =
        served_.ask("OPTIONS /api/groups HTTP/1.1\r\nHost: " + served_.authority() +
                    "\r\nOrigin: http://evil.example\r\nAccess-Control-Request-Method: "
                    "POST\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(is(answer, 403));
    EXPECT_EQ(answer.find("Access-Control-Allow"), std::string::npos);
}

TEST_F(WorkbenchOverSockets, CodeOpensOnceAndOnlyByPost) {
    const std::string body = R"({"code":")" + served_.new_code() + "\"}";
    EXPECT_TRUE(is(served_.ask(served_.page_request("GET", "/api/session", "")), 405));
    const std::string request = served_.page_request("POST", "/api/session", "", body);
    EXPECT_TRUE(is(served_.ask(request), 201));
    EXPECT_TRUE(is(served_.ask(request), 401));
    EXPECT_TRUE(is(served_.ask(read_), 401)) << "the session before is over";
    for (const std::string_view bad : {"", "{", "[]", "{\"code\":1}", "{\"code\":\"\"}", "null"}) {
        EXPECT_TRUE(is(served_.ask(served_.page_request("POST", "/api/session", "", bad)), 401))
            << bad;
    }
}

TEST_F(WorkbenchOverSockets, PathsOutsideThePageAreNotThere) {
    for (const std::string_view path :
         {"/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/assets/",
          "/assets/../index.html", "/index.html/", "http://evil.example/", "*",
          "/assets/app.js%00"}) {
        EXPECT_TRUE(is(served_.ask(served_.page_request("GET", path, token_)), 404)) << path;
    }
    EXPECT_TRUE(is(served_.ask(served_.page_request("GET", "/?a=%zz", "")), 400));
}

TEST_F(WorkbenchOverSockets, OtherMethodsAreRefused) {
    for (const std::string_view method : {"POST", "PUT", "DELETE", "PATCH"}) {
        EXPECT_TRUE(is(served_.ask(served_.page_request(method, "/", token_, "{}")), 405));
    }
    const std::string head =
        "HEAD / HTTP/1.1\r\nHost: " + served_.authority() + "\r\nConnection: close\r\n\r\n";
    EXPECT_TRUE(is(served_.ask(head), 405));
}

TEST_F(WorkbenchOverSockets, TooLargeIsSaidBeforeItIsRead) {
    const std::string announced = with(write_, "Content-Length", "Content-Length: 1048577");
    EXPECT_TRUE(is(served_.ask(announced.substr(0, announced.size() - 7)), 413));
    EXPECT_TRUE(
        is(served_.ask(with(read_, "Authorization", "X: " + std::string(17'000, 'x'))), 431));
    const std::string large(1U << 20U, ' ');
    EXPECT_TRUE(is(served_.ask(served_.page_request("POST", "/api/groups", token_, large)), 200));
    EXPECT_EQ(served_.asked(), 1U);
}

TEST_F(WorkbenchOverSockets, RefusalsSpeakThePagesLanguage) {
    const auto says = [&](const std::string& request, std::string_view code,
                          std::string_view message) {
        const std::string answer = served_.ask(request);
        const std::string error = R"({"error":{"code":")" + std::string{code} + R"(","message":")" +
                                  std::string{message} + R"(","findings":[]}})";
        EXPECT_TRUE(answer.ends_with(error)) << answer;
    };
    const auto get = [&](std::string_view target, std::string_view token) {
        return served_.page_request("GET", target, token);
    };
    says(get("/api/status?lang=en", "none"), "locked", "The workbench is locked; open it again.");
    says(get("/api/status", "none"), "locked", "工作台已锁定，请重新打开。");
    says(get("/nowhere?lang=en", ""), "not_found", "There is no such page.");
    std::string large = served_.page_request("POST", "/api/groups?lang=en", token_, "{}");
    large = with(large, "Content-Length", "Content-Length: 1048577");
    says(large.substr(0, large.size() - 2), "too_large", "This is too large (at most 1 MiB).");
}

TEST_F(WorkbenchOverSockets, GarbageEndsItsOwnConnectionOnly) {
    EXPECT_EQ(served_.ask(std::string("\x16\x03\x01\x00\xff\r\n\r\n", 9)), "");
    EXPECT_EQ(served_.ask("GET /\r\n\r\n"), "");
    EXPECT_EQ(served_.ask("POST /api/groups HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n"), "");
    EXPECT_EQ(served_.ask("POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: "
                          "chunked\r\n\r\nzz\r\n\r\n"),
              "");
    EXPECT_TRUE(is(served_.ask(read_), 200));
}

TEST_F(WorkbenchOverSockets, ConnectionsBeyondTheLimitAreClosedAndPlaceIsFreedAgain) {
    {
        std::vector<std::unique_ptr<RawHttp>> idle;
        // One request each, so that the server has certainly taken it.
        const std::string request = with(read_, "Connection", "");
        for (int i = 0; i < 64; ++i) {
            idle.push_back(std::make_unique<RawHttp>(served_.port()));
            idle.back()->write(request);
            ASSERT_TRUE(is(idle.back()->read_until("lang=en"), 200)) << i;
        }
        EXPECT_EQ(served_.ask(read_), "");
    }
    std::string answer;
    for (int tries = 0; tries < 200 && answer.empty(); ++tries) {
        answer = served_.ask(read_);
    }
    EXPECT_TRUE(is(answer, 200));
}

TEST_F(WorkbenchOverSockets, AnotherUserOfThisMachineIsNotServed) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "only root can become another user";
    }
    // The child touches nothing but its socket: this process has threads.
    int results[2];
    ASSERT_EQ(::pipe(results), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        constexpr uid_t nobody = 65'534;
        char said = 'u';
        if (::setuid(nobody) == 0) {
            said = served_.ask(read_).empty() ? 'n' : 'y';
        }
        const bool told = ::write(results[1], &said, 1) == 1;
        ::_exit(told ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    char said = 0;
    ASSERT_EQ(::read(results[0], &said, 1), 1);
    ::close(results[0]);
    ::close(results[1]);
    EXPECT_EQ(said, 'n');
    EXPECT_EQ(served_.asked(), 0U);
    EXPECT_TRUE(is(served_.ask(read_), 200)) << "this user is";
}

}  // namespace
}  // namespace zhibu::client::test

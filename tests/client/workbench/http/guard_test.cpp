#include "client/workbench/http/guard.hpp"

#include <gtest/gtest.h>

#include "tests/support/seeded_random.hpp"

namespace zhibu::client {
namespace {

using namespace std::chrono_literals;

class WorkbenchGuard : public testing::Test {
protected:
    /// What the page itself sends, with a good token.
    [[nodiscard]] RequestHead own_write() const {
        return {"POST",        "/api/groups",      "127.0.0.1:4711", "http://127.0.0.1:4711",
                "same-origin", "application/json", authorization_};
    }

    [[nodiscard]] RequestHead own_read() const {
        return {"GET", "/api/status", "127.0.0.1:4711", "", "same-origin", "", authorization_};
    }

    std::chrono::steady_clock::time_point now_;
    support::SeededRandom random_{3};
    Guard guard_{"127.0.0.1:4711", random_, [this] { return now_; }};
    std::string authorization_ = "Bearer " + guard_.exchange(guard_.new_code()).value();
};

TEST_F(WorkbenchGuard, LetsItsOwnPageThrough) {
    EXPECT_FALSE(guard_.refusal(own_write()));
    EXPECT_FALSE(guard_.refusal(own_read()));
}

TEST_F(WorkbenchGuard, RefusesEveryOtherHost) {
    for (const std::string_view host :
         {"", "localhost:4711", "127.0.0.1", "127.0.0.1:4712", "evil.example:4711",
          "127.0.0.1:4711.evil.example", "127.0.0.1:4711 "}) {
        RequestHead head = own_read();
        head.host = host;
        EXPECT_EQ(guard_.refusal(head), 421U) << host;
    }
}

TEST_F(WorkbenchGuard, RefusesWritesOfEveryOtherOrigin) {
    for (const std::string_view origin :
         {"", "null", "http://evil.example", "https://127.0.0.1:4711", "http://127.0.0.1",
          "http://127.0.0.1:4711/", "http://localhost:4711"}) {
        RequestHead head = own_write();
        head.origin = origin;
        EXPECT_EQ(guard_.refusal(head), 403U) << origin;
    }
}

TEST_F(WorkbenchGuard, RefusesWhatTheBrowserSaysIsAForeignPage) {
    for (const std::string_view site : {"cross-site", "same-site", "elsewhere"}) {
        RequestHead head = own_read();
        head.fetch_site = site;
        EXPECT_EQ(guard_.refusal(head), 403U) << site;
    }
    RequestHead typed = own_read();
    typed.fetch_site = "none";
    EXPECT_FALSE(guard_.refusal(typed)) << "an address that was typed";
    RequestHead written = own_write();
    written.fetch_site = "none";
    EXPECT_EQ(guard_.refusal(written), 403U);
}

TEST_F(WorkbenchGuard, TakesNothingButJson) {
    for (const std::string_view type :
         {"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"}) {
        RequestHead head = own_write();
        head.content_type = type;
        EXPECT_EQ(guard_.refusal(head), 415U) << type;
    }
}

TEST_F(WorkbenchGuard, AsksForTheTokenUnderApiAlone) {
    const std::string other = "Bearer " + std::string(64, '0');
    for (const std::string_view said :
         {std::string_view{}, std::string_view{"Bearer "},
          std::string_view{authorization_}.substr(7), std::string_view{other}}) {
        RequestHead head = own_read();
        head.authorization = said;
        EXPECT_EQ(guard_.refusal(head), 401U) << said;
    }
    RequestHead page = own_read();
    page.path = "/";
    page.authorization = {};
    EXPECT_FALSE(guard_.refusal(page)) << "the page itself holds nothing secret";
}

TEST_F(WorkbenchGuard, WithoutASessionNoTokenIsGood) {
    const Guard fresh{"127.0.0.1:4711", random_};
    RequestHead head = own_read();
    head.authorization = "Bearer ";
    EXPECT_EQ(fresh.refusal(head), 401U);
}

TEST_F(WorkbenchGuard, CodeHas256BitsAndIsGoodOnce) {
    const std::string code = guard_.new_code();
    EXPECT_EQ(code.size(), 64U);
    EXPECT_FALSE(guard_.exchange(code.substr(1)));
    EXPECT_FALSE(guard_.exchange(""));
    EXPECT_TRUE(guard_.exchange(code));
    EXPECT_FALSE(guard_.exchange(code));
}

TEST_F(WorkbenchGuard, CodeIsGoodForFiveMinutes) {
    const std::string late = guard_.new_code();
    now_ += 5min;
    EXPECT_FALSE(guard_.exchange(late));
    const std::string in_time = guard_.new_code();
    now_ += 5min - 1ms;
    EXPECT_TRUE(guard_.exchange(in_time));
}

TEST_F(WorkbenchGuard, NewCodeVoidsTheOldAndNewSessionTheOldToken) {
    const std::string first = guard_.new_code();
    const std::string second = guard_.new_code();
    EXPECT_FALSE(guard_.exchange(first));
    EXPECT_FALSE(guard_.refusal(own_read())) << "a code alone ends no session";
    EXPECT_TRUE(guard_.exchange(second));
    EXPECT_EQ(guard_.refusal(own_read()), 401U);
}

}  // namespace
}  // namespace zhibu::client

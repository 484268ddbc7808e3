#include <gtest/gtest.h>

#include "tests/client/workbench/http/raw_http.hpp"

namespace zhibu::client::test {
namespace {

TEST(WorkbenchEvents, AreStreamedToThePageThatHoldsTheToken) {
    Served served;
    const std::string token = served.enter();
    RawHttp page{served.port()};
    page.write(served.page_request("GET", "/api/events", token));
    const std::string begun = page.read_until("event: sync\ndata: \n\n");
    EXPECT_TRUE(begun.starts_with("HTTP/1.1 200"));
    EXPECT_NE(begun.find("text/event-stream"), std::string::npos);
    EXPECT_NE(begun.find("Content-Security-Policy"), std::string::npos);
    EXPECT_EQ(begun.find("Content-Length"), std::string::npos);
    EXPECT_NE(begun.find("event: changed\ndata: \n\n"), std::string::npos)
        << "what was missed before is news";

    served.server().notify(ApiNews::changed);
    const std::string both = page.read_until("event: sync\ndata: \n\nevent: changed\ndata: \n\n");
    EXPECT_TRUE(both.ends_with("event: sync\ndata: \n\nevent: changed\ndata: \n\n"));
}

TEST(WorkbenchEvents, AreNotGivenWithoutTheToken) {
    Served served;
    EXPECT_TRUE(
        served.ask(served.page_request("GET", "/api/events", "")).starts_with("HTTP/1.1 401"));
}

TEST(WorkbenchEvents, ReaderThatNeverReadsHoldsNothingUp) {
    Served served;
    const std::string token = served.enter();
    RawHttp deaf{served.port()};
    deaf.write(served.page_request("GET", "/api/events", token));
    for (int i = 0; i < 200'000; ++i) {
        served.server().notify(ApiNews::sync);
    }
    EXPECT_TRUE(
        served.ask(served.page_request("GET", "/api/status", token)).starts_with("HTTP/1.1 200"));
}

TEST(WorkbenchEvents, ServerEndsWhileAPageListens) {
    auto served = std::make_unique<Served>();
    RawHttp page{served->port()};
    page.write(served->page_request("GET", "/api/events", served->enter()));
    EXPECT_NE(page.read_until("event: sync").find("event: sync"), std::string::npos);
    served.reset();
    EXPECT_TRUE(page.read_all().ends_with("data: \n\n"));
}

}  // namespace
}  // namespace zhibu::client::test

#include "client/workbench/http/target.hpp"

#include <gtest/gtest.h>

namespace zhibu::client {
namespace {

using Query = std::multimap<std::string, std::string>;

TEST(WorkbenchTarget, IsTakenApartAndItsQueryDecoded) {
    const auto target =
        parse_target("/api/records/person?search=%E5%BC%A0+%2b&empty&order=-a&order=b");
    ASSERT_TRUE(target);
    EXPECT_EQ(target->path, "/api/records/person");
    EXPECT_EQ(target->query,
              (Query{{"search", "张 +"}, {"empty", ""}, {"order", "-a"}, {"order", "b"}}));
}

TEST(WorkbenchTarget, PathIsLeftAsItWasSent) {
    EXPECT_EQ(parse_target("/%2e%2e/etc?x=1")->path, "/%2e%2e/etc");
    EXPECT_EQ(parse_target("")->path, "");
    EXPECT_EQ(parse_target("/?")->query, Query{});
}

TEST(WorkbenchTarget, BrokenEscapesAreRefused) {
    for (const std::string_view text : {"/?a=%", "/?a=%4", "/?a=%g0", "/?%0=a", "/?a=%0x"}) {
        EXPECT_FALSE(parse_target(text)) << text;
    }
}

TEST(WorkbenchTarget, ParametersAreLimited) {
    std::string text = "/?";
    for (int i = 0; i < 100; ++i) {
        text += "a=1&";
    }
    EXPECT_TRUE(parse_target(text));
    EXPECT_FALSE(parse_target(text + "a=1"));
}

}  // namespace
}  // namespace zhibu::client

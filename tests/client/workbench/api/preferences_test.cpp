#include <gtest/gtest.h>

#include <string>

#include "tests/client/workbench/api/workbench.hpp"

namespace zhibu::client::test {
namespace {

const std::string persons = "/api/preferences/persons";

TEST(ApiPreferences, AreKeptByPageAndComeBack) {
    Workbench workbench;
    EXPECT_EQ(workbench.get("/api/preferences").body, "{}");
    EXPECT_EQ(workbench.ask("POST", persons, {}, R"({"columns":["name"]})").status, 200U);
    EXPECT_EQ(
        workbench.ask("POST", "/api/preferences/dues", {}, R"({"columns":["amount"]})").status,
        200U);
    EXPECT_EQ(workbench.ask("POST", persons, {}, R"({"columns":["name","sex"]})").status, 200U);
    EXPECT_EQ(workbench.get("/api/preferences").body,
              R"({"persons":{"columns":["name","sex"]},"dues":{"columns":["amount"]}})");
}

TEST(ApiPreferences, WhatIsNotAPagesArrangementIsRefusedAndChangesNothing) {
    Workbench workbench;
    workbench.preferences = R"({"persons":{}})";
    for (const std::string& body : {std::string{"[]"}, std::string{"no JSON"}, std::string{},
                                    R"({"name":")" + std::string(20'000, 'x') + "\"}"}) {
        EXPECT_EQ(workbench.ask("POST", persons, {}, body).status, 400U) << body.substr(0, 40);
    }
    for (const std::string page : {"a.b", "%2e", "UPPERandlowerbutmuchlongerthananypagesname"}) {
        EXPECT_EQ(workbench.ask("POST", "/api/preferences/" + page, {}, "{}").status, 400U) << page;
    }
    EXPECT_EQ(workbench.preferences, R"({"persons":{}})");
}

TEST(ApiPreferences, DamagedOnesAreNoneAndAFullDiskIsSaid) {
    Workbench workbench;
    workbench.preferences = "{\"persons\":";
    EXPECT_EQ(workbench.get("/api/preferences").body, "{}");
    workbench.is_disk_full = true;
    const Answer refused = workbench.ask("POST", persons, {{"lang", "en"}}, "{}");
    EXPECT_EQ(refused.status, 507U);
    EXPECT_EQ(
        refused.text("/error/message"),
        "Columns and saved filters were not kept; no data is affected. Check the space on the "
        "disk.");
}

}  // namespace
}  // namespace zhibu::client::test

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "shared/record/id.hpp"
#include "shared/rules/rules.hpp"
#include "tests/shared/rules/bench.hpp"

namespace zhibu::rules {
namespace {

using Ids = std::vector<std::string>;

constexpr const char* elsewhere = "0190163d-8694-739b-aea5-966c26f8ad91";
constexpr const char* here = "0190163d-8694-739b-aea5-966c26f8ad92";

TEST(AccountRules, R903ATemporaryAccountHasAnEnd) {
    Bench bench{"account"};
    EXPECT_EQ(bench.on_creation({{"nature", "3"}}), Ids{"R-903"});
    EXPECT_EQ(bench.on_creation({{"nature", "3"}, {"expires_on", "2026-12-31"}}), Ids{});
    EXPECT_EQ(bench.on_creation({{"nature", "2"}}), Ids{});
    EXPECT_EQ(
        bench.on_change({{"nature", "3"}, {"expires_on", "2026-12-31"}}, {{"expires_on", ""}}),
        Ids{"R-903"});
}

TEST(AccountRules, R904ALongTermAccountOfABranchHasAReason) {
    Bench bench{"account"};
    EXPECT_EQ(bench.on_creation({{"nature", "1"}, {"level", "3"}}), Ids{"R-904"});
    EXPECT_EQ(bench.finding("R-904").severity, Severity::warn);
    EXPECT_EQ(bench.on_creation({{"nature", "1"}, {"level", "3"}, {"reason", "专职书记"}}), Ids{});
    EXPECT_EQ(bench.on_creation({{"nature", "1"}, {"level", "2"}}), Ids{});
    EXPECT_EQ(bench.on_creation({{"nature", "2"}, {"level", "3"}}), Ids{});
}

TEST(AccountRules, ANameIsUsedOnceEvenAfterDeletion) {
    Bench bench{"account"};
    const auto other = bench.shelf.put("account", {{"name", "第一支部"}, {"state", "3"}});
    EXPECT_EQ(bench.on_creation({{"name", "第一支部"}}), Ids{"R-912a"});
    bench.id = other;
    EXPECT_EQ(bench.on_change({}, {{"name", "第一支部"}}), Ids{});
}

TEST(AccountRules, R916DeletedIsFinalAndTheOthersChangeIntoEachOther) {
    Bench bench{"account"};
    for (const char* from : {"1", "2"}) {
        for (const char* to : {"1", "2", "3"}) {
            EXPECT_EQ(bench.on_change({{"state", from}}, {{"state", to}}), Ids{}) << from << to;
        }
    }
    EXPECT_EQ(bench.on_change({{"state", "3"}}, {{"state", "1"}}), Ids{"R-916"});
    EXPECT_EQ(bench.on_change({{"state", "3"}}, {{"state", "2"}}), Ids{"R-916"});
    EXPECT_EQ(bench.on_change({{"state", "3"}}, {{"state", ""}}), Ids{"R-916"});
}

TEST(WindowRules, AWindowEndsAfterItStarts) {
    Bench bench{"window"};
    const auto window = [&bench](const char* starts, const char* ends) {
        return bench.on_creation({{"starts_at", starts}, {"ends_at", ends}});
    };
    EXPECT_EQ(window("2026-11-24 08:00", "2026-11-24 08:01"), Ids{});
    EXPECT_EQ(window("2026-11-24 08:00", "2026-11-24 08:00"), Ids{"R-901a"});
    EXPECT_EQ(window("2026-11-24 08:00", "2026-11-23 08:00"), Ids{"R-901a"});
    EXPECT_EQ(bench.on_change({{"starts_at", "2026-11-24"}, {"ends_at", "2026-12-24"}},
                              {{"ends_at", "2026-11-20"}}),
              Ids{"R-901a"});
}

// Otherwise an officer could reach an account outside the own scope through a record within it.
TEST(ControlRules, WhatNamesAnAccountNamesItsScope) {
    const std::vector<std::pair<std::string_view, std::string>> kinds{
        {"window", "R-901b"}, {"enrolment_code", "R-914a"}, {"device", "R-914b"}};
    for (const auto& [kind, rule] : kinds) {
        Bench bench{kind};
        const std::string account =
            record::to_text(bench.shelf.put("account", {{"organisation", elsewhere}}));
        EXPECT_EQ(bench.on_creation({{"account", account}, {"organisation", elsewhere}}), Ids{});
        EXPECT_EQ(bench.on_creation({{"account", account}, {"organisation", here}}), Ids{rule});
        EXPECT_EQ(bench.on_creation({{"account", here}, {"organisation", here}}), Ids{});
        EXPECT_EQ(bench.on_creation({{"organisation", here}}), Ids{});
    }
}

}  // namespace
}  // namespace zhibu::rules

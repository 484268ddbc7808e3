#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/record/id.hpp"
#include "shared/rules/rules.hpp"
#include "tests/shared/rules/bench.hpp"

namespace zhibu::rules {
namespace {

using catalog::Language;
using Ids = std::vector<std::string>;

class Election : public testing::Test {
protected:
    Election() {
        organisation_ = record::to_text(bench_.shelf.put(
            "organisation",
            {{"type", "30"}, {"secretary", "0190163d-8694-739b-aea5-966c26f8ad91"}}));
    }

    std::string put_organisation(const char* type) {
        return record::to_text(bench_.shelf.put("organisation", {{"type", type}}));
    }

    Bench bench_{"organisation_election"};
    std::string organisation_;
};

TEST_F(Election, R717TheTermsSinceMid2018) {
    const auto term = [&](const char* type, const char* years, const char* day) {
        return bench_.creation_breaks("R-717", {{"owner", put_organisation(type)},
                                                {"election_kind", "1"},
                                                {"elected_on", day},
                                                {"term_years", years}});
    };
    EXPECT_FALSE(term("10", "5", "2026-01-01"));
    EXPECT_TRUE(term("10", "3", "2026-01-01"));
    EXPECT_FALSE(term("30", "3", "2018-07-01"));
    EXPECT_TRUE(term("30", "2", "2018-07-01"));
    EXPECT_FALSE(term("30", "2", "2018-06-30"));
    EXPECT_FALSE(term("20", "3", "2026-01-01"));
}

TEST_F(Election, R719AtMostAYearWithADocument) {
    bench_.shelf.put("organisation_election", {{"owner", organisation_},
                                               {"election_kind", "1"},
                                               {"elected_on", "2021-02-28"},
                                               {"term_years", "3"}});
    const auto postponed = [&](const char* until, const char* document) {
        return bench_.creation_breaks("R-719", {{"owner", organisation_},
                                                {"election_kind", "4"},
                                                {"elected_on", "2024-01-10"},
                                                {"postponed_until", until},
                                                {"document", document}});
    };
    EXPECT_FALSE(postponed("2025-02-28", "1号"));
    EXPECT_TRUE(postponed("2025-03-01", "1号"));
    EXPECT_TRUE(postponed("2025-02-28", ""));
    EXPECT_TRUE(postponed("", "1号"));
    const auto forward = [&](const char* day) {
        return bench_.creation_breaks("R-719", {{"owner", organisation_},
                                                {"election_kind", "5"},
                                                {"elected_on", day},
                                                {"document", "1号"}});
    };
    EXPECT_FALSE(forward("2023-02-28"));
    EXPECT_TRUE(forward("2023-02-27"));
}

TEST_F(Election, R720FourFifthsArePresent) {
    const auto present = [&](const char* entitled, const char* there) {
        return bench_.on_creation({{"entitled", entitled}, {"present", there}});
    };
    EXPECT_EQ(present("10", "8"), Ids{});
    EXPECT_EQ(present("10", "7"), Ids{"R-720"});
    EXPECT_EQ(present("9", "8"), Ids{});
    EXPECT_EQ(present("9", "7"), Ids{"R-720"});
    EXPECT_EQ(present("10", "11"), Ids{"R-720a"});
    EXPECT_EQ(present("", "7"), Ids{});
}

TEST_F(Election, R721TheResultTheSecretaryAndTheReport) {
    const Plain sound{{"owner", organisation_},
                      {"election_kind", "1"},
                      {"result", "王某当选"},
                      {"report_reference", "已报备"}};
    EXPECT_FALSE(bench_.creation_breaks("R-721", sound));
    EXPECT_TRUE(bench_.change_breaks("R-721", sound, {{"report_reference", ""}}));
    EXPECT_TRUE(bench_.change_breaks("R-721", sound, {{"result", ""}}));
    Plain without = sound;
    without[0].second = put_organisation("30");
    EXPECT_TRUE(bench_.creation_breaks("R-721", without));
    EXPECT_FALSE(
        bench_.creation_breaks("R-721", {{"owner", organisation_}, {"election_kind", "2"}}));
}

TEST(TermOfOffice, R718EndsWithoutAnElectionOrAPostponement) {
    Bench bench{"organisation"};
    const std::string here = record::to_text(bench.id);
    const auto ended = [&](const char* day) {
        bench.today = date(day);
        return bench.day_breaks("R-718", {{"name", "一支部"}});
    };
    EXPECT_FALSE(ended("2026-11-24"));
    bench.shelf.put("organisation_election", {{"owner", here},
                                              {"election_kind", "1"},
                                              {"elected_on", "2020-02-29"},
                                              {"term_years", "3"}});
    EXPECT_FALSE(ended("2023-02-28"));
    EXPECT_TRUE(ended("2023-03-01"));
    EXPECT_EQ(bench.text("R-718", Language::zh), "任期已于 2023-02-28 届满，尚未换届。");
    bench.shelf.put("organisation_election", {{"owner", here},
                                              {"election_kind", "4"},
                                              {"elected_on", "2023-02-01"},
                                              {"postponed_until", "2023-12-31"}});
    EXPECT_FALSE(ended("2023-12-31"));
    EXPECT_TRUE(ended("2024-01-01"));
    bench.shelf.put("organisation_election", {{"owner", here},
                                              {"election_kind", "1"},
                                              {"elected_on", "2023-12-20"},
                                              {"term_years", "3"}});
    EXPECT_FALSE(ended("2024-01-01"));
}

}  // namespace
}  // namespace zhibu::rules

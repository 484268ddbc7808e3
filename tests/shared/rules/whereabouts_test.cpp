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

TEST(Whereabouts, R521TheUnreachableBelongToTheirBranch) {
    Bench bench{"person"};
    const auto in = [&](const char* type, const char* mark) {
        const auto branch = bench.shelf.put("organisation", {{"type", type}});
        return bench.creation_breaks(
            "R-521", {{"organisation", record::to_text(branch)}, {"unreachable", mark}});
    };
    EXPECT_TRUE(in("30", "true"));
    EXPECT_FALSE(in("39", "true"));
    EXPECT_FALSE(in("30", "false"));
    Bench branch{"organisation"};
    EXPECT_TRUE(branch.day_breaks("R-521a", {{"type", "39"}}));
    EXPECT_FALSE(branch.day_breaks("R-521a", {{"type", "39"}, {"keeper", "王老师"}}));
    EXPECT_FALSE(branch.day_breaks("R-521a", {{"type", "30"}}));
}

TEST(Whereabouts, R522SixMonthsThenTwoYears) {
    Bench bench{"person"};
    Plain lost{{"name", "张三"},
               {"stage", "50"},
               {"unreachable", "true"},
               {"unreachable_since", "2025-08-31"}};
    const auto on = [&](const char* day) {
        bench.today = date(day);
        return bench.day_breaks("R-522", lost);
    };
    EXPECT_FALSE(on("2026-02-27"));
    EXPECT_TRUE(on("2026-02-28"));
    EXPECT_EQ(bench.text("R-522", Language::zh), "张三 失去联系已满 6个月，请按规定研究处理。");
    lost.push_back({"stage", "60"});
    lost.push_back({"left_on", "2024-02-29"});
    EXPECT_FALSE(on("2026-02-27"));
    EXPECT_TRUE(on("2026-02-28"));
    EXPECT_NE(bench.text("R-522", Language::zh).find("24个月"), std::string::npos);
    lost.push_back({"stage", "70"});
    EXPECT_FALSE(on("2026-02-28"));
}

TEST(Whereabouts, R808TheTabsAreFilledIn) {
    Bench bench{"person"};
    for (const char* status : {"3", "4", "5", "8"}) {
        EXPECT_TRUE(bench.creation_breaks("R-808", {{"abroad_status", status}})) << status;
    }
    EXPECT_FALSE(bench.creation_breaks("R-808", {{"abroad_status", "2"}}));
    bench.shelf.put("person_abroad", {{"owner", record::to_text(bench.id)}});
    EXPECT_FALSE(bench.creation_breaks("R-808", {{"abroad_status", "3"}}));
    Bench hardship{"person_hardship"};
    EXPECT_TRUE(hardship.creation_breaks("R-808a", {{"hardship_kind", "1"}}));
    EXPECT_FALSE(hardship.creation_breaks("R-808a", {{"hardship_kind", "1"}, {"help", "慰问"}}));
    EXPECT_FALSE(hardship.creation_breaks("R-808a", {{"hardship_kind", "0"}}));
    Bench abroad{"person_abroad"};
    EXPECT_TRUE(abroad.creation_breaks("R-808b", {{"country", "德国"}}));
    EXPECT_FALSE(abroad.creation_breaks("R-808b", {{"membership_kept", "false"}}));
}

TEST(Whereabouts, R809FiveYearsAbroadOrSettled) {
    Bench bench{"person"};
    const auto stay = bench.shelf.put(
        "person_abroad",
        {{"owner", record::to_text(bench.id)}, {"abroad_status", "3"}, {"since", "2020-02-29"}});
    const Plain member{{"name", "张三"}, {"stage", "50"}};
    bench.today = date("2025-02-28");
    EXPECT_FALSE(bench.day_breaks("R-809", member));
    bench.today = date("2025-03-01");
    EXPECT_TRUE(bench.day_breaks("R-809", member));
    bench.shelf.set(stay, {{"until", "2025-02-01"}});
    EXPECT_FALSE(bench.day_breaks("R-809", member));
    bench.shelf.set(stay, {{"until", ""}, {"abroad_status", "8"}, {"since", "2025-02-01"}});
    EXPECT_TRUE(bench.day_breaks("R-809", member));
    bench.shelf.set(stay, {{"abroad_status", "1"}});
    EXPECT_FALSE(bench.day_breaks("R-809", member));
}

}  // namespace
}  // namespace zhibu::rules

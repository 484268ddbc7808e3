#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "shared/record/id.hpp"
#include "shared/rules/rules.hpp"
#include "tests/shared/rules/bench.hpp"

namespace zhibu::rules {
namespace {

class PlanDay : public testing::Test {
protected:
    bool breaks(std::string_view rule, std::string_view day, std::string_view type = "10") {
        bench_.today = date(day);
        return bench_.day_breaks(rule, {{"type", std::string{type}}});
    }

    Bench bench_{"organisation"};
};

TEST_F(PlanDay, R1001ThePlanIsAskedForFromThirtyDaysBeforeItsDay) {
    EXPECT_FALSE(breaks("R-1001", "2026-11-09"));
    EXPECT_TRUE(breaks("R-1001", "2026-11-10"));
    EXPECT_EQ(bench_.text("R-1001", catalog::Language::en),
              "The plan for the next year is to be reported by 2026-12-10.");
    EXPECT_TRUE(breaks("R-1001", "2026-12-31"));
    EXPECT_TRUE(breaks("R-1001", "2027-03-31")) << "it is missed in its own year too";
    EXPECT_FALSE(breaks("R-1001", "2027-04-01"));
    EXPECT_TRUE(breaks("R-1001", "2026-12-01", "20"));
    EXPECT_FALSE(breaks("R-1001", "2026-12-01", "30")) << "a branch reports to its own above";
}

class YearsList : public testing::Test {
protected:
    YearsList() : branch_(record::to_text(bench_.shelf.put("organisation", {{"type", "20"}}))) {}

    Plain plan(const char* year, const char* notice) {
        return {{"organisation", branch_}, {"year", year}, {"notice_date", notice}};
    }

    void put_list(const std::string& organisation, const char* year) {
        bench_.shelf.put("export", {{"organisation", organisation},
                                    {"sort", "40"},
                                    {"until", "2026-04-01"},
                                    {"year", year}});
    }

    Bench bench_{"plan"};
    std::string branch_;
};

TEST_F(YearsList, R1002TheListIsSentTwoWeeksAfterTheNotice) {
    EXPECT_FALSE(bench_.day_breaks("R-1002", plan("2026", "")));
    EXPECT_TRUE(bench_.day_breaks("R-1002", plan("2026", "2026-03-20")));
    EXPECT_EQ(bench_.text("R-1002", catalog::Language::zh),
              "请于 2026-04-03 前导出并报送计划发展对象名单。");
    put_list(branch_, "2025");
    EXPECT_TRUE(bench_.day_breaks("R-1002", plan("2026", "2026-03-20"))) << "last year's";
    put_list(branch_, "2026");
    EXPECT_FALSE(bench_.day_breaks("R-1002", plan("2026", "2026-03-20")));
}

TEST(Archive, R1004JuneAndDecemberAskForAllThreeLists) {
    Bench bench{"organisation"};
    const auto put = [&](const char* sort, const char* until) {
        bench.shelf.put(
            "export",
            {{"organisation", record::to_text(bench.id)}, {"sort", sort}, {"until", until}});
    };
    const auto asked = [&](std::string_view day) {
        bench.today = date(day);
        return bench.day_breaks("R-1004", {{"type", "10"}});
    };
    EXPECT_TRUE(asked("2026-06-01"));
    EXPECT_EQ(bench.text("R-1004", catalog::Language::en).ends_with("by 2026-06-30."), true);
    put("10", "2026-06-01");
    put("20", "2026-06-05");
    put("30", "2026-05-31");
    EXPECT_TRUE(asked("2026-06-10")) << "the third is of May";
    put("30", "2026-06-06");
    EXPECT_FALSE(asked("2026-06-10"));
    EXPECT_FALSE(asked("2026-11-30"));
    EXPECT_TRUE(asked("2026-12-01"));
    EXPECT_TRUE(asked("2027-05-31"));
    EXPECT_EQ(bench.text("R-1004", catalog::Language::en).ends_with("by 2026-12-31."), true);
}

}  // namespace
}  // namespace zhibu::rules

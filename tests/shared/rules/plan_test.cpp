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

class Plan : public testing::Test {
protected:
    Plan() {
        const auto committee = bench_.shelf.put("organisation", {{"type", "10"}});
        top_ = record::to_text(committee);
        const auto branch = bench_.shelf.put("organisation", {{"type", "30"}, {"parent", top_}});
        branch_ = record::to_text(branch);
    }

    void put_person(const char* stage, const char* year, const char* joined = "") {
        bench_.shelf.put("person", {{"organisation", branch_},
                                    {"stage", stage},
                                    {"plan_year", year},
                                    {"join_date", joined}});
    }

    Plain plan(const char* reported, const char* approved = "") {
        return {{"organisation", top_}, {"year", "2027"},          {"reported", reported},
                {"approved", approved}, {"reviewed_by", "王书记"}, {"reviewed_on", "2026-11-20"}};
    }

    Bench bench_{"plan"};
    std::string top_;
    std::string branch_;
};

TEST_F(Plan, R218TheFigureIsTheNumberOfPersonsBelow) {
    put_person("35", "2027");
    put_person("35", "2027");
    put_person("35", "2026");
    put_person("30", "2027");
    EXPECT_FALSE(bench_.day_breaks("R-218", plan("2")));
    EXPECT_TRUE(bench_.day_breaks("R-218", plan("3")));
    // The report waits, whatever else is saved.
    EXPECT_EQ(bench_.finding("R-218").severity, Severity::refuse);
    EXPECT_EQ(bench_.text("R-218", Language::zh), "上报数（3）与已录入的计划发展对象数（2）不符。");
    EXPECT_FALSE(bench_.creation_breaks("R-218", plan("3")));
}

TEST_F(Plan, R219TheFigureWasReviewed) {
    EXPECT_FALSE(bench_.creation_breaks("R-219", plan("2")));
    EXPECT_TRUE(bench_.creation_breaks(
        "R-219", {{"reported", "2"}, {"reviewed_by", "王书记"}, {"reviewed_on", ""}}));
    EXPECT_TRUE(bench_.change_breaks("R-219", plan("2"), {{"reviewed_by", ""}}));
    EXPECT_FALSE(bench_.change_breaks("R-219", {{"reported", "2"}}, {{"remark", "备注"}}));
}

TEST_F(Plan, R220NoMoreAdmittedThanApproved) {
    put_person("40", "2027", "2027-01-01");
    put_person("40", "2027", "2027-12-31");
    put_person("40", "2026", "2026-12-31");
    put_person("50", "", "2028-01-01");
    EXPECT_FALSE(bench_.day_breaks("R-220", plan("2", "2")));
    EXPECT_TRUE(bench_.day_breaks("R-220", plan("2", "1")));
    EXPECT_EQ(bench_.text("R-220", Language::zh), "本年度已吸收 2 人，超过审批数 1。");
}

TEST(PlannedPerson, R221OfAnEarlierYearIsConfirmedOrTakenOff) {
    Bench bench{"person"};
    const Plain planned{{"name", "张三"}, {"stage", "35"}, {"plan_year", "2026"}};
    bench.today = date("2026-12-31");
    EXPECT_FALSE(bench.day_breaks("R-221", planned));
    bench.today = date("2027-01-01");
    EXPECT_TRUE(bench.day_breaks("R-221", planned));
    EXPECT_FALSE(bench.day_breaks("R-221", {{"stage", "30"}, {"plan_year", "2026"}}));
}

TEST(PlannedPerson, R222TheListHasTenFields) {
    Bench bench{"person"};
    Plain complete{{"stage", "35"},
                   {"name", "张三"},
                   {"sex", "1"},
                   {"ethnic_group", "01"},
                   {"birth_date", "2000-01-01"},
                   {"work_post", "21"},
                   {"post_start_date", "2022-09"},
                   {"education", "11"},
                   {"application_date", "2023-01-01"},
                   {"activist_date", "2023-07-01"},
                   {"target_date", "2024-07-01"}};
    EXPECT_FALSE(bench.day_breaks("R-222", complete));
    complete.push_back({"education", ""});
    complete.push_back({"post_start_date", ""});
    EXPECT_TRUE(bench.day_breaks("R-222", complete));
    EXPECT_EQ(bench.text("R-222", Language::zh), "导出前请补全：岗位开始日期、学历。");
}

}  // namespace
}  // namespace zhibu::rules

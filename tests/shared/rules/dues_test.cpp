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

class Dues : public testing::Test {
protected:
    Ids pays(const char* basis, const char* base, const char* monthly) {
        return bench_.on_creation(
            {{"dues_basis", basis}, {"dues_base", base}, {"dues_monthly", monthly}});
    }

    Bench bench_{"person"};
};

TEST_F(Dues, R601TheBandsIncludeTheirUpperLimits) {
    EXPECT_EQ(pays("10", "3000", "15"), Ids{});
    EXPECT_EQ(pays("10", "3000.01", "30"), Ids{});
    EXPECT_EQ(pays("10", "3000.01", "15"), Ids{"R-601"});
    EXPECT_EQ(pays("20", "5000", "50"), Ids{});
    EXPECT_EQ(pays("20", "5000.01", "75"), Ids{});
    EXPECT_EQ(pays("30", "10000", "150"), Ids{});
    EXPECT_EQ(pays("30", "10000.01", "200"), Ids{});
    EXPECT_EQ(pays("10", "10000.01", "150"), Ids{"R-601"});
    EXPECT_EQ(bench_.text("R-601", Language::zh),
              "按基数 10000.01 元、比例 2.0% 应缴 200.00 元，现填 150.00 元，请确认。");
    EXPECT_EQ(pays("10", "", "150"), Ids{});
}

TEST_F(Dues, R602APension) {
    EXPECT_EQ(pays("40", "5000", "25"), Ids{});
    EXPECT_EQ(pays("40", "5000.01", "50"), Ids{});
    EXPECT_EQ(pays("40", "5000.01", "25"), Ids{"R-602"});
}

TEST_F(Dues, R603FixedSums) {
    EXPECT_EQ(pays("60", "", "0.2"), Ids{});
    EXPECT_EQ(pays("60", "", "0.21"), Ids{"R-603"});
    EXPECT_EQ(pays("70", "", "0.19"), Ids{"R-603"});
    EXPECT_EQ(pays("50", "", "0.2"), Ids{});
    EXPECT_EQ(pays("50", "", "1"), Ids{});
    EXPECT_EQ(pays("50", "", "1.01"), Ids{"R-603"});
}

TEST_F(Dues, R604AboveAThousandIsConfirmed) {
    EXPECT_EQ(bench_.on_creation({{"dues_monthly", "1000"}}), Ids{});
    EXPECT_EQ(bench_.on_creation({{"dues_monthly", "1000.01"}}), Ids{"R-604"});
    EXPECT_EQ(bench_.on_creation({{"dues_monthly", "1000.01"}, {"dues_large_confirmed", "true"}}),
              Ids{});
    EXPECT_EQ(bench_.on_creation({{"dues_monthly", "1000.01"}, {"dues_large_confirmed", "false"}}),
              Ids{"R-604"});
}

TEST_F(Dues, R605AReductionIsApproved) {
    for (const char* basis : {"80", "81"}) {
        EXPECT_EQ(bench_.on_creation({{"dues_basis", basis}}), Ids{"R-605"}) << basis;
        EXPECT_EQ(bench_.on_creation({{"dues_basis", basis}, {"dues_approval", "1号"}}), Ids{});
    }
}

TEST_F(Dues, R613TheBaseIsReviewedEachYear) {
    const auto reviewed = [this](const char* day) {
        return bench_.day_breaks(
            "R-613", {{"stage", "50"}, {"dues_base", "3000"}, {"dues_base_reviewed_on", day}});
    };
    bench_.today = date("2026-12-31");
    EXPECT_FALSE(reviewed("2026-01-01"));
    EXPECT_TRUE(reviewed("2025-12-31"));
    EXPECT_TRUE(reviewed(""));
    EXPECT_FALSE(bench_.day_breaks("R-613", {{"stage", "50"}}));
}

}  // namespace
}  // namespace zhibu::rules

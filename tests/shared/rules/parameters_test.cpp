#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "shared/record/change.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::rules {
namespace {

using record::Parameter;
using List = std::vector<Parameter>;

TEST(Parameters, DefaultsNeedNoList) {
    EXPECT_TRUE(to_list(Parameters{}).empty());
    EXPECT_TRUE(to_list(from_list(List{})).empty());
}

TEST(Parameters, DefaultsAreTheRulesOwn) {
    const Parameters defaults;
    EXPECT_EQ(defaults.activist_after_months, 6);
    EXPECT_EQ(defaults.target_after_months, 12);
    EXPECT_EQ(defaults.youth_league_age, 28);
    EXPECT_EQ(defaults.admission_age, 18);
    EXPECT_EQ(defaults.probation_months, 12);
    EXPECT_EQ(defaults.approval_months, 3);
    EXPECT_EQ(defaults.approval_months_max, 6);
    EXPECT_TRUE(defaults.extra_divisions.empty());
}

TEST(Parameters, EachSurvivesTheList) {
    const Parameters changed{.talk_months = 2,
                             .activist_after_months = 3,
                             .target_after_months = 18,
                             .youth_league_age = 27,
                             .admission_age = 19,
                             .probation_months = 13,
                             .approval_months = 2,
                             .approval_months_max = 5,
                             .work_age = 17,
                             .extra_divisions = {"98", "99"}};
    const List list = to_list(changed);
    EXPECT_EQ(list.size(), 11U);
    const Parameters again = from_list(list);
    EXPECT_EQ(to_list(again), list);
    EXPECT_EQ(again.youth_league_age, 27);
    EXPECT_EQ(again.work_age, 17);
    EXPECT_EQ(again.extra_divisions, (std::vector<std::string>{"98", "99"}));
}

TEST(Parameters, EveryNumberOfTheTableSurvivesAlone) {
    for (const ParameterLine& line : parameter_table()) {
        Parameters changed;
        EXPECT_GE(changed.*line.member, line.least) << line.name;
        EXPECT_LE(changed.*line.member, line.most) << line.name;
        for (const int number : {line.least, line.most}) {
            changed.*line.member = number;
            EXPECT_EQ(from_list(to_list(changed)).*line.member, number) << line.name;
        }
    }
}

// A hostile or newer server must not make the arithmetic of dates overflow.
TEST(Parameters, WhatIsNoSoundNumberIsLeftAlone) {
    for (const char* value : {"", "abc", "6x", " 6", "-1", "1201", "2147483647", "99999999999"}) {
        const List list{{"activist_after_months", value}};
        EXPECT_EQ(from_list(list).activist_after_months, 6) << value;
    }
    const List newer{{"a_newer_one", "5"}, {"activist_after_months", "1200"}};
    EXPECT_EQ(from_list(newer).activist_after_months, 1200);
}

}  // namespace
}  // namespace zhibu::rules

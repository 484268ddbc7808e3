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

class Conversion : public testing::Test {
protected:
    /// What a probationary member's conversion breaks.
    std::vector<std::string> decided(const Plain& before, const Plain& decision) {
        Plain values{{"name", "张三"}, {"stage", "40"}, {"join_date", "2024-02-29"}};
        values.insert(values.end(), before.begin(), before.end());
        return bench_.on_change(values, decision);
    }

    std::vector<std::string> converted(const char* outcome, const char* day,
                                       const Plain& before = {}) {
        return decided(before, {{"stage", "50"},
                                {"conversion_outcome", outcome},
                                {"conversion_date", day},
                                {"report_reference", "已报备"}});
    }

    Bench bench_{"person"};
};

TEST_F(Conversion, R403OnTimeIsTheDayItself) {
    EXPECT_EQ(converted("01", "2025-02-28"), Ids{});
    EXPECT_EQ(converted("01", "2025-03-01"), Ids{"R-403"});
    EXPECT_EQ(bench_.text("R-403", Language::zh),
              "按期转正的转正日期应为预备期满之日（2025-02-28）。");
    EXPECT_EQ(converted("01", "2025-02-28", {{"extension_months", "6"}}), Ids{"R-403"});
    EXPECT_EQ(decided({}, {{"stage", "50"},
                           {"conversion_outcome", "01"},
                           {"conversion_date", "2025-03-01"},
                           {"correction_reason", "更正录入错误"}}),
              Ids{});
}

TEST_F(Conversion, R403AMemberOfOldIsEnteredAndExplained) {
    const auto entered = [this](const char* day) {
        return bench_.on_creation({{"stage", "50"},
                                   {"join_date", "1965-07-01"},
                                   {"conversion_outcome", "01"},
                                   {"conversion_date", day}});
    };
    EXPECT_EQ(entered("1966-07-01"), Ids{});
    EXPECT_EQ(entered("1966-07-02"), Ids{"R-403a"});
    EXPECT_EQ(bench_.finding("R-403a").severity, Severity::needs_explanation);
}

TEST_F(Conversion, R404AnExtensionLastsHalfAYearToAYear) {
    const auto extended = [this](const char* months) {
        return bench_.creation_breaks("R-404", {{"extension_months", months}});
    };
    EXPECT_TRUE(extended("5"));
    EXPECT_FALSE(extended("6"));
    EXPECT_FALSE(extended("12"));
    EXPECT_TRUE(extended("13"));
    EXPECT_FALSE(extended("0"));
}

TEST_F(Conversion, R405ExtendedOnce) {
    EXPECT_TRUE(
        bench_.change_breaks("R-405", {{"extension_months", "6"}}, {{"extension_months", "12"}}));
    EXPECT_FALSE(bench_.change_breaks("R-405", {}, {{"extension_months", "6"}}));
    EXPECT_FALSE(
        bench_.change_breaks("R-405", {{"extension_months", "6"}},
                             {{"extension_months", "12"}, {"correction_reason", "更正录入错误"}}));
}

TEST_F(Conversion, R406AfterTheExtension) {
    const Plain extended{{"conversion_outcome", "04"}, {"extension_months", "6"}};
    EXPECT_EQ(converted("02", "2025-08-27", extended), Ids{"R-406"});
    EXPECT_EQ(converted("02", "2025-08-28", extended), Ids{});
    EXPECT_EQ(converted("02", "2025-08-28", {{"conversion_outcome", "04"}}), Ids{"R-406"});
}

TEST_F(Conversion, R407NamesBothOutcomes) {
    EXPECT_TRUE(bench_.change_breaks("R-407", {{"conversion_outcome", "01"}},
                                     {{"conversion_outcome", "04"}}));
    EXPECT_EQ(bench_.text("R-407", Language::zh), "“按期转正”不能改为“延长预备期”。");
    EXPECT_TRUE(bench_.change_breaks("R-407", {{"conversion_outcome", "01"}},
                                     {{"conversion_outcome", ""}}));
    EXPECT_FALSE(bench_.change_breaks(
        "R-407", {{"conversion_outcome", "01"}},
        {{"conversion_outcome", "04"}, {"correction_reason", "更正录入错误"}}));
    // The reason of an earlier correction is none for this one.
    EXPECT_TRUE(bench_.change_breaks(
        "R-407", {{"conversion_outcome", "01"}, {"correction_reason", "更正录入错误"}},
        {{"conversion_outcome", "04"}}));
}

TEST_F(Conversion, R408CancelledAtTheEndOrBeforeIt) {
    const auto cancelled = [this](const char* outcome, const char* day, const Plain& before = {}) {
        return decided(before, {{"stage", "70"},
                                {"conversion_outcome", outcome},
                                {"leaving_reason", "35"},
                                {"left_on", day},
                                {"report_reference", "已报备"}});
    };
    EXPECT_EQ(cancelled("05", "2025-02-27"), Ids{"R-408"});
    EXPECT_EQ(cancelled("05", "2025-02-28"), Ids{});
    EXPECT_EQ(cancelled("06", "2025-02-27"), Ids{});
    EXPECT_EQ(cancelled("06", "2025-02-28"), Ids{"R-408"});
    const Plain extended{{"conversion_outcome", "04"}, {"extension_months", "6"}};
    EXPECT_EQ(cancelled("05", "2025-08-27", extended), Ids{"R-408"});
    EXPECT_EQ(cancelled("05", "2025-08-28", extended), Ids{});
    EXPECT_EQ(cancelled("06", "2025-08-27", extended), Ids{});
}

TEST_F(Conversion, R410EverythingButOnTimeIsReported) {
    for (const char* outcome : {"02", "03", "04", "05", "06"}) {
        EXPECT_TRUE(bench_.creation_breaks("R-410", {{"conversion_outcome", outcome}})) << outcome;
    }
    EXPECT_FALSE(bench_.creation_breaks("R-410", {{"conversion_outcome", "01"}}));
}

TEST_F(Conversion, R411AndR412ThreeAndSixMonths) {
    const auto approved = [this](const char* meeting, const char* approval) {
        return bench_.on_creation(
            {{"conversion_meeting_date", meeting}, {"conversion_approval_date", approval}});
    };
    EXPECT_EQ(approved("2023-11-30", "2024-02-29"), Ids{});
    EXPECT_EQ(approved("2023-11-30", "2024-03-01"), Ids{"R-411"});
    EXPECT_EQ(approved("2023-08-31", "2024-02-29"), Ids{"R-411"});
    EXPECT_EQ(approved("2023-08-31", "2024-03-01"), Ids{"R-412"});
    bench_.today = date("2026-11-25");
    EXPECT_TRUE(
        bench_.day_breaks("R-411", {{"stage", "40"}, {"conversion_meeting_date", "2026-08-24"}}));
}

TEST_F(Conversion, R415StageAndOutcomeAgree) {
    const auto stands = [this](const char* stage, const char* outcome, const char* reason) {
        return bench_.creation_breaks(
            "R-415",
            {{"stage", stage}, {"conversion_outcome", outcome}, {"leaving_reason", reason}});
    };
    EXPECT_TRUE(stands("40", "01", ""));
    EXPECT_FALSE(stands("50", "01", ""));
    EXPECT_FALSE(stands("70", "02", "10"));
    EXPECT_FALSE(stands("70", "05", "35"));
    EXPECT_TRUE(stands("70", "05", "10"));
    EXPECT_TRUE(stands("40", "06", ""));
    EXPECT_FALSE(stands("40", "03", ""));
    EXPECT_TRUE(bench_.change_breaks("R-415", {{"stage", "40"}}, {{"stage", "50"}}));
}

TEST_F(Conversion, R409R414AndR416RemindAroundTheDay) {
    const Plain member{{"name", "张三"},
                       {"stage", "40"},
                       {"join_date", "2024-02-29"},
                       {"dues_paid_until", "2025-02-28"}};
    const auto on = [&](const char* day) {
        bench_.today = date(day);
        return bench_.on_the_day(member);
    };
    EXPECT_EQ(on("2025-01-28"), Ids{});
    EXPECT_EQ(on("2025-01-29"), Ids{"R-414"});
    EXPECT_EQ(bench_.text("R-414", Language::zh), "张三 将于 2025-02-28 预备期满。");
    EXPECT_EQ(on("2025-02-27"), Ids{"R-414"});
    EXPECT_EQ(on("2025-02-28"), (Ids{"R-414", "R-416"}));
    EXPECT_EQ(on("2025-03-01"), (Ids{"R-409", "R-414", "R-416"}));
    EXPECT_EQ(bench_.finding("R-416").severity, Severity::not_allowed);
}

TEST_F(Conversion, R416AnOutcomeIsEnough) {
    bench_.today = date("2025-03-01");
    const auto with = [&](const char* outcome) {
        return bench_.day_breaks(
            "R-416",
            {{"stage", "40"}, {"join_date", "2024-02-29"}, {"conversion_outcome", outcome}});
    };
    EXPECT_TRUE(with(""));
    EXPECT_FALSE(with("03"));
}

TEST(ConversionsOfTheMonth, R413CountsWhoIsDueByItsEnd) {
    Bench bench{"organisation"};
    const auto put = [&](const char* joined, const char* outcome) {
        bench.shelf.put("person", {{"organisation", record::to_text(bench.id)},
                                   {"stage", "40"},
                                   {"join_date", joined},
                                   {"conversion_outcome", outcome}});
    };
    bench.today = date("2026-11-01");
    put("2025-12-01", "");
    EXPECT_FALSE(bench.day_breaks("R-413", {{"name", "一支部"}}));
    put("2025-11-30", "");
    put("2025-09-30", "03");
    put("2025-11-10", "01");
    EXPECT_TRUE(bench.day_breaks("R-413", {{"name", "一支部"}}));
    EXPECT_EQ(bench.text("R-413", Language::zh),
              "本月应转正 2 人，请于 2026-11-27（本月最后一个周五）前维护。");
}

}  // namespace
}  // namespace zhibu::rules

#include "shared/record/date.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include "shared/record/clock.hpp"

namespace zhibu::record {
namespace {

Date date(const char* text) {
    const auto parsed = parse_date(text);
    EXPECT_TRUE(parsed.has_value()) << text;
    return parsed.value_or(Date{});
}

TEST(Date, EveryDayOfItsYearsSurvivesTextAndDayNumber) {
    Date day = date("1900-01-01");
    std::int32_t number = day_number(day);
    for (; day.year < 2200; ++number) {
        ASSERT_EQ(parse_date(to_text(day)), day);
        ASSERT_EQ(make_date(day.year, day.month, day.day), day);
        ASSERT_EQ(day_number(day), number);
        ASSERT_EQ(shanghai_day(shanghai_midnight(day)), day);
        day = add_days(day, 1);
    }
    EXPECT_EQ(number - day_number(date("1900-01-01")), 109'573);
}

TEST(Date, RefusesWhatIsNoDay) {
    EXPECT_FALSE(make_date(2023, 2, 29));
    EXPECT_TRUE(make_date(2024, 2, 29));
    EXPECT_FALSE(make_date(1900, 2, 29));
    EXPECT_TRUE(make_date(2000, 2, 29));
    EXPECT_FALSE(make_date(2024, 4, 31));
    EXPECT_FALSE(make_date(2024, 0, 1));
    EXPECT_FALSE(make_date(2024, 13, 1));
    EXPECT_FALSE(make_date(1899, 12, 31));
    EXPECT_FALSE(make_date(2200, 1, 1));
    EXPECT_FALSE(make_date(2024, 1, -1));
}

TEST(Date, ReadsOnlyWhatItWrites) {
    for (const char* text : {"", "2024", "2024-1-01", "2024-01-1", "2024/01/01", "2024-01-00",
                             "2024-00", "2024-13", "2024-01-32", "2024-01-01 ", " 2024-01",
                             "20240101", "2024-0a-01", "-024-01-01", "2024-01-", "２024-01-0"}) {
        EXPECT_FALSE(parse_date(text)) << text;
    }
    EXPECT_EQ(date("1987-05"), (Date{1987, 5, 0}));
    EXPECT_TRUE(date("1987-05").is_month());
    EXPECT_EQ(to_text(date("1987-05")), "1987-05");
}

TEST(Date, AMonthStandsBeforeItsDays) {
    EXPECT_LT(date("2024-03"), date("2024-03-01"));
    EXPECT_GT(date("2024-03"), date("2024-02-29"));
}

TEST(DateAddMonths, TakesTheLastDayWhereThereIsNoSameDay) {
    EXPECT_EQ(add_months(date("2023-01-31"), 1), date("2023-02-28"));
    EXPECT_EQ(add_months(date("2024-01-31"), 1), date("2024-02-29"));
    EXPECT_EQ(add_months(date("2024-02-29"), 12), date("2025-02-28"));
    EXPECT_EQ(add_months(date("2024-02-29"), 48), date("2028-02-29"));
    EXPECT_EQ(add_months(date("2023-08-31"), 6), date("2024-02-29"));
    EXPECT_EQ(add_months(date("2023-12-15"), 1), date("2024-01-15"));
}

TEST(DateAddMonths, GoesBackAndKeepsMonths) {
    EXPECT_EQ(add_months(date("2024-03-31"), -1), date("2024-02-29"));
    EXPECT_EQ(add_months(date("2024-01-31"), -13), date("2022-12-31"));
    EXPECT_EQ(add_months(date("2024-11"), 3), date("2025-02"));
}

TEST(DateAgeOn, IsReachedOnTheBirthday) {
    EXPECT_EQ(age_on(date("2000-05-10"), date("2018-05-09")), 17);
    EXPECT_EQ(age_on(date("2000-05-10"), date("2018-05-10")), 18);
}

TEST(DateAgeOn, WhoWasBornOn29FebruaryReachesItOn1MarchInOtherYears) {
    EXPECT_EQ(age_on(date("2004-02-29"), date("2022-02-28")), 17);
    EXPECT_EQ(age_on(date("2004-02-29"), date("2022-03-01")), 18);
    EXPECT_EQ(age_on(date("2004-02-29"), date("2024-02-29")), 20);
    EXPECT_EQ(age_on(date("2004-02-29"), date("2024-02-28")), 19);
}

TEST(DateShanghai, TheDayBeginsEightHoursBeforeUtc) {
    const Instant midnight = shanghai_midnight(date("2026-11-24"));
    EXPECT_EQ(midnight.milliseconds, 1'795'449'600'000);
    EXPECT_EQ(shanghai_day(midnight), date("2026-11-24"));
    EXPECT_EQ(shanghai_day(Instant{midnight.milliseconds - 1}), date("2026-11-23"));
    EXPECT_EQ(shanghai_midnight(date("2026-11")), shanghai_midnight(date("2026-11-01")));
}

TEST(DateMonthEnd, KnowsLeapYears) {
    EXPECT_EQ(month_end(date("2024-02")), date("2024-02-29"));
    EXPECT_EQ(month_end(date("2023-02-03")), date("2023-02-28"));
    EXPECT_EQ(month_end(date("2023-12")), date("2023-12-31"));
}

TEST(DateAddDays, AMonthCountsFromItsFirstDay) {
    EXPECT_EQ(add_days(date("2024-02"), 29), date("2024-03-01"));
    EXPECT_EQ(add_days(date("2024-03-01"), -1), date("2024-02-29"));
}

TEST(Weekday, MondayIsOne) {
    EXPECT_EQ(weekday(Date{2026, 11, 23}), 1);
    EXPECT_EQ(weekday(Date{2026, 11, 29}), 7);
    EXPECT_EQ(weekday(Date{2024, 2, 29}), 4);
}

TEST(LastFriday, OfEveryMonthIsAFridayOfItsLastWeek) {
    EXPECT_EQ(last_friday(Date{2026, 11, 1}), (Date{2026, 11, 27}));
    EXPECT_EQ(last_friday(Date{2024, 2, 29}), (Date{2024, 2, 23}));
    EXPECT_EQ(last_friday(Date{2026, 7, 31}), (Date{2026, 7, 31}));
    for (int month = 0; month < 24; ++month) {
        const Date first = add_months(Date{2026, 1, 1}, month);
        const Date friday = last_friday(first);
        EXPECT_EQ(weekday(friday), 5);
        EXPECT_EQ(friday.month, first.month);
        EXPECT_NE(add_days(friday, 7).month, first.month);
    }
}

TEST(WorkingDays, AreCountedBothEndsIncluded) {
    EXPECT_EQ(working_days(Date{2026, 11, 23}, Date{2026, 11, 27}), 5);
    EXPECT_EQ(working_days(Date{2026, 11, 27}, Date{2026, 11, 30}), 2);
    EXPECT_EQ(working_days(Date{2026, 11, 28}, Date{2026, 11, 29}), 0);
    EXPECT_EQ(working_days(Date{2026, 11, 28}, Date{2026, 11, 27}), 0);
    for (int length = 0; length < 40; ++length) {
        const Date from{2024, 2, 20};
        int counted = 0;
        for (int day = 0; day <= length; ++day) {
            counted += weekday(add_days(from, day)) <= 5 ? 1 : 0;
        }
        EXPECT_EQ(working_days(from, add_days(from, length)), counted) << length;
    }
}

}  // namespace
}  // namespace zhibu::record

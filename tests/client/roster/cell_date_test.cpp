#include "client/roster/cell_date.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include "client/roster/refusal.hpp"
#include "client/roster/sheet.hpp"
#include "shared/record/date.hpp"

namespace zhibu::client {
namespace {

using enum RefusalReason;

constexpr DateContext workbook{false, SheetSource::workbook};
constexpr DateContext csv{false, SheetSource::csv};

std::string read(const Cell& cell, DateContext context = workbook) {
    const auto date = read_date(cell, context);
    return date ? record::to_text(*date) : std::string{to_text(date.error())};
}

std::string text(std::string_view written, DateContext context = workbook) {
    return read(Cell{CellKind::text, NumberShape::general, 0, written}, context);
}

std::string number(double value, NumberShape shape = NumberShape::general) {
    return read(Cell{CellKind::number, shape, value, {}});
}

std::string serial(double value, NumberShape shape, DateContext context = workbook) {
    return read(Cell{CellKind::date_serial, shape, value, {}}, context);
}

TEST(CellDate, EveryWrittenFormOfADayIsRead) {
    for (const std::string_view written : {"1987-05-03",         "1987-5-3",
                                           "1987/5/3",           "1987/05/03",
                                           "1987.5.3",           "1987.05.03",
                                           "19870503",           "1987年5月3日",
                                           "1987年05月03日",     "1987年5月3号",
                                           "1987 年 5 月 3 日",  "１９８７．０５．０３",
                                           "１９８７年５月３日", "1987-05-03 00:00:00",
                                           "1987/5/3 0:00",      "1987-05-03T00:00:00",
                                           " 1987-5-3\n",        "'1987-05-03",
                                           "1987\xC2\xA0-05-03", "1987年5月3日生",
                                           "1987、5、3",         "1987—5—3"}) {
        EXPECT_EQ(text(written), "1987-05-03") << written;
    }
}

TEST(CellDate, EveryWrittenFormOfAMonthIsRead) {
    for (const std::string_view written :
         {"1987.05", "1987.5", "1987-05", "1987-5", "1987/5", "198705", "1987年5月", "1987年05月",
          "１９８７．０５", "1987.05.", "1987年5", "1987\n.05", "1987.05\xE2\x80\x8B"}) {
        EXPECT_EQ(text(written), "1987-05") << written;
        EXPECT_EQ(text(written, csv), "1987-05") << written;
    }
}

TEST(CellDate, ANumberThatReadsPointOneIsJanuaryOrOctoberAndRefused) {
    EXPECT_EQ(number(1987.1), "month_ambiguous");
    EXPECT_EQ(number(1987.1, NumberShape::one_decimal), "month_ambiguous");
    EXPECT_EQ(text("1987.1", csv), "month_ambiguous");
}

TEST(CellDate, TheFormOfTheTextOrNumberCanTellOctober) {
    EXPECT_EQ(number(1987.1, NumberShape::two_decimals), "1987-10");
    EXPECT_EQ(text("1987.1"), "1987-01");
    EXPECT_EQ(text("1987.10"), "1987-10");
    EXPECT_EQ(text("1987.10", csv), "1987-10");
    EXPECT_EQ(text("1987-1", csv), "1987-01");
    EXPECT_EQ(text("1987年1月", csv), "1987-01");
}

TEST(CellDate, NumbersThatCanMeanOneMonthOnlyAreRead) {
    EXPECT_EQ(number(1987.05), "1987-05");
    EXPECT_EQ(number(1987.5), "1987-05");
    EXPECT_EQ(number(1987.01), "1987-01");
    EXPECT_EQ(number(1987.11), "1987-11");
    EXPECT_EQ(number(1987.12), "1987-12");
    EXPECT_EQ(number(1987.0503), "1987-05-03");
    EXPECT_EQ(number(198705), "1987-05");
    EXPECT_EQ(number(19870503), "1987-05-03");
}

TEST(CellDate, SerialsFollowBothDateSystemsAndTheLeapBug) {
    EXPECT_EQ(serial(31900, NumberShape::day), "1987-05-03");
    EXPECT_EQ(serial(1, NumberShape::day), "1900-01-01");
    EXPECT_EQ(serial(59, NumberShape::day), "1900-02-28");
    EXPECT_EQ(serial(60, NumberShape::day), "no_such_day");
    EXPECT_EQ(serial(61, NumberShape::day), "1900-03-01");
    EXPECT_EQ(serial(0, NumberShape::day), "no_such_day");
    EXPECT_EQ(serial(31900 - 1462, NumberShape::day, {true, SheetSource::workbook}), "1987-05-03");
    EXPECT_EQ(serial(0, NumberShape::day, {true, SheetSource::workbook}), "1904-01-01");
    EXPECT_EQ(serial(31900.75, NumberShape::day), "1987-05-03");
    EXPECT_EQ(serial(-5, NumberShape::day), "no_such_day");
    EXPECT_EQ(serial(1e12, NumberShape::day), "no_such_day");
}

TEST(CellDate, ASerialShownWithoutItsDayIsAMonthUnlessADayWasTyped) {
    EXPECT_EQ(serial(31898, NumberShape::month), "1987-05");
    EXPECT_EQ(serial(31900, NumberShape::month), "1987-05-03");
}

TEST(CellDate, AFiveDigitNumberWithoutADateFormatIsASerial) {
    EXPECT_EQ(number(31900), "1987-05-03");
    EXPECT_EQ(text("31900", csv), "1987-05-03");
}

TEST(CellDate, WhatIsNoDateSaysWhy) {
    EXPECT_EQ(text("1987"), "year_only");
    EXPECT_EQ(text("1987年"), "year_only");
    EXPECT_EQ(number(1987), "year_only");
    EXPECT_EQ(number(1987, NumberShape::two_decimals), "year_only");
    EXPECT_EQ(text("87.05"), "two_digit_year");
    EXPECT_EQ(text("87年5月"), "two_digit_year");
    EXPECT_EQ(text("1987-13"), "no_such_day");
    EXPECT_EQ(text("1987-02-29"), "no_such_day");
    EXPECT_EQ(text("1987-05-00"), "no_such_day");
    EXPECT_EQ(text("19870500"), "no_such_day");
    EXPECT_EQ(text("198713"), "no_such_day");
    EXPECT_EQ(number(1987.13), "no_such_day");
    EXPECT_EQ(text("1887-05-03"), "no_such_day");
    EXPECT_EQ(text("3/5/1987"), "not_a_date");
    EXPECT_EQ(text("1987503"), "not_a_date");
    EXPECT_EQ(text("五月"), "not_a_date");
    EXPECT_EQ(text("1987-05-03 08:15"), "not_a_date");
    EXPECT_EQ(text("1987--05"), "not_a_date");
    EXPECT_EQ(text("99999999999999999999"), "not_a_date");
    EXPECT_EQ(number(-1987.05), "not_a_date");
    EXPECT_EQ(number(1e300), "not_a_date");
    EXPECT_EQ(number(0.05), "not_a_date");
    EXPECT_EQ(read(Cell{CellKind::spreadsheet_error, NumberShape::general, 0, "#N/A"}),
              "spreadsheet_error");
    EXPECT_EQ(read(Cell{CellKind::formula_unsolved, NumberShape::general, 0, {}}),
              "formula_unsolved");
    EXPECT_EQ(read(Cell{CellKind::boolean, NumberShape::general, 1, {}}), "not_a_date");
}

}  // namespace
}  // namespace zhibu::client

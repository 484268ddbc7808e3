#include "client/roster/csv_reader.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "client/roster/roster_error.hpp"
#include "client/roster/sheet.hpp"
#include "client/roster/text_encoding.hpp"

namespace zhibu::client {
namespace {

using namespace std::string_literals;

std::vector<std::vector<std::string>> grid(const Sheet& sheet) {
    std::vector<std::vector<std::string>> rows;
    for (const Sheet::Row& row : sheet.rows()) {
        std::vector<std::string>& cells = rows.emplace_back();
        for (std::uint32_t column = 1; column <= sheet.column_count(); ++column) {
            cells.emplace_back(sheet.cell(row, column).text);
        }
    }
    return rows;
}

std::vector<std::vector<std::string>> grid_of(std::string_view bytes) {
    auto sheet = read_csv(bytes, SheetLimits{});
    EXPECT_TRUE(sheet.has_value());
    return sheet ? grid(*sheet) : std::vector<std::vector<std::string>>{};
}

RosterErrorCode error_of(std::string_view bytes, SheetLimits limits = {}) {
    const auto sheet = read_csv(bytes, limits);
    EXPECT_FALSE(sheet.has_value());
    return sheet ? RosterErrorCode::cannot_open : sheet.error().code;
}

const std::vector<std::vector<std::string>> two_by_two{{"姓名", "性别"}, {"张三", "男"}};

TEST(CsvReader, AllThreeSeparatorsAndLineEnds) {
    EXPECT_EQ(grid_of("姓名,性别\n张三,男\n"), two_by_two);
    EXPECT_EQ(grid_of("姓名;性别\r\n张三;男\r\n"), two_by_two);
    EXPECT_EQ(grid_of("姓名\t性别\r张三\t男"), two_by_two);
    EXPECT_EQ(grid_of("sep=;\n姓名;性别\n张三;男"), two_by_two);
}

TEST(CsvReader, QuotedCellsHoldSeparatorsQuotesAndLineBreaks) {
    EXPECT_EQ(grid_of("\"姓,名\",\"a\"\"b\"\n\"张\r\n三\",\"男\"x\n"),
              (std::vector<std::vector<std::string>>{{"姓,名", "a\"b"}, {"张\r\n三", "男x"}}));
}

TEST(CsvReader, EncodingsAreToldApart) {
    EXPECT_EQ(grid_of("\xEF\xBB\xBF姓名,性别\n张三,男\n"), two_by_two);
    const std::string gb = *encode_gb18030("姓名,性别\n张三,男\n");
    EXPECT_EQ(grid_of(gb), two_by_two);
    EXPECT_EQ(read_csv(gb, {})->encoding, "GB18030");
    EXPECT_EQ(read_csv("姓名,性别\n", {})->encoding, "UTF-8");
    EXPECT_EQ(grid_of("\xFF\xFE"
                      "a\0\t\0b\0\n\0"s),
              (std::vector<std::vector<std::string>>{{"a", "b"}}));
}

TEST(CsvReader, AFourByteCharacterOfGb18030IsRead) {
    EXPECT_EQ(grid_of(*encode_gb18030("𬱖姓,b\n"))[0][0], "𬱖姓");
}

TEST(CsvReader, BytesOfNoKnownEncodingAreRefusedWithTheirLine) {
    const auto sheet = read_csv("a,b\n\xC3\xC3\n\xFF\xFF,\x81", {});
    ASSERT_FALSE(sheet);
    EXPECT_EQ(sheet.error().code, RosterErrorCode::unknown_encoding);
    EXPECT_EQ(sheet.error().row, 3U);
    EXPECT_EQ(error_of("\xEF\xBB\xBF"
                       "a,\xFF"),
              RosterErrorCode::unknown_encoding);
}

TEST(CsvReader, BlankRowsKeepTheNumbersOfOthers) {
    const auto sheet = read_csv("a,b\n\n , \n,,\nc,d\n", {});
    ASSERT_TRUE(sheet);
    ASSERT_EQ(sheet->rows().size(), 2U);
    EXPECT_EQ(sheet->rows()[1].number, 5U);
    EXPECT_EQ(sheet->find_row(3), nullptr);
}

TEST(CsvReader, LimitsAreErrorsWithTheirPlace) {
    EXPECT_EQ(error_of("\"a,b\nc,d"), RosterErrorCode::unclosed_quote);
    EXPECT_EQ(error_of("a\nb\nc", {.rows_max = 2}), RosterErrorCode::too_many_rows);
    EXPECT_EQ(error_of("a,b,c", {.columns_max = 2}), RosterErrorCode::too_many_columns);
    EXPECT_EQ(error_of("abcdef", {.cell_bytes_max = 5}), RosterErrorCode::cell_too_long);
    EXPECT_EQ(error_of(" ,\n"), RosterErrorCode::empty_file);
    EXPECT_EQ(error_of("a\0b"s), RosterErrorCode::not_a_spreadsheet);
}

TEST(Utf8, OverlongSurrogateAndCutSequencesAreNotValid) {
    EXPECT_EQ(valid_utf8_prefix("a\xC0\x80"), 1U);
    EXPECT_EQ(valid_utf8_prefix("\xED\xA0\x80"), 0U);
    EXPECT_EQ(valid_utf8_prefix("\xF4\x90\x80\x80"), 0U);
    EXPECT_EQ(valid_utf8_prefix("张\xE4\xB8"), 3U);
    EXPECT_EQ(valid_utf8_prefix("𬱖é"), 6U);
}

}  // namespace
}  // namespace zhibu::client

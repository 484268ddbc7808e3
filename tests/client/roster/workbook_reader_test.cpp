
#include <gtest/gtest.h>

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "client/roster/number_format.hpp"
#include "client/roster/roster_error.hpp"
#include "client/roster/roster_file.hpp"
#include "client/roster/sheet.hpp"
#include "tests/client/roster/workbook_file.hpp"

namespace zhibu::client {
namespace {

using test::workbook_parts;
using test::worksheet;
using test::zip_of;
using namespace std::string_literals;

std::expected<Sheet, RosterError> read(std::string_view sheet_xml, SheetLimits limits = {}) {
    return read_sheet(zip_of(workbook_parts(sheet_xml)), "a.xlsx", {{}, limits});
}

RosterErrorCode error_of(const std::expected<Sheet, RosterError>& sheet) {
    EXPECT_FALSE(sheet.has_value());
    return sheet ? RosterErrorCode::cannot_open : sheet.error().code;
}

RosterErrorCode error_of_bytes(std::string_view bytes, std::string_view name = "") {
    return error_of(read_sheet(bytes, name, {}));
}

TEST(WorkbookReader, EveryKindOfCell) {
    const auto sheet = read(worksheet(
        R"(<row r="2"><c r="A2" t="s"><v>1</v></c><c r="B2"><v>1987.0499999999999</v></c>)"
        R"(<c r="C2" s="1"><v>31900</v></c><c r="D2" s="2"><v>31898</v></c><c r="E2" t="b"><v>1</v></c>)"
        R"(<c r="F2" t="e"><v>#N/A</v></c><c r="G2" t="inlineStr"><is><t>a_x000D_b</t></is></c>)"
        R"(<c r="H2" t="str"><f>A1</f><v>算出</v></c><c r="I2"><f>A1</f></c><c r="J2" s="3"><v>1987.1</v></c>)"
        R"(<c r="K2" s="1"/><c r="AA2"><v>1.38E+10</v></c></row>)"));
    ASSERT_TRUE(sheet);
    ASSERT_EQ(sheet->rows().size(), 1U);
    const Sheet::Row& row = sheet->rows()[0];
    EXPECT_EQ(row.number, 2U);
    EXPECT_EQ(sheet->cell(row, 1).text, "张 三");
    EXPECT_EQ(sheet->cell(row, 2).number, 1987.05);
    EXPECT_EQ(sheet->cell(row, 3).kind, CellKind::date_serial);
    EXPECT_EQ(sheet->cell(row, 3).shape, NumberShape::day);
    EXPECT_EQ(sheet->cell(row, 4).shape, NumberShape::month);
    EXPECT_EQ(sheet->cell(row, 5).kind, CellKind::boolean);
    EXPECT_EQ(sheet->cell(row, 6).kind, CellKind::spreadsheet_error);
    EXPECT_EQ(sheet->cell(row, 7).text, "a b");
    EXPECT_EQ(sheet->cell(row, 8).text, "算出");
    EXPECT_EQ(sheet->cell(row, 9).kind, CellKind::formula_unsolved);
    EXPECT_EQ(sheet->cell(row, 10).shape, NumberShape::two_decimals);
    EXPECT_TRUE(sheet->cell(row, 11).is_empty());
    EXPECT_EQ(sheet->cell(row, 27).number, 13'800'000'000.0);
    EXPECT_EQ(sheet->name, "名册");
    EXPECT_FALSE(sheet->counts_from_1904);
}

TEST(WorkbookReader, PrefixedElementsAndAbsentPlacesAreRead) {
    const auto sheet = read(
        R"(<x:worksheet xmlns:x="urn:x"><x:sheetData><x:row><x:c><x:v>1</x:v></x:c><x:c><x:v>2</x:v></x:c></x:row></x:sheetData></x:worksheet>)");
    ASSERT_TRUE(sheet);
    EXPECT_EQ(sheet->cell(sheet->rows()[0], 2).number, 2);
}

TEST(WorkbookReader, MergedCellsAreKept) {
    const auto sheet = read(worksheet(R"(<row r="1"><c r="A1"><v>1</v></c></row>)",
                                      R"(<mergeCells><mergeCell ref="A1:C2"/></mergeCells>)"));
    ASSERT_TRUE(sheet);
    ASSERT_EQ(sheet->merges().size(), 1U);
    EXPECT_EQ(sheet->merges()[0], (MergedCells{1, 2, 1, 3}));
    EXPECT_EQ(error_of(read(worksheet(
                  R"(<row r="1"><c r="A1"><v>1</v></c></row>)",
                  R"(<mergeCells><mergeCell ref="A1:C2"/><mergeCell ref="B2:D4"/></mergeCells>)"))),
              RosterErrorCode::malformed_part);
}

TEST(WorkbookReader, TheFirstVisibleSheetWithContentIsReadUnlessOneIsNamed) {
    auto parts = workbook_parts(worksheet(R"(<row r="1"><c><v>1</v></c></row>)"));
    parts["xl/workbook.xml"] =
        R"(<workbook xmlns:r="urn:r"><workbookPr date1904="1"/><sheets><sheet name="藏" state="hidden" r:id="rId1"/>)"
        R"(<sheet name="空" r:id="rId5"/><sheet name="名册" r:id="rId1"/></sheets></workbook>)";
    parts["xl/worksheets/empty.xml"] = worksheet("");
    std::string& relationships = parts["xl/_rels/workbook.xml.rels"];
    relationships.insert(
        relationships.find("</Relationships>"),
        R"(<Relationship Id="rId5" Type="x/worksheet" Target="worksheets/empty.xml"/>)");
    const std::string bytes = zip_of(parts);
    const auto sheet = read_sheet(bytes, "", {});
    ASSERT_TRUE(sheet);
    EXPECT_EQ(sheet->name, "名册");
    EXPECT_TRUE(sheet->counts_from_1904);
    EXPECT_EQ(sheet->other_sheets, (std::vector<std::string>{"藏", "空"}));
    EXPECT_EQ(read_sheet(bytes, "", {"藏", {}})->name, "藏");
    EXPECT_EQ(error_of(read_sheet(bytes, "", {"没有", {}})), RosterErrorCode::sheet_not_found);
    EXPECT_EQ(error_of(read_sheet(bytes, "", {"空", {}})), RosterErrorCode::empty_file);
}

TEST(WorkbookReader, AMillionEmptyStyledRowsTakeNoMemoryAndNoLimit) {
    std::string rows = R"(<row r="1"><c r="A1"><v>1</v></c></row>)";
    for (int row = 2; row <= 1'000'000; ++row) {
        rows += "<row r=\"" + std::to_string(row) + "\"><c s=\"1\"/></row>";
    }
    const auto sheet = read(worksheet(rows));
    ASSERT_TRUE(sheet);
    EXPECT_EQ(sheet->rows().size(), 1U);
}

TEST(WorkbookReader, AZipBombIsRefusedByRatioAndBySum) {
    const std::string blanks(std::size_t{64} << 20, ' ');
    EXPECT_EQ(error_of(read(worksheet("", blanks))), RosterErrorCode::expands_too_much);
    EXPECT_EQ(error_of(read(worksheet("", blanks),
                            {.unzipped_bytes_max = 1 << 20, .unzipped_ratio_max = 1'000'000})),
              RosterErrorCode::expands_too_much);
}

TEST(WorkbookReader, EntitiesAreNeverExpanded) {
    EXPECT_EQ(
        error_of(read(
            R"(<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><worksheet>&c;</worksheet>)")),
        RosterErrorCode::document_type_refused);
    EXPECT_EQ(error_of(read(R"(<!DOCTYPE a SYSTEM "file:///etc/passwd"><worksheet/>)")),
              RosterErrorCode::document_type_refused);
}

TEST(WorkbookReader, MalformedPartsAreRefused) {
    for (const std::string_view rows :
         {R"(<row r="1"><c r="A1"><v>1</v></c>)", R"(<row r="2"/><row r="1"/>)", R"(<row r="0"/>)",
          R"(<row r="1"><c r="B1"/><c r="A1"/></row>)",
          R"(<row r="1"><c r="A2"><v>1</v></c></row>)", R"(<row r="1"><c t="s"><v>2</v></c></row>)",
          R"(<row r="1"><c t="s"><v>-1</v></c></row>)", R"(<row r="1"><c><v>zwölf</v></c></row>)",
          R"(<row r="1"><c><v>1e999</v></c></row>)", R"(<row r="1"><c t="?"><v>1</v></c></row>)",
          R"(<c r="A1"><v>1</v></c>)", R"(<row r="1"><c><c><v>1</v></c></c></row>)",
          R"(<row r="9999999"/>)"}) {
        EXPECT_EQ(error_of(read(worksheet(rows))), RosterErrorCode::malformed_part) << rows;
    }
    std::string deep;
    for (int i = 0; i < 100; ++i) {
        deep += "<a>";
    }
    EXPECT_EQ(error_of(read(worksheet(deep))), RosterErrorCode::malformed_part);
}

TEST(WorkbookReader, LimitsAreErrors) {
    EXPECT_EQ(error_of(read(
                  worksheet(R"(<row r="1"><c><v>1</v></c></row><row r="2"><c><v>1</v></c></row>)"),
                  {.rows_max = 1})),
              RosterErrorCode::too_many_rows);
    EXPECT_EQ(error_of(read(worksheet(R"(<row r="1"><c r="SH1"><v>1</v></c></row>)"))),
              RosterErrorCode::too_many_columns);
    const std::string long_text(40'000, 'a');
    EXPECT_EQ(error_of(read(worksheet("<row r=\"1\"><c t=\"inlineStr\"><is><t>" + long_text +
                                      "</t></is></c></row>"))),
              RosterErrorCode::cell_too_long);
    EXPECT_EQ(error_of(read(worksheet(""), {.texts_max = 1})), RosterErrorCode::too_many_texts);
}

TEST(RosterFile, OtherFilesAreRefusedInWords) {
    const std::string ole = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"s + std::string(600, '\0');
    EXPECT_EQ(error_of_bytes(ole, "名册.xls"), RosterErrorCode::old_excel);
    EXPECT_EQ(error_of_bytes(ole, "名册.ET"), RosterErrorCode::wps_format);
    EXPECT_EQ(error_of_bytes(ole + "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0"s, "a.xlsx"),
              RosterErrorCode::encrypted);
    EXPECT_EQ(error_of_bytes(""), RosterErrorCode::empty_file);
    EXPECT_EQ(error_of_bytes(" \n"), RosterErrorCode::empty_file);
    EXPECT_EQ(error_of_bytes("\n<html><table><tr><td>姓名</td></tr></table>", "a.xls"),
              RosterErrorCode::html_in_disguise);
    EXPECT_EQ(error_of_bytes("%PDF-1.4\n\x01\x02"), RosterErrorCode::not_a_spreadsheet);
    EXPECT_EQ(error_of_bytes(zip_of({{"word/document.xml", "<a/>"}})),
              RosterErrorCode::not_a_spreadsheet);
    EXPECT_EQ(error_of_bytes(zip_of({{"xl/workbook.bin", "x"}})),
              RosterErrorCode::not_a_spreadsheet);
    EXPECT_EQ(error_of(read_sheet("abc", "", {{}, {.file_bytes_max = 2}})),
              RosterErrorCode::too_large);
    EXPECT_EQ(error_of(read_sheet_file("/nowhere/at/all.xlsx", {})), RosterErrorCode::cannot_open);
    EXPECT_EQ(error_of(read_sheet_file("/", {})), RosterErrorCode::cannot_open);
}

TEST(RosterFile, ATruncatedWorkbookIsRefusedAtEveryLength) {
    const std::string bytes =
        zip_of(workbook_parts(worksheet(R"(<row r="1"><c><v>1</v></c></row>)")));
    ASSERT_TRUE(read_sheet(bytes, "", {}));
    for (std::size_t length = 4; length < bytes.size(); length += 7) {
        EXPECT_EQ(error_of_bytes(std::string_view{bytes}.substr(0, length)),
                  RosterErrorCode::damaged_container)
            << length;
    }
}

TEST(RosterFile, AMissingPartIsNamed) {
    auto parts = workbook_parts(worksheet(""));
    parts.erase("xl/worksheets/sheet1.xml");
    const auto sheet = read_sheet(zip_of(parts), "", {});
    ASSERT_FALSE(sheet);
    EXPECT_EQ(sheet.error().code, RosterErrorCode::part_missing);
    EXPECT_EQ(sheet.error().detail, "xl/worksheets/sheet1.xml");
}

TEST(RosterFile, EveryErrorHasWordsInBothLanguagesAndAnOldWorkbookIsToldWhatToDo) {
    for (int code = 0; code <= static_cast<int>(RosterErrorCode::unknown_field); ++code) {
        const RosterMessage message =
            message_of(RosterError{static_cast<RosterErrorCode>(code), 3, 28, 9, "x"});
        EXPECT_FALSE(message.zh.empty());
        EXPECT_FALSE(message.en.empty());
        EXPECT_EQ(message.zh.find('{'), std::string::npos) << message.zh;
        EXPECT_EQ(message.en.find('{'), std::string::npos) << message.en;
    }
    EXPECT_NE(message_of(RosterError{RosterErrorCode::old_excel, 0, 0, 0, {}}).zh.find("另存为"),
              std::string::npos);
}

TEST(NumberFormat, DatesAndDecimalsAreToldApart) {
    EXPECT_EQ(number_shape("yyyy\\-mm\\-dd;@"), NumberShape::day);
    EXPECT_EQ(number_shape("[$-804]yyyy\"年\"m\"月\";@"), NumberShape::month);
    EXPECT_EQ(number_shape("yyyy.mm"), NumberShape::month);
    EXPECT_EQ(number_shape("yyyymm"), NumberShape::month);
    EXPECT_EQ(number_shape("0.00_ "), NumberShape::two_decimals);
    EXPECT_EQ(number_shape("0.0"), NumberShape::one_decimal);
    EXPECT_EQ(number_shape("0_);[Red]\\(0\\)"), NumberShape::whole);
    EXPECT_EQ(number_shape("#,##0.00\"元\""), NumberShape::two_decimals);
    EXPECT_EQ(number_shape("[Red]General"), NumberShape::general);
    EXPECT_EQ(number_shape("@"), NumberShape::general);
    EXPECT_EQ(number_shape("h:mm:ss"), NumberShape::time_of_day);
    EXPECT_EQ(number_shape("\"dy\"0"), NumberShape::whole);
    EXPECT_EQ(builtin_number_shape(14), NumberShape::day);
    EXPECT_EQ(builtin_number_shape(17), NumberShape::month);
    EXPECT_EQ(builtin_number_shape(57), NumberShape::month);
    EXPECT_EQ(builtin_number_shape(2), NumberShape::two_decimals);
    EXPECT_EQ(builtin_number_shape(49), NumberShape::general);
}

TEST(ColumnLetters, AreAsSpreadsheetsWriteThem) {
    EXPECT_EQ(column_letters(1), "A");
    EXPECT_EQ(column_letters(26), "Z");
    EXPECT_EQ(column_letters(27), "AA");
    EXPECT_EQ(column_letters(703), "AAA");
}

}  // namespace
}  // namespace zhibu::client

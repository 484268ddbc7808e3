#include "client/roster/cell_reading.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "client/roster/plain_text.hpp"
#include "client/roster/refusal.hpp"
#include "client/roster/roster_error.hpp"
#include "client/roster/sheet.hpp"

namespace zhibu::client {
namespace {

Cell text_cell(std::string_view text) {
    return Cell{CellKind::text, NumberShape::general, 0, text};
}

Cell number_cell(double number) { return Cell{CellKind::number, NumberShape::general, number, {}}; }

std::string name_of(std::string_view text) {
    const auto read = read_name(text_cell(text));
    if (!read) {
        return std::string{to_text(read.error())};
    }
    return read->name + (read->is_unreachable ? "+" : "");
}

template <class Read>
std::string outcome(const Read& read) {
    if (!read) {
        return std::string{to_text(read.error())};
    }
    if constexpr (requires { read->size(); }) {
        return *read;
    } else {
        return std::to_string(*read);
    }
}

std::string id_of(const Cell& cell) { return outcome(read_id_number(cell)); }

TEST(CellName, SpacesLineBreaksAndInvisibleMarksVanishInsideNames) {
    for (const std::string_view written :
         {"张三", "张 三", "张　三", " 张三 ", "张\n三", "张\r\n三", "张\xC2\xA0三",
          "张\xE2\x80\x8B三", "\xEF\xBB\xBF张三", "张\t 三", "\xE2\x80\xAA张三\xE2\x80\xAC"}) {
        EXPECT_EQ(name_of(written), "张三") << written;
    }
}

TEST(CellName, TheMarkUnreachableIsTakenApart) {
    for (const std::string_view written :
         {"张三“联系不上”", "张三(联系不上)", "张三（联系不上）", "张三\"联系不上\"",
          "张三 联系不上", "张三联系不上", "张三「联系不上」", "张三【失联】", "张三—联系不上",
          "张三 （ 失去联系 ）", "张三‘联系不上’", "张三“联系不上“"}) {
        EXPECT_EQ(name_of(written), "张三+") << written;
    }
}

TEST(CellName, MinorityNamesGetOneKindOfMiddleDot) {
    for (const std::string_view written :
         {"买买提·艾力", "买买提•艾力", "买买提・艾力", "买买提．艾力", "买买提.艾力",
          "买买提 · 艾力", "买买提‧艾力", "买买提●艾力"}) {
        EXPECT_EQ(name_of(written), "买买提·艾力") << written;
    }
}

TEST(CellName, LatinNamesKeepTheirSpaces) {
    EXPECT_EQ(name_of("Ｊｏｈｎ  Smith"), "John Smith");
    EXPECT_EQ(name_of("J. O'Neil-Smith"), "J. O'Neil-Smith");
}

TEST(CellName, RareCharactersOutsideTheBasicPlaneAreHan) { EXPECT_EQ(name_of("王𬱖"), "王𬱖"); }

TEST(CellName, WhatIsNoNameIsRefused) {
    for (const std::string_view written : {"张", "张三1", "张三(女)", "张三、李四", "联系不上",
                                           "·张三", "张三@", "12345", "张三“联系不上”已转出"}) {
        EXPECT_EQ(name_of(written), "name_form") << written;
    }
    EXPECT_EQ(read_name(number_cell(33)).error(), RefusalReason::name_form);
}

TEST(CellIdNumber, TextFormsAreMadePlain) {
    for (const std::string_view written :
         {"99010119870503001X", "99010119870503001x", "'99010119870503001X",
          "９９０１０１１９８７０５０３００１Ｘ", "990101 19870503 001X", " 99010119870503001X\n",
          "99010119870503001ｘ",
          "\xE2\x80\x8B"
          "99010119870503001X"}) {
        EXPECT_EQ(id_of(text_cell(written)), "99010119870503001X") << written;
    }
}

TEST(CellIdNumber, ANumberHasLostItsLastDigits) {
    EXPECT_EQ(id_of(number_cell(990101198705030011.0)), "id_number_precision_lost");
    EXPECT_EQ(id_of(text_cell("9.90101E+17")), "id_number_precision_lost");
}

TEST(CellIdNumber, OldNumbersOfFifteenDigitsAreRefusedAsTextAndAsNumber) {
    EXPECT_EQ(id_of(text_cell("990101870503001")), "id_number_old");
    EXPECT_EQ(id_of(number_cell(990101870503001.0)), "id_number_old");
}

TEST(CellIdNumber, OtherFormsAreRefused) {
    for (const std::string_view written :
         {"9901011987050300", "990101******0011", "9901011987O5030011", "X90101198705030011",
          "99010119870503001XX", "护照E1234567"}) {
        EXPECT_EQ(id_of(text_cell(written)), "id_number_form") << written;
    }
}

TEST(CellMobile, NumbersAndTextsInOfficesForms) {
    EXPECT_EQ(outcome(read_mobile(number_cell(15400001234.0))), "15400001234");
    for (const std::string_view written :
         {"15400001234", "154 0000 1234", "154-0000-1234", "+86 15400001234", "86-15400001234",
          "１５４００００１２３４", "'15400001234"}) {
        EXPECT_EQ(outcome(read_mobile(text_cell(written))), "15400001234") << written;
    }
}

TEST(CellMobile, OtherNumbersAreRefused) {
    for (const std::string_view written :
         {"1540000123", "021-63846590", "12400001234", "15400001234/15400001235", "1540000123a"}) {
        EXPECT_EQ(outcome(read_mobile(text_cell(written))), "mobile_form") << written;
    }
    EXPECT_EQ(outcome(read_mobile(text_cell("1.54E+10"))), "number_precision_lost");
    EXPECT_EQ(outcome(read_mobile(number_cell(15400001234.5))), "mobile_form");
}

TEST(CellNothing, WordsForNothingAreEmpty) {
    for (const std::string_view written :
         {"无", "-", "—", "——", "/", "暂无", " 无 ", "－", "／", "N/A", " ", "\xE2\x80\x8B"}) {
        EXPECT_TRUE(holds_nothing(text_cell(written))) << written;
    }
    EXPECT_TRUE(holds_nothing(Cell{}));
    EXPECT_FALSE(holds_nothing(text_cell("无锡")));
    EXPECT_FALSE(holds_nothing(number_cell(0)));
}

TEST(CellMoney, YuanBecomeFenExactly) {
    EXPECT_EQ(outcome(read_money(text_cell("1,234.5"))), "123450");
    EXPECT_EQ(outcome(read_money(text_cell("￥50"))), "5000");
    EXPECT_EQ(outcome(read_money(text_cell("50元"))), "5000");
    EXPECT_EQ(outcome(read_money(text_cell("５０．０５"))), "5005");
    EXPECT_EQ(outcome(read_money(number_cell(0.1))), "10");
    EXPECT_EQ(outcome(read_money(number_cell(19.99))), "1999");
    EXPECT_EQ(outcome(read_money(text_cell("12.500"))), "1250");
    EXPECT_EQ(outcome(read_money(text_cell("12.505"))), "not_an_amount");
    EXPECT_EQ(outcome(read_money(text_cell("五十"))), "not_an_amount");
    EXPECT_EQ(outcome(read_money(text_cell("12."))), "not_an_amount");
    EXPECT_EQ(outcome(read_money(text_cell("-3"))), "negative");
    EXPECT_EQ(outcome(read_money(number_cell(1e300))), "not_an_amount");
}

TEST(CellInteger, WholeNumbersWithUnits) {
    EXPECT_EQ(outcome(read_integer(number_cell(42))), "42");
    EXPECT_EQ(outcome(read_integer(text_cell("1,234人"))), "1234");
    EXPECT_EQ(outcome(read_integer(text_cell("2026年"))), "2026");
    EXPECT_EQ(outcome(read_integer(text_cell("3.0"))), "3");
    EXPECT_EQ(outcome(read_integer(number_cell(3.5))), "not_a_number");
    EXPECT_EQ(outcome(read_integer(text_cell("-3"))), "negative");
    EXPECT_EQ(outcome(read_integer(text_cell("1234567890123456"))), "not_a_number");
}

TEST(CellBoolean, YesAndNoInManyForms) {
    for (const std::string_view written : {"是", "√", "Y", "有", "１", "TRUE"}) {
        EXPECT_EQ(outcome(read_boolean(text_cell(written))), "1") << written;
    }
    for (const std::string_view written : {"否", "×", "N", "0", "false"}) {
        EXPECT_EQ(outcome(read_boolean(text_cell(written))), "0") << written;
    }
    EXPECT_EQ(outcome(read_boolean(text_cell("也许"))), "not_yes_or_no");
    EXPECT_EQ(outcome(read_boolean(Cell{CellKind::boolean, NumberShape::general, 1, {}})), "1");
}

TEST(CellText, KeptTextsLoseOnlyWhatNobodyTyped) {
    EXPECT_EQ(outcome(read_text(text_cell(" 医学院（本部）\n Ａ１楼  3室 "), false, false)),
              "医学院（本部） A1楼 3室");
    EXPECT_EQ(outcome(read_text(text_cell("一\r\n\r\n二 \n"), false, true)), "一\n\n二");
    EXPECT_EQ(outcome(read_text(number_cell(63846590), false, false)), "63846590");
    EXPECT_EQ(outcome(read_text(number_cell(1234567890123456.0), false, false)),
              "number_precision_lost");
    EXPECT_EQ(
        outcome(read_text(Cell{CellKind::date_serial, NumberShape::day, 31900, {}}, false, false)),
        "1987-05-03");
    EXPECT_EQ(outcome(read_text(text_cell("=cmd|'/c calc'!A1"), false, false)),
              "=cmd|'/c calc'!A1");
}

TEST(HeaderKey, RequiredMarksNotesAndNumberingDoNotCount) {
    EXPECT_EQ(header_key("* 姓 名"), "姓名");
    EXPECT_EQ(header_key("姓\n名："), "姓名");
    EXPECT_EQ(header_key("3、身份证号"), "身份证号");
    EXPECT_EQ(header_key("1990.5"), "5");
    EXPECT_EQ(without_notes(header_key("出生年月（如1987.05）（必填）")), "出生年月");
    EXPECT_EQ(without_notes(header_key("【必填】身份证号")), "身份证号");
    EXPECT_EQ(header_key("ＩＤ Number"), "idnumber");
}

TEST(RefusalMessage, AValueThatLooksLikeAPlaceholderStaysAsItIs) {
    const RosterMessage message =
        message_of(RefusalReason::not_in_list, {"性别", "Sex", "{field}{other_row}", "", 7});
    EXPECT_EQ(message.zh, "“性别”的值“{field}{other_row}”不在代码表中。");
    EXPECT_EQ(message.en, "“{field}{other_row}” is not in the list of Sex.");
}

}  // namespace
}  // namespace zhibu::client

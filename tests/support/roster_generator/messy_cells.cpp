#include "tests/support/roster_generator/messy_cells.hpp"

#include <cstdio>
#include <string>
#include <string_view>

#include "client/roster/text_encoding.hpp"
#include "shared/record/date.hpp"
#include "tests/support/roster_generator/invented_person.hpp"
#include "tests/support/roster_generator/sheet_writer.hpp"

namespace zhibu::test {
namespace {

std::string digits(int number, int width) {
    char text[16];
    std::snprintf(text, sizeof text, "%0*d", width, number);
    return text;
}

/// A form with its letters replaced: Y the year, M and D the numbers, m and d with two digits.
std::string written(std::string_view form, record::Date date) {
    std::string text;
    for (const char c : form) {
        switch (c) {
            case 'Y':
                text += digits(date.year, 4);
                break;
            case 'M':
                text += digits(date.month, 1);
                break;
            case 'm':
                text += digits(date.month, 2);
                break;
            case 'D':
                text += digits(date.day, 1);
                break;
            case 'd':
                text += digits(date.day, 2);
                break;
            default:
                text.push_back(c);
        }
    }
    return text;
}

/// The text with `between` after its first character.
std::string split(const std::string& text, std::string_view between) {
    std::string_view rest = text;
    std::string parted;
    client::append_code_point(parted, client::take_code_point(rest));
    return parted + std::string{between} + std::string{rest};
}

}  // namespace

std::string full_width(const std::string& ascii) {
    std::string wide;
    for (const char c : ascii) {
        client::append_code_point(wide, static_cast<char32_t>(c) + 0xFEE0);
    }
    return wide;
}

WrittenCell messy_name(Dice& dice, const std::string& name) {
    constexpr std::string_view between[] = {" ", "　", "\n", "\xC2\xA0", "\xE2\x80\x8B", "  "};
    switch (dice.roll(4)) {
        case 0:
            return text_cell(split(name, dice.pick(between)));
        case 1:
            return text_cell("  " + name + " ");
        case 2: {
            std::string dotted = name;
            if (const std::size_t dot = dotted.find("·"); dot != std::string::npos) {
                dotted.replace(dot, std::string_view{"·"}.size(), "•");
            }
            return text_cell(dotted);
        }
        default:
            return text_cell(name);
    }
}

WrittenCell marked_name(Dice& dice, const std::string& name) {
    constexpr std::string_view marks[] = {"“联系不上”", "(联系不上)", "（联系不上）",
                                          " 联系不上",  "【失联】",   "\"联系不上\""};
    return text_cell(name + std::string{dice.pick(marks)});
}

WrittenCell messy_sex(Dice& dice, bool is_male) {
    switch (dice.roll(5)) {
        case 0:
            return text_cell(is_male ? "男性" : "女性");
        case 1:
            return number_cell(is_male ? 1 : 2);
        case 2:
            return text_cell(is_male ? " 男" : "女 ");
        case 3:
            return {};  // the id number tells
        default:
            return text_cell(is_male ? "男" : "女");
    }
}

WrittenCell messy_id_number(Dice& dice, const std::string& id_number) {
    std::string lower = id_number;
    if (lower.back() == 'X') {
        lower.back() = 'x';
    }
    switch (dice.roll(6)) {
        case 0:
            return text_cell(lower);
        case 1:
            return text_cell("'" + id_number);
        case 2:
            return text_cell(full_width(id_number));
        case 3:
            return text_cell(id_number.substr(0, 6) + " " + id_number.substr(6, 8) + " " +
                             id_number.substr(14));
        case 4:
            return text_cell(id_number + "\n");
        default:
            return text_cell(id_number);
    }
}

WrittenCell messy_mobile(Dice& dice, const std::string& mobile) {
    switch (dice.roll(5)) {
        case 0:
            return number_cell(std::stod(mobile));
        case 1:
            return text_cell("+86 " + mobile);
        case 2:
            return text_cell(mobile.substr(0, 3) + "-" + mobile.substr(3, 4) + "-" +
                             mobile.substr(7));
        case 3:
            return text_cell(full_width(mobile));
        default:
            return text_cell(mobile);
    }
}

WrittenCell messy_day(Dice& dice, record::Date date) {
    constexpr std::string_view forms[] = {"Y-m-d", "Y-M-D",     "Y/M/D",         "Y.M.D",
                                          "Ymd",   "Y年M月D日", "Y 年 m 月 d 日"};
    switch (dice.roll(4)) {
        case 0:
            return {WrittenCell::Kind::day, {}, 0, date};
        case 1:
            return text_cell(full_width(written("Y-m-d", date)));
        case 2:
            return number_cell(date.year * 10'000 + date.month * 100 + date.day);
        default:
            return text_cell(written(dice.pick(forms), date));
    }
}

WrittenCell messy_month(Dice& dice, record::Date date) {
    constexpr std::string_view forms[] = {"Y-M", "Y-m", "Y/M", "Y.m", "Ym", "Y年M月", "Y年m月"};
    const record::Date first{date.year, date.month, 1};
    const double point = date.year + date.month / 100.0;
    switch (dice.roll(5)) {
        case 0:
            return {WrittenCell::Kind::month, {}, 0, first};
        case 1:
            return {WrittenCell::Kind::number_two_decimals, {}, point, {}};
        case 2:
            return number_cell(date.month == 10 ? date.year * 100.0 + date.month : point);
        case 3:
            return text_cell(full_width(written("Y.m", date)));
        default:
            return text_cell(written(dice.pick(forms), date));
    }
}

WrittenCell messy_nothing(Dice& dice) {
    constexpr std::string_view words[] = {"", "无", "-", "/", "—", "暂无", " "};
    const std::string_view word = dice.pick(words);
    return word.empty() ? WrittenCell{} : text_cell(std::string{word});
}

std::string messy_header(Dice& dice, const std::string& header) {
    switch (dice.roll(6)) {
        case 0:
            return "*" + header;
        case 1:
            return header + "（必填）";
        case 2:
            return split(header, " ");
        case 3:
            return split(header, "\n");
        case 4:
            return header + "：";
        default:
            return header;
    }
}

}  // namespace zhibu::test

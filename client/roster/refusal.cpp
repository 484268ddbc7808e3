#include "client/roster/refusal.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "client/roster/message_text.hpp"
#include "client/roster/roster_error.hpp"
#include "shared/record/check.hpp"

namespace zhibu::client {
namespace {

struct ReasonText {
    RefusalReason reason;
    std::string_view name;
    std::string_view rule;
    std::string_view zh;
    std::string_view en;
};

using enum RefusalReason;

constexpr ReasonText reason_texts[] = {
    {required_missing, "required_missing", "", "“{field}”是必填项，请补填。",
     "{field} is required. Fill it in."},
    {not_a_date, "not_a_date", "", "“{value}”不是能辨认的日期。请写成 1987-05-03 或 1987年5月3日。",
     "“{value}” is not a date. Write 1987-05-03."},
    {no_such_day, "no_such_day", "", "“{value}”这一天或这个月不存在，请核对。",
     "There is no such day or month as “{value}”."},
    {year_only, "year_only", "", "“{value}”只有年份，请补上月（和日）。",
     "“{value}” is a year alone. Add the month (and day)."},
    {two_digit_year, "two_digit_year", "", "“{value}”的年份只有两位，请写成四位。",
     "The year in “{value}” has two digits. Write four."},
    {month_ambiguous, "month_ambiguous", "",
     "“{value}”可能是 1 月，也可能是丢了末尾 0 的 10 月。请改成 1987-01 或 1987-10 这样的写法。",
     "“{value}” may be January, or October that lost its zero. Write it like 1987-01 or 1987-10."},
    {day_missing, "day_missing", "", "“{field}”要具体到日，“{value}”没有写日。",
     "{field} needs the day; “{value}” has none."},
    {id_number_precision_lost, "id_number_precision_lost", "R-101",
     "身份证号按数字保存，末几位已丢失（{value}）。请把该列设为文本格式，对照证件重新填写。",
     "The id number was stored as a number and has lost its last digits ({value}). Format the "
     "column "
     "as text and enter it anew from the card."},
    {id_number_old, "id_number_old", "R-101", "“{value}”是15位旧身份证号，请改填18位的身份证号。",
     "“{value}” is an old id number of 15 digits. Enter the one of 18."},
    {id_number_form, "id_number_form", "R-101",
     "身份证号应为18位，前17位为数字，末位为数字或X（{value}）。",
     "An id number has 17 digits and a digit or X at the end ({value})."},
    {id_number_check, "id_number_check", "R-102",
     "身份证号校验位不正确，请对照证件逐位核对（{value}）。",
     "The id number's check character is wrong. Compare it with the card ({value})."},
    {id_number_date, "id_number_date", "R-104", "身份证号中的出生日期无效（{value}）。",
     "The birth date in the id number is not valid ({value})."},
    {birth_date_disagrees, "birth_date_disagrees", "R-105",
     "“{value}”与身份证号中的出生日期（{detail}）不一致，请核对。",
     "“{value}” disagrees with the birth date in the id number ({detail})."},
    {sex_disagrees, "sex_disagrees", "R-106", "性别与身份证号不一致（{value}）。",
     "The sex disagrees with the id number ({value})."},
    {name_form, "name_form", "R-110",
     "“{value}”含有姓名中不允许的字符。备注请另写一列；“联系不上”用引号或括号写在姓名后。",
     "“{value}” holds characters that a name may not have. Put notes into a column of their own."},
    {mobile_form, "mobile_form", "R-111", "手机号码应为11位，请核对（{value}）。",
     "A mobile number has 11 digits ({value})."},
    {number_precision_lost, "number_precision_lost", "",
     "“{field}”按数字保存，末几位可能已丢失（{value}）。请把该列设为文本格式后重新填写。",
     "{field} was stored as a number and may have lost digits ({value}). Format the column as text "
     "and enter it anew."},
    {not_in_list, "not_in_list", "R-112", "“{field}”的值“{value}”不在代码表中。",
     "“{value}” is not in the list of {field}."},
    {not_a_number, "not_a_number", "", "“{field}”应填整数，“{value}”不是。",
     "{field} takes a whole number; “{value}” is none."},
    {not_an_amount, "not_an_amount", "", "“{field}”应填金额（元，至多两位小数），“{value}”不是。",
     "{field} takes an amount in yuan with at most two decimals; “{value}” is none."},
    {not_yes_or_no, "not_yes_or_no", "", "“{field}”应填“是”或“否”，“{value}”不是。",
     "{field} takes yes or no; “{value}” is neither."},
    {negative, "negative", "", "“{field}”不能是负数（{value}）。",
     "{field} cannot be negative ({value})."},
    {too_long, "too_long", "", "“{field}”太长，最多 {detail} 个字。",
     "{field} is too long: at most {detail} characters."},
    {unreadable_characters, "unreadable_characters", "",
     "“{field}”含有看不见或不允许的字符，请重新输入。",
     "{field} holds characters that cannot be seen or are not allowed. Type it anew."},
    {spreadsheet_error, "spreadsheet_error", "",
     "单元格是公式错误（{value}），请改正公式或直接填写。",
     "The cell shows a formula's error ({value}). Mend the formula or enter the value."},
    {formula_unsolved, "formula_unsolved", "",
     "单元格是公式，文件里没有保存结果。请用 Excel 打开并保存一次，或改为直接填写。",
     "The cell is a formula whose result is not in the file. Open and save it in Excel once."},
    {reference_unknown, "reference_unknown", "",
     "没有找到“{value}”（{field}）。请核对名称，或先登记。",
     "There is no “{value}” ({field}). Check the name or register it first."},
    {reference_ambiguous, "reference_ambiguous", "",
     "“{value}”（{field}）有 {detail} 个同名，请写全称或代码。",
     "“{value}” ({field}) could be any of {detail}. Write the full name or the code."},
    {duplicate_in_file, "duplicate_in_file", "",
     "身份证号与第 {other_row} 行相同（{value}）。请保留一行。",
     "The id number is the same as in row {other_row} ({value}). Keep one row."},
    {not_readable, "not_readable", "", "“{field}”的值“{value}”无法辨认。",
     "“{value}” cannot be read as {field}."},
};

const ReasonText& text_of(RefusalReason reason) {
    const auto* found = std::ranges::find(reason_texts, reason, &ReasonText::reason);
    ZHIBU_CHECK(found != std::end(reason_texts));
    return *found;
}

}  // namespace

std::string_view to_text(RefusalReason reason) { return text_of(reason).name; }

std::string_view rule_of(RefusalReason reason) { return text_of(reason).rule; }

RosterMessage message_of(RefusalReason reason, const RefusalPlace& place) {
    const ReasonText& text = text_of(reason);
    const auto in = [&](std::string_view message, const std::string& field) {
        const detail::Placeholder placeholders[] = {
            {"field", field},
            {"value", place.value},
            {"detail", place.detail},
            {"other_row", std::to_string(place.other_row)},
        };
        return detail::filled(message, placeholders);
    };
    return {in(text.zh, place.field_zh), in(text.en, place.field_en)};
}

}  // namespace zhibu::client

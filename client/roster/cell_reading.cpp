#include "client/roster/cell_reading.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "client/roster/cell_date.hpp"
#include "client/roster/plain_text.hpp"
#include "client/roster/refusal.hpp"
#include "client/roster/sheet.hpp"
#include "client/roster/text_encoding.hpp"
#include "shared/record/date.hpp"

namespace zhibu::client {
namespace {

using enum RefusalReason;

// Spreadsheets keep 15 digits of a number; the rest are zeros.
constexpr double exact_number_max = 1e15;

constexpr std::string_view unreachable_words[] = {"联系不上", "失去联系", "失联"};
constexpr std::string_view yes_words[] = {"是", "有", "√", "✓", "✔", "对", "y", "yes", "true", "1"};
constexpr std::string_view no_words[] = {"否", "不是", "×", "✗", "✘", "n", "no", "false", "0"};

template <std::size_t count>
bool is_one_of(std::string_view word, const std::string_view (&words)[count]) {
    return std::ranges::find(words, word) != std::end(words);
}

bool is_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// "1.10101E+17": what is left of a long number in a text export.
bool is_scientific(std::string_view text) {
    const std::size_t exponent = text.find_first_of("eE");
    if (exponent == std::string_view::npos || exponent + 2 >= text.size()) {
        return false;
    }
    const std::string_view mantissa = text.substr(0, exponent);
    const std::string_view power = text.substr(exponent + 1);
    return mantissa.find_first_not_of("0123456789.") == std::string_view::npos &&
           (power[0] == '+' || power[0] == '-') && is_digits(power.substr(1));
}

std::string number_text(double number) {
    std::array<char, 400> buffer{};
    const auto written =
        std::to_chars(buffer.begin(), buffer.end(), number, std::chars_format::fixed);
    return {buffer.data(), written.ptr};
}

/// The failures that any reader shares; no value: read on.
std::expected<void, RefusalReason> readable(const Cell& cell) {
    if (cell.kind == CellKind::spreadsheet_error) {
        return std::unexpected(spreadsheet_error);
    }
    if (cell.kind == CellKind::formula_unsolved) {
        return std::unexpected(formula_unsolved);
    }
    return {};
}

/// Compact text of a text or number cell, without the apostrophe that marks text in spreadsheets.
std::string bare_text(const Cell& cell) {
    std::string text = cell.kind == CellKind::text ? compact(cell.text) : number_text(cell.number);
    for (const std::string_view mark : {"'", "`", "’", "‘"}) {
        if (text.starts_with(mark)) {
            text.erase(0, mark.size());
        }
    }
    return text;
}

bool is_middle_dot(char32_t c) {
    constexpr std::u32string_view dots = U"·•・･‧⋅∙●．.。";
    return dots.contains(c);
}

bool is_latin_letter(char32_t c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= 0xC0 && c <= 0x24F);
}

/// Takes the mark off the end: 张三“联系不上”, 张三(失联), 张三-联系不上.
bool take_unreachable_mark(std::string& name) {
    constexpr std::u32string_view around = U"“”‘’\"'「」『』()[]【】〔〕《》<>-—,，、:;";
    for (const std::string_view word : unreachable_words) {
        const std::size_t at = name.find(word);
        if (at == std::string::npos || at == 0) {
            continue;
        }
        std::string_view after = std::string_view{name}.substr(at + word.size());
        bool is_mark = true;
        while (!after.empty()) {
            is_mark = around.contains(take_code_point(after)) && is_mark;
        }
        if (!is_mark) {
            continue;
        }
        std::string before;
        std::string kept;
        for (std::string_view rest = std::string_view{name}.substr(0, at); !rest.empty();) {
            const char32_t c = take_code_point(rest);
            append_code_point(before, c);
            if (!around.contains(c)) {
                kept = before;
            }
        }
        name = kept;
        return true;
    }
    return false;
}

/// Drops spaces beside Han characters and dots; keeps those between Latin words; makes dots one.
std::string joined_name(std::string_view text) {
    std::u32string all;
    while (!text.empty()) {
        all.push_back(take_code_point(text));
    }
    std::string name;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const char32_t before = i > 0 ? all[i - 1] : U' ';
        const char32_t after = i + 1 < all.size() ? all[i + 1] : U' ';
        const bool is_latin_space =
            all[i] == U' ' && is_latin_letter(after) && (is_latin_letter(before) || before == U'.');
        if (all[i] == U' ' && !is_latin_space) {
            continue;
        }
        const bool is_abbreviation = all[i] == U'.' && is_latin_letter(before);
        const bool is_dot = is_middle_dot(all[i]) && !is_abbreviation;
        append_code_point(name, is_dot ? U'·' : all[i]);
    }
    return name;
}

bool is_name(std::string_view name) {
    const std::size_t characters = code_point_count(name);
    if (characters < 2 || characters > 50 || name.starts_with("·") || name.ends_with("·")) {
        return false;
    }
    bool has_letter = false;
    while (!name.empty()) {
        const char32_t c = take_code_point(name);
        const bool is_letter = is_han(c) || is_latin_letter(c);
        if (!is_letter && c != U'·' && c != U' ' && c != U'-' && c != U'\'' && c != U'.') {
            return false;
        }
        has_letter = has_letter || is_letter;
    }
    return has_letter;
}

/// Digits with at most two decimals as hundredths.
std::expected<std::int64_t, RefusalReason> hundredths(std::string_view text) {
    const std::size_t point = std::min(text.find('.'), text.size());
    const std::string_view whole = text.substr(0, point);
    std::string fraction{text.substr(std::min(text.size(), point + 1))};
    while (fraction.size() > 2 && fraction.back() == '0') {
        fraction.pop_back();
    }
    const bool has_point = point < text.size();
    if (!is_digits(whole) || whole.size() > 12 || fraction.size() > 2 ||
        (has_point && !is_digits(fraction))) {
        return std::unexpected(not_an_amount);
    }
    fraction.resize(2, '0');
    std::int64_t amount = 0;
    const std::string digits = std::string{whole} + fraction;
    std::from_chars(digits.data(), digits.data() + digits.size(), amount);
    return amount;
}

}  // namespace

std::string shown_text(const Cell& cell, bool counts_from_1904) {
    switch (cell.kind) {
        case CellKind::text:
        case CellKind::spreadsheet_error:
            return std::string{cell.text};
        case CellKind::number:
            return number_text(cell.number);
        case CellKind::boolean:
            return cell.number != 0 ? "是" : "否";
        case CellKind::date_serial: {
            const auto date = read_date(cell, {counts_from_1904, SheetSource::workbook});
            return date ? record::to_text(*date) : number_text(cell.number);
        }
        case CellKind::formula_unsolved:
        case CellKind::empty:
            break;
    }
    return {};
}

bool holds_nothing(const Cell& cell) {
    return cell.is_empty() || (cell.kind == CellKind::text && means_nothing(cell.text));
}

std::expected<std::string, RefusalReason> read_text(const Cell& cell, bool counts_from_1904,
                                                    bool keeps_lines) {
    if (auto can_read = readable(cell); !can_read) {
        return std::unexpected(can_read.error());
    }
    if (cell.kind == CellKind::number && std::abs(cell.number) >= exact_number_max) {
        return std::unexpected(number_precision_lost);
    }
    const std::string text = shown_text(cell, counts_from_1904);
    return keeps_lines ? tidy_lines(text) : tidy_line(text);
}

std::expected<ReadName, RefusalReason> read_name(const Cell& cell) {
    if (auto can_read = readable(cell); !can_read) {
        return std::unexpected(can_read.error());
    }
    if (cell.kind != CellKind::text) {
        return std::unexpected(name_form);
    }
    ReadName read{joined_name(folded(cell.text)), false};
    read.is_unreachable = take_unreachable_mark(read.name);
    if (!is_name(read.name) || means_unreachable(read.name)) {
        return std::unexpected(name_form);
    }
    return read;
}

std::expected<std::string, RefusalReason> read_id_number(const Cell& cell) {
    if (auto can_read = readable(cell); !can_read) {
        return std::unexpected(can_read.error());
    }
    if (cell.kind == CellKind::number && std::abs(cell.number) >= exact_number_max) {
        return std::unexpected(id_number_precision_lost);
    }
    if (cell.kind != CellKind::text && cell.kind != CellKind::number) {
        return std::unexpected(id_number_form);
    }
    std::string text = bare_text(cell);
    if (is_scientific(text)) {
        return std::unexpected(id_number_precision_lost);
    }
    if (text.size() == 15 && is_digits(text)) {
        return std::unexpected(id_number_old);
    }
    if (text.size() == 18 && text.back() == 'x') {
        text.back() = 'X';
    }
    const bool has_form = text.size() == 18 && is_digits(std::string_view{text}.substr(0, 17)) &&
                          (text.back() == 'X' || is_digits(std::string_view{text}.substr(17)));
    return has_form ? std::expected<std::string, RefusalReason>{text}
                    : std::unexpected(id_number_form);
}

std::expected<std::string, RefusalReason> read_mobile(const Cell& cell) {
    if (auto can_read = readable(cell); !can_read) {
        return std::unexpected(can_read.error());
    }
    if (cell.kind != CellKind::text && cell.kind != CellKind::number) {
        return std::unexpected(mobile_form);
    }
    std::string text = bare_text(cell);
    if (is_scientific(text)) {
        return std::unexpected(number_precision_lost);
    }
    std::erase(text, '-');
    for (const std::string_view country : {"+86", "0086", "(+86)", "86"}) {
        if (text.size() == country.size() + 11 && text.starts_with(country)) {
            text.erase(0, country.size());
        }
    }
    const bool has_form = text.size() == 11 && is_digits(text) && text[0] == '1' && text[1] >= '3';
    return has_form ? std::expected<std::string, RefusalReason>{text}
                    : std::unexpected(mobile_form);
}

std::expected<std::int64_t, RefusalReason> read_integer(const Cell& cell) {
    if (auto can_read = readable(cell); !can_read) {
        return std::unexpected(can_read.error());
    }
    if (cell.kind != CellKind::text && cell.kind != CellKind::number) {
        return std::unexpected(not_a_number);
    }
    std::string text = bare_text(cell);
    std::erase(text, ',');
    for (const std::string_view unit : {"人", "年", "次", "个", "岁", "期", "届"}) {
        if (text.ends_with(unit)) {
            text.resize(text.size() - unit.size());
        }
    }
    if (text.ends_with(".0") || text.ends_with(".00")) {
        text.resize(text.find('.'));
    }
    if (text.starts_with('-') && is_digits(std::string_view{text}.substr(1))) {
        return std::unexpected(negative);
    }
    if (!is_digits(text) || text.size() > 15) {
        return std::unexpected(not_a_number);
    }
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

std::expected<std::int64_t, RefusalReason> read_money(const Cell& cell) {
    if (auto can_read = readable(cell); !can_read) {
        return std::unexpected(can_read.error());
    }
    if (cell.kind != CellKind::text && cell.kind != CellKind::number) {
        return std::unexpected(not_an_amount);
    }
    std::string text = bare_text(cell);
    std::erase(text, ',');
    for (const std::string_view sign : {"¥", "￥", "rmb", "RMB"}) {
        if (text.starts_with(sign)) {
            text.erase(0, sign.size());
        }
    }
    for (const std::string_view unit : {"元整", "元/月", "元"}) {
        if (text.ends_with(unit)) {
            text.resize(text.size() - unit.size());
        }
    }
    if (text.starts_with('-')) {
        return std::unexpected(hundredths(std::string_view{text}.substr(1)) ? negative
                                                                            : not_an_amount);
    }
    return hundredths(text);
}

std::expected<bool, RefusalReason> read_boolean(const Cell& cell) {
    if (auto can_read = readable(cell); !can_read) {
        return std::unexpected(can_read.error());
    }
    if (cell.kind == CellKind::boolean) {
        return cell.number != 0;
    }
    if (cell.kind != CellKind::text && cell.kind != CellKind::number) {
        return std::unexpected(not_yes_or_no);
    }
    const std::string word = lower_ascii(bare_text(cell));
    if (is_one_of(word, yes_words)) {
        return true;
    }
    return is_one_of(word, no_words) ? std::expected<bool, RefusalReason>{false}
                                     : std::unexpected(not_yes_or_no);
}

bool means_unreachable(std::string_view text) {
    return is_one_of(compact(text), unreachable_words);
}

}  // namespace zhibu::client

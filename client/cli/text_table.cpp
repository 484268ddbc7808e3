#include "client/cli/text_table.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "shared/record/check.hpp"

namespace zhibu::client {
namespace {

constexpr char32_t replacement = 0xFFFD;

/// The least code point that a UTF-8 form of so many bytes may hold: below it the form is overlong.
constexpr std::array<char32_t, 5> least_of_length{0, 0, 0x80, 0x800, 0x10000};

/// Takes the next code point off the front of `text`; what is no UTF-8 becomes U+FFFD, a byte at a
/// time: a broken lead byte must not swallow the escape that stands after it.
char32_t take_code_point(std::string_view& text) {
    const auto first = static_cast<unsigned char>(text.front());
    std::size_t length = 1;
    if (first >= 0xF0) {
        length = 4;
    } else if (first >= 0xE0) {
        length = 3;
    } else if (first >= 0xC0) {
        length = 2;
    }
    char32_t code = length == 1 ? first : first & (0xFFU >> (length + 1));
    bool whole = (first < 0x80 || first >= 0xC2) && first < 0xF5 && text.size() >= length;
    for (std::size_t i = 1; whole && i < length; ++i) {
        const auto next = static_cast<unsigned char>(text[i]);
        whole = (next & 0xC0U) == 0x80;
        code = (code << 6U) | (next & 0x3FU);
    }
    const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (!whole || is_surrogate || code > 0x10FFFF || code < least_of_length[length]) {
        text.remove_prefix(1);
        return replacement;
    }
    text.remove_prefix(length);
    return code;
}

/// Ranges that terminals show two columns wide. Source: Unicode 15, East Asian Width W and F,
/// joined where only unassigned code points lie between.
constexpr std::array<std::pair<char32_t, char32_t>, 9> wide_ranges{{{0x1100, 0x115F},
                                                                    {0x2E80, 0x303E},
                                                                    {0x3041, 0xA4CF},
                                                                    {0xAC00, 0xD7A3},
                                                                    {0xF900, 0xFAFF},
                                                                    {0xFE30, 0xFE6F},
                                                                    {0xFF00, 0xFF60},
                                                                    {0xFFE0, 0xFFE6},
                                                                    {0x1F300, 0x3FFFD}}};

bool is_wide(char32_t code) {
    return std::ranges::any_of(wide_ranges, [code](const auto& range) {
        return code >= range.first && code <= range.second;
    });
}

bool is_hidden(char32_t code) {
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0xAD || code == 0x61C ||
           code == 0x180E || (code >= 0x200B && code <= 0x200F) ||
           (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) ||
           code == 0xFEFF || (code >= 0xFFF9 && code <= 0xFFFB) ||
           (code >= 0xE0000 && code <= 0xE007F);
}

std::string cut(std::string_view text, std::size_t columns_max) {
    std::size_t columns = 0;
    std::string_view rest = text;
    while (!rest.empty()) {
        std::string_view after = rest;
        columns += is_wide(take_code_point(after)) ? 2U : 1U;
        if (columns > columns_max) {
            return std::string{text.substr(0, text.size() - rest.size())} + "…";
        }
        rest = after;
    }
    return std::string{text};
}

void append_row(std::string& out, const std::vector<std::string>& cells,
                const std::vector<std::size_t>& widths) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
        out += cells[i];
        if (i + 1 < cells.size()) {
            out.append(widths[i] - columns_of(cells[i]) + 2, ' ');
        }
    }
    out += '\n';
}

}  // namespace

std::size_t columns_of(std::string_view text) {
    std::size_t columns = 0;
    while (!text.empty()) {
        columns += is_wide(take_code_point(text)) ? 2U : 1U;
    }
    return columns;
}

std::string printable(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::string_view before = text;
        const char32_t code = take_code_point(text);
        if (is_hidden(code) || code == replacement) {
            out += "\uFFFD";
        } else {
            out += before.substr(0, before.size() - text.size());
        }
    }
    return out;
}

std::string text_table(const std::vector<std::string>& header,
                       const std::vector<std::vector<std::string>>& rows,
                       std::size_t cell_columns_max) {
    std::vector<std::vector<std::string>> shown;
    shown.reserve(rows.size() + 1);
    shown.push_back(header);
    for (const auto& row : rows) {
        ZHIBU_CHECK(row.size() == header.size());
        auto& cells = shown.emplace_back();
        for (const std::string& cell : row) {
            cells.push_back(cut(printable(cell), cell_columns_max));
        }
    }
    std::vector<std::size_t> widths(header.size());
    for (const auto& row : shown) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], columns_of(row[i]));
        }
    }
    std::string out;
    for (const auto& row : shown) {
        append_row(out, row, widths);
    }
    return out;
}

}  // namespace zhibu::client

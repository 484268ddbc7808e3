#include "client/roster/plain_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "client/roster/text_encoding.hpp"

namespace zhibu::client {
namespace {

constexpr std::string_view nothing_words[] = {
    "无", "暂无", "没有", "空", "-",   "--", "---", "–",    "—",    "——",
    "――", "/",    "//",   "\\", "n/a", "na", "nil", "null", "none", "(空)",
};

bool is_space(char32_t c) {
    return c <= 0x20 || c == 0x7F || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
           c == 0x205F || c == 0x3000;
}

bool is_invisible(char32_t c) {
    return c == 0xAD || (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x2069) || c == 0xFEFF || c == 0x180E ||
           (c >= 0xFE00 && c <= 0xFE0F);
}

bool is_ascii_alphanumeric(char32_t c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

enum class Fold { all, letters_and_digits };

char32_t narrowed(char32_t c, Fold fold) {
    if (c < 0xFF01 || c > 0xFF5E) {
        return c;
    }
    const char32_t narrow = c - 0xFEE0;
    return fold == Fold::all || is_ascii_alphanumeric(narrow) ? narrow : c;
}

std::string plain(std::string_view text, Fold fold) {
    std::string line;
    bool space_waits = false;
    while (!text.empty()) {
        const char32_t c = take_code_point(text);
        if (is_invisible(c)) {
            continue;
        }
        if (is_space(c)) {
            space_waits = !line.empty();
            continue;
        }
        if (space_waits) {
            line.push_back(' ');
            space_waits = false;
        }
        append_code_point(line, narrowed(c, fold));
    }
    return line;
}

}  // namespace

std::string folded(std::string_view text) { return plain(text, Fold::all); }

std::string compact(std::string_view text) {
    std::string all = folded(text);
    std::erase(all, ' ');
    return all;
}

std::string tidy_line(std::string_view text) { return plain(text, Fold::letters_and_digits); }

std::string tidy_lines(std::string_view text) {
    std::string lines;
    std::size_t blank_lines = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
        const std::string line = tidy_line(text.substr(0, end));
        const bool is_pair = text.substr(end).starts_with("\r\n");
        text.remove_prefix(std::min(text.size(), end + (is_pair ? 2 : 1)));
        if (line.empty()) {
            ++blank_lines;
            continue;
        }
        if (!lines.empty()) {
            lines.append(blank_lines + 1, '\n');
        }
        blank_lines = 0;
        lines += line;
    }
    return lines;
}

std::string lower_ascii(std::string_view text) {
    std::string lower{text};
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    });
    return lower;
}

bool means_nothing(std::string_view text) {
    const std::string word = lower_ascii(compact(text));
    return word.empty() || std::ranges::find(nothing_words, word) != std::end(nothing_words);
}

std::string without_notes(std::string_view text) {
    constexpr std::u32string_view opening = U"([【〔";
    constexpr std::u32string_view closing = U")]】〕";
    std::string rest;
    int depth = 0;
    while (!text.empty()) {
        const char32_t c = take_code_point(text);
        if (opening.contains(c)) {
            ++depth;
        } else if (closing.contains(c)) {
            depth = std::max(depth - 1, 0);
        } else if (depth == 0) {
            append_code_point(rest, c);
        }
    }
    return rest;
}

std::string header_key(std::string_view text) {
    constexpr std::u32string_view marks = U"*★※☆●:;。\"'“”";
    std::string key;
    const std::string all = lower_ascii(compact(text));
    std::string_view rest = all;
    const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
    for (const std::string_view after : {".", "、"}) {
        if (digits > 0 && rest.substr(digits).starts_with(after)) {
            rest.remove_prefix(digits + after.size());
            break;
        }
    }
    while (!rest.empty()) {
        const char32_t c = take_code_point(rest);
        if (!marks.contains(c)) {
            append_code_point(key, c);
        }
    }
    return key;
}

bool is_han(char32_t c) {
    return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) ||
           (c >= 0x20000 && c <= 0x323AF) || (c >= 0xF900 && c <= 0xFAFF) || c == 0x3007;
}

std::size_t code_point_count(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

std::string shortened(std::string_view text, std::size_t characters_max) {
    std::string head;
    for (std::size_t count = 0; !text.empty(); ++count) {
        if (count == characters_max) {
            return head + "…";
        }
        append_code_point(head, take_code_point(text));
    }
    return head;
}

}  // namespace zhibu::client

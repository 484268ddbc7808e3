#include "client/roster/number_format.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include "client/roster/sheet.hpp"

namespace zhibu::client {
namespace {

/// The first section in lower case, without quoted text, escaped characters, fill and colour marks.
std::string bare_section(std::string_view code) {
    std::string bare;
    for (std::size_t i = 0; i < code.size() && code[i] != ';'; ++i) {
        const char c = code[i];
        if (c == '"' || c == '[') {
            const std::size_t close = code.find(c == '"' ? '"' : ']', i + 1);
            // [h] counts hours; every other bracket is a colour, a condition or a locale.
            if (c == '[' && i + 1 < code.size() && (code[i + 1] | 0x20) == 'h') {
                bare += 'h';
            }
            if (close == std::string_view::npos) {
                break;
            }
            i = close;
        } else if (c == '\\' || c == '_' || c == '*') {
            ++i;
        } else {
            bare += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
        }
    }
    return bare;
}

NumberShape decimals_shape(std::string_view bare) {
    if (bare.find_first_of("0#?") == std::string_view::npos ||
        bare.find("general") != std::string_view::npos) {
        return NumberShape::general;
    }
    const std::size_t point = bare.find('.');
    const std::size_t end =
        point == std::string_view::npos ? point : bare.find_first_not_of("0#?", point + 1);
    const std::size_t decimals =
        point == std::string_view::npos
            ? 0
            : (end == std::string_view::npos ? bare.size() : end) - point - 1;
    switch (decimals) {
        case 0:
            return NumberShape::whole;
        case 1:
            return NumberShape::one_decimal;
        case 2:
            return NumberShape::two_decimals;
        default:
            return NumberShape::more_decimals;
    }
}

}  // namespace

NumberShape builtin_number_shape(std::uint32_t format) {
    switch (format) {
        case 1:
        case 3:
        case 9:
        case 37:
        case 38:
            return NumberShape::whole;
        case 2:
        case 4:
        case 10:
        case 11:
        case 39:
        case 40:
            return NumberShape::two_decimals;
        case 14:
        case 15:
        case 16:
        case 22:
        case 28:
        case 29:
        case 30:
        case 31:
        case 51:
        case 53:
        case 54:
        case 58:
            return NumberShape::day;
        case 17:
        case 27:
        case 36:
        case 50:
        case 52:
        case 57:
            return NumberShape::month;
        case 18:
        case 19:
        case 20:
        case 21:
        case 32:
        case 33:
        case 34:
        case 35:
        case 45:
        case 46:
        case 47:
        case 55:
        case 56:
            return NumberShape::time_of_day;
        default:
            return NumberShape::general;
    }
}

NumberShape number_shape(std::string_view format_code) {
    const std::string bare = bare_section(format_code);
    if (bare.find("general") == std::string::npos) {
        if (bare.find('d') != std::string::npos) {
            return NumberShape::day;
        }
        if (bare.find('y') != std::string::npos ||
            (bare.find('e') != std::string::npos && bare.find('m') != std::string::npos)) {
            return NumberShape::month;
        }
        if (bare.find_first_of("hs") != std::string::npos) {
            return NumberShape::time_of_day;
        }
    }
    return decimals_shape(bare);
}

}  // namespace zhibu::client

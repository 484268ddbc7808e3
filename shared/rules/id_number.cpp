#include "shared/rules/id_number.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include "shared/record/date.hpp"

namespace zhibu::rules {
namespace {

constexpr std::size_t length = 18;
constexpr std::array<int, 17> weights{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
constexpr std::string_view check_characters = "10X98765432";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

int number_at(std::string_view text, std::size_t at, std::size_t digits) {
    int value = 0;
    for (const char c : text.substr(at, digits)) {
        value = value * 10 + (c - '0');
    }
    return value;
}

}  // namespace

bool has_id_number_form(std::string_view number) {
    return number.size() == length && std::ranges::all_of(number.substr(0, 17), is_digit) &&
           (is_digit(number.back()) || number.back() == 'X');
}

char id_number_check(std::string_view first_17_digits) {
    int sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        sum += (first_17_digits[i] - '0') * weights[i];
    }
    return check_characters[static_cast<std::size_t>(sum % 11)];
}

bool is_id_number(std::string_view number) {
    return has_id_number_form(number) && id_number_check(number.substr(0, 17)) == number.back();
}

std::optional<record::Date> id_number_birth(std::string_view number) {
    const int day = number_at(number, 12, 2);
    return day == 0 ? std::nullopt
                    : record::make_date(number_at(number, 6, 4), number_at(number, 10, 2), day);
}

bool id_number_is_male(std::string_view number) { return (number[16] - '0') % 2 == 1; }

std::string normal_id_number(std::string_view number) {
    std::string normal{number};
    if (normal.ends_with('x')) {
        normal.back() = 'X';
    }
    return normal;
}

}  // namespace zhibu::rules

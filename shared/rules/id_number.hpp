#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "shared/record/date.hpp"

/// The citizen's id number. Source: GB 11643-1999; the check character is ISO 7064 MOD 11-2.
namespace zhibu::rules {

/// 18 characters: 17 digits, then a digit or X.
[[nodiscard]] bool has_id_number_form(std::string_view number);

/// The check character that belongs to the first 17 digits; they must be digits.
[[nodiscard]] char id_number_check(std::string_view first_17_digits);

/// Form and check character are right.
[[nodiscard]] bool is_id_number(std::string_view number);

/// Digits 7 to 14, if they are a real day. `number` must have the form.
[[nodiscard]] std::optional<record::Date> id_number_birth(std::string_view number);

/// Digit 17 is odd for male. `number` must have the form.
[[nodiscard]] bool id_number_is_male(std::string_view number);

/// A lower-case x as X; anything else unchanged.
[[nodiscard]] std::string normal_id_number(std::string_view number);

}  // namespace zhibu::rules

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "shared/record/date.hpp"
#include "tests/support/roster_generator/invented_person.hpp"
#include "tests/support/roster_generator/sheet_writer.hpp"

namespace zhibu::test {

/// How one value is written by an office; what it means stays the same.

[[nodiscard]] WrittenCell messy_name(Dice& dice, const std::string& name);
/// With the mark 联系不上 behind it.
[[nodiscard]] WrittenCell marked_name(Dice& dice, const std::string& name);
[[nodiscard]] WrittenCell messy_sex(Dice& dice, bool is_male);
[[nodiscard]] WrittenCell messy_id_number(Dice& dice, const std::string& id_number);
[[nodiscard]] WrittenCell messy_mobile(Dice& dice, const std::string& mobile);
/// A whole day.
[[nodiscard]] WrittenCell messy_day(Dice& dice, record::Date date);
/// The date's month alone.
[[nodiscard]] WrittenCell messy_month(Dice& dice, record::Date date);
/// A word for nothing, or a blank cell.
[[nodiscard]] WrittenCell messy_nothing(Dice& dice);
/// A header with a required mark, a note, spaces or a line break.
[[nodiscard]] std::string messy_header(Dice& dice, const std::string& header);
[[nodiscard]] std::string full_width(const std::string& ascii);

}  // namespace zhibu::test

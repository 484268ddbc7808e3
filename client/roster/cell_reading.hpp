#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "client/roster/refusal.hpp"
#include "client/roster/sheet.hpp"

namespace zhibu::client {

/// Single cells made into values. All are pure; none throws on what a file holds.
/// Cells given to the readers are not empty.

/// A person's name, and whether it carried the mark 联系不上.
struct ReadName {
    std::string name;
    bool is_unreachable = false;
};

/// What stands in the cell, for reports and for texts: numbers without a spurious ".0", dates in
/// ISO form, booleans as 是 and 否.
[[nodiscard]] std::string shown_text(const Cell& cell, bool counts_from_1904);

/// Whether the cell is empty or only says that there is nothing (无, -, /).
[[nodiscard]] bool holds_nothing(const Cell& cell);

/// A text as the file means it. A number of more than 15 digits has lost some: refused.
/// @param keeps_lines  line breaks stay (notes)
[[nodiscard]] std::expected<std::string, RefusalReason> read_text(const Cell& cell,
                                                                  bool counts_from_1904,
                                                                  bool keeps_lines);

/// A name of 2 to 50 Han characters and middle dots, or Latin letters; spaces and line breaks
/// between Han characters vanish, look-alikes of the middle dot become "·". Source: R-110.
[[nodiscard]] std::expected<ReadName, RefusalReason> read_name(const Cell& cell);

/// 18 characters, the last of them "X" if it is a letter. Not yet checked: date and check
/// character. Refused: numbers, which have lost digits; old numbers of 15 digits. Source: R-101.
[[nodiscard]] std::expected<std::string, RefusalReason> read_id_number(const Cell& cell);

/// 11 digits from 13 to 19, with or without +86, spaces and hyphens, as text or exact number.
/// Source: R-111.
[[nodiscard]] std::expected<std::string, RefusalReason> read_mobile(const Cell& cell);

/// 0 or more; "3人" and "1,234" are numbers too.
[[nodiscard]] std::expected<std::int64_t, RefusalReason> read_integer(const Cell& cell);

/// Yuan as fen: "1,234.5", "￥50", "50元". More than two decimals are refused, not rounded.
[[nodiscard]] std::expected<std::int64_t, RefusalReason> read_money(const Cell& cell);

/// 是 否 有 √ × Y N 1 0 true false, and the spreadsheet's own truth values.
[[nodiscard]] std::expected<bool, RefusalReason> read_boolean(const Cell& cell);

/// Whether the text is one of the words for 联系不上.
[[nodiscard]] bool means_unreachable(std::string_view text);

}  // namespace zhibu::client

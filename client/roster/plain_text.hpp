#pragma once

#include <string>
#include <string_view>

namespace zhibu::client {

/// What people put into cells, made plain. All take and give valid UTF-8.
///
/// Everywhere: zero-width and direction marks vanish; every sort of space (full-width, no-break,
/// tab, line break) becomes one space; runs of spaces become one; none stays at the ends.

/// For matching and numbers: full-width forms of ASCII become ASCII, "（" too.
[[nodiscard]] std::string folded(std::string_view text);

/// folded(), and no space at all.
[[nodiscard]] std::string compact(std::string_view text);

/// For texts that are kept: full-width letters and digits become ASCII, punctuation stays Chinese.
[[nodiscard]] std::string tidy_line(std::string_view text);

/// tidy_line() for each line; empty lines at the ends vanish, line ends are "\n".
[[nodiscard]] std::string tidy_lines(std::string_view text);

/// ASCII letters in lower case; the rest as it is.
[[nodiscard]] std::string lower_ascii(std::string_view text);

/// Whether the cell's text only says that there is nothing: 无, 暂无, -, —, /, n/a …
[[nodiscard]] bool means_nothing(std::string_view text);

/// The text without notes in round, square or lenticular brackets. @param text  folded
[[nodiscard]] std::string without_notes(std::string_view text);

/// A header's text for comparison: compact, lower case, without required marks (*, ★, ※),
/// numbering ("3、") and closing punctuation.
[[nodiscard]] std::string header_key(std::string_view text);

/// A Han character, as names are written with.
[[nodiscard]] bool is_han(char32_t code_point);

/// The number of code points in valid UTF-8.
[[nodiscard]] std::size_t code_point_count(std::string_view text);

/// At most `characters_max` characters, for reports.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t characters_max);

}  // namespace zhibu::client

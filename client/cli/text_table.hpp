#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace zhibu::client {

/// How many terminal columns the UTF-8 text takes: 2 for Chinese and other wide characters.
[[nodiscard]] std::size_t columns_of(std::string_view text);

/// The text with control characters and direction marks made visible as U+FFFD: an officer reads
/// what a branch typed, and a terminal must not obey it.
[[nodiscard]] std::string printable(std::string_view text);

/// Rows under a header, columns aligned by what a terminal shows, wide cells cut at
/// `cell_columns_max`. Every row has as many cells as the header.
[[nodiscard]] std::string text_table(const std::vector<std::string>& header,
                                     const std::vector<std::vector<std::string>>& rows,
                                     std::size_t cell_columns_max = 40);

}  // namespace zhibu::client

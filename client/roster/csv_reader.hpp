#pragma once

#include <expected>
#include <string_view>

#include "client/roster/roster_error.hpp"
#include "client/roster/sheet.hpp"

namespace zhibu::client {

/// Reads text with separators (comma, semicolon or tab: the one that the first lines use most),
/// quoted cells with doubled quotes and line breaks inside, any of the three line ends. All cells
/// are texts. Rows are numbered as spreadsheets number them: a quoted line break begins no row.
/// Errors: see RosterErrorCode; nothing is kept.
[[nodiscard]] std::expected<Sheet, RosterError> read_csv(std::string_view bytes,
                                                         const SheetLimits& limits);

}  // namespace zhibu::client

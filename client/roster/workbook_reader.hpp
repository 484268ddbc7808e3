#pragma once

#include <expected>
#include <string_view>

#include "client/roster/roster_error.hpp"
#include "client/roster/sheet.hpp"

namespace zhibu::client {

/// Reads one sheet of an .xlsx workbook. Memory: the filled cells and the shared texts; the parts'
/// XML is never whole in memory.
/// @param sheet_name  empty: the first visible sheet that has content
[[nodiscard]] std::expected<Sheet, RosterError> read_workbook(std::string_view bytes,
                                                              std::string_view sheet_name,
                                                              const SheetLimits& limits);

}  // namespace zhibu::client

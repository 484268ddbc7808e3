#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <utility>

#include "client/roster/roster_error.hpp"
#include "client/roster/sheet.hpp"

namespace zhibu::client {

/// What somebody typed instead of a cell's content, by row and column as the file numbers them,
/// from 1. An empty text empties the cell.
using CellFixes = std::map<std::pair<std::uint32_t, std::uint32_t>, std::string>;

/// The sheet with those cells. Fixes of rows that the sheet has not are left out; a fixed cell that
/// lies in a merged rectangle leaves the rectangle standing. Errors: as reading the file.
[[nodiscard]] std::expected<Sheet, RosterError> with_fixes(const Sheet& sheet,
                                                           const CellFixes& fixes);

}  // namespace zhibu::client

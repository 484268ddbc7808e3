#pragma once

#include <cstdint>
#include <expected>
#include <string_view>
#include <vector>

#include "client/roster/reference_lookup.hpp"
#include "client/roster/roster_error.hpp"
#include "client/roster/roster_preview.hpp"
#include "client/roster/sheet.hpp"
#include "client/roster/sheet_header.hpp"
#include "shared/catalog/catalog.hpp"

namespace zhibu::client {

struct InterpretOptions {
    std::uint32_t header_row = 0;       // 0: find it
    std::vector<ColumnChoice> choices;  // override what the headers say
    /// Values for every row that brings none of its own: the branch that the import goes into.
    std::vector<FieldValue> given;
};

/// Turns a sheet into rows of the kind's values, or the reasons why not. A row with one refused
/// cell is a refused row, with all its reasons. Equal sheets and answers give equal previews.
/// Errors: no header, a choice that names no field, two columns for one field.
/// Threads: any; a pure function of its arguments as long as the lookup is.
[[nodiscard]] std::expected<RosterPreview, RosterError> interpret(
    const Sheet& sheet, const catalog::Catalog& catalog, std::string_view kind_name,
    const InterpretOptions& options, const ReferenceLookup& references);

}  // namespace zhibu::client

#pragma once

#include <string_view>
#include <vector>

#include "shared/catalog/catalog.hpp"

namespace zhibu::catalog {

/// One column of a list that leaves the program: of a spreadsheet or a printed list.
struct ExportColumn {
    FieldNumber field;
    std::string_view name;    // the field's
    std::string_view header;  // its label in the asked language
};

/// All columns of a kind, in the order of its fields; of an entry kind without the owner, whose own
/// columns stand before them. What a reader may not see is left out by who exports, not here.
[[nodiscard]] std::vector<ExportColumn> export_columns(const Kind& kind, Language language);

}  // namespace zhibu::catalog

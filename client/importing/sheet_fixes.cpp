#include "client/importing/sheet_fixes.hpp"

#include <set>

#include "client/roster/sheet_builder.hpp"
#include "shared/record/check.hpp"

namespace zhibu::client {
namespace {

/// The columns of a row that hold something, with those that a fix fills.
std::set<std::uint32_t> columns_of(const Sheet& sheet, const Sheet::Row& row,
                                   const CellFixes& fixes) {
    std::set<std::uint32_t> columns;
    for (const Sheet::StoredCell& cell : sheet.cells_of(row)) {
        columns.insert(cell.column);
    }
    for (auto fix = fixes.lower_bound({row.number, 0});
         fix != fixes.end() && fix->first.first == row.number; ++fix) {
        columns.insert(fix->first.second);
    }
    return columns;
}

Cell text_cell(const std::string& text) {
    Cell cell;
    cell.kind = text.empty() ? CellKind::empty : CellKind::text;
    cell.text = text;
    return cell;
}

}  // namespace

std::expected<Sheet, RosterError> with_fixes(const Sheet& sheet, const CellFixes& fixes) {
    SheetBuilder builder{SheetLimits{}};
    for (const Sheet::Row& row : sheet.rows()) {
        builder.begin_row(row.number);
        for (const std::uint32_t column : columns_of(sheet, row, fixes)) {
            const auto fix = fixes.find({row.number, column});
            const Cell cell = fix == fixes.end() ? sheet.cell(row, column) : text_cell(fix->second);
            if (!cell.is_empty()) {
                ZHIBU_TRY_VOID(builder.add(column, cell));
            }
        }
    }
    for (const MergedCells& merge : sheet.merges()) {
        ZHIBU_TRY_VOID(builder.add_merge(merge));
    }
    ZHIBU_TRY(fixed, builder.finish());
    fixed.source = sheet.source;
    fixed.counts_from_1904 = sheet.counts_from_1904;
    fixed.name = sheet.name;
    fixed.other_sheets = sheet.other_sheets;
    fixed.encoding = sheet.encoding;
    return fixed;
}

}  // namespace zhibu::client

#include "client/roster/sheet_builder.hpp"

#include <algorithm>
#include <cstdint>
#include <expected>
#include <span>
#include <utility>
#include <vector>

#include "client/roster/roster_error.hpp"
#include "client/roster/sheet.hpp"
#include "shared/record/check.hpp"

namespace zhibu::client {
namespace {

/// Whether no two rectangles share a cell: a sweep by rows over those that are still open.
bool are_apart(std::span<const MergedCells> merges, std::uint32_t columns_max) {
    std::vector<const MergedCells*> open;
    for (const MergedCells& merge : merges) {
        std::erase_if(open,
                      [&](const MergedCells* each) { return each->last_row < merge.first_row; });
        for (const MergedCells* each : open) {
            if (each->first_column <= merge.last_column &&
                merge.first_column <= each->last_column) {
                return false;
            }
        }
        open.push_back(&merge);
        if (open.size() > columns_max) {
            return false;
        }
    }
    return true;
}

}  // namespace

void SheetBuilder::begin_row(std::uint32_t row) {
    ZHIBU_CHECK(row > row_);
    row_ = row;
    row_is_open_ = false;
}

std::expected<void, RosterError> SheetBuilder::open_row() {
    if (row_is_open_) {
        return {};
    }
    if (sheet_.rows_.size() >= limits_.rows_max) {
        return std::unexpected(
            RosterError{RosterErrorCode::too_many_rows, row_, 0, limits_.rows_max, {}});
    }
    sheet_.rows_.push_back({row_, sheet_.cells_.size(), 0});
    row_is_open_ = true;
    return {};
}

std::expected<void, RosterError> SheetBuilder::add(std::uint32_t column, const Cell& cell) {
    if (cell.is_empty()) {
        return {};
    }
    if (column > limits_.columns_max) {
        return std::unexpected(
            RosterError{RosterErrorCode::too_many_columns, row_, column, limits_.columns_max, {}});
    }
    if (cell.text.size() > limits_.cell_bytes_max) {
        return std::unexpected(
            RosterError{RosterErrorCode::cell_too_long, row_, column, limits_.cell_bytes_max, {}});
    }
    if (sheet_.texts_.size() + cell.text.size() > limits_.text_bytes_max) {
        return std::unexpected(
            RosterError{RosterErrorCode::too_many_texts, row_, column, limits_.text_bytes_max, {}});
    }
    ZHIBU_TRY_VOID(open_row());
    Sheet::Row& row = sheet_.rows_.back();
    ZHIBU_CHECK(row.cell_count == 0 || sheet_.cells_.back().column < column);
    sheet_.cells_.push_back({cell.number, static_cast<std::uint32_t>(sheet_.texts_.size()),
                             static_cast<std::uint32_t>(cell.text.size()),
                             static_cast<std::uint16_t>(column), cell.kind, cell.shape});
    sheet_.texts_ += cell.text;
    ++row.cell_count;
    sheet_.column_count_ = std::max(sheet_.column_count_, column);
    return {};
}

std::expected<void, RosterError> SheetBuilder::add_merge(const MergedCells& merge) {
    if (sheet_.merges_.size() >= limits_.merges_max) {
        return std::unexpected(RosterError{RosterErrorCode::malformed_part, merge.first_row,
                                           merge.first_column, limits_.merges_max, "mergeCells"});
    }
    sheet_.merges_.push_back(merge);
    return {};
}

std::expected<Sheet, RosterError> SheetBuilder::finish() {
    if (sheet_.rows_.empty()) {
        return std::unexpected(RosterError{RosterErrorCode::empty_file, 0, 0, 0, {}});
    }
    std::ranges::sort(sheet_.merges_);
    if (!are_apart(sheet_.merges_, limits_.columns_max)) {
        return std::unexpected(RosterError{RosterErrorCode::malformed_part, 0, 0, 0, "mergeCells"});
    }
    row_ = 0;
    row_is_open_ = false;
    return std::exchange(sheet_, Sheet{});
}

}  // namespace zhibu::client

#pragma once

#include <expected>
#include <string_view>
#include <vector>

#include "client/roster/roster_error.hpp"
#include "client/roster/sheet.hpp"

namespace zhibu::client {

/// Fills a sheet cell by cell and keeps the limits. Cells come in reading order; blank cells and
/// rows are not kept. After an error the builder is thrown away.
class SheetBuilder {
public:
    explicit SheetBuilder(const SheetLimits& limits) : limits_{limits} {}

    /// Begins the row of that number. @param row  greater than the row before (checked)
    void begin_row(std::uint32_t row);

    /// Adds a cell of the current row. Its text is copied.
    /// @param column  from 1, greater than the cell's before in this row (checked)
    [[nodiscard]] std::expected<void, RosterError> add(std::uint32_t column, const Cell& cell);

    /// @param merge  may overlap others; finish() refuses that
    [[nodiscard]] std::expected<void, RosterError> add_merge(const MergedCells& merge);

    /// The sheet; the builder is empty afterwards. Error: no cell has content, or merged
    /// rectangles overlap.
    [[nodiscard]] std::expected<Sheet, RosterError> finish();

private:
    [[nodiscard]] std::expected<void, RosterError> open_row();

    SheetLimits limits_;
    Sheet sheet_;
    std::uint32_t row_ = 0;
    bool row_is_open_ = false;
};

}  // namespace zhibu::client

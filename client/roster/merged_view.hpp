#pragma once

#include <cstdint>
#include <vector>

#include "client/roster/sheet.hpp"

namespace zhibu::client {

/// The sheet as its reader sees it: a cell inside a merged rectangle shows the rectangle's text.
/// Rows are asked for in ascending order. The sheet outlives the view.
class MergedView {
public:
    explicit MergedView(const Sheet& sheet) : sheet_{sheet} {}

    /// Moves to the row of that number. @param row  not below the row before (checked)
    void move_to(std::uint32_t row);

    /// The cell, or the one that it is merged with. @param column  from 1
    [[nodiscard]] Cell cell(std::uint32_t column) const;

    /// The rectangle around the cell, or nothing.
    [[nodiscard]] const MergedCells* merge_at(std::uint32_t column) const;

private:
    const Sheet& sheet_;
    std::uint32_t row_ = 0;
    const Sheet::Row* current_ = nullptr;
    std::size_t next_merge_ = 0;
    std::vector<const MergedCells*> open_;  // into the sheet's merges
};

}  // namespace zhibu::client

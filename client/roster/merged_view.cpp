#include "client/roster/merged_view.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "client/roster/sheet.hpp"
#include "shared/record/check.hpp"

namespace zhibu::client {

void MergedView::move_to(std::uint32_t row) {
    ZHIBU_CHECK(row >= row_);
    row_ = row;
    current_ = sheet_.find_row(row);
    const auto merges = sheet_.merges();
    for (; next_merge_ < merges.size() && merges[next_merge_].first_row <= row; ++next_merge_) {
        open_.push_back(&merges[next_merge_]);
    }
    std::erase_if(open_, [row](const MergedCells* merge) { return merge->last_row < row; });
}

const MergedCells* MergedView::merge_at(std::uint32_t column) const {
    const auto found = std::ranges::find_if(
        open_, [&](const MergedCells* merge) { return merge->covers(row_, column); });
    return found == open_.end() ? nullptr : *found;
}

Cell MergedView::cell(std::uint32_t column) const {
    const Cell own = current_ == nullptr ? Cell{} : sheet_.cell(*current_, column);
    if (!own.is_empty()) {
        return own;
    }
    const MergedCells* merge = merge_at(column);
    const Sheet::Row* first = merge == nullptr ? nullptr : sheet_.find_row(merge->first_row);
    return first == nullptr ? Cell{} : sheet_.cell(*first, merge->first_column);
}

}  // namespace zhibu::client

#include "client/roster/sheet.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace zhibu::client {

Cell Sheet::view(const StoredCell& stored) const {
    return Cell{stored.kind, stored.shape, stored.number,
                std::string_view{texts_}.substr(stored.text_offset, stored.text_length)};
}

Cell Sheet::cell(const Row& row, std::uint32_t column) const {
    const auto cells = cells_of(row);
    const auto found = std::ranges::lower_bound(cells, column, {}, &StoredCell::column);
    return found == cells.end() || found->column != column ? Cell{} : view(*found);
}

const Sheet::Row* Sheet::find_row(std::uint32_t number) const {
    const auto found = std::ranges::lower_bound(rows_, number, {}, &Row::number);
    return found == rows_.end() || found->number != number ? nullptr : &*found;
}

}  // namespace zhibu::client

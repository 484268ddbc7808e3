#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/replica/detail/connection.hpp"
#include "client/replica/detail/row_writer.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/state.hpp"

namespace zhibu::client::detail {

/// A table of records, and all its columns.
struct LiveTable {
    std::string_view name;
    std::string columns;
};

/// A snapshot that is not whole yet, in tables of its own: as the kinds' tables, but their names
/// begin with "staged:" and they have no indexes. So a record of a large scope is written once, in
/// the order in which it comes, and the swap gives its table the live one's name.
/// Throws Failed and what guarded() translates.
class StagedRows {
public:
    StagedRows(Connection& connection, const catalog::Catalog& catalog);

    /// Records of one chunk, inside a transaction.
    void write(const std::vector<record::RecordState>& records);
    void empty();
    void drop();
    /// Otherwise another program made them, and they can only be dropped.
    [[nodiscard]] bool are_of_this_catalog();

    /// Inside a transaction: what is staged takes the place of all that the live tables hold.
    /// Returns whether any of these is another table now, which lacks its indexes.
    [[nodiscard]] bool take_the_place_of_live(std::span<const LiveTable> live);

private:
    /// Names of the live tables that have one staged.
    [[nodiscard]] std::set<std::string, std::less<>> names();
    void make_table(record::KindNumber kind);
    [[nodiscard]] bool is_large(std::string_view name);
    void move(std::string_view name, const std::string& columns);
    [[nodiscard]] bool is_of_this_catalog(std::string_view name);

    Connection& connection_;
    const catalog::Catalog& catalog_;
    RowWriter writer_;
};

}  // namespace zhibu::client::detail

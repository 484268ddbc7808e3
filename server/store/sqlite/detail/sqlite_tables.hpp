#pragma once

#include <filesystem>
#include <string>

#include "server/store/rows/reading_on.hpp"
#include "server/store/sqlite/detail/column_states.hpp"
#include "server/store/sqlite/detail/connection.hpp"

namespace zhibu::server::detail {

/// What SqliteTables' rows lie on, there before they are.
struct SqliteParts {
    SqliteParts(const std::filesystem::path& file, SqliteConnection::Use use,
                const std::string& vfs, const catalog::Catalog& catalog)
        : database(file, use, vfs), columns(database, catalog) {}

    SqliteConnection database;
    ColumnStates columns;
};

/// A connection to a file and all that stands in its tables.
struct SqliteTables : SqliteParts, Tables {
    SqliteTables(const std::filesystem::path& file, SqliteConnection::Use use,
                 const std::string& vfs, const catalog::Catalog& catalog)
        : SqliteParts(file, use, vfs, catalog), Tables(database, columns, catalog) {}
};

}  // namespace zhibu::server::detail

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "client/cli/session.hpp"

namespace zhibu::client {

struct ImportWords {
    std::filesystem::path file;
    std::string kind = "person";
    std::string sheet;
    /// Rows to take, as the file numbers them: "3", "5-9"; empty takes all that are accepted.
    std::vector<std::string> rows;
    /// "field=value" for rows that bring none of their own.
    std::vector<std::string> given;
    /// "column=field" or "column=" to leave it out; columns as letters.
    std::vector<std::string> columns;
    bool dry_run = false;
    /// Take the good rows although others are refused.
    bool accepted_only = false;
};

/// Reads a roster and, unless it is a dry run, makes one group of its rows. Every refused row is
/// reported with row, column, value and reason; nothing is imported while a row is refused, unless
/// rows are chosen or `accepted_only` is set.
Exit import_roster(Console& console, const ImportWords& words);

}  // namespace zhibu::client

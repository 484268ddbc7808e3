#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/record/value.hpp"

namespace zhibu::client {

/// How a column's cells are written.
enum class CellShape : std::uint8_t {
    text,  // as text whatever it looks like: an id number keeps its digits, "=1+1" is no formula
    number,
    money,  // fen, shown as yuan with two decimals
    day,    // a date; a whole month as its first day
    month,  // a date, shown as year and month
};

struct SpreadsheetColumn {
    std::string header;
    CellShape shape = CellShape::text;
};

enum class SpreadsheetFault : std::uint8_t { storage_failed, too_many_rows };

/// An .xlsx file of one sheet, written row by row. Its first row is the header, which stays in
/// view. Nothing of it has a name that a program could find, and it goes with this object or the
/// process: the file lies in memory, packed; the rows before they are packed in the system's file
/// system in memory where that has room for them, else in a nameless file in `scratch`. Threads:
/// not synchronised.
class Spreadsheet {
public:
    struct Place {
        /// About how many rows will come.
        std::uint64_t rows = 0;
        /// A folder that is there, of this user alone.
        std::filesystem::path scratch;
    };

    [[nodiscard]] static std::expected<std::unique_ptr<Spreadsheet>, SpreadsheetFault> create(
        const Place& place, std::string_view sheet_name, std::vector<SpreadsheetColumn> columns);
    ~Spreadsheet();
    Spreadsheet(const Spreadsheet&) = delete;
    Spreadsheet& operator=(const Spreadsheet&) = delete;

    /// One value a column: a text, an integer or fen, a date, or Empty. What does not fit its
    /// column's shape is written as text. Texts beyond 32,767 bytes are cut.
    [[nodiscard]] std::expected<void, SpreadsheetFault> add_row(
        std::span<const record::Value> cells);

    [[nodiscard]] std::expected<void, SpreadsheetFault> finish();

    /// The finished file. Errors: storage_failed, also where it is not finished.
    [[nodiscard]] std::expected<std::string, SpreadsheetFault> bytes() const;

private:
    class Book;
    explicit Spreadsheet(std::unique_ptr<Book> book);
    std::unique_ptr<Book> book_;
};

}  // namespace zhibu::client

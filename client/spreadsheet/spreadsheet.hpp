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

/// An .xlsx file of one sheet, written row by row: what is written is not kept in memory. Its first
/// row is the header, which stays in view. Files are readable by their owner alone; parts lie in
/// `folder` under no name until the end. Without finish() the file goes with the writer.
/// Threads: not synchronised.
class Spreadsheet {
public:
    [[nodiscard]] static std::expected<std::unique_ptr<Spreadsheet>, SpreadsheetFault> create(
        const std::filesystem::path& file, std::string_view sheet_name,
        std::vector<SpreadsheetColumn> columns);
    ~Spreadsheet();
    Spreadsheet(const Spreadsheet&) = delete;
    Spreadsheet& operator=(const Spreadsheet&) = delete;

    /// One value a column: a text, an integer or fen, a date, or Empty. What does not fit its
    /// column's shape is written as text. Texts beyond 32,767 bytes are cut.
    [[nodiscard]] std::expected<void, SpreadsheetFault> add_row(
        std::span<const record::Value> cells);

    [[nodiscard]] std::expected<void, SpreadsheetFault> finish();

private:
    class Book;
    explicit Spreadsheet(std::unique_ptr<Book> book);
    std::unique_ptr<Book> book_;
};

/// The bytes of a finished file.
[[nodiscard]] std::expected<std::string, SpreadsheetFault> read_spreadsheet(
    const std::filesystem::path& file);

/// Makes the folder, for its owner alone, and empties it of what an earlier program left.
[[nodiscard]] std::expected<void, SpreadsheetFault> prepare_spreadsheets(
    const std::filesystem::path& folder);

}  // namespace zhibu::client

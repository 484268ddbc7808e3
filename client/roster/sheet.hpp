#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace zhibu::client {

/// What a cell holds, as the file says it.
enum class CellKind : std::uint8_t {
    empty,
    text,
    number,             // `number`; `decimals` as its format shows them
    date_serial,        // `number` counts days; its format shows a date
    boolean,            // `number` is 0 or 1
    spreadsheet_error,  // text: "#N/A"
    formula_unsolved,   // a formula whose result the file does not hold
};

/// How a number is shown. A roster's meaning may hang on it: 1987.1 shown with two decimals was
/// typed as 1987.10.
enum class NumberShape : std::uint8_t {
    general,  // as it comes: trailing zeros are lost
    whole,    // no decimals
    one_decimal,
    two_decimals,
    more_decimals,
    day,    // a date with its day
    month,  // a date without a day: "1987年5月", "May-87"
    time_of_day,
};

/// One cell as seen by a reader of the sheet.
struct Cell {
    CellKind kind = CellKind::empty;
    NumberShape shape = NumberShape::general;
    double number = 0;
    std::string_view text;  // lives as long as the sheet; not const-moved

    [[nodiscard]] bool is_empty() const { return kind == CellKind::empty; }
};

/// A rectangle of merged cells, both ends included, from 1.
struct MergedCells {
    std::uint32_t first_row = 0;
    std::uint32_t last_row = 0;
    std::uint32_t first_column = 0;
    std::uint32_t last_column = 0;

    [[nodiscard]] bool covers(std::uint32_t row, std::uint32_t column) const {
        return first_row <= row && row <= last_row && first_column <= column &&
               column <= last_column;
    }

    friend auto operator<=>(const MergedCells&, const MergedCells&) = default;
};

/// Limits within which a file is read. Source: the size of the largest roster a committee keeps
/// (100,000 rows) times two, and what one machine's memory bears.
struct SheetLimits {
    std::size_t file_bytes_max = std::size_t{64} << 20;
    /// All parts of a workbook together.
    std::size_t unzipped_bytes_max = std::size_t{1} << 30;
    /// Above the first 16 MiB a part may unpack to at most so many times its packed size: a real
    /// roster with much repetition reaches 150, blanks 1,030.
    std::size_t unzipped_ratio_max = 500;
    std::uint32_t rows_max = 200'000;  // rows with content
    std::uint32_t columns_max = 500;
    std::size_t cell_bytes_max = 32'768;
    std::size_t texts_max = 4'000'000;
    std::size_t text_bytes_max = std::size_t{512} << 20;
    std::size_t merges_max = 100'000;
};

/// Where a sheet came from.
enum class SheetSource : std::uint8_t { workbook, csv };

/// The filled cells of one sheet, row by row. Blank rows and cells take no memory.
/// Threads: immutable once read; then safe from any thread.
class Sheet {
public:
    /// The cells of one row, ascending by column.
    struct StoredCell {
        double number = 0;
        std::uint32_t text_offset = 0;
        std::uint32_t text_length = 0;
        std::uint16_t column = 0;
        CellKind kind = CellKind::empty;
        NumberShape shape = NumberShape::general;
    };

    struct Row {
        std::uint32_t number = 0;  // as the file numbers it, from 1
        std::size_t first_cell = 0;
        std::uint32_t cell_count = 0;
    };

    [[nodiscard]] std::span<const Row> rows() const { return rows_; }

    [[nodiscard]] std::span<const StoredCell> cells_of(const Row& row) const {
        return std::span{cells_}.subspan(row.first_cell, row.cell_count);
    }

    [[nodiscard]] Cell view(const StoredCell& stored) const;

    /// The cell itself, or an empty one. @param column  from 1
    [[nodiscard]] Cell cell(const Row& row, std::uint32_t column) const;

    /// The row of that number, or nothing when it is blank.
    [[nodiscard]] const Row* find_row(std::uint32_t number) const;

    /// The merged rectangles, ascending by first row; none overlap.
    [[nodiscard]] std::span<const MergedCells> merges() const { return merges_; }

    /// The highest column with content; 0 for an empty sheet.
    [[nodiscard]] std::uint32_t column_count() const { return column_count_; }

    SheetSource source = SheetSource::csv;
    /// The workbook counts days from 1904 instead of 1900.
    bool counts_from_1904 = false;
    std::string name;
    /// Sheets of the workbook that were not read, in its order.
    std::vector<std::string> other_sheets;
    /// The text's encoding: "UTF-8", "GB18030", "UTF-16"; of a workbook always "UTF-8".
    std::string encoding = "UTF-8";

private:
    friend class SheetBuilder;

    std::vector<Row> rows_;
    std::vector<StoredCell> cells_;
    std::string texts_;
    std::vector<MergedCells> merges_;
    std::uint32_t column_count_ = 0;
};

}  // namespace zhibu::client

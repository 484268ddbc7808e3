#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "shared/record/date.hpp"

namespace zhibu::test {

/// One cell as an office would leave it.
struct WrittenCell {
    enum class Kind : std::uint8_t { blank, text, number, number_two_decimals, day, month };

    Kind kind = Kind::blank;
    std::string text;
    double number = 0;
    record::Date date;
};

[[nodiscard]] inline WrittenCell text_cell(std::string text) {
    return {WrittenCell::Kind::text, std::move(text), 0, {}};
}

[[nodiscard]] inline WrittenCell number_cell(double number) {
    return {WrittenCell::Kind::number, {}, number, {}};
}

/// Writes rows in order, from 1. Throws std::runtime_error when the file cannot be written.
class SheetWriter {
public:
    virtual ~SheetWriter() = default;

    /// @param row  greater than the row before
    virtual void write_row(std::uint32_t row, const std::vector<WrittenCell>& cells) = 0;
    /// One text over `columns` columns of a row that is not written otherwise.
    virtual void write_wide(std::uint32_t row, const std::string& text, std::uint32_t columns) = 0;
    /// Merges cells that span rows. What cannot (text, constant memory) ignores it.
    virtual void merge(std::uint32_t first_row, std::uint32_t last_row, std::uint32_t first_column,
                       std::uint32_t last_column, const std::string& text) = 0;
    [[nodiscard]] virtual bool can_merge() const = 0;
    virtual void close() = 0;
};

/// An .xlsx; with `constant_memory` rows go straight to disk and nothing spans rows.
[[nodiscard]] std::unique_ptr<SheetWriter> make_workbook_writer(const std::string& path,
                                                                bool constant_memory);

enum class CsvEncoding : std::uint8_t { utf8, utf8_bom, gb18030 };

/// A .csv as Excel saves it: numbers as their cells show them, CRLF.
[[nodiscard]] std::unique_ptr<SheetWriter> make_csv_writer(const std::string& path,
                                                           CsvEncoding encoding);

}  // namespace zhibu::test

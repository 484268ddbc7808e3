#include "tests/support/roster_generator/sheet_writer.hpp"

#include <xlsxwriter.h>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <ios>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "client/roster/text_encoding.hpp"

namespace zhibu::test {
namespace {

using Kind = WrittenCell::Kind;

void check(lxw_error error) {
    if (error != LXW_NO_ERROR) {
        throw std::runtime_error(lxw_strerror(error));
    }
}

class WorkbookWriter : public SheetWriter {
public:
    WorkbookWriter(const std::string& path, bool constant_memory)
        : constant_memory_{constant_memory} {
        lxw_workbook_options options{};
        options.constant_memory = constant_memory ? LXW_TRUE : LXW_FALSE;
        workbook_ = workbook_new_opt(path.c_str(), &options);
        sheet_ = workbook_add_worksheet(workbook_, "名册");
        // The time of writing would make equal seeds give different bytes.
        lxw_doc_properties properties{};
        properties.created = 1'577'836'800;
        workbook_set_properties(workbook_, &properties);
        day_ = format("yyyy-mm-dd");
        month_ = format("yyyy\"年\"m\"月\"");
        two_decimals_ = format("0.00");
        wide_ = workbook_add_format(workbook_);
        format_set_align(wide_, LXW_ALIGN_CENTER);
    }

    WorkbookWriter(const WorkbookWriter&) = delete;
    WorkbookWriter& operator=(const WorkbookWriter&) = delete;

    ~WorkbookWriter() override {
        if (workbook_ != nullptr) {
            workbook_close(workbook_);
        }
    }

    void write_row(std::uint32_t row, const std::vector<WrittenCell>& cells) override {
        for (std::size_t i = 0; i < cells.size(); ++i) {
            write_cell(row - 1, static_cast<lxw_col_t>(i), cells[i]);
        }
    }

    void write_wide(std::uint32_t row, const std::string& text, std::uint32_t columns) override {
        check(worksheet_merge_range(sheet_, row - 1, 0, row - 1,
                                    static_cast<lxw_col_t>(columns - 1), text.c_str(), wide_));
    }

    void merge(std::uint32_t first_row, std::uint32_t last_row, std::uint32_t first_column,
               std::uint32_t last_column, const std::string& text) override {
        check(worksheet_merge_range(sheet_, first_row - 1, static_cast<lxw_col_t>(first_column - 1),
                                    last_row - 1, static_cast<lxw_col_t>(last_column - 1),
                                    text.c_str(), wide_));
    }

    [[nodiscard]] bool can_merge() const override { return !constant_memory_; }

    void close() override {
        lxw_workbook* workbook = workbook_;
        workbook_ = nullptr;
        check(workbook_close(workbook));
    }

private:
    lxw_format* format(const char* code) {
        lxw_format* made = workbook_add_format(workbook_);
        format_set_num_format(made, code);
        return made;
    }

    void write_cell(lxw_row_t row, lxw_col_t column, const WrittenCell& cell) {
        switch (cell.kind) {
            case Kind::blank:
                return;
            case Kind::text:
                check(worksheet_write_string(sheet_, row, column, cell.text.c_str(), nullptr));
                return;
            case Kind::number:
                check(worksheet_write_number(sheet_, row, column, cell.number, nullptr));
                return;
            case Kind::number_two_decimals:
                check(worksheet_write_number(sheet_, row, column, cell.number, two_decimals_));
                return;
            case Kind::day:
            case Kind::month: {
                lxw_datetime date{cell.date.year, cell.date.month, cell.date.day, 0, 0, 0};
                check(worksheet_write_datetime(sheet_, row, column, &date,
                                               cell.kind == Kind::day ? day_ : month_));
                return;
            }
        }
    }

    bool constant_memory_;
    lxw_workbook* workbook_ = nullptr;  // owned; all others are the workbook's
    lxw_worksheet* sheet_ = nullptr;
    lxw_format* day_ = nullptr;
    lxw_format* month_ = nullptr;
    lxw_format* two_decimals_ = nullptr;
    lxw_format* wide_ = nullptr;
};

class CsvWriter : public SheetWriter {
public:
    CsvWriter(const std::string& path, CsvEncoding encoding)
        : file_{path, std::ios::binary}, encoding_{encoding} {
        if (encoding_ == CsvEncoding::utf8_bom) {
            file_ << "\xEF\xBB\xBF";
        }
    }

    void write_row(std::uint32_t row, const std::vector<WrittenCell>& cells) override {
        std::string line;
        for (; next_row_ < row; ++next_row_) {
            line += "\r\n";
        }
        ++next_row_;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            line += (i == 0 ? "" : ",") + quoted(shown(cells[i]));
        }
        put(line + "\r\n");
    }

    void write_wide(std::uint32_t row, const std::string& text, std::uint32_t columns) override {
        std::vector<WrittenCell> cells(columns);
        cells[0] = text_cell(text);
        write_row(row, cells);
    }

    void merge(std::uint32_t /*first_row*/, std::uint32_t /*last_row*/,
               std::uint32_t /*first_column*/, std::uint32_t /*last_column*/,
               const std::string& /*text*/) override {}

    [[nodiscard]] bool can_merge() const override { return false; }

    void close() override {
        file_.close();
        if (!file_) {
            throw std::runtime_error("the text file cannot be written");
        }
    }

private:
    static std::string shown(const WrittenCell& cell) {
        char text[64];
        switch (cell.kind) {
            case Kind::blank:
                return {};
            case Kind::text:
                return cell.text;
            case Kind::number:
                // A cell shows at most 11 digits of a number before it turns to powers of ten.
                std::snprintf(text, sizeof text, cell.number < 1e11 ? "%.11g" : "%.5E",
                              cell.number);
                return text;
            case Kind::number_two_decimals:
                std::snprintf(text, sizeof text, "%.2f", cell.number);
                return text;
            case Kind::day:
                std::snprintf(text, sizeof text, "%d/%d/%d", cell.date.year, cell.date.month,
                              cell.date.day);
                return text;
            case Kind::month:
                std::snprintf(text, sizeof text, "%d年%d月", cell.date.year, cell.date.month);
                return text;
        }
        return {};
    }

    static std::string quoted(const std::string& text) {
        if (text.find_first_of(",\"\r\n") == std::string::npos) {
            return text;
        }
        std::string all = "\"";
        for (const char c : text) {
            all += c == '"' ? "\"\"" : std::string(1, c);
        }
        return all + "\"";
    }

    void put(const std::string& utf8) {
        if (encoding_ != CsvEncoding::gb18030) {
            file_ << utf8;
            return;
        }
        const auto bytes = client::encode_gb18030(utf8);
        if (!bytes) {
            throw std::runtime_error("a generated text has no GB18030 form");
        }
        file_ << *bytes;
    }

    std::ofstream file_;
    CsvEncoding encoding_;
    std::uint32_t next_row_ = 1;
};

}  // namespace

std::unique_ptr<SheetWriter> make_workbook_writer(const std::string& path, bool constant_memory) {
    return std::make_unique<WorkbookWriter>(path, constant_memory);
}

std::unique_ptr<SheetWriter> make_csv_writer(const std::string& path, CsvEncoding encoding) {
    return std::make_unique<CsvWriter>(path, encoding);
}

}  // namespace zhibu::test

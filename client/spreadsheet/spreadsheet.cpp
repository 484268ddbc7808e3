#include "client/spreadsheet/spreadsheet.hpp"

#include <sys/stat.h>
#include <xlsxwriter.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "shared/record/check.hpp"
#include "shared/record/date.hpp"

namespace zhibu::client {
namespace {

constexpr lxw_row_t rows_max = 1'048'576;
constexpr std::size_t text_bytes_max = 32'767;
constexpr double fen_in_a_yuan = 100;
constexpr double narrow = 10;
constexpr double wide = 40;

/// As many columns as the text takes on a screen; a Chinese character takes two.
double screen_columns(std::string_view text) {
    double columns = 0;
    for (const char byte : text) {
        const auto code = static_cast<unsigned char>(byte);
        columns += code < 0x80 ? 1 : code >= 0xC0 ? 2 : 0;
    }
    return columns;
}

double width_of(const SpreadsheetColumn& column) {
    const double header = screen_columns(column.header) + 2;
    const double content = column.shape == CellShape::text ? 20 : 12;
    return std::clamp(std::max(header, content), narrow, wide);
}

/// Whole characters of UTF-8.
std::string cut(const std::string& text) {
    if (text.size() <= text_bytes_max) {
        return text;
    }
    std::size_t end = text_bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
        --end;
    }
    return text.substr(0, end);
}

}  // namespace

class Spreadsheet::Book {
public:
    Book(std::filesystem::path file, std::string_view sheet_name,
         std::vector<SpreadsheetColumn> columns)
        : file_(std::move(file)),
          folder_(file_.parent_path().string()),
          columns_(std::move(columns)) {
        lxw_workbook_options options{};
        options.constant_memory = LXW_TRUE;
        options.tmpdir = folder_.data();
        // A file with a name that only its owner may read, before there is anything in it.
        std::ofstream{file_, std::ios::binary};
        ::chmod(file_.c_str(), S_IRUSR | S_IWUSR);
        book_ = workbook_new_opt(file_.c_str(), &options);
        sheet_ = book_ == nullptr ? nullptr
                                  : workbook_add_worksheet(book_, std::string{sheet_name}.c_str());
        if (sheet_ != nullptr) {
            make_formats();
            write_header();
        }
    }

    ~Book() {
        static_cast<void>(close());
        if (!is_kept_) {
            std::error_code ignored;
            std::filesystem::remove(file_, ignored);
        }
    }

    Book(const Book&) = delete;
    Book& operator=(const Book&) = delete;

    [[nodiscard]] bool is_open() const { return sheet_ != nullptr; }

    [[nodiscard]] bool is_full() const { return row_ == rows_max; }

    [[nodiscard]] bool add(std::span<const record::Value> cells) {
        ZHIBU_CHECK(cells.size() == columns_.size());
        bool written = true;
        for (std::size_t at = 0; at < cells.size(); ++at) {
            written = written && write(static_cast<lxw_col_t>(at), cells[at]);
        }
        ++row_;
        return written;
    }

    [[nodiscard]] bool keep() {
        is_kept_ = close();
        return is_kept_;
    }

private:
    void make_formats() {
        header_ = workbook_add_format(book_);
        format_set_bold(header_);
        format_set_text_wrap(header_);
        format_set_bottom(header_, LXW_BORDER_THIN);
        text_ = workbook_add_format(book_);
        format_set_num_format(text_, "@");
        money_ = workbook_add_format(book_);
        format_set_num_format(money_, "0.00");
        day_ = workbook_add_format(book_);
        format_set_num_format(day_, "yyyy-mm-dd");
        month_ = workbook_add_format(book_);
        format_set_num_format(month_, "yyyy-mm");
    }

    void write_header() {
        for (std::size_t at = 0; at < columns_.size(); ++at) {
            const auto column = static_cast<lxw_col_t>(at);
            worksheet_set_column(sheet_, column, column, width_of(columns_[at]), nullptr);
        }
        worksheet_freeze_panes(sheet_, 1, 0);
        worksheet_repeat_rows(sheet_, 0, 0);
        worksheet_set_paper(sheet_, paper_a4);
        worksheet_set_landscape(sheet_);
        worksheet_fit_to_pages(sheet_, 1, 0);
        for (std::size_t at = 0; at < columns_.size(); ++at) {
            worksheet_write_string(sheet_, 0, static_cast<lxw_col_t>(at),
                                   columns_[at].header.c_str(), header_);
        }
        row_ = 1;
    }

    bool write(lxw_col_t column, const record::Value& value) {
        const CellShape shape = columns_[column].shape;
        if (const auto* date = std::get_if<record::Date>(&value)) {
            lxw_datetime moment{};
            moment.year = date->year;
            moment.month = date->month;
            moment.day = std::max<int>(date->day, 1);
            const bool as_month = shape == CellShape::month || date->is_month();
            return worksheet_write_datetime(sheet_, row_, column, &moment,
                                            as_month ? month_ : day_) == LXW_NO_ERROR;
        }
        if (const auto* number = std::get_if<std::int64_t>(&value)) {
            const double shown = shape == CellShape::money
                                     ? static_cast<double>(*number) / fen_in_a_yuan
                                     : static_cast<double>(*number);
            return worksheet_write_number(sheet_, row_, column, shown,
                                          shape == CellShape::money ? money_ : nullptr) ==
                   LXW_NO_ERROR;
        }
        if (record::is_empty(value)) {
            return true;
        }
        const auto* given = std::get_if<std::string>(&value);
        const std::string text = cut(given == nullptr ? record::to_text(value) : *given);
        return worksheet_write_string(sheet_, row_, column, text.c_str(), text_) == LXW_NO_ERROR;
    }

    bool close() {
        if (book_ == nullptr) {
            return false;
        }
        const bool closed = workbook_close(book_) == LXW_NO_ERROR;
        book_ = nullptr;
        sheet_ = nullptr;
        return closed;
    }

    static constexpr std::uint8_t paper_a4 = 9;

    std::filesystem::path file_;
    std::string folder_;
    std::vector<SpreadsheetColumn> columns_;
    lxw_workbook* book_ = nullptr;
    lxw_worksheet* sheet_ = nullptr;
    lxw_format* header_ = nullptr;
    lxw_format* text_ = nullptr;
    lxw_format* money_ = nullptr;
    lxw_format* day_ = nullptr;
    lxw_format* month_ = nullptr;
    lxw_row_t row_ = 0;
    bool is_kept_ = false;
};

Spreadsheet::Spreadsheet(std::unique_ptr<Book> book) : book_(std::move(book)) {}

Spreadsheet::~Spreadsheet() = default;

std::expected<std::unique_ptr<Spreadsheet>, SpreadsheetFault> Spreadsheet::create(
    const std::filesystem::path& file, std::string_view sheet_name,
    std::vector<SpreadsheetColumn> columns) {
    auto book = std::make_unique<Book>(file, sheet_name, std::move(columns));
    if (!book->is_open()) {
        return std::unexpected{SpreadsheetFault::storage_failed};
    }
    return std::unique_ptr<Spreadsheet>{new Spreadsheet{std::move(book)}};
}

std::expected<void, SpreadsheetFault> Spreadsheet::add_row(std::span<const record::Value> cells) {
    if (book_->is_full()) {
        return std::unexpected{SpreadsheetFault::too_many_rows};
    }
    if (!book_->add(cells)) {
        return std::unexpected{SpreadsheetFault::storage_failed};
    }
    return {};
}

std::expected<void, SpreadsheetFault> Spreadsheet::finish() {
    if (!book_->keep()) {
        return std::unexpected{SpreadsheetFault::storage_failed};
    }
    return {};
}

std::expected<std::string, SpreadsheetFault> read_spreadsheet(const std::filesystem::path& file) {
    std::ifstream stream{file, std::ios::binary};
    std::string bytes{std::istreambuf_iterator<char>{stream}, {}};
    if (!stream || bytes.empty()) {
        return std::unexpected{SpreadsheetFault::storage_failed};
    }
    return bytes;
}

std::expected<void, SpreadsheetFault> prepare_spreadsheets(const std::filesystem::path& folder) {
    std::error_code fault;
    std::filesystem::remove_all(folder, fault);
    if (!std::filesystem::create_directories(folder, fault) || fault) {
        return std::unexpected{SpreadsheetFault::storage_failed};
    }
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, fault);
    if (fault) {
        return std::unexpected{SpreadsheetFault::storage_failed};
    }
    return {};
}

}  // namespace zhibu::client

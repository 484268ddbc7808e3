#include "client/spreadsheet/spreadsheet.hpp"

#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
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
/// What a cell takes before it is packed, and more: 100,000 persons with every column take 20.
constexpr std::uint64_t cell_bytes = 64;
constexpr const char* memory_folder = "/dev/shm";
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

/// Where rows lie until they are packed: no block of a disk where it can be helped, for what was
/// once written to one can be found there after the file has gone.
std::string folder_for(const Spreadsheet::Place& place, std::size_t columns) {
    struct statfs memory{};
    const bool is_memory = ::statfs(memory_folder, &memory) == 0 && memory.f_type == TMPFS_MAGIC;
    const std::uint64_t room =
        is_memory ? memory.f_bavail * static_cast<std::uint64_t>(memory.f_bsize) : 0;
    return room / 2 > place.rows * columns * cell_bytes ? memory_folder : place.scratch.string();
}

}  // namespace

class Spreadsheet::Book {
public:
    Book(const Place& place, std::string_view sheet_name, std::vector<SpreadsheetColumn> columns)
        : file_(::memfd_create("zhibu-list", MFD_CLOEXEC)),
          folder_(folder_for(place, columns.size())),
          columns_(std::move(columns)) {
        lxw_workbook_options options{};
        options.constant_memory = LXW_TRUE;
        options.tmpdir = folder_.data();
        const std::string name = "/proc/self/fd/" + std::to_string(file_);
        book_ = file_ < 0 ? nullptr : workbook_new_opt(name.c_str(), &options);
        sheet_ = book_ == nullptr ? nullptr
                                  : workbook_add_worksheet(book_, std::string{sheet_name}.c_str());
        if (sheet_ != nullptr) {
            make_formats();
            write_header();
        }
    }

    ~Book() {
        static_cast<void>(close());
        if (file_ >= 0) {
            ::close(file_);
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

    [[nodiscard]] bool finish() {
        is_finished_ = close();
        return is_finished_;
    }

    [[nodiscard]] std::expected<std::string, SpreadsheetFault> bytes() const {
        const off_t size = is_finished_ ? ::lseek(file_, 0, SEEK_END) : -1;
        std::string content(static_cast<std::size_t>(std::max<off_t>(size, 0)), '\0');
        const ssize_t got = size > 0 ? ::pread(file_, content.data(), content.size(), 0) : -1;
        if (size <= 0 || got != size) {
            return std::unexpected{SpreadsheetFault::storage_failed};
        }
        return content;
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

    /// In memory, without a name.
    int file_ = -1;
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
    bool is_finished_ = false;
};

Spreadsheet::Spreadsheet(std::unique_ptr<Book> book) : book_(std::move(book)) {}

Spreadsheet::~Spreadsheet() = default;

std::expected<std::unique_ptr<Spreadsheet>, SpreadsheetFault> Spreadsheet::create(
    const Place& place, std::string_view sheet_name, std::vector<SpreadsheetColumn> columns) {
    auto book = std::make_unique<Book>(place, sheet_name, std::move(columns));
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
    if (!book_->finish()) {
        return std::unexpected{SpreadsheetFault::storage_failed};
    }
    return {};
}

std::expected<std::string, SpreadsheetFault> Spreadsheet::bytes() const { return book_->bytes(); }

}  // namespace zhibu::client

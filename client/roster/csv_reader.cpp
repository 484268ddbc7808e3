#include "client/roster/csv_reader.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "client/roster/roster_error.hpp"
#include "client/roster/sheet.hpp"
#include "client/roster/sheet_builder.hpp"
#include "client/roster/text_encoding.hpp"
#include "shared/record/check.hpp"

namespace zhibu::client {
namespace {

constexpr std::size_t separator_sample_bytes = 16'384;

/// The separator that stands most often outside quotes near the beginning; a comma if none does.
char separator_of(std::string_view text) {
    constexpr std::array<char, 3> separators{',', '\t', ';'};
    std::array<std::size_t, 3> counts{};
    bool quoted = false;
    for (const char c : text.substr(0, separator_sample_bytes)) {
        quoted = c == '"' ? !quoted : quoted;
        const auto* found = std::ranges::find(separators, c);
        if (!quoted && found != separators.end()) {
            ++counts[static_cast<std::size_t>(found - separators.begin())];
        }
    }
    return separators[static_cast<std::size_t>(std::ranges::max_element(counts) - counts.begin())];
}

class CsvScan {
public:
    CsvScan(std::string_view text, const SheetLimits& limits)
        : rest_{text}, separator_{separator_of(text)}, limits_{limits}, builder_{limits} {}

    std::expected<Sheet, RosterError> run() {
        skip_separator_line();
        while (!rest_.empty()) {
            builder_.begin_row(++row_);
            ZHIBU_TRY_VOID(read_row());
        }
        return builder_.finish();
    }

private:
    /// Excel's own hint "sep=;" in the first line counts as a row, but holds no data.
    void skip_separator_line() {
        if (rest_.starts_with("sep=") && rest_.size() > 4) {
            separator_ = rest_[4];
            rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size() - 1) + 1);
            ++row_;
        }
    }

    std::expected<void, RosterError> read_row() {
        for (std::uint32_t column = 1;; ++column) {
            ZHIBU_TRY_VOID(read_cell());
            const bool is_blank = cell_.find_first_not_of(" \t\r\n") == std::string::npos;
            if (!is_blank) {
                ZHIBU_TRY_VOID(
                    builder_.add(column, Cell{CellKind::text, NumberShape::general, 0, cell_}));
            }
            if (rest_.empty() || take_line_end()) {
                return {};
            }
            rest_.remove_prefix(1);  // the separator
        }
    }

    /// Reads up to the separator, line end or end, which stays.
    std::expected<void, RosterError> read_cell() {
        cell_.clear();
        if (rest_.starts_with('"')) {
            ZHIBU_TRY_VOID(read_quoted());
        }
        // What follows a closing quote belongs to the cell, as spreadsheets read it too.
        while (!rest_.empty() && rest_.front() != separator_ && rest_.front() != '\n' &&
               rest_.front() != '\r') {
            ZHIBU_TRY_VOID(append(rest_.front()));
            rest_.remove_prefix(1);
        }
        return {};
    }

    std::expected<void, RosterError> read_quoted() {
        rest_.remove_prefix(1);
        while (!rest_.empty()) {
            const char c = rest_.front();
            rest_.remove_prefix(1);
            if (c == '"') {
                if (!rest_.starts_with('"')) {
                    return {};
                }
                rest_.remove_prefix(1);
            }
            ZHIBU_TRY_VOID(append(c));
        }
        return std::unexpected(RosterError{RosterErrorCode::unclosed_quote, row_, 0, 0, {}});
    }

    std::expected<void, RosterError> append(char c) {
        if (cell_.size() >= limits_.cell_bytes_max) {
            return std::unexpected(
                RosterError{RosterErrorCode::cell_too_long, row_, 0, limits_.cell_bytes_max, {}});
        }
        cell_.push_back(c);
        return {};
    }

    bool take_line_end() {
        if (rest_.starts_with("\r\n")) {
            rest_.remove_prefix(2);
            return true;
        }
        if (rest_.starts_with('\n') || rest_.starts_with('\r')) {
            rest_.remove_prefix(1);
            return true;
        }
        return false;
    }

    std::string_view rest_;  // of text that outlives the scan
    char separator_;
    SheetLimits limits_;
    SheetBuilder builder_;
    std::uint32_t row_ = 0;
    std::string cell_;
};

}  // namespace

std::expected<Sheet, RosterError> read_csv(std::string_view bytes, const SheetLimits& limits) {
    auto decoded = decode_text(bytes);
    if (!decoded) {
        const auto lines = std::ranges::count(bytes.substr(0, decoded.error().offset), '\n');
        return std::unexpected(RosterError{
            RosterErrorCode::unknown_encoding, static_cast<std::uint32_t>(lines + 1), 0, 0, {}});
    }
    if (decoded->text.find('\0') != std::string::npos) {
        return std::unexpected(RosterError{RosterErrorCode::not_a_spreadsheet, 0, 0, 0, {}});
    }
    ZHIBU_TRY(sheet, CsvScan(decoded->text, limits).run());
    sheet.source = SheetSource::csv;
    sheet.encoding = decoded->encoding;
    return sheet;
}

}  // namespace zhibu::client

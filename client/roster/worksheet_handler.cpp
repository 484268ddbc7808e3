#include "client/roster/worksheet_handler.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include "client/roster/roster_error.hpp"
#include "client/roster/sheet.hpp"
#include "client/roster/sheet_builder.hpp"
#include "client/roster/workbook_parts.hpp"
#include "client/roster/xml_reader.hpp"

namespace zhibu::client {
namespace {

constexpr std::uint32_t file_rows_max = 1'048'576;  // of the format itself
constexpr std::uint32_t file_columns_max = 16'384;

/// As spreadsheets show it, with 15 digits: they store 1987.05 as 1987.0499999999999 at times.
double shown_number(double number) {
    std::array<char, 32> buffer{};
    const auto written =
        std::to_chars(buffer.begin(), buffer.end(), number, std::chars_format::general, 15);
    double shown = number;
    std::from_chars(buffer.data(), written.ptr, shown);
    return shown;
}

}  // namespace

std::optional<CellPlace> parse_cell_place(std::string_view text) {
    CellPlace place;
    std::size_t at = 0;
    for (; at < text.size() && at < 4 && text[at] >= 'A' && text[at] <= 'Z'; ++at) {
        place.column = place.column * 26 + static_cast<std::uint32_t>(text[at] - 'A') + 1;
    }
    place.row = attribute_number(text.substr(at), 0);
    const bool is_inside = place.column >= 1 && place.column <= file_columns_max &&
                           place.row >= 1 && place.row <= file_rows_max;
    return is_inside ? std::optional{place} : std::nullopt;
}

WorksheetHandler::WorksheetHandler(std::string part, const SheetLimits& limits,
                                   const StylesHandler& styles,
                                   const SharedTextsHandler& shared_texts, SheetBuilder& builder)
    : part_{std::move(part)},
      limits_{limits},
      styles_{styles},
      shared_texts_{shared_texts},
      builder_{builder} {}

void WorksheetHandler::fail_here(RosterErrorCode code, std::uint64_t limit) {
    fail(RosterError{code, row_, column_, limit,
                     code == RosterErrorCode::malformed_part ? part_ : std::string{}});
}

void WorksheetHandler::begin_element(std::string_view name, const XmlAttributes& attributes) {
    if (name == "c") {
        begin_cell(attributes);
    } else if (name == "row") {
        begin_row(attributes);
    } else if (name == "mergeCell") {
        add_merge(attributes.get("ref"));
    } else if (in_cell_ && name == "f") {
        has_formula_ = true;
    } else if (in_cell_ && name == "rPh") {
        in_phonetic_ = true;
    } else if (in_cell_ && (name == "v" || (name == "t" && !in_phonetic_))) {
        in_content_ = true;
        has_content_ = true;
    }
}

void WorksheetHandler::end_element(std::string_view name) {
    if (name == "v" || name == "t") {
        in_content_ = false;
    } else if (name == "rPh") {
        in_phonetic_ = false;
    } else if (name == "c") {
        end_cell();
    } else if (name == "row") {
        in_row_ = false;
    }
}

void WorksheetHandler::characters(std::string_view text) {
    if (!in_content_) {
        return;
    }
    if (content_.size() + text.size() > limits_.cell_bytes_max) {
        fail_here(RosterErrorCode::cell_too_long, limits_.cell_bytes_max);
        return;
    }
    content_ += text;
}

void WorksheetHandler::begin_row(const XmlAttributes& attributes) {
    const std::uint32_t row =
        attributes.has("r") ? attribute_number(attributes.get("r"), 0) : row_ + 1;
    if (in_row_ || row <= row_ || row > file_rows_max) {
        fail_here(RosterErrorCode::malformed_part);
        return;
    }
    row_ = row;
    column_ = 0;
    in_row_ = true;
    builder_.begin_row(row);
}

void WorksheetHandler::begin_cell(const XmlAttributes& attributes) {
    std::uint32_t column = column_ + 1;
    if (attributes.has("r")) {
        const auto place = parse_cell_place(attributes.get("r"));
        column = place && place->row == row_ ? place->column : 0;
    }
    if (!in_row_ || in_cell_ || column <= column_) {
        fail_here(RosterErrorCode::malformed_part);
        return;
    }
    column_ = column;
    type_ = attributes.get("t");
    style_ = attribute_number(attributes.get("s"), 0);
    content_.clear();
    in_cell_ = true;
    has_content_ = false;
    has_formula_ = false;
}

void WorksheetHandler::end_cell() {
    if (!in_cell_) {
        return;
    }
    in_cell_ = false;
    const std::optional<Cell> cell = finished_cell();
    if (!cell) {
        fail_here(RosterErrorCode::malformed_part);
        return;
    }
    if (auto added = builder_.add(column_, *cell); !added) {
        fail(std::move(added).error());
    }
}

std::optional<Cell> WorksheetHandler::finished_cell() {
    if (!has_content_) {
        return Cell{has_formula_ ? CellKind::formula_unsolved : CellKind::empty,
                    NumberShape::general,
                    0,
                    {}};
    }
    if (type_.empty() || type_ == "n" || type_ == "b") {
        return content_.empty() ? Cell{} : number_cell();
    }
    if (type_ == "e") {
        return Cell{CellKind::spreadsheet_error, NumberShape::general, 0, content_};
    }
    plain_text_ = content_;
    if (type_ == "s") {
        const std::uint32_t index = attribute_number(content_, UINT32_MAX);
        if (index >= shared_texts_.size()) {
            return std::nullopt;
        }
        plain_text_ = shared_texts_.text(index);
    } else if (type_ != "str" && type_ != "inlineStr" && type_ != "d") {
        return std::nullopt;
    }
    plain_text_ = without_escapes(plain_text_);
    const bool is_blank = plain_text_.find_first_not_of(" \t\r\n") == std::string::npos;
    return is_blank ? Cell{} : Cell{CellKind::text, NumberShape::general, 0, plain_text_};
}

std::optional<Cell> WorksheetHandler::number_cell() const {
    double number = 0;
    const char* end = content_.data() + content_.size();
    const auto parsed = std::from_chars(content_.data(), end, number);
    if (parsed.ec != std::errc{} || parsed.ptr != end || !std::isfinite(number)) {
        return std::nullopt;
    }
    if (type_ == "b") {
        return Cell{CellKind::boolean, NumberShape::general, number, {}};
    }
    if (number != std::floor(number)) {
        number = shown_number(number);
    }
    const NumberShape shape =
        style_ < styles_.shapes.size() ? styles_.shapes[style_] : NumberShape::general;
    const bool is_date = shape == NumberShape::day || shape == NumberShape::month;
    return Cell{is_date ? CellKind::date_serial : CellKind::number, shape, number, {}};
}

void WorksheetHandler::add_merge(std::string_view range) {
    const std::size_t colon = range.find(':');
    const auto first = parse_cell_place(range.substr(0, colon));
    const auto last =
        colon == std::string_view::npos ? first : parse_cell_place(range.substr(colon + 1));
    if (!first || !last || last->row < first->row || last->column < first->column) {
        fail_here(RosterErrorCode::malformed_part);
        return;
    }
    const MergedCells merge{first->row, last->row, first->column, last->column};
    if (auto added = builder_.add_merge(merge); !added) {
        fail(std::move(added).error());
    }
}

}  // namespace zhibu::client

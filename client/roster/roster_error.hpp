#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace zhibu::client {

/// Why a file as a whole cannot be read as a roster.
enum class RosterErrorCode : std::uint8_t {
    cannot_open,            // detail: the system's reason
    empty_file,             // no bytes, or nothing but blank cells
    too_large,              // limit: bytes
    old_excel,              // .xls: an OLE container with a workbook stream
    encrypted,              // .xlsx that asks for a password
    wps_format,             // .et, .wps
    html_in_disguise,       // an HTML page named .xls or .xlsx
    not_a_spreadsheet,      // neither a workbook nor readable text
    damaged_container,      // a truncated or broken zip
    part_missing,           // detail: the part's name
    malformed_part,         // detail: the part's name
    document_type_refused,  // a part declares a DTD
    expands_too_much,       // limit: bytes; a zip bomb
    too_many_rows,          // limit: rows
    too_many_columns,       // limit: columns; row
    cell_too_long,          // limit: characters; row, column
    too_many_texts,         // limit: shared texts
    sheet_not_found,        // detail: the name asked for
    unknown_encoding,       // neither UTF-8 nor GB18030
    unclosed_quote,         // row: where the quoted cell begins
    no_header,              // no row names two fields of the kind
    field_twice,            // two columns mean one field: column, detail: the field's label
    unknown_field,          // a chosen mapping names no field: detail
};

/// A failure to read a file, and its place. Nothing was read; nothing is changed.
struct RosterError {
    RosterErrorCode code = RosterErrorCode::not_a_spreadsheet;
    std::uint32_t row = 0;     // as the file numbers it, from 1; 0: no row
    std::uint32_t column = 0;  // from 1; 0: no column
    std::uint64_t limit = 0;   // the limit that was reached, in the code's unit
    std::string detail;

    friend bool operator==(const RosterError&, const RosterError&) = default;
};

/// One message in both languages.
struct RosterMessage {
    std::string zh;
    std::string en;
};

/// The code's stable name, for programs: "old_excel".
[[nodiscard]] std::string_view to_text(RosterErrorCode code);

/// What happened and what to do, for people.
[[nodiscard]] RosterMessage message_of(const RosterError& error);

/// A column as spreadsheets letter it: 1 is "A", 27 is "AA".
/// @param column  from 1
[[nodiscard]] std::string column_letters(std::uint32_t column);

/// What column_letters() writes, in upper or lower case, up to column 18,278 ("ZZZ"); nothing for
/// any other text.
[[nodiscard]] std::optional<std::uint32_t> column_number(std::string_view letters);

}  // namespace zhibu::client

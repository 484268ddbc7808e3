#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "client/roster/refusal.hpp"
#include "shared/record/change.hpp"
#include "shared/record/value.hpp"

namespace zhibu::client {

/// What a column of the file means.
enum class ColumnUse : std::uint8_t {
    field,       // a field of the kind, or of an entry kind that the kind owns
    row_number,  // 序号: counts rows, is not kept
    ignored,     // the caller chose to leave it out
    unknown,     // its header names no field; its content is not taken
};

struct RosterColumn {
    std::uint32_t column = 0;  // from 1
    std::string header;        // as the file has it, on one line
    ColumnUse use = ColumnUse::unknown;
    record::KindNumber kind;  // of the field: the roster's kind or an entry kind
    record::FieldNumber field;

    friend bool operator==(const RosterColumn&, const RosterColumn&) = default;
};

struct FieldValue {
    record::FieldNumber field;
    record::Value value;

    friend bool operator==(const FieldValue&, const FieldValue&) = default;
};

/// One entry that a row brings along: an education, a training.
struct EntryValues {
    record::KindNumber kind;
    std::vector<FieldValue> values;  // ascending by field

    friend bool operator==(const EntryValues&, const EntryValues&) = default;
};

/// What the import did to an accepted row beyond reading its cells.
enum class RemarkKind : std::uint8_t {
    derived_from_id_number,    // the cell was empty or the column absent
    completed_from_id_number,  // a month became the day that the id number says
    differs_from_id_number,    // kept; an explanation will be asked for
    mark_taken_off_name,       // 联系不上 stood in the name
};

struct Remark {
    record::FieldNumber field;
    RemarkKind kind = RemarkKind::derived_from_id_number;

    friend bool operator==(const Remark&, const Remark&) = default;
};

struct AcceptedRow {
    std::uint32_t row = 0;           // as the file numbers it
    std::vector<FieldValue> values;  // ascending by field; none empty
    std::vector<EntryValues> entries;
    std::vector<Remark> remarks;

    friend bool operator==(const AcceptedRow&, const AcceptedRow&) = default;
};

/// One thing that is wrong in a row.
struct CellRefusal {
    std::uint32_t column = 0;  // 0: the file has no column for the field
    std::string header;
    record::KindNumber kind;
    record::FieldNumber field;
    std::string value;  // as it stood, shortened
    RefusalReason reason = RefusalReason::not_readable;
    std::string detail;           // the reason's parameter: a width, a count, a date
    std::uint32_t other_row = 0;  // of duplicate_in_file

    friend bool operator==(const CellRefusal&, const CellRefusal&) = default;
};

struct RefusedRow {
    std::uint32_t row = 0;
    std::vector<CellRefusal> refusals;  // at least one; by column

    friend bool operator==(const RefusedRow&, const RefusedRow&) = default;
};

enum class SkipReason : std::uint8_t {
    title,            // above the header
    header,           // the header itself and the row of groups over it
    repeated_header,  // a page's header again
    total,            // 合计
    section,          // one merged cell over the row: 第一党支部
    footnote,         // 填表人：…, 说明：…, an example row
    only_row_number,  // numbered in advance, never filled
    nothing,          // cells that say nothing: 无, -
};

struct SkippedRow {
    std::uint32_t row = 0;
    SkipReason reason = SkipReason::nothing;

    friend bool operator==(const SkippedRow&, const SkippedRow&) = default;
};

/// What a roster would bring in. Nothing is written yet; rows may be chosen from `accepted`.
struct RosterPreview {
    record::KindNumber kind;
    std::string sheet_name;
    std::vector<std::string> other_sheets;
    std::uint32_t header_row = 0;  // the lower one of a header in two rows
    std::vector<RosterColumn> columns;
    std::vector<AcceptedRow> accepted;
    std::vector<RefusedRow> refused;
    std::vector<SkippedRow> skipped;
};

[[nodiscard]] std::string_view to_text(ColumnUse use);
[[nodiscard]] std::string_view to_text(RemarkKind kind);
[[nodiscard]] std::string_view to_text(SkipReason reason);

}  // namespace zhibu::client

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/record/state.hpp"

/// How records stand in SQL tables: one table a kind, one column a field. The server's store and
/// the replica make their tables from here, so that neither can know a field that the other lacks.
namespace zhibu::catalog {

/// A name from the catalog as a quoted SQL identifier.
[[nodiscard]] std::string identifier(std::string_view name);

/// INTEGER, TEXT or BLOB.
[[nodiscard]] std::string_view column_type(FieldType type);

/// Makes the kind's table, or the columns that it lacks beside those `present`, and its indexes
/// (references, names, codes and numbers by which records are looked up).
///
/// Beside the fields' columns: id BLOB PRIMARY KEY (16 bytes), retired INTEGER, life_changed_at
/// INTEGER, versions BLOB (encode_versions), extra BLOB (fields of newer catalogs, or NULL).
[[nodiscard]] std::vector<std::string> table_statements(const Kind& kind,
                                                        std::span<const std::string> present);
/// Only the table, with all its columns, under a name of the caller's.
[[nodiscard]] std::string table_statement(const Kind& kind, std::string_view name);

/// Whether lookups by the field's value are to be quick.
[[nodiscard]] bool is_indexed(const Field& field);

/// Since when a field's value holds.
struct FieldVersion {
    FieldNumber field;
    record::LogIndex changed_at;

    friend bool operator==(const FieldVersion&, const FieldVersion&) = default;
};

/// Which fields of a row are set and since when, ascending by number, as one small blob: most
/// fields of a record are as old as each other, so that index is written once.
[[nodiscard]] std::vector<std::uint8_t> encode_versions(std::span<const FieldVersion> versions);
/// No value: not what encode_versions() writes.
[[nodiscard]] std::optional<std::vector<FieldVersion>> decode_versions(
    std::span<const std::uint8_t> bytes);

/// A date as an integer of the same order: 19870503, or 19870500 for the month.
[[nodiscard]] std::int64_t packed(record::Date date);
[[nodiscard]] std::optional<record::Date> unpacked_date(std::int64_t number);

/// A set as lines; the texts themselves have no line breaks (misfit() sees to that).
[[nodiscard]] std::string joined_lines(const record::TextSet& set);
[[nodiscard]] record::TextSet split_lines(std::string_view text);

/// Whether the field's column can hold the value; a value of a newer catalog's type cannot and
/// goes to `extra`.
[[nodiscard]] bool fits_column(const Field& field, const record::Value& value);

}  // namespace zhibu::catalog

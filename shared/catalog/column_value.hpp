#pragma once

#include <optional>
#include <utility>

#include "shared/catalog/catalog.hpp"
#include "shared/catalog/schema.hpp"
#include "shared/record/value.hpp"

namespace zhibu::catalog {

/// The value that one column of a kind's table holds, as both ends store it (schema.hpp).
/// `Row` is a database's row: is_null(column), text(column), integer(column), uuid(column).
/// nullopt: the column holds no value of the field's type. What `Row` throws passes through.
template <class Row>
[[nodiscard]] std::optional<record::Value> read_column(const Field& field, const Row& row,
                                                       int column) {
    if (row.is_null(column)) {
        return record::Empty{};
    }
    switch (field.type) {
        case FieldType::text:
        case FieldType::note:
        case FieldType::code:
            return row.text(column);
        case FieldType::integer:
        case FieldType::money:
            return row.integer(column);
        case FieldType::boolean:
            return row.integer(column) != 0;
        case FieldType::day:
        case FieldType::month:
            if (const auto date = unpacked_date(row.integer(column))) {
                return *date;
            }
            return std::nullopt;
        case FieldType::instant:
            return record::Instant{row.integer(column)};
        case FieldType::reference:
            return record::RecordId{row.uuid(column)};
        case FieldType::tags:
            return split_lines(row.text(column));
    }
    std::unreachable();
}

}  // namespace zhibu::catalog

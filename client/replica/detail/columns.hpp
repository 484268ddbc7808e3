#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/replica/detail/connection.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/state.hpp"

/// How values stand in columns. Each encoding keeps the values' own order.
namespace zhibu::client::detail {

/// Since when a field's value holds.
struct FieldVersion {
    record::FieldNumber field;
    record::LogIndex changed_at;
};

/// A name from the catalog as an SQL identifier.
[[nodiscard]] std::string identifier(std::string_view name);

/// Makes the kind's table, or what it lacks beside the columns `present`, and its indexes.
[[nodiscard]] std::vector<std::string> table_statements(const catalog::Kind& kind,
                                                        const std::vector<std::string>& present);

/// Which fields of a row are set, ascending by number, as one blob.
[[nodiscard]] Bytes encode_versions(const std::vector<FieldVersion>& versions);
[[nodiscard]] std::optional<std::vector<FieldVersion>> decode_versions(
    std::span<const std::uint8_t> bytes);

/// Whether the field's column can hold the value. A newer catalog may have given the field another
/// type.
[[nodiscard]] bool fits_column(const catalog::Field& field, const record::Value& value);
void bind_value(const record::Value& value, Query& row);
[[nodiscard]] record::Value read_value(const catalog::Field& field, const Query& row, int column);

}  // namespace zhibu::client::detail

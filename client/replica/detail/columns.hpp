#pragma once

#include "client/replica/detail/connection.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/value.hpp"

/// Values into statements and out of rows, as shared/catalog/schema.hpp says how they stand there.
namespace zhibu::client::detail {

/// The value, which fits its column, and stays as it is until `row` goes; Empty is NULL.
void bind_value(const record::Value& value, Query& row);
/// Throws Failed{damaged} for what bind_value() never writes.
[[nodiscard]] record::Value read_value(const catalog::Field& field, const Query& row, int column);

}  // namespace zhibu::client::detail

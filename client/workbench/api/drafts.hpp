#pragma once

#include <expected>
#include <string_view>

#include "client/replica/replica.hpp"
#include "client/workbench/api/queries.hpp"
#include "shared/catalog/catalog.hpp"

namespace zhibu::client {

/// Reads {"action": …, "changes": [{"kind", "id"?, "operation", "fields": {name: text}}]}: values
/// in the plain form that parse_value() reads. A create without an id is given one by with_ids().
/// Bad input is refused with its place.
[[nodiscard]] std::expected<Draft, Problem> read_draft(const catalog::Catalog& catalog,
                                                       std::string_view body);

[[nodiscard]] Draft with_ids(Draft draft, Replica& replica);

}  // namespace zhibu::client

#pragma once

#include <expected>

#include "client/replica/replica.hpp"
#include "client/workbench/api/answer.hpp"
#include "shared/catalog/catalog.hpp"

namespace zhibu::client {

[[nodiscard]] Problem unknown_operation_problem();
[[nodiscard]] Problem other_method_problem();
[[nodiscard]] Problem unknown_kind_problem();
[[nodiscard]] Problem unknown_record_problem();

/// search, order ("field" or "-field"), offset, limit, retired=true|false, and field=value for
/// conditions of equality, at most 64 of these and 64 orders. Unknown names are refused, never
/// passed over.
[[nodiscard]] std::expected<ListQuery, Problem> read_query(const catalog::Catalog& catalog,
                                                           const catalog::Kind& kind,
                                                           const ApiQuery& parameters);

}  // namespace zhibu::client

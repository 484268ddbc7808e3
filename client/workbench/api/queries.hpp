#pragma once

#include <expected>

#include "client/replica/replica.hpp"
#include "client/workbench/api/answer.hpp"
#include "shared/catalog/catalog.hpp"

namespace zhibu::client {

/// Takes the path's first segment off its front.
[[nodiscard]] std::string_view take_segment(std::string_view& path);
/// The path's segment at `index`, from 0: "api" is 1, since the path begins with a slash.
[[nodiscard]] std::string_view segment_at(std::string_view path, std::size_t index);

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

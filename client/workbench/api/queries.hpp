#pragma once

#include <expected>
#include <map>
#include <string>
#include <string_view>

#include "client/replica/replica.hpp"
#include "shared/catalog/catalog.hpp"

namespace zhibu::client {

/// What is wrong with a request, for the person at the screen.
struct Problem {
    unsigned status = 400;
    std::string code;
    std::string zh;
    std::string en;
};

[[nodiscard]] Problem unknown_operation_problem();
[[nodiscard]] Problem other_method_problem();
[[nodiscard]] Problem unknown_kind_problem();
[[nodiscard]] Problem unknown_record_problem();

/// search, order ("field" or "-field"), offset, limit, retired=true|false, and field=value for
/// conditions of equality, at most 64 of these and 64 orders. Unknown names are refused, never
/// passed over.
[[nodiscard]] std::expected<ListQuery, Problem> read_query(
    const catalog::Catalog& catalog, const catalog::Kind& kind,
    const std::multimap<std::string, std::string>& parameters);

}  // namespace zhibu::client

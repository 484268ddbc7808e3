#pragma once

#include <boost/json/fwd.hpp>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "client/replica/replica.hpp"
#include "client/workbench/api/answer.hpp"
#include "client/workbench/api/queries.hpp"
#include "shared/catalog/catalog.hpp"

namespace zhibu::client {

/// What is said where a request's body is wrong at `place`.
[[nodiscard]] Problem bad_body(const std::string& place);

/// The body as one JSON object, nested eight deep at most.
[[nodiscard]] std::expected<boost::json::object, Problem> read_object(std::string_view body);

/// Reads {"action": …, "changes": [{"kind", "id"?, "operation", "fields": {name: text}}]}: values
/// in the plain form that parse_value() reads. A create without an id is given one by with_ids().
/// Bad input is refused with its place.
[[nodiscard]] std::expected<Draft, Problem> read_draft(const catalog::Catalog& catalog,
                                                       std::string_view body);

/// The same of the value of "changes" alone.
[[nodiscard]] std::expected<std::vector<DraftChange>, Problem> read_changes(
    const catalog::Catalog& catalog, const boost::json::value& given);

[[nodiscard]] Draft with_ids(Draft draft, Replica& replica);

}  // namespace zhibu::client

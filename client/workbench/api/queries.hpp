#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/replica/replica.hpp"
#include "client/workbench/api/answer.hpp"
#include "client/workflow/named_filters.hpp"
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

/// The kind of "/api/records/{kind}" and "/api/filters/{kind}".
[[nodiscard]] std::expected<const catalog::Kind*, Problem> kind_named_by(
    const catalog::Catalog& catalog, std::string_view path);

struct NamedRecord {
    const catalog::Kind* kind = nullptr;
    record::RecordKey key;
};

/// The record of "/api/records/{kind}/{id}" and of what is below it; it need not be there.
[[nodiscard]] std::expected<NamedRecord, Problem> record_named_by(const catalog::Catalog& catalog,
                                                                  std::string_view path);

/// A list as a page wishes it: what of it depends on the day is not worked out yet.
struct ListWish {
    ListQuery query;
    std::vector<const NamedFilter*> filters;
    /// What is shown; empty: every field.
    std::vector<const catalog::Field*> columns;
};

/// search, order ("field" or "-field"), offset, limit, retired=true|false, columns ("a,b"), filter
/// (a named one), finding (a rule), where (read_where), and field=value for conditions of equality,
/// at most 64 of these and 64 orders. Unknown names are refused, never passed over.
[[nodiscard]] std::expected<ListWish, Problem> read_query(const catalog::Catalog& catalog,
                                                          const catalog::Kind& kind,
                                                          const ApiQuery& parameters);

/// {"all": […]}, {"any": […]}, {"none": […]}, or {"field", "is", "value" | "values"}, nested eight
/// deep at most. `is`: equal, not_equal, less, not_greater, greater, not_less, contains, empty,
/// not_empty, any_of, in_reach.
[[nodiscard]] std::expected<Filter, Problem> read_where(const catalog::Catalog& catalog,
                                                        const catalog::Kind& kind,
                                                        std::string_view text);

/// The query with its named filters worked out for the day.
[[nodiscard]] ListQuery resolved(const ListWish& wish, const FilterTerms& terms);

}  // namespace zhibu::client

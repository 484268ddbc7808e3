#pragma once

#include <cstdint>
#include <expected>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "client/replica/replica.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/check.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"

namespace zhibu::client::detail {

template <class T>
T held(const catalog::Kind& kind, const record::RecordState& state, std::string_view field) {
    const T* found = std::get_if<T>(&state.value(kind.field(field).id()));
    return found == nullptr ? T{} : *found;
}

/// One wished value.
[[nodiscard]] inline DraftField wish(const catalog::Kind& kind, std::string_view field,
                                     record::Value value) {
    return {kind.field(field).id(), std::move(value)};
}

[[nodiscard]] inline Condition equal_to(const catalog::Kind& kind, std::string_view field,
                                        record::Value value) {
    return {kind.field(field).id(), Condition::Relation::equal, {std::move(value)}};
}

/// Records that meet all conditions, by `field` descending.
[[nodiscard]] inline std::expected<std::vector<record::RecordState>, ReplicaError> newest_first(
    Replica& replica, const catalog::Kind& kind, std::vector<Condition> conditions,
    std::string_view field, std::uint32_t limit) {
    ListQuery query;
    query.kind = kind.id();
    query.conditions = std::move(conditions);
    query.order = {SortKey{kind.field(field).id(), true}};
    query.limit = limit;
    ZHIBU_TRY(page, replica.list(query));
    return std::move(page.records);
}

}  // namespace zhibu::client::detail

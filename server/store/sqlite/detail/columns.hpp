#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "server/store/rows/query.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/state.hpp"

/// How a field's value goes into a column and comes back; what columns there are says
/// shared/catalog/schema.hpp.
namespace zhibu::server::detail {

/// Binds values; holds what the query refers to until it has run.
class ValueBinder {
public:
    explicit ValueBinder(Query& row) : row_(row) {}

    void bind(const record::Value& value);

private:
    Query& row_;
    /// Joined sets, which stay where they are as the list grows.
    std::vector<std::unique_ptr<std::string>> joined_;
};

[[nodiscard]] record::Value read_value(const catalog::Field& field, const Query& row, int column);

}  // namespace zhibu::server::detail

#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "server/store/sqlite/detail/connection.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/state.hpp"

/// How a field's value goes into a column and comes back; what columns there are says
/// shared/catalog/schema.hpp.
namespace zhibu::server::detail {

/// Unsigned LEB128.
void write_number(std::uint64_t number, Bytes& bytes);
/// Takes a number from the front of `bytes`. Throws Failed{damaged} where there is none.
[[nodiscard]] std::uint64_t read_number(std::span<const std::uint8_t>& bytes);

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

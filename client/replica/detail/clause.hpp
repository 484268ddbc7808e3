#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "client/replica/detail/connection.hpp"
#include "client/replica/replica.hpp"
#include "shared/catalog/catalog.hpp"

namespace zhibu::client::detail {

/// A WHERE clause and what its parameters stand for, in order.
class Clause {
public:
    explicit Clause(const catalog::Kind& kind) : kind_(kind) {}

    void also(const std::string& condition) { text_ += " AND " + condition; }

    void also(const Filter& filter) {
        if (filter.joined != Filter::Joined::all || !filter.parts.empty()) {
            text_ += " AND " + written(filter, 0);
        }
    }

    void also(const Condition& condition) { text_ += " AND " + written(condition); }

    void bind(record::Value value);

    [[nodiscard]] const std::string& text() const { return text_; }

    /// How many fields are asked about.
    [[nodiscard]] std::size_t conditions() const { return conditions_; }

    void bind_to(Query& query) const;

private:
    std::string written(const Filter& filter, int depth);
    std::string written(const Condition& condition);

    const catalog::Kind& kind_;
    std::string text_ = "1";
    std::vector<record::Value> values_;
    std::size_t conditions_ = 0;
};

}  // namespace zhibu::client::detail

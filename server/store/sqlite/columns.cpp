#include "server/store/sqlite/detail/columns.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "server/store/rows/failure.hpp"
#include "server/store/rows/query.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/catalog/column_value.hpp"
#include "shared/catalog/schema.hpp"
#include "shared/record/clock.hpp"
#include "shared/record/date.hpp"
#include "shared/record/id.hpp"
#include "shared/record/value.hpp"

namespace zhibu::server::detail {
namespace {

using record::Date;
using record::Empty;
using record::Instant;
using record::RecordId;
using record::TextSet;

}  // namespace

void ValueBinder::bind(const record::Value& value) {
    struct Visitor {
        Query& row;
        std::vector<std::unique_ptr<std::string>>& kept;

        void operator()(Empty /*empty*/) const { row.bind_null(); }

        void operator()(const std::string& text) const { row.bind(std::string_view(text)); }

        void operator()(std::int64_t number) const { row.bind(number); }

        void operator()(bool truth) const { row.bind(std::int64_t{truth ? 1 : 0}); }

        void operator()(Date date) const { row.bind(catalog::packed(date)); }

        void operator()(Instant instant) const { row.bind(instant.milliseconds); }

        void operator()(const RecordId& id) const {
            row.bind(std::span<const std::uint8_t>(id.uuid.bytes));
        }

        void operator()(const TextSet& set) const {
            kept.push_back(std::make_unique<std::string>(catalog::joined_lines(set)));
            row.bind(std::string_view(*kept.back()));
        }
    };

    std::visit(Visitor{row_, joined_}, value);
}

record::Value read_value(const catalog::Field& field, const Query& row, int column) {
    auto value = catalog::read_column(field, row, column);
    if (!value) {
        throw Failed(StoreFault::damaged, "date");
    }
    return *std::move(value);
}

}  // namespace zhibu::server::detail

#include "client/replica/detail/columns.hpp"

#include "client/replica/detail/failure.hpp"
#include "shared/catalog/column_value.hpp"
#include "shared/catalog/schema.hpp"

namespace zhibu::client::detail {
namespace {

using record::Date;
using record::Empty;
using record::Instant;
using record::RecordId;
using record::TextSet;

struct Binder {
    Query& row;

    void operator()(Empty) const { row.bind_null(); }

    void operator()(const std::string& text) const { row.bind_kept(std::string_view(text)); }

    void operator()(std::int64_t number) const { row.bind(number); }

    void operator()(bool truth) const { row.bind(std::int64_t{truth ? 1 : 0}); }

    void operator()(Date date) const { row.bind(catalog::packed(date)); }

    void operator()(Instant instant) const { row.bind(instant.milliseconds); }

    void operator()(const RecordId& id) const { row.bind_kept(id.uuid); }

    void operator()(const TextSet& set) const {
        row.bind(std::string_view(catalog::joined_lines(set)));
    }
};

}  // namespace

void bind_value(const record::Value& value, Query& row) { std::visit(Binder{row}, value); }

record::Value read_value(const catalog::Field& field, const Query& row, int column) {
    auto value = catalog::read_column(field, row, column);
    if (!value) {
        throw Failed(ReplicaFault::damaged, std::string(field.name));
    }
    return *std::move(value);
}

}  // namespace zhibu::client::detail

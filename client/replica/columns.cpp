#include "client/replica/detail/columns.hpp"

#include "client/replica/detail/failure.hpp"
#include "shared/catalog/schema.hpp"

namespace zhibu::client::detail {
namespace {

using catalog::FieldType;
using record::Date;
using record::Empty;
using record::Instant;
using record::RecordId;
using record::TextSet;

struct Binder {
    Query& row;

    void operator()(Empty) const { row.bind_null(); }

    void operator()(const std::string& text) const { row.bind(std::string_view(text)); }

    void operator()(std::int64_t number) const { row.bind(number); }

    void operator()(bool truth) const { row.bind(std::int64_t{truth ? 1 : 0}); }

    void operator()(Date date) const { row.bind(catalog::packed(date)); }

    void operator()(Instant instant) const { row.bind(instant.milliseconds); }

    void operator()(const RecordId& id) const { row.bind(id.uuid); }

    void operator()(const TextSet& set) const {
        row.bind(std::string_view(catalog::joined_lines(set)));
    }
};

}  // namespace

void bind_value(const record::Value& value, Query& row) { std::visit(Binder{row}, value); }

record::Value read_value(const catalog::Field& field, const Query& row, int column) {
    if (row.is_null(column)) {
        return Empty{};
    }
    switch (field.type) {
        case FieldType::text:
        case FieldType::note:
        case FieldType::code:
            return row.text(column);
        case FieldType::integer:
        case FieldType::money:
            return row.integer(column);
        case FieldType::boolean:
            return row.integer(column) != 0;
        case FieldType::day:
        case FieldType::month:
            if (const auto date = catalog::unpacked_date(row.integer(column))) {
                return *date;
            }
            break;
        case FieldType::instant:
            return Instant{row.integer(column)};
        case FieldType::reference:
            return RecordId{row.uuid(column)};
        case FieldType::tags:
            return catalog::split_lines(row.text(column));
    }
    throw Failed(ReplicaFault::damaged, std::string(field.name));
}

}  // namespace zhibu::client::detail

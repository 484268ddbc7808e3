#include <algorithm>

#include "client/replica/detail/body.hpp"
#include "client/replica/detail/columns.hpp"
#include "client/replica/detail/failure.hpp"
#include "shared/catalog/schema.hpp"

namespace zhibu::client {
namespace {

using catalog::Field;
using catalog::FieldType;
using catalog::identifier;
using catalog::Kind;
using detail::Failed;

constexpr std::uint32_t page_records_max = 1000;
constexpr std::size_t conditions_max = 64;
/// All conditions' values together; SQLite takes up to 32,766 parameters.
constexpr std::size_t values_max = 10'000;
constexpr std::size_t search_bytes_max = 1024;

/// A WHERE clause and what its parameters stand for, in order.
struct Clause {
    std::string text = "1";
    std::vector<record::Value> values;

    void also(const std::string& condition) { text += " AND " + condition; }
};

[[noreturn]] void fail_at(ReplicaFault fault, const Kind& kind, std::string_view what) {
    throw Failed(fault, std::string(kind.name) + "." + std::string(what));
}

const Field& field_of(const Kind& kind, record::FieldNumber number) {
    const Field* field = kind.find(number);
    if (field == nullptr) {
        fail_at(ReplicaFault::unknown_field, kind, std::to_string(number.number));
    }
    return *field;
}

bool is_text(const Field& field) {
    return field.type == FieldType::text || field.type == FieldType::note ||
           field.type == FieldType::code || field.type == FieldType::tags;
}

/// A LIKE pattern that matches what contains `text`, whose own wildcards mean themselves.
std::string containing(std::string_view text) {
    std::string pattern = "%";
    for (const char letter : text) {
        if (letter == '%' || letter == '_' || letter == '\\') {
            pattern += '\\';
        }
        pattern += letter;
    }
    return pattern + '%';
}

std::string_view operator_of(Condition::Relation relation) {
    switch (relation) {
        case Condition::Relation::equal:
            return " IS ?";
        case Condition::Relation::not_equal:
            return " IS NOT ?";
        case Condition::Relation::less:
            return " < ?";
        case Condition::Relation::not_greater:
            return " <= ?";
        case Condition::Relation::greater:
            return " > ?";
        case Condition::Relation::not_less:
            return " >= ?";
        case Condition::Relation::like:
            return " LIKE ? ESCAPE '\\'";
        case Condition::Relation::empty:
            return " IS NULL";
        case Condition::Relation::not_empty:
            return " IS NOT NULL";
        case Condition::Relation::any_of:
            return " IN ";
    }
    throw Failed(ReplicaFault::wrong_value, "relation");
}

bool has_right_values(const Field& field, const Condition& condition) {
    using enum Condition::Relation;
    const bool fits = std::ranges::all_of(condition.values, [&](const record::Value& value) {
        return catalog::fits_column(field, value);
    });
    if (condition.relation == empty || condition.relation == not_empty) {
        return condition.values.empty();
    }
    if (condition.relation == any_of) {
        return fits;
    }
    if (condition.values.size() != 1) {
        return false;
    }
    if (condition.relation == like) {
        return is_text(field) && std::holds_alternative<std::string>(condition.values.front());
    }
    return fits;
}

void add_condition(Clause& clause, const Kind& kind, const Condition& condition) {
    const Field& field = field_of(kind, condition.field);
    if (!has_right_values(field, condition)) {
        fail_at(ReplicaFault::wrong_value, kind, field.name);
    }
    std::string text = identifier(field.name);
    text += operator_of(condition.relation);
    if (condition.relation == Condition::Relation::any_of) {
        text += '(';
        for (std::size_t i = 0; i < condition.values.size(); ++i) {
            text += i == 0 ? "?" : ",?";
        }
        text += ')';
    }
    clause.also(text);
    for (const record::Value& value : condition.values) {
        clause.values.push_back(condition.relation == Condition::Relation::like
                                    ? containing(std::get<std::string>(value))
                                    : value);
    }
}

/// What a search looks into: by name, number or telephone, whatever of these the kind has.
bool is_searched(const Field& field) {
    return field.type == FieldType::text &&
           (field.name == "name" || field.name == "id_number" || field.name == "mobile" ||
            field.name == "number" || field.name == "code" || field.name.ends_with("_name"));
}

void add_search(Clause& clause, const Kind& kind, std::string_view search) {
    std::string either;
    for (const Field& field : kind.fields) {
        if (is_searched(field)) {
            either += either.empty() ? "" : " OR ";
            either += identifier(field.name) + " LIKE ? ESCAPE '\\'";
            clause.values.emplace_back(containing(search));
        }
    }
    clause.also(either.empty() ? "0" : "(" + either + ")");
}

Clause clause_of(const Kind& kind, const ListQuery& query) {
    std::size_t values = 0;
    for (const Condition& condition : query.conditions) {
        values += condition.values.size();
    }
    if (query.conditions.size() > conditions_max || values > values_max ||
        query.search.size() > search_bytes_max) {
        throw Failed(ReplicaFault::wrong_value, "query");
    }
    Clause clause;
    if (!query.with_retired) {
        clause.also("retired=0");
    }
    if (query.owner) {
        const Field* owner = kind.owner.empty() ? nullptr : kind.find("owner");
        if (owner == nullptr) {
            fail_at(ReplicaFault::unknown_field, kind, "owner");
        }
        clause.also(identifier(owner->name) + "=?");
        clause.values.emplace_back(*query.owner);
    }
    for (const Condition& condition : query.conditions) {
        add_condition(clause, kind, condition);
    }
    if (!query.search.empty()) {
        add_search(clause, kind, query.search);
    }
    return clause;
}

/// By the id last, so that pages neither repeat nor skip a record.
std::string order_of(const Kind& kind, const ListQuery& query) {
    std::string text = " ORDER BY ";
    for (const SortKey& key : query.order) {
        text += identifier(field_of(kind, key.field).name) + (key.descending ? " DESC, " : ", ");
    }
    return text + "id";
}

void bind_all(const std::vector<record::Value>& values, detail::Query& query) {
    for (const record::Value& value : values) {
        detail::bind_value(value, query);
    }
}

}  // namespace

ListPage Replica::Body::list(const ListQuery& query) {
    const Kind* kind = catalog_.find(query.kind);
    if (kind == nullptr) {
        throw Failed(ReplicaFault::unknown_kind, std::to_string(query.kind.number));
    }
    if (query.limit == 0 || query.limit > page_records_max || query.order.size() > conditions_max) {
        throw Failed(ReplicaFault::wrong_value, "query");
    }
    const Clause clause = clause_of(*kind, query);
    const std::string from = " FROM " + identifier(kind->name) + " WHERE " + clause.text;
    ListPage page;
    {
        detail::Query row = connection_->query_once("SELECT count(*)" + from);
        bind_all(clause.values, row);
        row.step();
        page.total = row.position(0);
    }
    if (query.offset >= page.total) {
        return page;
    }
    // The page is chosen first and read then, so that sorting carries keys, not wide rows.
    const std::string order = order_of(*kind, query);
    detail::Query row = connection_->query_once(
        "SELECT " + rows_.columns(*kind) + " FROM " + identifier(kind->name) +
        " WHERE rowid IN (SELECT rowid" + from + order + " LIMIT ? OFFSET ?)" + order);
    bind_all(clause.values, row);
    row.bind(std::int64_t{query.limit}).bind(query.offset);
    while (row.step()) {
        page.records.push_back(rows_.read_row(*kind, row));
    }
    return page;
}

}  // namespace zhibu::client

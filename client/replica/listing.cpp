#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
/// All conditions of a query, and how deep they may stand in each other.
constexpr std::size_t conditions_max = 256;
constexpr int depth_max = 8;
constexpr std::size_t order_max = 64;
/// All conditions' values together; SQLite takes up to 32,766 parameters.
constexpr std::size_t values_max = 10'000;
constexpr std::size_t search_bytes_max = 1024;

/// The clause of a list without any condition.
constexpr std::string_view everything_in_use = "1 AND +retired=0 AND 1";

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
        case Condition::Relation::in_reach:
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
    if (condition.relation == in_reach) {
        return condition.values.empty() && field.type == FieldType::reference;
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

/// A WHERE clause and what its parameters stand for, in order.
class Clause {
public:
    explicit Clause(const Kind& kind) : kind_(kind) {}

    void also(const std::string& condition) { text_ += " AND " + condition; }

    void also(const Filter& filter) {
        if (filter.joined != Filter::Joined::all || !filter.parts.empty()) {
            text_ += " AND " + written(filter, 0);
        }
    }

    void also(const Condition& condition) { text_ += " AND " + written(condition); }

    void bind(record::Value value) {
        if (values_.size() == values_max) {
            fail_at(ReplicaFault::wrong_value, kind_, "query");
        }
        values_.push_back(std::move(value));
    }

    [[nodiscard]] const std::string& text() const { return text_; }

    void bind_to(detail::Query& query) const {
        for (const record::Value& value : values_) {
            detail::bind_value(value, query);
        }
    }

private:
    std::string written(const Filter& filter, int depth);
    std::string written(const Condition& condition);

    const Kind& kind_;
    std::string text_ = "1";
    std::vector<record::Value> values_;
    std::size_t conditions_ = 0;
};

std::string Clause::written(const Filter& filter, int depth) {
    if (depth > depth_max) {
        fail_at(ReplicaFault::wrong_value, kind_, "query");
    }
    if (filter.joined == Filter::Joined::one) {
        return written(filter.condition);
    }
    const bool all = filter.joined == Filter::Joined::all;
    std::string text;
    for (const Filter& part : filter.parts) {
        text += text.empty() ? "" : all ? " AND " : " OR ";
        text += written(part, depth + 1);
    }
    if (text.empty()) {
        text = all ? "1" : "0";
    }
    // A comparison with an empty field is neither true nor false in SQL; here it is not met.
    return filter.joined == Filter::Joined::none ? "NOT coalesce((" + text + "),0)"
                                                 : "(" + text + ")";
}

std::string Clause::written(const Condition& condition) {
    const Field& field = field_of(kind_, condition.field);
    if (++conditions_ > conditions_max || !has_right_values(field, condition)) {
        fail_at(ReplicaFault::wrong_value, kind_, field.name);
    }
    std::string text = identifier(field.name);
    text += operator_of(condition.relation);
    if (condition.relation == Condition::Relation::any_of) {
        text += '(';
        for (std::size_t i = 0; i < condition.values.size(); ++i) {
            text += i == 0 ? "?" : ",?";
        }
        text += ')';
    } else if (condition.relation == Condition::Relation::in_reach) {
        text += "(SELECT id FROM " + identifier(field.refers_to) + ")";
    }
    for (const record::Value& value : condition.values) {
        bind(condition.relation == Condition::Relation::like
                 ? record::Value{containing(std::get<std::string>(value))}
                 : value);
    }
    return text;
}

/// Rows by their numbers: a few are looked up, many are asked of each row.
std::string are_among(const std::vector<std::int64_t>& rows) {
    constexpr std::size_t few = 1'000;
    if (rows.size() > few) {
        return std::string{detail::found_function} + "(rowid)";
    }
    std::string text;
    for (const std::int64_t row : rows) {
        text += (text.empty() ? "" : ",") + std::to_string(row);
    }
    return "rowid IN (" + text + ")";
}

Clause clause_of(const Kind& kind, const ListQuery& query) {
    if (query.search.size() > search_bytes_max) {
        throw Failed(ReplicaFault::wrong_value, "query");
    }
    Clause clause{kind};
    if (!query.with_retired) {
        // Not by the index of what is in use, which nearly everything is.
        clause.also("+retired=0");
    }
    if (query.owner) {
        const Field* owner = kind.owner.empty() ? nullptr : kind.find("owner");
        if (owner == nullptr) {
            fail_at(ReplicaFault::unknown_field, kind, "owner");
        }
        clause.also(identifier(owner->name) + "=?");
        clause.bind(*query.owner);
    }
    for (const Condition& condition : query.conditions) {
        clause.also(condition);
    }
    clause.also(query.filter);
    if (!query.finding.empty()) {
        clause.also("id IN (SELECT id FROM temp.finding WHERE kind=" + std::to_string(kind.number) +
                    " AND rule=?)");
        clause.bind(query.finding);
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

}  // namespace

std::string Replica::Body::search_clause(const Kind& kind, const ListQuery& query) {
    if (query.search.empty()) {
        return "1";
    }
    const std::vector<std::int64_t> rows = rows_.find_words(kind, query.search);
    connection_->set_found(rows);
    return are_among(rows);
}

ListPage Replica::Body::list(const ListQuery& query) {
    const Kind* kind = catalog_.find(query.kind);
    if (kind == nullptr) {
        throw Failed(ReplicaFault::unknown_kind, std::to_string(query.kind.number));
    }
    if (query.limit == 0 || query.limit > page_records_max || query.order.size() > order_max) {
        throw Failed(ReplicaFault::wrong_value, "query");
    }
    if (!query.finding.empty()) {
        make_finding_table();
    }
    connection_->keep_pages(detail::Connection::Pages::many);
    Clause clause = clause_of(*kind, query);
    clause.also(search_clause(*kind, query));
    const std::string from = " FROM " + identifier(kind->name) + " WHERE " + clause.text();
    ListPage page;
    {
        detail::Query row = connection_->query_once(
            clause.text() == everything_in_use
                ? "SELECT count(*) FROM " + identifier(kind->name) + " WHERE retired=0"
                : "SELECT count(*)" + from);
        clause.bind_to(row);
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
    clause.bind_to(row);
    row.bind(std::int64_t{query.limit}).bind(query.offset);
    while (row.step()) {
        page.records.push_back(rows_.read_row(*kind, row));
    }
    return page;
}

Filled Replica::Body::filled(const ListQuery& query) {
    const Kind* kind = catalog_.find(query.kind);
    if (kind == nullptr) {
        throw Failed(ReplicaFault::unknown_kind, std::to_string(query.kind.number));
    }
    Filled filled;
    std::string counts = "count(*)";
    for (const Field& field : kind->fields) {
        if (field.required == catalog::Required::counted) {
            filled.fields.push_back(FilledField{field.name, 0});
            counts += ", count(" + identifier(field.name) + ")";
        }
    }
    if (!query.finding.empty()) {
        make_finding_table();
    }
    connection_->keep_pages(detail::Connection::Pages::many);
    Clause clause = clause_of(*kind, query);
    clause.also(search_clause(*kind, query));
    detail::Query row = connection_->query_once("SELECT " + counts + " FROM " +
                                                identifier(kind->name) + " WHERE " + clause.text());
    clause.bind_to(row);
    row.step();
    filled.records = row.position(0);
    int column = 0;
    for (FilledField& each : filled.fields) {
        each.filled = row.position(++column);
    }
    return filled;
}

}  // namespace zhibu::client

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/replica/detail/body.hpp"
#include "client/replica/detail/clause.hpp"
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

}  // namespace

namespace detail {

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

void Clause::bind(record::Value value) {
    if (values_.size() == values_max) {
        fail_at(ReplicaFault::wrong_value, kind_, "query");
    }
    values_.push_back(std::move(value));
}

void Clause::bind_to(Query& query) const {
    for (const record::Value& value : values_) {
        bind_value(value, query);
    }
}

}  // namespace detail

namespace {

using detail::Clause;

/// From so many conditions on, rows are gone through once, and not a second time to count them.
constexpr std::size_t several_conditions = 3;

std::string home_clause(const Kind& kind, const ListQuery& query) {
    return query.at_home && kind.find("moving_to") != nullptr
               ? " AND rowid NOT IN (SELECT rowid FROM " + identifier(kind.name) +
                     " WHERE moving_to IS NOT NULL AND organisation NOT IN (SELECT id FROM "
                     "organisation))"
               : "";
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
    clause.also("1" + home_clause(kind, query));
    return clause;
}

/// By the id last, so that pages neither repeat nor skip a record.
/// A few rows are sorted, not looked for in an index of all.
std::string order_of(const Kind& kind, const ListQuery& query, bool are_few) {
    const std::string sorted = are_few ? "+" : "";
    std::string text = " ORDER BY ";
    for (const SortKey& key : query.order) {
        text += sorted + identifier(field_of(kind, key.field).name) +
                (key.descending ? " DESC, " : ", ");
    }
    return text + sorted + "id";
}

}  // namespace

Replica::Body::Found Replica::Body::search(const Kind& kind, const ListQuery& query) {
    constexpr std::size_t few = 1'000;
    Found found;
    if (query.search.empty()) {
        return found;
    }
    const std::vector<std::int64_t> rows = rows_.find_words(kind, query.search);
    found.are_few = rows.size() <= few;
    if (!found.are_few) {
        connection_->set_found(rows);
        found.condition = std::string{detail::found_function} + "(rowid)";
        return found;
    }
    std::string numbers;
    for (const std::int64_t row : rows) {
        numbers += (numbers.empty() ? "" : ",") + std::to_string(row);
    }
    found.condition = "rowid IN (" + numbers + ")";
    return found;
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
    const Found found = search(*kind, query);
    clause.also(found.condition);
    const std::string order = order_of(*kind, query, found.are_few);
    ListPage page;
    const std::vector<std::int64_t> rows =
        clause.conditions() < several_conditions
            ? counted_page(*kind, query, clause, order, page.total)
            : page_of_all(*kind, query, clause, order, page.total);
    read_rows(*kind, rows, page.records);
    return page;
}

std::vector<std::int64_t> Replica::Body::counted_page(const Kind& kind, const ListQuery& query,
                                                      const detail::Clause& clause,
                                                      const std::string& order,
                                                      std::uint64_t& total) {
    const std::string table = identifier(kind.name);
    {
        // How many are in use is known from an index, as long as nothing else is asked.
        const bool in_use_alone = !query.with_retired && clause.conditions() == 0 &&
                                  query.search.empty() && query.finding.empty() && !query.owner;
        detail::Query row = connection_->query_once(
            "SELECT count(*) FROM " + table + " WHERE " +
            (in_use_alone ? "retired=0" + home_clause(kind, query) : clause.text()));
        if (!in_use_alone) {
            clause.bind_to(row);
        }
        row.step();
        total = row.position(0);
    }
    std::vector<std::int64_t> rows;
    if (query.offset >= total) {
        return rows;
    }
    detail::Query row = connection_->query_once("SELECT rowid FROM " + table + " WHERE " +
                                                clause.text() + order + " LIMIT ? OFFSET ?");
    clause.bind_to(row);
    row.bind(std::int64_t{query.limit}).bind(query.offset);
    while (row.step()) {
        rows.push_back(row.integer(0));
    }
    return rows;
}

std::vector<std::int64_t> Replica::Body::page_of_all(const Kind& kind, const ListQuery& query,
                                                     const detail::Clause& clause,
                                                     const std::string& order,
                                                     std::uint64_t& total) {
    detail::Query row = connection_->query_once("SELECT rowid FROM " + identifier(kind.name) +
                                                " WHERE " + clause.text() + order);
    clause.bind_to(row);
    std::vector<std::int64_t> rows;
    for (total = 0; row.step(); ++total) {
        if (total >= query.offset && rows.size() < query.limit) {
            rows.push_back(row.integer(0));
        }
    }
    return rows;
}

void Replica::Body::read_rows(const Kind& kind, const std::vector<std::int64_t>& rows,
                              std::vector<record::RecordState>& into) {
    const std::string text =
        "SELECT " + rows_.columns(kind) + " FROM " + identifier(kind.name) + " WHERE rowid=?";
    for (const std::int64_t each : rows) {
        detail::Query row = connection_->query(text);
        row.bind(each);
        if (row.step()) {
            into.push_back(rows_.read_row(kind, row));
        }
    }
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
    clause.also(search(*kind, query).condition);
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

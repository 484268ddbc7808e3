#include "server/store/sqlite/detail/column_states.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/store/rows/failure.hpp"
#include "server/store/rows/query.hpp"
#include "server/store/sqlite/detail/columns.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/catalog/schema.hpp"
#include "shared/record/check.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::server::detail {
namespace {

using catalog::Field;
using catalog::identifier;
using catalog::is_indexed;
using catalog::Kind;
using record::FieldState;

/// Columns before the fields' own: id, retired, life_changed_at, versions, extra.
constexpr int first_field_column = 5;

std::string whole_columns(const Kind& kind) {
    std::string columns = "id, retired, life_changed_at, versions, extra";
    for (const Field& field : kind.fields) {
        columns += ", " + identifier(field.name);
    }
    return columns;
}

std::string indexed_columns(const std::vector<const Field*>& indexed) {
    std::string columns = "id";
    for (const Field* field : indexed) {
        columns += ", " + identifier(field->name);
    }
    return columns;
}

}  // namespace

struct ColumnStates::Row {
    Row(const Kind& kind, const RecordState& state) : values(kind.fields.size(), nullptr) {
        std::vector<catalog::FieldVersion> known;
        known.reserve(state.fields.size());
        std::vector<FieldState> unknown;
        auto field = kind.fields.begin();
        for (const FieldState& each : state.fields) {
            while (field != kind.fields.end() && field->number < each.field.number) {
                ++field;
            }
            // What this catalog has no column for, or not of that type, is carried along.
            if (field == kind.fields.end() || field->id() != each.field ||
                !catalog::fits_column(*field, each.value)) {
                unknown.push_back(each);
                continue;
            }
            known.push_back({each.field, each.changed_at});
            values[static_cast<std::size_t>(field - kind.fields.begin())] = &each.value;
        }
        versions = catalog::encode_versions(known);
        if (!unknown.empty()) {
            extra = sync::encode(unknown);
        }
    }

    [[nodiscard]] const record::Value& value(const Kind& kind, const Field& field) const {
        static const record::Value empty{};
        const record::Value* found = values[static_cast<std::size_t>(&field - kind.fields.data())];
        return found == nullptr ? empty : *found;
    }

    /// The columns between the id and the fields' own.
    void bind_life(Query& query, const RecordState& state) const {
        query.bind(std::int64_t{state.retired ? 1 : 0})
            .bind_position(state.life_changed_at.position)
            .bind(versions);
        if (extra.empty()) {
            query.bind_null();
        } else {
            query.bind(extra);
        }
    }

    Bytes versions;
    Bytes extra;
    /// In the order of the kind's fields; null where the column is NULL.
    std::vector<const record::Value*> values;
};

ColumnStates::ColumnStates(Connection& connection, const catalog::Catalog& catalog)
    : connection_(connection), catalog_(catalog) {}

ColumnStates::KindTable ColumnStates::make_table(const Kind& kind) {
    KindTable made;
    made.kind = &kind;
    std::string parameters = "?,?,?,?,?";
    std::string plain = "retired=?, life_changed_at=?, versions=?, extra=?";
    std::string all = plain;
    for (const Field& field : kind.fields) {
        parameters += ",?";
        all += ", " + identifier(field.name) + "=?";
        if (is_indexed(field)) {
            made.indexed.push_back(&field);
        } else {
            plain += ", " + identifier(field.name) + "=?";
        }
    }
    const std::string name = identifier(kind.name);
    const std::string columns = whole_columns(kind);
    made.select = "SELECT " + columns + " FROM " + name + " WHERE id=?";
    made.select_indexed =
        "SELECT " + indexed_columns(made.indexed) + " FROM " + name + " WHERE id=?";
    made.select_after = "SELECT " + columns + " FROM " + name + " WHERE id>? ORDER BY id";
    made.insert = "INSERT INTO " + name + "(" + columns + ") VALUES(" + parameters + ")";
    made.remove = "DELETE FROM " + name + " WHERE id=?";
    made.select_extra = "SELECT id FROM " + name + " WHERE extra IS NOT NULL";
    for (const Field& field : kind.fields) {
        const std::string by = "SELECT id FROM " + name + " WHERE " + identifier(field.name);
        const auto both = [](const std::string& where) {
            return KindTable::SelectBy{where + " LIMIT ?", where + " ORDER BY id LIMIT ?"};
        };
        made.select_by[field.id()] = {both(by + "=?"), both(by + " IS NULL")};
    }
    made.update = "UPDATE " + name + " SET " + plain + " WHERE id=?";
    made.update_indexed = "UPDATE " + name + " SET " + all + " WHERE id=?";
    return made;
}

const ColumnStates::KindTable& ColumnStates::table(record::KindNumber kind) const {
    if (const auto made = tables_.find(kind); made != tables_.end()) {
        return made->second;
    }
    const Kind* known = catalog_.find(kind);
    ZHIBU_CHECK(known != nullptr);
    return tables_.emplace(kind, make_table(*known)).first->second;
}

void ColumnStates::create_tables() {
    for (const Kind& kind : catalog_.kinds()) {
        std::vector<std::string> present;
        {
            Query row = connection_.query("SELECT name FROM pragma_table_info(?)");
            row.bind(kind.name);
            while (row.step()) {
                present.push_back(row.text(0));
            }
        }
        for (const std::string& statement : catalog::table_statements(kind, present)) {
            connection_.execute(statement);
        }
    }
}

std::vector<RecordKey> ColumnStates::with_extra() {
    std::vector<RecordKey> found;
    for (const Kind& kind : catalog_.kinds()) {
        Query row = connection_.query(table(kind.id()).select_extra.c_str());
        while (row.step()) {
            found.push_back({kind.id(), RecordId{row.uuid(0)}});
        }
    }
    return found;
}

std::optional<RecordState> ColumnStates::read(const RecordKey& key) {
    if (catalog_.find(key.kind) == nullptr) {
        return std::nullopt;
    }
    const KindTable& from = table(key.kind);
    Query row = connection_.query(from.select.c_str());
    row.bind(key.id.uuid.bytes);
    return row.step() ? std::optional(read_row(*from.kind, row)) : std::nullopt;
}

RecordState ColumnStates::read_row(const Kind& kind, const Query& row) const {
    RecordState state;
    state.key = {kind.id(), RecordId{row.uuid(0)}};
    state.retired = row.integer(1) != 0;
    state.life_changed_at = LogIndex{row.position(2)};
    const auto versions = catalog::decode_versions(row.view(3));
    if (!versions) {
        throw Failed(StoreFault::damaged, "versions");
    }
    state.fields.reserve(versions->size());
    auto field = kind.fields.begin();
    for (const catalog::FieldVersion& each : *versions) {
        while (field != kind.fields.end() && field->number < each.field.number) {
            ++field;
        }
        if (field == kind.fields.end() || field->id() != each.field) {
            throw Failed(StoreFault::damaged, "versions");
        }
        const auto column = first_field_column + static_cast<int>(field - kind.fields.begin());
        state.fields.push_back({each.field, read_value(*field, row, column), each.changed_at});
    }
    if (!row.is_null(4)) {
        auto extra = sync::decode_fields(row.view(4));
        if (!extra) {
            throw Failed(StoreFault::damaged, "extra");
        }
        for (FieldState& each : *extra) {
            state.set(each.field, std::move(each.value), each.changed_at);
        }
    }
    return state;
}

std::optional<RecordState> ColumnStates::read_indexed(const RecordKey& key) {
    const KindTable& from = table(key.kind);
    Query row = connection_.query(from.select_indexed.c_str());
    row.bind(key.id.uuid.bytes);
    if (!row.step()) {
        return std::nullopt;
    }
    RecordState state;
    state.key = key;
    int column = 1;
    for (const Field* field : from.indexed) {
        state.fields.push_back({field->id(), read_value(*field, row, column++), LogIndex{}});
    }
    return state;
}

std::vector<RecordKey> ColumnStates::find_by(record::KindNumber kind, record::FieldNumber field,
                                             const record::Value& value, std::uint32_t limit) {
    const Kind& in = *table(kind).kind;
    const Field* by = in.find(field);
    ZHIBU_CHECK(by != nullptr);
    std::vector<RecordKey> found;
    if (!catalog::fits_column(*by, value)) {
        return found;
    }
    const auto& texts = table(kind).select_by.at(field);
    const auto& [any, lowest] = record::is_empty(value) ? texts.second : texts.first;
    const auto select = [&](const std::string& text) {
        found.clear();
        Query row = connection_.query(text.c_str());
        ValueBinder binder(row);
        if (!record::is_empty(value)) {
            binder.bind(value);
        }
        row.bind(std::int64_t{limit});
        while (row.step()) {
            found.push_back({kind, RecordId{row.uuid(0)}});
        }
    };
    // SQLite would make a table to sort by for each question; mostly one or two are found.
    select(any);
    if (found.size() == limit) {
        select(lowest);
    } else {
        std::ranges::sort(found);
    }
    return found;
}

void ColumnStates::each(record::KindNumber kind, const RecordId& after,
                        const std::function<bool(const RecordState&)>& visit) {
    const KindTable& from = table(kind);
    Query row = connection_.query(from.select_after.c_str());
    row.bind(after.uuid.bytes);
    while (row.step()) {
        if (!visit(read_row(*from.kind, row))) {
            return;
        }
    }
}

void ColumnStates::insert(const RecordState& state) {
    const KindTable& to = table(state.key.kind);
    const Row row(*to.kind, state);
    Query query = connection_.query(to.insert.c_str());
    query.bind(state.key.id.uuid.bytes);
    row.bind_life(query, state);
    ValueBinder binder(query);
    for (const Field& field : to.kind->fields) {
        binder.bind(row.value(*to.kind, field));
    }
    query.run();
}

void ColumnStates::update(const RecordState& state, const RecordState* before) {
    const KindTable& to = table(state.key.kind);
    const Row row(*to.kind, state);
    const bool indexed = before != nullptr;
    Query query = connection_.query((indexed ? to.update_indexed : to.update).c_str());
    row.bind_life(query, state);
    ValueBinder binder(query);
    for (const Field& field : to.kind->fields) {
        if (indexed || !is_indexed(field)) {
            binder.bind(row.value(*to.kind, field));
        }
    }
    query.bind(state.key.id.uuid.bytes).run();
}

void ColumnStates::remove(const RecordState& before) {
    connection_.query(table(before.key.kind).remove.c_str()).bind(before.key.id.uuid.bytes).run();
}

}  // namespace zhibu::server::detail

#include "server/store/sqlite/detail/record_rows.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "server/store/placement.hpp"
#include "server/store/sqlite/detail/columns.hpp"
#include "server/store/sqlite/detail/connection.hpp"
#include "server/store/sqlite/detail/failure.hpp"
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

/// Which kinds have entries of theirs.
bool owns_entries(const catalog::Catalog& catalog, const Kind& kind) {
    return std::ranges::any_of(catalog.kinds(),
                               [&](const Kind& each) { return each.owner == kind.name; });
}

}  // namespace

KeyBytes bytes_of(const RecordKey& key) {
    KeyBytes bytes{};
    bytes[0] = static_cast<std::uint8_t>(key.kind.number >> 8U);
    bytes[1] = static_cast<std::uint8_t>(key.kind.number);
    std::ranges::copy(key.id.uuid.bytes, bytes.begin() + 2);
    return bytes;
}

RecordKey key_of(std::span<const std::uint8_t> bytes) {
    if (bytes.size() != std::tuple_size_v<KeyBytes>) {
        throw Failed(StoreFault::damaged, "zhibu_place");
    }
    RecordKey key;
    key.kind.number = static_cast<std::uint16_t>((unsigned{bytes[0]} << 8U) | bytes[1]);
    std::ranges::copy(bytes.subspan(2), key.id.uuid.bytes.begin());
    return key;
}

RecordRows::RecordRows(Connection& connection, const catalog::Catalog& catalog)
    : connection_(connection), catalog_(catalog) {
    for (const Kind& kind : catalog.kinds()) {
        tables_.push_back(make_table(catalog, kind));
    }
    std::ranges::sort(tables_, {}, [](const KindTable& each) { return each.kind->number; });
}

RecordRows::KindTable RecordRows::make_table(const catalog::Catalog& catalog, const Kind& kind) {
    KindTable made;
    made.kind = &kind;
    made.has_entries = owns_entries(catalog, kind);
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
        made.select_by[field.id()] = {by + "=? ORDER BY id LIMIT ?",
                                      by + " IS NULL ORDER BY id LIMIT ?"};
    }
    made.update = "UPDATE " + name + " SET " + plain + " WHERE id=?";
    made.update_indexed = "UPDATE " + name + " SET " + all + " WHERE id=?";
    return made;
}

const RecordRows::KindTable& RecordRows::table(record::KindNumber kind) const {
    const auto number = [](const KindTable& each) { return each.kind->number; };
    const auto at = std::ranges::lower_bound(tables_, kind.number, {}, number);
    ZHIBU_CHECK(at != tables_.end() && at->kind->number == kind.number);
    return *at;
}

std::vector<record::KindNumber> RecordRows::kinds() const {
    std::vector<record::KindNumber> numbers;
    for (const KindTable& each : tables_) {
        numbers.push_back(each.kind->id());
    }
    return numbers;
}

void RecordRows::create_tables() {
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

void RecordRows::adopt_newer_catalog() {
    connection_.execute("DELETE FROM zhibu_place");
    for (const KindTable& each_table : tables_) {
        each(each_table.kind->id(), RecordId{}, [&](const RecordState& state) {
            replace_places(state.key, {}, places_of(state));
            return true;
        });
        std::vector<RecordKey> with_extra;
        {
            Query row = connection_.query(each_table.select_extra.c_str());
            while (row.step()) {
                with_extra.push_back({each_table.kind->id(), RecordId{row.uuid(0)}});
            }
        }
        for (const RecordKey& key : with_extra) {
            const std::optional<RecordState> state = read(key);
            ZHIBU_CHECK(state.has_value());
            write(*state);
        }
    }
}

std::optional<RecordState> RecordRows::read(const RecordKey& key) {
    if (catalog_.find(key.kind) == nullptr) {
        return std::nullopt;
    }
    const KindTable& from = table(key.kind);
    Query row = connection_.query(from.select.c_str());
    row.bind(key.id.uuid.bytes);
    return row.step() ? std::optional(read_row(*from.kind, row)) : std::nullopt;
}

RecordState RecordRows::read_row(const Kind& kind, const Query& row) const {
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

std::optional<RecordState> RecordRows::read_indexed(const RecordKey& key) {
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

std::vector<RecordKey> RecordRows::find_by(record::KindNumber kind, record::FieldNumber field,
                                           const record::Value& value, std::uint32_t limit) {
    const Kind& in = *table(kind).kind;
    const Field* by = in.find(field);
    ZHIBU_CHECK(by != nullptr);
    std::vector<RecordKey> found;
    if (!catalog::fits_column(*by, value)) {
        return found;
    }
    const bool is_empty = record::is_empty(value);
    const auto& texts = table(kind).select_by.at(field);
    Query row = connection_.query((is_empty ? texts.second : texts.first).c_str());
    ValueBinder binder(row);
    if (!is_empty) {
        binder.bind(value);
    }
    row.bind(std::int64_t{limit});
    while (row.step()) {
        found.push_back({kind, RecordId{row.uuid(0)}});
    }
    return found;
}

void RecordRows::each(record::KindNumber kind, const RecordId& after,
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

std::vector<RecordId> RecordRows::places_of(const RecordState& state) {
    return value_of(places(catalog_, state, [this](const RecordKey& key) {
        return Stored<std::optional<RecordState>>(read_indexed(key));
    }));
}

std::vector<RecordKey> RecordRows::seen_by(const RecordId& organisation, const RecordKey& after,
                                           std::uint32_t limit) {
    const KeyBytes start = bytes_of(after);
    Query row = connection_.query(
        "SELECT record FROM zhibu_place WHERE organisation=? AND record>? ORDER BY record LIMIT ?");
    row.bind(organisation.uuid.bytes).bind(start).bind(std::int64_t{limit});
    std::vector<RecordKey> keys;
    while (row.step()) {
        keys.push_back(key_of(row.view(0)));
    }
    return keys;
}

}  // namespace zhibu::server::detail

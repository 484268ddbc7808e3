#include "client/replica/detail/record_rows.hpp"

#include <algorithm>

#include "client/replica/detail/columns.hpp"
#include "client/replica/detail/failure.hpp"
#include "shared/catalog/schema.hpp"
#include "shared/record/check.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::client::detail {
namespace {

using catalog::identifier;
using record::FieldState;
using record::LogIndex;
using record::RecordKey;
using record::RecordState;

/// Columns before the fields' own: id, retired, life_changed_at, versions, extra.
constexpr int first_field_column = 5;

std::string parameters(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        text += i == 0 ? "?" : ",?";
    }
    return text;
}

}  // namespace

RecordRows::RecordRows(Connection& connection, const catalog::Catalog& catalog)
    : connection_(connection), catalog_(catalog) {
    for (const catalog::Kind& kind : catalog.kinds()) {
        Texts texts;
        texts.columns = "id, retired, life_changed_at, versions, extra";
        for (const catalog::Field& field : kind.fields) {
            texts.columns += ", " + identifier(field.name);
        }
        const std::string table = identifier(kind.name);
        texts.select = "SELECT " + texts.columns + " FROM " + table + " WHERE id=?";
        texts.replace = "REPLACE INTO " + table + "(" + texts.columns + ") VALUES(" +
                        parameters(first_field_column + kind.fields.size()) + ")";
        texts.remove = "DELETE FROM " + table + " WHERE id=?";
        texts.exists = "SELECT 1 FROM " + table + " WHERE id=?";
        texts_.push_back(std::move(texts));
    }
}

const RecordRows::Texts& RecordRows::texts(const catalog::Kind& kind) const {
    const auto at = static_cast<std::size_t>(&kind - catalog_.kinds().data());
    ZHIBU_CHECK(at < texts_.size());
    return texts_[at];
}

const std::string& RecordRows::columns(const catalog::Kind& kind) const {
    return texts(kind).columns;
}

void RecordRows::create_tables() {
    for (const catalog::Kind& kind : catalog_.kinds()) {
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
    for (const catalog::Kind& kind : catalog_.kinds()) {
        std::vector<RecordState> states;
        {
            Query row = connection_.query("SELECT " + columns(kind) + " FROM " +
                                          identifier(kind.name) + " WHERE extra IS NOT NULL");
            while (row.step()) {
                states.push_back(read_row(kind, row));
            }
        }
        {
            Query row = connection_.query("SELECT state FROM unknown_record WHERE kind=?");
            row.bind(std::int64_t{kind.number});
            while (row.step()) {
                auto state = sync::decode_record_state(row.bytes(0));
                if (!state) {
                    throw Failed(ReplicaFault::damaged, "unknown_record");
                }
                states.push_back(*std::move(state));
            }
        }
        for (const RecordState& state : states) {
            write(state);
        }
        connection_.query("DELETE FROM unknown_record WHERE kind=?")
            .bind(std::int64_t{kind.number})
            .run();
    }
}

bool RecordRows::has(const RecordKey& key) {
    const catalog::Kind* kind = catalog_.find(key.kind);
    if (kind == nullptr) {
        Query row = connection_.query("SELECT 1 FROM unknown_record WHERE kind=? AND id=?");
        return row.bind(std::int64_t{key.kind.number}).bind(key.id.uuid).step();
    }
    Query row = connection_.query(texts(*kind).exists);
    return row.bind(key.id.uuid).step();
}

std::optional<RecordState> RecordRows::read(const RecordKey& key) {
    const catalog::Kind* kind = catalog_.find(key.kind);
    if (kind != nullptr) {
        Query row = connection_.query(texts(*kind).select);
        row.bind(key.id.uuid);
        return row.step() ? std::optional(read_row(*kind, row)) : std::nullopt;
    }
    Query row = connection_.query("SELECT state FROM unknown_record WHERE kind=? AND id=?");
    row.bind(std::int64_t{key.kind.number}).bind(key.id.uuid);
    if (!row.step()) {
        return std::nullopt;
    }
    auto state = sync::decode_record_state(row.bytes(0));
    if (!state) {
        throw Failed(ReplicaFault::damaged, "unknown_record");
    }
    return *std::move(state);
}

RecordState RecordRows::read_row(const catalog::Kind& kind, const Query& row) const {
    RecordState state;
    state.key = {kind.id(), record::RecordId{row.uuid(0)}};
    state.retired = row.integer(1) != 0;
    state.life_changed_at = LogIndex{row.position(2)};
    const auto versions = catalog::decode_versions(row.bytes(3));
    if (!versions) {
        throw Failed(ReplicaFault::damaged, "versions");
    }
    auto field = kind.fields.begin();
    for (const auto& [number, changed_at] : *versions) {
        field = std::find_if(field, kind.fields.end(),
                             [&](const catalog::Field& each) { return each.id() == number; });
        if (field == kind.fields.end()) {
            throw Failed(ReplicaFault::damaged, "versions");
        }
        const auto column = first_field_column + static_cast<int>(field - kind.fields.begin());
        state.fields.push_back(FieldState{number, read_value(*field, row, column), changed_at});
    }
    if (!row.is_null(4)) {
        auto extra = sync::decode_fields(row.bytes(4));
        if (!extra) {
            throw Failed(ReplicaFault::damaged, "extra");
        }
        for (FieldState& each : *extra) {
            state.set(each.field, std::move(each.value), each.changed_at);
        }
    }
    return state;
}

void RecordRows::write(const RecordState& state) {
    const catalog::Kind* kind = catalog_.find(state.key.kind);
    if (kind == nullptr) {
        connection_.query("REPLACE INTO unknown_record(kind, id, state) VALUES(?, ?, ?)")
            .bind(std::int64_t{state.key.kind.number})
            .bind(state.key.id.uuid)
            .bind(std::span<const std::uint8_t>(sync::encode(state)))
            .run();
        return;
    }
    // What this catalog has no column for, or not of that type, is carried along as it came.
    std::vector<FieldState> extra;
    std::vector<catalog::FieldVersion> versions;
    for (const FieldState& each : state.fields) {
        const catalog::Field* field = kind->find(each.field);
        if (field != nullptr && catalog::fits_column(*field, each.value)) {
            versions.push_back({each.field, each.changed_at});
        } else {
            extra.push_back(each);
        }
    }
    Query row = connection_.query(texts(*kind).replace);
    row.bind(state.key.id.uuid)
        .bind(std::int64_t{state.retired ? 1 : 0})
        .bind(state.life_changed_at.position)
        .bind(std::span<const std::uint8_t>(catalog::encode_versions(versions)));
    if (extra.empty()) {
        row.bind_null();
    } else {
        row.bind(std::span<const std::uint8_t>(sync::encode(extra)));
    }
    for (const catalog::Field& field : kind->fields) {
        const record::Value& value = state.value(field.id());
        if (catalog::fits_column(field, value)) {
            bind_value(value, row);
        } else {
            row.bind_null();
        }
    }
    row.run();
}

void RecordRows::remove(const RecordKey& key) {
    const catalog::Kind* kind = catalog_.find(key.kind);
    if (kind == nullptr) {
        connection_.query("DELETE FROM unknown_record WHERE kind=? AND id=?")
            .bind(std::int64_t{key.kind.number})
            .bind(key.id.uuid)
            .run();
        return;
    }
    connection_.query(texts(*kind).remove).bind(key.id.uuid).run();
}

void RecordRows::remove_all() {
    for (const catalog::Kind& kind : catalog_.kinds()) {
        connection_.execute("DELETE FROM " + identifier(kind.name));
    }
    connection_.execute("DELETE FROM unknown_record");
}

std::vector<record::KindNumber> RecordRows::kinds() {
    std::vector<record::KindNumber> numbers;
    for (const catalog::Kind& kind : catalog_.kinds()) {
        numbers.push_back(kind.id());
    }
    Query row = connection_.query("SELECT DISTINCT kind FROM unknown_record");
    while (row.step()) {
        numbers.push_back(record::KindNumber{static_cast<std::uint16_t>(row.integer(0))});
    }
    std::ranges::sort(numbers);
    const auto repeated = std::ranges::unique(numbers);
    numbers.erase(repeated.begin(), repeated.end());
    return numbers;
}

void RecordRows::each(record::KindNumber number,
                      const std::function<void(const RecordState&)>& visit) {
    const catalog::Kind* kind = catalog_.find(number);
    if (kind != nullptr) {
        Query row = connection_.query("SELECT " + columns(*kind) + " FROM " +
                                      identifier(kind->name) + " ORDER BY id");
        while (row.step()) {
            visit(read_row(*kind, row));
        }
        return;
    }
    Query row = connection_.query("SELECT state FROM unknown_record WHERE kind=? ORDER BY id");
    row.bind(std::int64_t{number.number});
    while (row.step()) {
        const auto state = sync::decode_record_state(row.bytes(0));
        if (!state) {
            throw Failed(ReplicaFault::damaged, "unknown_record");
        }
        visit(*state);
    }
}

}  // namespace zhibu::client::detail

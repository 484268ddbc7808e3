#include "client/replica/detail/row_writer.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <variant>

#include "client/pinyin/search_keys.hpp"
#include "client/replica/detail/columns.hpp"
#include "shared/catalog/schema.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::client::detail {
namespace {

using catalog::identifier;
using record::FieldState;
using record::RecordKey;
using record::RecordState;

std::string parameters(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        text += i == 0 ? "?" : ",?";
    }
    return text;
}

/// By name, number or telephone, whatever of these the kind has.
bool finds(const catalog::Field& field) {
    return field.type == catalog::FieldType::text &&
           (field.name == "name" || field.name == "id_number" || field.name == "mobile" ||
            field.name == "number" || field.name == "code" || field.name.ends_with("_name"));
}

bool is_name(const catalog::Field& field) {
    return field.name == "name" || field.name == "short_name";
}

/// A record as its row holds it.
struct Row {
    /// One for each of the kind's fields; null where it is not set.
    std::vector<const record::Value*> values;
    std::vector<catalog::FieldVersion> versions;
    /// What this catalog has no column for, or not of that type, is carried along as it came.
    std::vector<FieldState> extra;
};

/// Both the kind's fields and the state's ascend by number.
Row row_of(const catalog::Kind& kind, const RecordState& state) {
    Row row;
    row.values.resize(kind.fields.size());
    row.versions.reserve(state.fields.size());
    auto column = kind.fields.begin();
    for (const FieldState& each : state.fields) {
        while (column != kind.fields.end() && column->number < each.field.number) {
            ++column;
        }
        if (column != kind.fields.end() && column->id() == each.field &&
            catalog::fits_column(*column, each.value)) {
            row.values[static_cast<std::size_t>(column - kind.fields.begin())] = &each.value;
            row.versions.push_back({each.field, each.changed_at});
        } else {
            row.extra.push_back(each);
        }
    }
    return row;
}

/// NULL and no value at all are one.
bool hold_same(const record::Value* one, const record::Value* other) {
    static const record::Value none{};
    return (one == nullptr ? none : *one) == (other == nullptr ? none : *other);
}

void bind_or_null(const record::Value* value, Query& row) {
    if (value != nullptr) {
        bind_value(*value, row);
    } else {
        row.bind_null();
    }
}

/// life_changed_at, versions, extra.
void bind_versions(const RecordState& state, const Row& made, Query& row) {
    row.bind(state.life_changed_at.position)
        .bind(std::span<const std::uint8_t>(catalog::encode_versions(made.versions)));
    if (made.extra.empty()) {
        row.bind_null();
    } else {
        row.bind(std::span<const std::uint8_t>(sync::encode(made.extra)));
    }
}

}  // namespace

RowWriter::RowWriter(Connection& connection, const catalog::Catalog& catalog,
                     std::string_view prefix)
    : connection_(connection), catalog_(catalog), prefix_(prefix) {
    replace_unknown_ =
        "REPLACE INTO " + table("unknown_record") + "(kind, id, state) VALUES(?, ?, ?)";
    replace_keys_ = "REPLACE INTO " + table("search") + "(kind, id, keys) VALUES(?, ?, ?)";
    remove_keys_ = "DELETE FROM " + table("search") + " WHERE kind=? AND id=?";
}

std::string RowWriter::table(std::string_view name) const {
    return identifier(prefix_ + std::string{name});
}

RowWriter::Texts RowWriter::make_texts(const catalog::Kind& kind) const {
    Texts texts;
    texts.replace =
        "REPLACE INTO " + table(kind.name) + "(id, retired, life_changed_at, versions, extra";
    const std::string set =
        "UPDATE " + table(kind.name) + " SET life_changed_at=?, versions=?, extra=?";
    texts.set_versions = set + " WHERE id=?";
    for (const catalog::Field& field : kind.fields) {
        texts.replace += ", " + identifier(field.name);
        texts.set_field.push_back(set + ", " + identifier(field.name) + "=? WHERE id=?");
        if (finds(field)) {
            texts.searched.push_back(&field);
        }
    }
    texts.replace += ") VALUES(" + parameters(first_field_column + kind.fields.size()) + ")";
    return texts;
}

const RowWriter::Texts& RowWriter::texts(const catalog::Kind& kind) const {
    if (const auto made = texts_.find(kind.id()); made != texts_.end()) {
        return made->second;
    }
    return texts_.emplace(kind.id(), make_texts(kind)).first->second;
}

void RowWriter::write(const RecordState& state) {
    const catalog::Kind* kind = catalog_.find(state.key.kind);
    if (kind == nullptr) {
        write_unknown(state);
        return;
    }
    const Row made = row_of(*kind, state);
    {
        Query row = connection_.query(texts(*kind).replace);
        row.bind_kept(state.key.id.uuid).bind(std::int64_t{state.retired ? 1 : 0});
        bind_versions(state, made, row);
        for (const record::Value* value : made.values) {
            bind_or_null(value, row);
        }
        row.run();
    }
    index(*kind, state);
}

bool RowWriter::update(const RecordState& before, const RecordState& after) {
    const catalog::Kind* kind = catalog_.find(after.key.kind);
    if (kind == nullptr || before.retired != after.retired) {
        write(after);
        return true;
    }
    const Row was = row_of(*kind, before);
    const Row made = row_of(*kind, after);
    std::optional<std::size_t> changed;
    for (std::size_t at = 0; at < made.values.size(); ++at) {
        if (!hold_same(was.values[at], made.values[at])) {
            if (changed) {
                write(after);
                return true;
            }
            changed = at;
        }
    }
    {
        Query row = connection_.query(changed ? texts(*kind).set_field[*changed]
                                              : texts(*kind).set_versions);
        bind_versions(after, made, row);
        if (changed) {
            bind_or_null(made.values[*changed], row);
        }
        row.bind_kept(after.key.id.uuid).run();
    }
    if (changed && finds(kind->fields[*changed])) {
        index(*kind, after);
        return true;
    }
    return false;
}

void RowWriter::write_unknown(const RecordState& state) {
    connection_.query(replace_unknown_)
        .bind(std::int64_t{state.key.kind.number})
        .bind(state.key.id.uuid)
        .bind(std::span<const std::uint8_t>(sync::encode(state)))
        .run();
}

bool RowWriter::is_searched(const catalog::Kind& kind) const {
    return !texts(kind).searched.empty();
}

void RowWriter::index(const catalog::Kind& kind, const RecordState& state) {
    if (!is_searched(kind)) {
        return;
    }
    std::vector<SearchText> found_by;
    for (const catalog::Field* field : texts(kind).searched) {
        if (const auto* text = std::get_if<std::string>(&state.value(field->id()))) {
            found_by.push_back(SearchText{*text, is_name(*field)});
        }
    }
    if (found_by.empty()) {
        forget(state.key);
        return;
    }
    connection_.query(replace_keys_)
        .bind(std::int64_t{kind.number})
        .bind(state.key.id.uuid)
        .bind(std::string_view(search_keys(found_by)))
        .run();
}

void RowWriter::forget(const RecordKey& key) {
    connection_.query(remove_keys_).bind(std::int64_t{key.kind.number}).bind(key.id.uuid).run();
}

}  // namespace zhibu::client::detail

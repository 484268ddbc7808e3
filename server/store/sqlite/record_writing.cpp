#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <variant>
#include <vector>

#include "server/store/sqlite/detail/columns.hpp"
#include "server/store/sqlite/detail/connection.hpp"
#include "server/store/sqlite/detail/record_rows.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/catalog/schema.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "sync_protocol/codec/codec.hpp"

/// RecordRows: writing a record, and keeping the table of who sees it.
namespace zhibu::server::detail {
namespace {

using catalog::Field;
using catalog::is_indexed;
using catalog::Kind;
using record::FieldState;

std::vector<RecordId> without(const std::vector<RecordId>& ids,
                              const std::vector<RecordId>& taken) {
    std::vector<RecordId> left;
    std::ranges::set_difference(ids, taken, std::back_inserter(left));
    return left;
}

}  // namespace

struct RecordRows::Row {
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

    Bytes versions;
    Bytes extra;
    /// In the order of the kind's fields; null where the column is NULL.
    std::vector<const record::Value*> values;
};

void RecordRows::write(const RecordState& state) {
    const KindTable& to = table(state.key.kind);
    const Row row(*to.kind, state);
    const std::optional<RecordState> before = read_indexed(state.key);
    if (!before) {
        insert(to, state, row);
        const std::vector<RecordId> after = places_of(state);
        replace_places(state.key, {}, after);
        note_waiting(state, after);
        if (to.has_entries) {
            place_waiting_entries(*to.kind, state.key.id, after);
        }
        return;
    }
    const bool indexed_changed = std::ranges::any_of(before->fields, [&](const FieldState& each) {
        return each.value != row.value(*to.kind, *to.kind->find(each.field));
    });
    if (!indexed_changed) {
        update(to, state, row, false);
        return;
    }
    const std::vector<RecordId> old_places = places_of(*before);
    update(to, state, row, true);
    const std::vector<RecordId> new_places = places_of(state);
    note_waiting(state, new_places);
    if (old_places != new_places) {
        replace_places(state.key, old_places, new_places);
        if (to.has_entries) {
            place_entries(*to.kind, state.key.id, old_places, new_places);
        }
    }
}

void RecordRows::remove(const RecordKey& key) {
    const std::optional<RecordState> before = read_indexed(key);
    if (!before) {
        return;
    }
    replace_places(key, places_of(*before), {});
    const KeyBytes record = bytes_of(key);
    connection_.query("DELETE FROM zhibu_waiting WHERE record=?").bind(record).run();
    connection_.query(table(key.kind).remove.c_str()).bind(key.id.uuid.bytes).run();
}

void RecordRows::insert(const KindTable& to, const RecordState& state, const Row& row) {
    Query query = connection_.query(to.insert.c_str());
    query.bind(state.key.id.uuid.bytes)
        .bind(std::int64_t{state.retired ? 1 : 0})
        .bind_position(state.life_changed_at.position)
        .bind(row.versions);
    if (row.extra.empty()) {
        query.bind_null();
    } else {
        query.bind(row.extra);
    }
    ValueBinder binder(query);
    for (const Field& field : to.kind->fields) {
        binder.bind(row.value(*to.kind, field));
    }
    query.run();
}

void RecordRows::update(const KindTable& to, const RecordState& state, const Row& row,
                        bool indexed) {
    Query query = connection_.query((indexed ? to.update_indexed : to.update).c_str());
    query.bind(std::int64_t{state.retired ? 1 : 0})
        .bind_position(state.life_changed_at.position)
        .bind(row.versions);
    if (row.extra.empty()) {
        query.bind_null();
    } else {
        query.bind(row.extra);
    }
    ValueBinder binder(query);
    for (const Field& field : to.kind->fields) {
        if (indexed || !is_indexed(field)) {
            binder.bind(row.value(*to.kind, field));
        }
    }
    query.bind(state.key.id.uuid.bytes).run();
}

void RecordRows::note_waiting(const RecordState& state, const std::vector<RecordId>& places) {
    const Kind& kind = *table(state.key.kind).kind;
    if (kind.owner.empty() || !places.empty()) {
        return;
    }
    const auto* owner = std::get_if<RecordId>(&state.value(kind.field("owner").id()));
    if (owner != nullptr) {
        const KeyBytes entry = bytes_of(state.key);
        connection_.query("INSERT OR IGNORE INTO zhibu_waiting(owner, record) VALUES(?, ?)")
            .bind(owner->uuid.bytes)
            .bind(entry)
            .run();
    }
}

void RecordRows::replace_places(const RecordKey& key, const std::vector<RecordId>& before,
                                const std::vector<RecordId>& after) {
    const KeyBytes record = bytes_of(key);
    for (const RecordId& gone : without(before, after)) {
        connection_.query("DELETE FROM zhibu_place WHERE organisation=? AND record=?")
            .bind(gone.uuid.bytes)
            .bind(record)
            .run();
    }
    for (const RecordId& come : without(after, before)) {
        connection_.query("INSERT OR IGNORE INTO zhibu_place(organisation, record) VALUES(?, ?)")
            .bind(come.uuid.bytes)
            .bind(record)
            .run();
    }
}

void RecordRows::place_entries(const Kind& owner_kind, const RecordId& owner,
                               const std::vector<RecordId>& before,
                               const std::vector<RecordId>& after) {
    for (const KindTable& each : tables_) {
        if (each.kind->owner != owner_kind.name) {
            continue;
        }
        const std::vector<RecordKey> entries =
            find_by(each.kind->id(), each.kind->field("owner").id(), owner, ~std::uint32_t{0});
        for (const RecordKey& entry : entries) {
            replace_places(entry, before, after);
            if (each.has_entries) {
                place_entries(*each.kind, entry.id, before, after);
            }
        }
    }
}

void RecordRows::place_waiting_entries(const Kind& owner_kind, const RecordId& owner,
                                       const std::vector<RecordId>& after) {
    bool is_any = false;
    {
        Query row = connection_.query("SELECT 1 FROM zhibu_waiting WHERE owner=? LIMIT 1");
        is_any = row.bind(owner.uuid.bytes).step();
    }
    if (is_any) {
        place_entries(owner_kind, owner, {}, after);
        connection_.query("DELETE FROM zhibu_waiting WHERE owner=?").bind(owner.uuid.bytes).run();
    }
}

}  // namespace zhibu::server::detail

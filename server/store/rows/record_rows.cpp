#include "server/store/rows/record_rows.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <iterator>
#include <optional>
#include <span>
#include <tuple>
#include <variant>
#include <vector>

#include "server/store/placement.hpp"
#include "server/store/rows/failure.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/catalog/schema.hpp"
#include "shared/record/check.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"

namespace zhibu::server::detail {
namespace {

using catalog::Field;
using catalog::Kind;

std::vector<RecordId> without(const std::vector<RecordId>& ids,
                              const std::vector<RecordId>& taken) {
    std::vector<RecordId> left;
    std::ranges::set_difference(ids, taken, std::back_inserter(left));
    return left;
}

/// As a store finds it: a value that is not of the field's type is none.
const record::Value& indexed_value(const Field& field, const RecordState& state) {
    static const record::Value empty{};
    const record::Value& value = state.value(field.id());
    return catalog::fits_column(field, value) ? value : empty;
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

RecordRows::RecordRows(Connection& connection, States& states, const catalog::Catalog& catalog)
    : connection_(connection), states_(states), catalog_(catalog) {
    for (const Kind& kind : catalog.kinds()) {
        KindSight& made = sights_.emplace_back();
        made.kind = &kind;
        for (const Field& field : kind.fields) {
            if (catalog::is_indexed(field)) {
                made.indexed.push_back(&field);
            }
        }
        made.has_entries = std::ranges::any_of(
            catalog.kinds(), [&](const Kind& each) { return each.owner == kind.name; });
    }
    std::ranges::sort(sights_, {}, [](const KindSight& each) { return each.kind->number; });
}

const RecordRows::KindSight& RecordRows::sight(record::KindNumber kind) const {
    const auto number = [](const KindSight& each) { return each.kind->number; };
    const auto at = std::ranges::lower_bound(sights_, kind.number, {}, number);
    ZHIBU_CHECK(at != sights_.end() && at->kind->number == kind.number);
    return *at;
}

bool RecordRows::indexed_differ(const KindSight& sight, const RecordState& before,
                                const RecordState& after) {
    return std::ranges::any_of(sight.indexed, [&](const Field* field) {
        return indexed_value(*field, before) != indexed_value(*field, after);
    });
}

std::vector<record::KindNumber> RecordRows::kinds() const {
    std::vector<record::KindNumber> numbers;
    for (const KindSight& each : sights_) {
        numbers.push_back(each.kind->id());
    }
    return numbers;
}

void RecordRows::place_anew() {
    connection_.execute("DELETE FROM zhibu_place");
    for (const record::KindNumber kind : kinds()) {
        states_.each(kind, RecordId{}, [&](const RecordState& state) {
            replace_places(state.key, {}, places_of(state));
            return true;
        });
    }
}

std::optional<RecordState> RecordRows::read(const RecordKey& key) { return states_.read(key); }

std::vector<RecordKey> RecordRows::find_by(record::KindNumber kind, record::FieldNumber field,
                                           const record::Value& value, std::uint32_t limit) {
    return states_.find_by(kind, field, value, limit);
}

void RecordRows::each(record::KindNumber kind, const RecordId& after,
                      const std::function<bool(const RecordState&)>& visit) {
    states_.each(kind, after, visit);
}

std::vector<RecordId> RecordRows::places_of(const RecordState& state) {
    return value_of(places(catalog_, state, [this](const RecordKey& key) {
        return Stored<std::optional<RecordState>>(states_.read_indexed(key));
    }));
}

void RecordRows::write(const RecordState& state) {
    const KindSight& kind = sight(state.key.kind);
    const std::optional<RecordState> before = states_.read_indexed(state.key);
    if (!before) {
        states_.insert(state);
        const std::vector<RecordId> after = places_of(state);
        replace_places(state.key, {}, after);
        note_waiting(state, after);
        if (kind.has_entries) {
            place_waiting_entries(*kind.kind, state.key.id, after);
        }
        return;
    }
    if (!indexed_differ(kind, *before, state)) {
        states_.update(state, nullptr);
        return;
    }
    const std::vector<RecordId> old_places = places_of(*before);
    states_.update(state, &*before);
    const std::vector<RecordId> new_places = places_of(state);
    note_waiting(state, new_places);
    if (old_places != new_places) {
        replace_places(state.key, old_places, new_places);
        if (kind.has_entries) {
            place_entries(*kind.kind, state.key.id, old_places, new_places);
        }
    }
}

void RecordRows::remove(const RecordKey& key) {
    const std::optional<RecordState> before = states_.read_indexed(key);
    if (!before) {
        return;
    }
    replace_places(key, places_of(*before), {});
    const KeyBytes record = bytes_of(key);
    connection_.query("DELETE FROM zhibu_waiting WHERE record=?").bind(record).run();
    states_.remove(*before);
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

void RecordRows::note_waiting(const RecordState& state, const std::vector<RecordId>& places) {
    const Kind& kind = *sight(state.key.kind).kind;
    if (kind.owner.empty() || !places.empty()) {
        return;
    }
    const auto* owner = std::get_if<RecordId>(&state.value(kind.field("owner").id()));
    if (owner != nullptr) {
        const KeyBytes entry = bytes_of(state.key);
        connection_
            .query("INSERT INTO zhibu_waiting(owner, record) VALUES(?, ?) ON CONFLICT DO NOTHING")
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
        connection_
            .query(
                "INSERT INTO zhibu_place(organisation, record) VALUES(?, ?) ON CONFLICT DO "
                "NOTHING")
            .bind(come.uuid.bytes)
            .bind(record)
            .run();
    }
}

void RecordRows::place_entries(const Kind& owner_kind, const RecordId& owner,
                               const std::vector<RecordId>& before,
                               const std::vector<RecordId>& after) {
    for (const KindSight& each : sights_) {
        const Kind& kind = *each.kind;
        if (kind.owner != owner_kind.name) {
            continue;
        }
        const std::vector<RecordKey> entries =
            states_.find_by(kind.id(), kind.field("owner").id(), owner, ~std::uint32_t{0});
        for (const RecordKey& entry : entries) {
            replace_places(entry, before, after);
            if (each.has_entries) {
                place_entries(kind, entry.id, before, after);
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

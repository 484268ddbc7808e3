#include "server/store/postgres/detail/sealed_states.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "server/store/rows/failure.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/catalog/schema.hpp"
#include "shared/record/check.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::server::detail {
namespace {

/// A result comes whole, so a walk over a kind takes so many records at a time.
constexpr std::size_t page_records = 256;

ContentName state_of(const RecordKey& key) {
    return {"zhibu_record.content", key.kind.number, key.id.uuid};
}

RecordState decoded(const RecordKey& key, std::span<const std::uint8_t> content) {
    auto state = sync::decode_record_state(content);
    if (!state || state->key != key) {
        throw Failed(StoreFault::damaged, "zhibu_record");
    }
    return *std::move(state);
}

/// As a column would have it: a value that is not of the field's type is none.
const record::Value& as_column(const catalog::Field& field, const RecordState& state) {
    static const record::Value none{};
    const record::Value& value = state.value(field.id());
    return catalog::fits_column(field, value) ? value : none;
}

}  // namespace

std::optional<RecordState> SealedStates::read(const RecordKey& key) {
    if (catalog_.find(key.kind) == nullptr) {
        return std::nullopt;
    }
    Query row = connection_.query("SELECT content FROM zhibu_record WHERE kind=? AND id=?");
    row.bind(std::int64_t{key.kind.number}).bind(key.id.uuid.bytes);
    return row.step() ? std::optional(decoded(key, row.content(0, state_of(key)))) : std::nullopt;
}

std::optional<RecordState> SealedStates::read_indexed(const RecordKey& key) { return read(key); }

std::vector<RecordKey> SealedStates::find_by(record::KindNumber kind, record::FieldNumber field,
                                             const record::Value& value, std::uint32_t limit) {
    const catalog::Kind* in = catalog_.find(kind);
    ZHIBU_CHECK(in != nullptr);
    const catalog::Field* by = in->find(field);
    ZHIBU_CHECK(by != nullptr);
    std::vector<RecordKey> found;
    if (!catalog::fits_column(*by, value)) {
        return found;
    }
    if (!catalog::is_indexed(*by)) {
        return found_by_looking(*by, kind, value, limit);
    }
    const record::Hash mark = sealer_.mark(kind, field, value);
    Query row = connection_.query(
        "SELECT id FROM zhibu_mark WHERE kind=? AND field=? AND mark=? ORDER BY id LIMIT ?");
    row.bind(std::int64_t{kind.number})
        .bind(std::int64_t{field.number})
        .bind(mark)
        .bind(std::int64_t{limit});
    while (row.step()) {
        found.push_back({kind, RecordId{row.uuid(0)}});
    }
    return found;
}

std::vector<RecordKey> SealedStates::found_by_looking(const catalog::Field& by,
                                                      record::KindNumber kind,
                                                      const record::Value& value,
                                                      std::uint32_t limit) {
    std::vector<RecordKey> found;
    each(kind, RecordId{}, [&](const RecordState& state) {
        if (found.size() < limit && as_column(by, state) == value) {
            found.push_back(state.key);
        }
        return found.size() < limit;
    });
    return found;
}

std::vector<RecordState> SealedStates::page(record::KindNumber kind, const RecordId& after) {
    Query row = connection_.query(
        "SELECT id, content FROM zhibu_record WHERE kind=? AND id>? ORDER BY id LIMIT ?");
    row.bind(std::int64_t{kind.number})
        .bind(after.uuid.bytes)
        .bind(static_cast<std::int64_t>(page_records));
    std::vector<RecordState> states;
    while (row.step()) {
        const RecordKey key{kind, RecordId{row.uuid(0)}};
        states.push_back(decoded(key, row.content(1, state_of(key))));
    }
    return states;
}

void SealedStates::each(record::KindNumber kind, const RecordId& after,
                        const std::function<bool(const RecordState&)>& visit) {
    RecordId from = after;
    while (true) {
        const std::vector<RecordState> states = page(kind, from);
        for (const RecordState& state : states) {
            if (!visit(state)) {
                return;
            }
        }
        if (states.size() < page_records) {
            return;
        }
        from = states.back().key.id;
    }
}

void SealedStates::insert(const RecordState& state) {
    connection_.query("INSERT INTO zhibu_record(kind, id, content) VALUES(?,?,?)")
        .bind(std::int64_t{state.key.kind.number})
        .bind(state.key.id.uuid.bytes)
        .bind_content(sync::encode(state), state_of(state.key))
        .run();
    mark(state);
}

void SealedStates::update(const RecordState& state, const RecordState* before) {
    connection_.query("UPDATE zhibu_record SET content=? WHERE kind=? AND id=?")
        .bind_content(sync::encode(state), state_of(state.key))
        .bind(std::int64_t{state.key.kind.number})
        .bind(state.key.id.uuid.bytes)
        .run();
    if (before != nullptr) {
        unmark(*before);
        mark(state);
    }
}

void SealedStates::remove(const RecordState& before) {
    unmark(before);
    connection_.query("DELETE FROM zhibu_record WHERE kind=? AND id=?")
        .bind(std::int64_t{before.key.kind.number})
        .bind(before.key.id.uuid.bytes)
        .run();
}

void SealedStates::mark_anew() {
    connection_.execute("DELETE FROM zhibu_mark");
    for (const catalog::Kind& kind : catalog_.kinds()) {
        each(kind.id(), RecordId{}, [this](const RecordState& state) {
            mark(state);
            return true;
        });
    }
}

void SealedStates::mark(const RecordState& state) {
    for_marks("INSERT INTO zhibu_mark(kind, field, mark, id) VALUES(?,?,?,?)", state);
}

void SealedStates::unmark(const RecordState& state) {
    for_marks("DELETE FROM zhibu_mark WHERE kind=? AND field=? AND mark=? AND id=?", state);
}

void SealedStates::for_marks(const char* sql, const RecordState& state) {
    const catalog::Kind* kind = catalog_.find(state.key.kind);
    ZHIBU_CHECK(kind != nullptr);
    for (const catalog::Field& field : kind->fields) {
        if (!catalog::is_indexed(field)) {
            continue;
        }
        const record::Hash found_by =
            sealer_.mark(state.key.kind, field.id(), as_column(field, state));
        connection_.query(sql)
            .bind(std::int64_t{state.key.kind.number})
            .bind(std::int64_t{field.number})
            .bind(found_by)
            .bind(state.key.id.uuid.bytes)
            .run();
    }
}

}  // namespace zhibu::server::detail

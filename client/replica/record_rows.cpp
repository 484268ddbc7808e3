#include "client/replica/detail/record_rows.hpp"

#include <algorithm>

#include "client/pinyin/search_keys.hpp"
#include "client/replica/detail/columns.hpp"
#include "client/replica/detail/failure.hpp"
#include "client/replica/detail/tables.hpp"
#include "shared/catalog/schema.hpp"
#include "shared/keys/digest.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::client::detail {
namespace {

using catalog::identifier;
using record::FieldState;
using record::LogIndex;
using record::RecordKey;
using record::RecordState;

}  // namespace

RecordRows::RecordRows(Connection& connection, const catalog::Catalog& catalog)
    : connection_(connection), catalog_(catalog), writer_(connection, catalog, {}) {}

RecordRows::Texts RecordRows::make_texts(const catalog::Kind& kind) {
    Texts texts;
    texts.columns = "id, retired, life_changed_at, versions, extra";
    for (const catalog::Field& field : kind.fields) {
        texts.columns += ", " + identifier(field.name);
    }
    const std::string table = identifier(kind.name);
    texts.select = "SELECT " + texts.columns + " FROM " + table + " WHERE id=?";
    texts.remove = "DELETE FROM " + table + " WHERE id=?";
    texts.exists = "SELECT 1 FROM " + table + " WHERE id=?";
    for (const catalog::Field& field : kind.fields) {
        texts.holding.push_back("SELECT id FROM " + table + " WHERE " + identifier(field.name) +
                                " IS ? LIMIT ?");
    }
    return texts;
}

const RecordRows::Texts& RecordRows::texts(const catalog::Kind& kind) const {
    if (const auto made = texts_.find(kind.id()); made != texts_.end()) {
        return made->second;
    }
    return texts_.emplace(kind.id(), make_texts(kind)).first->second;
}

const std::string& RecordRows::columns(const catalog::Kind& kind) const {
    return texts(kind).columns;
}

void RecordRows::create_tables() {
    connection_.execute(search_table("search"));
    connection_.execute(unknown_table("unknown_record"));
    for (const catalog::Kind& kind : catalog_.kinds()) {
        std::vector<std::string> present;
        {
            Query row = connection_.query("SELECT name FROM pragma_table_info(?)");
            row.bind(kind.name);
            while (row.step()) {
                present.push_back(row.text(0));
            }
        }
        for (const std::string& statement : statements(kind, present)) {
            connection_.execute(statement);
        }
    }
}

record::Hash RecordRows::tables_hash() const {
    std::string all = search_table("search") + unknown_table("unknown_record");
    for (const catalog::Kind& kind : catalog_.kinds()) {
        for (const std::string& statement : statements(kind, {})) {
            all += statement + '\n';
        }
    }
    return keys::sha256(std::span(reinterpret_cast<const std::uint8_t*>(all.data()), all.size()));
}

std::vector<std::string> RecordRows::statements(const catalog::Kind& kind,
                                                std::span<const std::string> present) {
    std::vector<std::string> all = catalog::table_statements(kind, present);
    const std::string table = identifier(kind.name);
    const auto index = [&](std::string_view of, const std::string& columns) {
        all.push_back("CREATE INDEX IF NOT EXISTS " +
                      identifier(std::string{kind.name} + "_" + std::string{of}) + " ON " + table +
                      "(" + columns + ")");
    };
    // How many there are in use, and pages far down, without the rows themselves.
    index("in_use", "retired, id");
    if (kind.find("name") != nullptr) {
        index("by_name", "name, id, retired");
    }
    if (kind.find("stage") != nullptr) {
        index("by_stage", "stage, retired, id");
    }
    return all;
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

const std::string& RecordRows::holding(const catalog::Kind& kind,
                                       const catalog::Field& field) const {
    return texts(kind).holding.at(static_cast<std::size_t>(&field - kind.fields.data()));
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
    state.fields.reserve(versions->size());
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
    keys_.erase(state.key.kind);
    writer_.write(state);
}

void RecordRows::update(const std::optional<RecordState>& before, const RecordState& after) {
    if (!before) {
        write(after);
    } else if (*before != after && writer_.update(*before, after)) {
        keys_.erase(after.key.kind);
    }
}

const RecordRows::Keys& RecordRows::keys_of(const catalog::Kind& kind) {
    const auto [at, is_new] = keys_.try_emplace(kind.id());
    if (is_new) {
        Keys& keys = at->second;
        // Both ascend by id: the table's by its index, which knows the rows' numbers.
        Query found = connection_.query("SELECT id, keys FROM search WHERE kind=? ORDER BY id");
        found.bind(std::int64_t{kind.number});
        Query row =
            connection_.query("SELECT id, rowid FROM " + identifier(kind.name) + " ORDER BY id");
        bool more = row.step();
        while (found.step()) {
            const record::Uuid id = found.uuid(0);
            while (more && row.uuid(0) < id) {
                more = row.step();
            }
            if (more && row.uuid(0) == id) {
                keys.rows.push_back(row.integer(1));
                keys.text += found.text(1);
                keys.ends.push_back(keys.text.size());
            }
        }
    }
    return at->second;
}

std::vector<std::int64_t> RecordRows::find_words(const catalog::Kind& kind,
                                                 std::string_view typed) {
    const Keys& keys = keys_of(kind);
    std::vector<bool> found(keys.rows.size(), true);
    for (const std::string& word : search_words(typed)) {
        std::vector<bool> has(keys.rows.size(), false);
        // Each record's keys begin and end with a line break, so that no match spans two.
        std::size_t record = 0;
        for (auto at = keys.text.find(word); at != std::string::npos;
             at = keys.text.find(word, keys.ends[record])) {
            record = static_cast<std::size_t>(std::ranges::upper_bound(keys.ends, at) -
                                              keys.ends.begin());
            has[record] = true;
        }
        for (std::size_t each = 0; each < has.size(); ++each) {
            found[each] = found[each] && has[each];
        }
    }
    std::vector<std::int64_t> rows;
    for (std::size_t record = 0; record < found.size(); ++record) {
        if (found[record]) {
            rows.push_back(keys.rows[record]);
        }
    }
    return rows;
}

void RecordRows::index_again() {
    connection_.execute("DELETE FROM search");
    keys_.clear();
    for (const catalog::Kind& kind : catalog_.kinds()) {
        if (writer_.is_searched(kind)) {
            each(kind.id(), [&](const RecordState& state) { writer_.index(kind, state); });
        }
    }
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
    keys_.erase(key.kind);
    writer_.forget(key);
}

void RecordRows::replace_by(StagedRows& staged) {
    std::vector<LiveTable> live{{"search", "kind, id, keys"},
                                {"unknown_record", "kind, id, state"}};
    for (const catalog::Kind& kind : catalog_.kinds()) {
        live.push_back({kind.name, columns(kind)});
    }
    if (staged.take_the_place_of_live(live)) {
        // Indexes of a whole table are sorted once, not kept in order row by row.
        create_tables();
    }
    keys_.clear();
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

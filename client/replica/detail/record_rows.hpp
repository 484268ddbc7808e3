#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/replica/detail/connection.hpp"
#include "client/replica/detail/row_writer.hpp"
#include "client/replica/detail/staged_rows.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/state.hpp"

namespace zhibu::client::detail {

/// The tables of record kinds, made from the catalog: what the user sees. Records of kinds that
/// this catalog does not know stand whole in a table of their own until a newer program reads them.
/// Throws Failed and what guarded() translates.
class RecordRows {
public:
    RecordRows(Connection& connection, const catalog::Catalog& catalog);

    /// Makes what is missing. After a change of the catalog, also moves what was kept as unknown
    /// into its columns.
    void create_tables();
    /// Of all that create_tables() sees to: where it is known to have been made, nothing is
    /// missing.
    [[nodiscard]] record::Hash tables_hash() const;
    void adopt_newer_catalog();

    /// Makes anew what records are found by. write() and remove() keep it.
    void index_again();

    /// The rows of a kind's table that are found by every word (client/pinyin/search_keys.hpp).
    [[nodiscard]] std::vector<std::int64_t> find_words(const catalog::Kind& kind,
                                                       std::string_view typed);

    [[nodiscard]] std::optional<record::RecordState> read(const record::RecordKey& key);
    /// Writes the record as given, there or not.
    void write(const record::RecordState& state);
    /// Writes `after` where the record is there as `before`, or not there: only what differs.
    void update(const std::optional<record::RecordState>& before, const record::RecordState& after);
    void remove(const record::RecordKey& key);
    /// Puts the tables of `staged` in the place of these, inside a transaction.
    void replace_by(StagedRows& staged);
    [[nodiscard]] bool has(const record::RecordKey& key);
    /// Selects the ids of records whose field holds the one parameter, as many as the other says.
    [[nodiscard]] const std::string& holding(const catalog::Kind& kind,
                                             const catalog::Field& field) const;

    /// All kinds that can have records here, known or not, ascending.
    [[nodiscard]] std::vector<record::KindNumber> kinds();
    /// All records of a kind, ascending by id. `visit` does not write.
    void each(record::KindNumber kind,
              const std::function<void(const record::RecordState&)>& visit);

    /// "id, retired, ...": what read_row() expects of a SELECT over the kind's table.
    [[nodiscard]] const std::string& columns(const catalog::Kind& kind) const;
    [[nodiscard]] record::RecordState read_row(const catalog::Kind& kind, const Query& row) const;

private:
    struct Texts {
        std::string columns;
        std::string select;
        std::string remove;
        std::string exists;
        std::vector<std::string> holding;  // for each of the kind's fields
    };

    /// With the indexes that only a replica needs: its lists are asked for while people type.
    [[nodiscard]] static std::vector<std::string> statements(const catalog::Kind& kind,
                                                             std::span<const std::string> present);

    /// All keys of a kind behind one another, as `search` holds them; read when first asked for
    /// after a change.
    struct Keys {
        std::string text;
        std::vector<std::int64_t> rows;
        std::vector<std::size_t> ends;
    };

    [[nodiscard]] const Keys& keys_of(const catalog::Kind& kind);

    [[nodiscard]] static Texts make_texts(const catalog::Kind& kind);
    [[nodiscard]] const Texts& texts(const catalog::Kind& kind) const;

    Connection& connection_;
    const catalog::Catalog& catalog_;
    /// Made when they are first asked for.
    mutable std::map<record::KindNumber, Texts> texts_;
    RowWriter writer_;
    std::map<record::KindNumber, Keys> keys_;
};

}  // namespace zhibu::client::detail

#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/store/sqlite/detail/columns.hpp"
#include "server/store/sqlite/detail/connection.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"

namespace zhibu::server::detail {

/// Kind, high byte first, then id: sorts as RecordKey does.
using KeyBytes = std::array<std::uint8_t, 18>;

[[nodiscard]] KeyBytes bytes_of(const RecordKey& key);
/// Throws Failed{damaged} for bytes that bytes_of() did not make.
[[nodiscard]] RecordKey key_of(std::span<const std::uint8_t> bytes);

/// The tables of record kinds, made from the catalog, and the table that says which organisation
/// sees which record. Throws Failed and what guarded() translates.
class RecordRows {
public:
    RecordRows(Connection& connection, const catalog::Catalog& catalog);

    /// Makes the tables, columns and indexes that are missing.
    void create_tables();
    /// After a change of the catalog: moves what was kept as unknown into its columns, and places
    /// every record anew.
    void adopt_newer_catalog();

    [[nodiscard]] std::optional<RecordState> read(const RecordKey& key);
    [[nodiscard]] std::vector<RecordKey> find_by(record::KindNumber kind, record::FieldNumber field,
                                                 const record::Value& value, std::uint32_t limit);
    /// All records of a kind with an id after `after`, ascending, until `visit` says false.
    void each(record::KindNumber kind, const RecordId& after,
              const std::function<bool(const RecordState&)>& visit);
    /// Kinds of the catalog, ascending.
    [[nodiscard]] std::vector<record::KindNumber> kinds() const;
    [[nodiscard]] std::vector<RecordId> places_of(const RecordState& state);

    /// Writes the record as given, there or not, and where it and its entries are seen.
    void write(const RecordState& state);

    /// Takes the record out, and from where it is seen.
    void remove(const RecordKey& key);

    /// At most `limit` records that the organisation sees, after `after`, ascending.
    [[nodiscard]] std::vector<RecordKey> seen_by(const RecordId& organisation,
                                                 const RecordKey& after, std::uint32_t limit);

private:
    struct KindTable {
        const catalog::Kind* kind = nullptr;
        bool has_entries = false;
        std::vector<const catalog::Field*> indexed;
        std::string select;          // whole, by id
        std::string select_indexed;  // the indexed fields alone, by id
        std::string select_after;    // whole, ascending by id
        std::string insert;
        std::string update;          // what no index covers
        std::string update_indexed;  // all
        std::string remove;          // by id
        std::string select_extra;    // ids of records with fields that had no column
        /// By field number: ids of records whose field has a value, and whose field is empty.
        std::map<record::FieldNumber, std::pair<std::string, std::string>> select_by;
    };

    /// A state split into what the table's columns hold.
    struct Row;

    [[nodiscard]] static KindTable make_table(const catalog::Catalog& catalog,
                                              const catalog::Kind& kind);
    [[nodiscard]] const KindTable& table(record::KindNumber kind) const;
    [[nodiscard]] RecordState read_row(const catalog::Kind& kind, const Query& row) const;
    /// With the indexed fields alone: all that places() looks at.
    [[nodiscard]] std::optional<RecordState> read_indexed(const RecordKey& key);

    void insert(const KindTable& table, const RecordState& state, const Row& row);
    void update(const KindTable& table, const RecordState& state, const Row& row, bool indexed);
    /// Remembers an entry that came before its owner.
    void note_waiting(const RecordState& state, const std::vector<RecordId>& places);
    void replace_places(const RecordKey& key, const std::vector<RecordId>& before,
                        const std::vector<RecordId>& after);
    void place_entries(const catalog::Kind& owner_kind, const RecordId& owner,
                       const std::vector<RecordId>& before, const std::vector<RecordId>& after);
    void place_waiting_entries(const catalog::Kind& owner_kind, const RecordId& owner,
                               const std::vector<RecordId>& after);

    Connection& connection_;
    const catalog::Catalog& catalog_;
    std::vector<KindTable> tables_;  // ascending by the kind's number
};

}  // namespace zhibu::server::detail

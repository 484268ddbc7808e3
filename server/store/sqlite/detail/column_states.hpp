#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/store/rows/query.hpp"
#include "server/store/rows/states.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"

namespace zhibu::server::detail {

/// The tables of record kinds, made from the catalog: a column a field. Throws Failed.
class ColumnStates final : public States {
public:
    ColumnStates(Connection& connection, const catalog::Catalog& catalog);

    /// Makes the tables, columns and indexes that are missing.
    void create_tables();
    /// Records with fields that had no column when they were written; writing them anew moves these
    /// into the columns that there are now.
    [[nodiscard]] std::vector<RecordKey> with_extra();

    [[nodiscard]] std::optional<RecordState> read(const RecordKey& key) override;
    /// With the indexed fields alone.
    [[nodiscard]] std::optional<RecordState> read_indexed(const RecordKey& key) override;
    [[nodiscard]] std::vector<RecordKey> find_by(record::KindNumber kind, record::FieldNumber field,
                                                 const record::Value& value,
                                                 std::uint32_t limit) override;
    void each(record::KindNumber kind, const RecordId& after,
              const std::function<bool(const RecordState&)>& visit) override;
    void insert(const RecordState& state) override;
    void update(const RecordState& state, const RecordState* before) override;
    void remove(const RecordState& before) override;

private:
    struct KindTable {
        const catalog::Kind* kind = nullptr;
        std::vector<const catalog::Field*> indexed;
        std::string select;          // whole, by id
        std::string select_indexed;  // the indexed fields alone, by id
        std::string select_after;    // whole, ascending by id
        std::string insert;
        std::string update;          // what no index covers
        std::string update_indexed;  // all
        std::string remove;          // by id
        std::string select_extra;    // ids of records with fields that had no column

        /// Ids of records, so many at most: any, or the lowest.
        struct SelectBy {
            std::string any;
            std::string lowest;
        };

        /// By field number: of records whose field has a value, and whose field is empty.
        std::map<record::FieldNumber, std::pair<SelectBy, SelectBy>> select_by;
    };

    /// A state split into what the table's columns hold.
    struct Row;

    [[nodiscard]] static KindTable make_table(const catalog::Kind& kind);
    /// The kind's, which this catalog knows.
    [[nodiscard]] const KindTable& table(record::KindNumber kind) const;
    [[nodiscard]] RecordState read_row(const catalog::Kind& kind, const Query& row) const;

    Connection& connection_;
    const catalog::Catalog& catalog_;
    /// Each made when it is first asked for: a reader that is opened for one question needs few.
    mutable std::map<record::KindNumber, KindTable> tables_;
};

}  // namespace zhibu::server::detail

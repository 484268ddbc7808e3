#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "client/replica/detail/connection.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/state.hpp"

namespace zhibu::client::detail {

/// Columns of a kind's table before the fields' own: id, retired, life_changed_at, versions, extra.
constexpr int first_field_column = 5;

/// Writes records into the tables of their kinds, and into `search` what they are found by. The
/// tables' names begin with the prefix; it does not make them.
/// Throws Failed and what guarded() translates.
class RowWriter {
public:
    RowWriter(Connection& connection, const catalog::Catalog& catalog, std::string_view prefix);

    /// Writes the record as given, there or not.
    void write(const record::RecordState& state);
    /// Writes `after` where the record stands as `before`: of one changed field no more than its
    /// column and its index. False: the row has kept its number and what it is found by.
    bool update(const record::RecordState& before, const record::RecordState& after);

    [[nodiscard]] bool is_searched(const catalog::Kind& kind) const;
    /// Writes anew, or takes away, what the record is found by.
    void index(const catalog::Kind& kind, const record::RecordState& state);
    void forget(const record::RecordKey& key);

private:
    struct Texts {
        std::string replace;
        std::string set_versions;
        /// For each of the kind's fields.
        std::vector<std::string> set_field;
        /// By which records are found; without any the kind is not searched.
        std::vector<const catalog::Field*> searched;
    };

    [[nodiscard]] std::string table(std::string_view name) const;
    [[nodiscard]] Texts make_texts(const catalog::Kind& kind) const;
    [[nodiscard]] const Texts& texts(const catalog::Kind& kind) const;
    void write_unknown(const record::RecordState& state);

    Connection& connection_;
    const catalog::Catalog& catalog_;
    std::string prefix_;
    std::string replace_unknown_;
    std::string replace_keys_;
    std::string remove_keys_;
    /// Made when they are first asked for.
    mutable std::map<record::KindNumber, Texts> texts_;
};

}  // namespace zhibu::client::detail

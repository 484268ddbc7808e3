#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "server/store/rows/query.hpp"
#include "server/store/rows/states.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"

namespace zhibu::server::detail {

/// Kind, high byte first, then id: sorts as RecordKey does.
using KeyBytes = std::array<std::uint8_t, 18>;

[[nodiscard]] KeyBytes bytes_of(const RecordKey& key);
/// Throws Failed{damaged} for bytes that bytes_of() did not make.
[[nodiscard]] RecordKey key_of(std::span<const std::uint8_t> bytes);

/// Records, and the table that says which organisation sees which. Throws Failed.
class RecordRows {
public:
    RecordRows(Connection& connection, States& states, const catalog::Catalog& catalog);

    /// After a change of the catalog: places every record anew.
    void place_anew();

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
    /// What each write asks of the kind.
    struct KindSight {
        const catalog::Kind* kind = nullptr;
        std::vector<const catalog::Field*> indexed;
        bool has_entries = false;
    };

    /// Of the catalog (checked).
    [[nodiscard]] const KindSight& sight(record::KindNumber kind) const;
    /// Whether a value by which the record is found has changed.
    [[nodiscard]] static bool indexed_differ(const KindSight& sight, const RecordState& before,
                                             const RecordState& after);
    /// Remembers an entry that came before its owner.
    void note_waiting(const RecordState& state, const std::vector<RecordId>& places);
    void replace_places(const RecordKey& key, const std::vector<RecordId>& before,
                        const std::vector<RecordId>& after);
    void place_entries(const catalog::Kind& owner_kind, const RecordId& owner,
                       const std::vector<RecordId>& before, const std::vector<RecordId>& after);
    void place_waiting_entries(const catalog::Kind& owner_kind, const RecordId& owner,
                               const std::vector<RecordId>& after);

    Connection& connection_;
    States& states_;
    const catalog::Catalog& catalog_;
    std::vector<KindSight> sights_;  // ascending by the kind's number
};

}  // namespace zhibu::server::detail

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/state.hpp"

namespace zhibu::server::detail {

/// The records that one group touches, as committed and as the group so far leaves them, laid over
/// what the store shows. Reads each record once. Threads: not synchronised.
class Docket {
public:
    enum class Side : std::uint8_t { before, after };

    Docket(const catalog::Catalog& catalog, StoreReading& store);

    /// None if there is no such record on that side. Valid as long as the docket, unless amended.
    [[nodiscard]] Stored<const RecordState*> find(const RecordKey& key, Side side = Side::after);

    /// The record for amending; for a new one, an empty state with that key. Only before the first
    /// find_by().
    [[nodiscard]] Stored<RecordState*> amend(const RecordKey& key);

    /// Records whose field holds `value` after the group, about `limit` at most from the store.
    [[nodiscard]] Stored<std::vector<RecordKey>> find_by(record::KindNumber kind,
                                                         record::FieldNumber field,
                                                         const record::Value& value,
                                                         std::uint32_t limit);

    /// The organisations that see the record on that side, ascending; none if it is not there.
    [[nodiscard]] Stored<std::vector<RecordId>> places(const RecordKey& key, Side side);

    /// The records amended, in the order of the group's changes.
    [[nodiscard]] const std::vector<RecordKey>& amended() const { return order_; }

    [[nodiscard]] bool is_amended(const RecordKey& key) const { return after_.contains(key); }

private:
    using Column = std::pair<record::KindNumber, record::FieldNumber>;
    using Index = std::multimap<record::Value, RecordKey>;

    [[nodiscard]] const Index& index_of(const Column& column);

    const catalog::Catalog* catalog_;
    StoreReading* store_;
    std::map<RecordKey, std::optional<RecordState>> before_;
    std::map<RecordKey, RecordState> after_;
    std::vector<RecordKey> order_;
    std::map<Column, Index> indexes_;
};

}  // namespace zhibu::server::detail

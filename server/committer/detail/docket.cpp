#include "server/committer/detail/docket.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "server/store/placement.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "shared/record/value.hpp"

namespace zhibu::server::detail {

Docket::Docket(const catalog::Catalog& catalog, StoreReading& store)
    : catalog_{&catalog}, store_{&store} {}

Stored<const RecordState*> Docket::find(const RecordKey& key, Side side) {
    if (side == Side::after) {
        if (const auto amended = after_.find(key); amended != after_.end()) {
            return &amended->second;
        }
    }
    auto read = before_.find(key);
    if (read == before_.end()) {
        ZHIBU_TRY(found, store_->find(key));
        read = before_.emplace(key, std::move(found)).first;
    }
    const std::optional<RecordState>& state = read->second;
    return state ? &*state : nullptr;
}

Stored<RecordState*> Docket::amend(const RecordKey& key) {
    ZHIBU_CHECK(indexes_.empty());
    if (const auto amended = after_.find(key); amended != after_.end()) {
        return &amended->second;
    }
    ZHIBU_TRY(before, find(key, Side::before));
    RecordState state;
    state.key = key;
    if (before != nullptr) {
        state = *before;
    }
    order_.push_back(key);
    return &after_.emplace(key, std::move(state)).first->second;
}

const Docket::Index& Docket::index_of(const Column& column) {
    const auto known = indexes_.find(column);
    if (known != indexes_.end()) {
        return known->second;
    }
    Index& index = indexes_[column];
    for (const auto& [key, state] : after_) {
        if (key.kind == column.first) {
            index.emplace(state.value(column.second), key);
        }
    }
    return index;
}

Stored<std::vector<RecordKey>> Docket::find_by(record::KindNumber kind, record::FieldNumber field,
                                               const record::Value& value, std::uint32_t limit) {
    std::vector<RecordKey> found;
    for (bool all = false; !all && found.empty(); limit *= 4) {
        ZHIBU_TRY(held, store_->find_by(kind, field, value, limit));
        all = held.size() < limit;
        found = std::move(held);
        // All that the limit let through may be records that this group amends: then look further.
        std::erase_if(found, [this](const RecordKey& key) { return is_amended(key); });
    }
    const auto [first, last] = index_of({kind, field}).equal_range(value);
    for (auto at = first; at != last; ++at) {
        found.push_back(at->second);
    }
    std::ranges::sort(found);
    return found;
}

Stored<std::vector<RecordId>> Docket::places(const RecordKey& key, Side side) {
    ZHIBU_TRY(state, find(key, side));
    if (state == nullptr) {
        return std::vector<RecordId>{};
    }
    return server::places(*catalog_, *state,
                          [&](const RecordKey& owner) -> Stored<std::optional<RecordState>> {
                              ZHIBU_TRY(found, find(owner, side));
                              return found == nullptr ? std::nullopt : std::optional{*found};
                          });
}

}  // namespace zhibu::server::detail

#include "server/committer/detail/docket.hpp"

#include <algorithm>
#include <string_view>
#include <variant>

#include "shared/record/check.hpp"

namespace zhibu::server::detail {
namespace {

/// An entry's owner, an account's scope: a place is at most so many records away.
constexpr unsigned steps_max = 4;

constexpr std::string_view organisation_kind = "organisation";

}  // namespace

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
    return read->second ? &*read->second : nullptr;
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
    std::vector<RecordId> found;
    ZHIBU_TRY_VOID(gather_places(key, side, 0, found));
    std::ranges::sort(found);
    const auto repeated = std::ranges::unique(found);
    found.erase(repeated.begin(), repeated.end());
    return found;
}

Stored<void> Docket::gather_places(const RecordKey& key, Side side, unsigned depth,
                                   std::vector<RecordId>& places) {
    const catalog::Kind* kind = catalog_->find(key.kind);
    ZHIBU_TRY(state, find(key, side));
    if (kind == nullptr || state == nullptr || depth > steps_max) {
        return {};
    }
    if (kind->name == organisation_kind) {
        places.push_back(key.id);
        return {};
    }
    std::vector<std::string_view> placed_by = kind->placed_by;
    if (!kind->owner.empty()) {
        placed_by = {"owner"};
    }
    for (const std::string_view name : placed_by) {
        const catalog::Field& field = kind->field(name);
        const auto* target = std::get_if<RecordId>(&state->value(field.id()));
        if (target == nullptr) {
            continue;
        }
        if (field.refers_to == organisation_kind) {
            places.push_back(*target);
            continue;
        }
        const RecordKey next{catalog_->kind(field.refers_to).id(), *target};
        ZHIBU_TRY_VOID(gather_places(next, side, depth + 1, places));
    }
    return {};
}

}  // namespace zhibu::server::detail

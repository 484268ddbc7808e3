#include "server/store/placement.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

#include "shared/record/check.hpp"

namespace zhibu::server {
namespace {

/// An entry's owner may be an entry itself; deeper than this the declarations form a ring.
constexpr int owners_max = 8;

void add(const record::Value& value, std::vector<RecordId>& found) {
    const auto* id = std::get_if<RecordId>(&value);
    if (id != nullptr && !id->is_none()) {
        found.push_back(*id);
    }
}

std::vector<RecordId> own_places(const catalog::Kind& kind, const RecordState& state) {
    if (is_own_place(kind)) {
        return {state.key.id};
    }
    std::vector<RecordId> found;
    for (const std::string_view name : kind.placed_by) {
        add(state.value(kind.field(name).id()), found);
    }
    std::ranges::sort(found);
    const auto repeated = std::ranges::unique(found);
    found.erase(repeated.begin(), repeated.end());
    return found;
}

}  // namespace

bool is_own_place(const catalog::Kind& kind) { return kind.name == "organisation"; }

Stored<std::vector<RecordId>> places(const catalog::Catalog& catalog, const RecordState& state,
                                     const FindRecord& find) {
    const catalog::Kind* kind = catalog.find(state.key.kind);
    ZHIBU_CHECK(kind != nullptr);
    if (kind->owner.empty()) {
        return own_places(*kind, state);
    }
    RecordState current = state;
    for (int level = 0; level < owners_max; ++level) {
        const auto* owner = std::get_if<RecordId>(&current.value(kind->field("owner").id()));
        const catalog::Kind& owner_kind = catalog.kind(kind->owner);
        if (owner == nullptr) {
            return std::vector<RecordId>{};
        }
        ZHIBU_TRY(found, find(RecordKey{owner_kind.id(), *owner}));
        if (!found) {
            return std::vector<RecordId>{};
        }
        if (owner_kind.owner.empty()) {
            return own_places(owner_kind, *found);
        }
        current = *std::move(found);
        kind = &owner_kind;
    }
    ZHIBU_CHECK(false && "owners form a ring");
    return std::vector<RecordId>{};
}

}  // namespace zhibu::server

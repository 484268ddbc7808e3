#include <algorithm>
#include <cstdint>
#include <deque>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

#include "server/committer/detail/case.hpp"
#include "server/committer/detail/docket.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "shared/record/state.hpp"

namespace zhibu::server::detail {
namespace {

using Side = Docket::Side;

/// More entries than anybody has; a limit all the same, for the store's answer is held in memory.
constexpr std::uint32_t entries_max = 100'000;

Stored<Placement> placement_of(Case& judged, const RecordKey& key) {
    ZHIBU_TRY(before, judged.docket.places(key, Side::before));
    ZHIBU_TRY(after, judged.docket.places(key, Side::after));
    return Placement{std::move(before), std::move(after)};
}

/// The state with the fields alone that this group changed.
RecordState changed_part(const RecordState& state, LogIndex index) {
    RecordState part;
    part.key = state.key;
    part.retired = state.retired;
    part.life_changed_at = state.life_changed_at;
    std::ranges::copy_if(
        state.fields, std::back_inserter(part.fields),
        [&](const record::FieldState& field) { return field.changed_at == index; });
    return part;
}

/// The entries of a record, whose place is their owner's.
Stored<std::vector<RecordKey>> entries_of(Case& judged, const RecordKey& owner) {
    const catalog::Catalog& catalog = *judged.bench.catalog;
    std::vector<RecordKey> found;
    for (const catalog::Kind* kind : catalog.entries_of(*catalog.find(owner.kind))) {
        ZHIBU_TRY(held, judged.docket.find_by(kind->id(), kind->field("owner").id(),
                                              record::Value{owner.id}, entries_max));
        found.insert(found.end(), held.begin(), held.end());
    }
    return found;
}

/// The entries of a moved record move with it: told by effects without fields.
Stored<void> follow_moves(Case& judged, std::deque<RecordKey> moved) {
    std::set<RecordKey> told;
    while (!moved.empty()) {
        ZHIBU_TRY(entries, entries_of(judged, moved.front()));
        moved.pop_front();
        for (const RecordKey& key : entries) {
            if (judged.docket.is_amended(key) || !told.insert(key).second) {
                continue;
            }
            ZHIBU_TRY(placement, placement_of(judged, key));
            if (placement.before == placement.after) {
                continue;
            }
            ZHIBU_TRY(state, judged.docket.find(key));
            judged.judgement.effects.push_back(
                {{record::Effect::Sort::changed, changed_part(*state, judged.index)},
                 std::move(placement)});
            judged.taken_whole = false;
            moved.push_back(key);
        }
    }
    return {};
}

bool changes_tree(const Case& judged, const RecordState& before, const RecordState& after) {
    const catalog::Kind& kind = *judged.bench.catalog->find(after.key.kind);
    if (kind.name != "organisation") {
        return false;
    }
    const record::FieldNumber parent = kind.field("parent").id();
    return before.retired != after.retired || before.value(parent) != after.value(parent);
}

}  // namespace

Stored<void> write_effects(Case& judged) {
    std::deque<RecordKey> moved;
    for (const RecordKey& key : judged.docket.amended()) {
        ZHIBU_TRY(before, judged.docket.find(key, Side::before));
        ZHIBU_TRY(after, judged.docket.find(key));
        if (before != nullptr && *before == *after) {
            continue;
        }
        ZHIBU_TRY(placement, placement_of(judged, key));
        if (before != nullptr && placement.before != placement.after) {
            moved.push_back(key);
        }
        record::Effect effect{record::Effect::Sort::entered, *after};
        if (before != nullptr) {
            effect = {record::Effect::Sort::changed, changed_part(*after, judged.index)};
            judged.judgement.tree_changed |= changes_tree(judged, *before, *after);
        }
        judged.judgement.effects.push_back({std::move(effect), std::move(placement)});
        judged.judgement.states.push_back(*after);
    }
    return follow_moves(judged, std::move(moved));
}

}  // namespace zhibu::server::detail

#include "server/store/rows/scope_walk.hpp"
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "server/store/rows/failure.hpp"
#include "server/store/rows/ordered_union.hpp"
#include "server/store/rows/record_rows.hpp"
#include "server/store/store.hpp"
#include "shared/record/change.hpp"
#include "shared/record/id.hpp"

namespace zhibu::server::detail {
namespace {

void walk_everything(RecordRows& records, const RecordKey& after,
                     const std::function<bool(const RecordState&)>& visit) {
    bool goes_on = true;
    for (const record::KindNumber kind : records.kinds()) {
        if (!goes_on || kind < after.kind) {
            continue;
        }
        const RecordId start = kind == after.kind ? after.id : RecordId{};
        records.each(kind, start, [&](const RecordState& state) {
            goes_on = visit(state);
            return goes_on;
        });
    }
}

}  // namespace

void walk_scope(RecordRows& records, const ScopeFilter& scope, const RecordKey& after,
                const std::function<bool(const RecordState&)>& visit) {
    if (scope.everything) {
        walk_everything(records, after, visit);
        return;
    }
    std::vector<record::Uuid> lists;
    for (const RecordId& organisation : scope.organisations) {
        lists.push_back(organisation.uuid);
    }
    OrderedUnion<RecordKey> keys(
        lists, after, [&](const record::Uuid& list, const RecordKey& from, std::uint32_t limit) {
            return records.seen_by(RecordId{list}, from, limit);
        });
    while (const std::optional<RecordKey> key = keys.next()) {
        const std::optional<RecordState> state = records.read(*key);
        if (!state) {
            throw Failed(StoreFault::damaged, "zhibu_place");
        }
        if (!visit(*state)) {
            return;
        }
    }
}

}  // namespace zhibu::server::detail

#include "server/committer/detail/following.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "server/committer/control.hpp"
#include "server/committer/detail/waiting_cases.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/check.hpp"
#include "shared/record/state.hpp"

namespace zhibu::server::detail {
namespace {

/// Of a longer stretch every record is read anew, which then is less work.
constexpr std::uint64_t rows_read_max = 1024;

/// The states of the records that the stretch has changed, of kinds that are kept in memory.
Stored<std::vector<RecordState>> changed_in(StoreReading& store, Stretch stretch,
                                            const Control& control, record::KindNumber cases) {
    std::set<RecordKey> changed;
    for (std::uint64_t at = stretch.from.position + 1; at <= stretch.to.position; ++at) {
        ZHIBU_TRY(row, store.row(LogIndex{at}));
        if (!row) {
            return std::unexpected{StoreError{StoreFault::damaged, "log"}};
        }
        for (const PlacedEffect& placed : row->effects) {
            const RecordKey& key = placed.effect.state.key;
            if (key.kind == cases || control.reads(key.kind)) {
                changed.insert(key);
            }
        }
    }
    std::vector<RecordState> states;
    for (const RecordKey& key : changed) {
        ZHIBU_TRY(state, store.find(key));
        if (state) {
            states.push_back(*std::move(state));
        }
    }
    return states;
}

}  // namespace

Stored<std::shared_ptr<const Control>> load_control(const catalog::Catalog& catalog,
                                                    StoreReading& store) {
    auto control = std::make_shared<Control>(catalog);
    for (const catalog::Kind& kind : catalog.kinds()) {
        if (control->reads(kind.id())) {
            ZHIBU_TRY_VOID(
                store.each(kind.id(), [&](const RecordState& state) { control->take(state); }));
        }
    }
    return std::shared_ptr<const Control>{std::move(control)};
}

Stored<WaitingCases> load_waiting(const catalog::Catalog& catalog, StoreReading& store) {
    WaitingCases waiting{catalog};
    ZHIBU_TRY_VOID(store.each(catalog.kind("case").id(),
                              [&](const RecordState& state) { waiting.take(state); }));
    waiting.settle();
    return waiting;
}

Stored<std::shared_ptr<const Control>> follow(const catalog::Catalog& catalog, StoreReading& store,
                                              Stretch stretch,
                                              const std::shared_ptr<const Control>& control,
                                              WaitingCases& waiting) {
    ZHIBU_TRY(compacted, store.compacted());
    // Of a position that was compacted it is not told what it has changed.
    if (stretch.from < compacted || stretch.to.position - stretch.from.position > rows_read_max) {
        ZHIBU_TRY(loaded, load_waiting(catalog, store));
        ZHIBU_TRY(whole, load_control(catalog, store));
        waiting = std::move(loaded);
        return whole;
    }
    ZHIBU_TRY(states, changed_in(store, stretch, *control, catalog.kind("case").id()));
    std::shared_ptr<Control> next;
    for (const RecordState& state : states) {
        waiting.take(state);
        if (!control->reads(state.key.kind)) {
            continue;
        }
        if (next == nullptr) {
            next = std::make_shared<Control>(*control);
        }
        next->take(state);
    }
    waiting.settle();
    return next == nullptr ? control : std::shared_ptr<const Control>{std::move(next)};
}

}  // namespace zhibu::server::detail

#include "server/copying/part.hpp"

#include <limits>
#include <set>

#include "server/copying/detail/comparison.hpp"
#include "server/copying/detail/copied.hpp"
#include "shared/record/check.hpp"

namespace zhibu::server {
namespace {

void note_changed(const LogRow& row, std::set<RecordKey>& changed) {
    for (const PlacedEffect& placed : row.effects) {
        changed.insert(placed.effect.state.key);
    }
}

/// The records that the positions after `after` have changed.
Stored<std::set<RecordKey>> changed_after(StoreReading& store, LogIndex after) {
    std::set<RecordKey> changed;
    ZHIBU_TRY(head, store.head());
    for (LogIndex at{after.position + 1}; at <= head; ++at.position) {
        ZHIBU_TRY(row, store.row(at));
        if (!row) {
            return std::unexpected{StoreError{StoreFault::damaged, "log"}};
        }
        note_changed(*row, changed);
    }
    return changed;
}

Stored<void> copy_records(StoreReading& from, const std::set<RecordKey>& keys,
                          StoreTransaction& to) {
    for (const RecordKey& key : keys) {
        ZHIBU_TRY(state, from.find(key));
        if (!state) {
            return std::unexpected{StoreError{StoreFault::damaged, "records"}};
        }
        ZHIBU_TRY_VOID(to.put(*state));
    }
    return {};
}

Stored<void> copy_chains(StoreReading& from, PartTransaction& to) {
    Stored<void> written;
    ZHIBU_TRY_VOID(from.each_chain(
        [&](const DeviceId& device, const IncarnationId& incarnation, const HeldChain& chain) {
            if (written) {
                written = to.set_chain(device, incarnation, chain);
            }
        }));
    return written;
}

}  // namespace

Stored<bool> copy_part(StoreReading& from, PartTransaction& to, const catalog::Catalog& catalog,
                       const std::function<bool()>& goes_on) {
    const record::KindNumber erasure = catalog.kind("erasure").id();
    ZHIBU_TRY(head, from.head());
    ZHIBU_TRY(after, to.head());
    std::set<RecordKey> changed;
    for (LogIndex at{after.position + 1}; at <= head; ++at.position) {
        if (!goes_on()) {
            return false;
        }
        ZHIBU_TRY(row, from.row(at));
        if (!row) {
            return std::unexpected{StoreError{StoreFault::damaged, "log"}};
        }
        note_changed(*row, changed);
        ZHIBU_TRY_VOID(to.append(*row));
    }
    const auto erased = changed.lower_bound(RecordKey{erasure, {}});
    if (erased != changed.end() && erased->kind == erasure) {
        return std::unexpected{StoreError{StoreFault::other_sort, "erasure"}};
    }
    ZHIBU_TRY_VOID(copy_records(from, changed, to));
    ZHIBU_TRY_VOID(copy_chains(from, to));
    ZHIBU_TRY_VOID(detail::copy_known(from, to));
    return goes_on();
}

Stored<void> add_part(StoreReading& part, StoreTransaction& to) {
    ZHIBU_TRY(after, to.head());
    ZHIBU_TRY(changed, changed_after(part, after));
    ZHIBU_TRY_VOID(copy_records(part, changed, to));
    ZHIBU_TRY_VOID(detail::copy_log(part, to));
    ZHIBU_TRY_VOID(detail::copy_known(part, to));
    // Begun before the part was made, and perhaps ended since.
    return to.drop_stagings_before(Instant{std::numeric_limits<std::int64_t>::max()});
}

Stored<std::vector<std::string>> part_differences(StoreReading& part, LogIndex after,
                                                  StoreReading& whole) {
    detail::Comparison comparison{part, whole};
    ZHIBU_TRY_VOID(comparison.log_after(after));
    ZHIBU_TRY(changed, changed_after(whole, after));
    for (const RecordKey& key : changed) {
        ZHIBU_TRY_VOID(
            comparison.same("records", [&](StoreReading& store) { return store.find(key); }));
    }
    ZHIBU_TRY_VOID(comparison.known());
    return comparison.take();
}

}  // namespace zhibu::server

#include "server/copying/copying.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "server/copying/detail/comparison.hpp"
#include "server/copying/detail/copied.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/check.hpp"

namespace zhibu::server {
namespace {

Stored<void> copy_records(StoreReading& from, StoreTransaction& to,
                          const catalog::Catalog& catalog) {
    Stored<void> written;
    for (const catalog::Kind& kind : catalog.kinds()) {
        ZHIBU_TRY_VOID(from.each(kind.id(), [&](const RecordState& state) {
            if (written) {
                written = to.put(state);
            }
        }));
        ZHIBU_TRY_VOID(written);
    }
    return {};
}

Stored<void> copy_stagings(StoreReading& from, StoreTransaction& to) {
    ZHIBU_TRY(known, from.known());
    for (const DeviceId& device : known.devices) {
        ZHIBU_TRY(staging, from.staging(device));
        if (staging) {
            ZHIBU_TRY(bytes, from.staged_bytes(device));
            ZHIBU_TRY_VOID(to.begin_staging(device, staging->offer, staging->touched_at));
            ZHIBU_TRY_VOID(to.stage(device, bytes, staging->touched_at));
        }
    }
    return {};
}

Stored<void> copy_marks(StoreReading& from, StoreTransaction& to) {
    ZHIBU_TRY(backed_up, from.backed_up());
    ZHIBU_TRY_VOID(to.set_backed_up(backed_up));
    ZHIBU_TRY(compacted, from.compacted());
    for (LogIndex done; done < compacted;) {
        const std::uint64_t left = compacted.position - done.position;
        ZHIBU_TRY(now, to.compact(Instant{std::numeric_limits<std::int64_t>::max()},
                                  static_cast<std::uint32_t>(std::min<std::uint64_t>(
                                      left, std::numeric_limits<std::uint32_t>::max()))));
        if (now <= done) {
            return std::unexpected{StoreError{StoreFault::damaged, "compacted"}};
        }
        done = now;
    }
    return {};
}

}  // namespace

Stored<void> copy_space(StoreReading& from, Store& to, const catalog::Catalog& catalog) {
    ZHIBU_TRY(transaction, to.begin());
    ZHIBU_TRY_VOID(copy_records(from, *transaction, catalog));
    ZHIBU_TRY_VOID(detail::copy_log(from, *transaction));
    ZHIBU_TRY_VOID(detail::copy_known(from, *transaction));
    ZHIBU_TRY_VOID(copy_stagings(from, *transaction));
    ZHIBU_TRY_VOID(copy_marks(from, *transaction));
    return transaction->commit();
}

Stored<std::vector<std::string>> differences(StoreReader& one, StoreReader& other) {
    detail::Comparison comparison{one, other};
    ZHIBU_TRY_VOID(
        comparison.same("backed up", [](StoreReading& store) { return store.backed_up(); }));
    ZHIBU_TRY_VOID(
        comparison.same("compacted", [](StoreReading& store) { return store.compacted(); }));
    const ScopeFilter everything{.everything = true, .organisations = {}};
    ZHIBU_TRY(left, one.digest(everything));
    ZHIBU_TRY(right, other.digest(everything));
    comparison.note("records", left == right);
    ZHIBU_TRY_VOID(comparison.log_after(LogIndex{}));
    ZHIBU_TRY_VOID(comparison.known());
    ZHIBU_TRY_VOID(comparison.stagings());
    return comparison.take();
}

}  // namespace zhibu::server

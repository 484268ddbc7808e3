#pragma once

#include <functional>
#include <vector>

#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/state.hpp"

namespace zhibu::server {

/// Finds a record's committed state, as StoreReading::find does.
using FindRecord = std::function<Stored<std::optional<RecordState>>(const RecordKey&)>;

/// The organisations that see the record, ascending, none twice: those that its kind's `placed_by`
/// fields name; for an entry, its owner's (`find` is asked for it); for an organisation, itself.
/// None for a record that names none, or whose owner is not there: only who sees everything sees
/// it. Errors: those of `find`.
[[nodiscard]] Stored<std::vector<RecordId>> places(const catalog::Catalog& catalog,
                                                   const RecordState& state,
                                                   const FindRecord& find);

/// The kind whose records are their own place.
[[nodiscard]] bool is_own_place(const catalog::Kind& kind);

}  // namespace zhibu::server

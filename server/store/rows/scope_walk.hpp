#pragma once

#include <functional>

#include "server/store/rows/record_rows.hpp"
#include "server/store/store.hpp"

namespace zhibu::server::detail {

/// Passes the records in scope after `after` to `visit` in ascending order of key, until it says
/// false. Costs grow with what is visited and with the scope's number of organisations, not with
/// the store.
void walk_scope(RecordRows& records, const ScopeFilter& scope, const RecordKey& after,
                const std::function<bool(const RecordState&)>& visit);

}  // namespace zhibu::server::detail

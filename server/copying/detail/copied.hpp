#pragma once

#include "server/store/store.hpp"

namespace zhibu::server::detail {

/// Writes the log's positions that come after `to`'s head as `from` has them, and brings every
/// chain to where it stands there: `to` holds a beginning of that log.
/// Errors: damaged, where it is another log's.
[[nodiscard]] Stored<void> copy_log(StoreReading& from, StoreTransaction& to);

/// Writes what accounts and devices are known by, and the enrolment codes.
[[nodiscard]] Stored<void> copy_known(StoreReading& from, StoreTransaction& to);

}  // namespace zhibu::server::detail

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "server/store/erasing.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"

/// What of a store is new since an earlier moment of it: the positions since, the records that they
/// changed, as they are now, where every chain stands, and, whole, what is not in the log: what
/// accounts and devices are known by, and the enrolment codes. Not what devices have begun to send
/// in parts: they send it again.
namespace zhibu::server {

/// Writes into an empty part what `from` holds that came after where the part begins; nobody may
/// write `from` meanwhile. False: `goes_on`, asked at each position, said no.
/// Errors: of either; `other_sort` where a record was erased since, for which earlier positions
/// were rewritten: a part does not hold that.
[[nodiscard]] Stored<bool> copy_part(StoreReading& from, PartTransaction& to,
                                     const catalog::Catalog& catalog,
                                     const std::function<bool()>& goes_on);

/// Writes what a part holds into a store that ends where the part begins.
/// Errors: of either; damaged, where the store is not the one that it is a part of.
[[nodiscard]] Stored<void> add_part(StoreReading& part, StoreTransaction& to);

/// Whether the part holds what `whole` does, from `after` to the end of both. The places that
/// differ, without data; none where they are equal.
[[nodiscard]] Stored<std::vector<std::string>> part_differences(StoreReading& part, LogIndex after,
                                                                StoreReading& whole);

}  // namespace zhibu::server

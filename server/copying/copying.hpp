#pragma once

#include <string>
#include <vector>

#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"

namespace zhibu::server {

/// Writes all that `from` holds into `to`, an empty store of the same identity: every record, every
/// position of the log as it was sent, signed and committed to, whether it is in its chain, what
/// devices are known by and what they have begun to send, the marks. In one transaction: after an
/// error, or a crash, `to` is as it was. Nobody else may write either meanwhile.
[[nodiscard]] Stored<void> copy_space(StoreReading& from, Store& to,
                                      const catalog::Catalog& catalog);

/// Whether both hold the same: records by their digest, receipts, groups, leaves and what stands
/// outside its chain position by position, the newest of every chain, credentials, keys and codes.
/// The places that differ, without data; none where they are equal.
[[nodiscard]] Stored<std::vector<std::string>> differences(StoreReader& one, StoreReader& other);

}  // namespace zhibu::server

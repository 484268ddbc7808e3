#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "client/replica/replica.hpp"
#include "tests/client/replica/fixture.hpp"

/// A branch of invented people in the product's own catalog, for tests of what stands on a replica.
namespace zhibu::client::test {

using NamedValues = std::vector<std::pair<std::string_view, record::Value>>;

[[nodiscard]] const catalog::Kind& standard_kind(std::string_view kind);

/// A record with what the catalog requires, and the fields given by name instead.
[[nodiscard]] record::RecordState standard_record(std::string_view kind, record::RecordId id,
                                                  const NamedValues& given);

/// The branch to which the others belong: record_id(1), "第一党支部", code "A01".
[[nodiscard]] record::RecordState standard_branch();

/// Puts the records into the replica as a server's snapshot does, at log index 7, and a lease.
void fill(Replica& replica, std::vector<record::RecordState> records, const sync::Lease& lease);

}  // namespace zhibu::client::test

#pragma once

#include <cstddef>
#include <optional>

#include "server/store/rows/reading_on.hpp"
#include "server/store/store.hpp"

namespace zhibu::server::detail {

/// Whose tail it is.
struct TailReader {
    const ScopeFilter& scope;
    const DeviceId& device;
    const IncarnationId& incarnation;
};

/// StoreReader::tail, inside a read transaction. Throws Failed.
[[nodiscard]] std::optional<sync::Tail> read_tail(Tables& tables, const TailReader& reader,
                                                  LogIndex from, std::size_t bytes_max);

/// The same for StoreReader::tail_part.
[[nodiscard]] std::optional<sync::TailPart> read_tail_part(Tables& tables, const TailReader& reader,
                                                           LogIndex from, const RecordKey& within);

}  // namespace zhibu::server::detail

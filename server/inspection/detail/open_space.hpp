#pragma once

#include <expected>
#include <memory>
#include <ostream>
#include <string_view>

#include "server/founding/founding.hpp"
#include "server/founding/key_files.hpp"
#include "server/inspection/inspection.hpp"
#include "server/store/erasing.hpp"
#include "server/store/postgres/postgres_store.hpp"
#include "shared/keys/system.hpp"

namespace zhibu::server::detail {

/// A space's store and its keys.
struct OpenSpace {
    ServerKeys server_keys;
    // Before the store, which takes nonces from it.
    std::unique_ptr<keys::SystemRandom> random;
    std::unique_ptr<ErasableStore> store;
    std::unique_ptr<StoreReader> reader;
};

/// @param use  of a store in a cluster, which servers may be using
[[nodiscard]] std::expected<OpenSpace, FoundingError> open_space(
    const InspectionWords& words, ClusterUse use = ClusterUse::shared);

/// "KIND/ID"; otherwise what to type.
[[nodiscard]] std::expected<record::RecordKey, FoundingError> parse_record(
    const catalog::Catalog& catalog, std::string_view text);

/// Says what kept it from being inspected.
Inspected fail(const InspectionWords& words, const FoundingError& error, std::ostream& out,
               std::ostream& err);

}  // namespace zhibu::server::detail

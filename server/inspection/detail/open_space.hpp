#pragma once

#include <expected>
#include <memory>
#include <ostream>

#include "server/founding/founding.hpp"
#include "server/founding/key_files.hpp"
#include "server/inspection/inspection.hpp"
#include "server/store/store.hpp"
#include "shared/keys/system.hpp"

namespace zhibu::server::detail {

/// The store of a stopped server, and its keys.
struct OpenSpace {
    ServerKeys server_keys;
    // Before the store, which takes nonces from it.
    std::unique_ptr<keys::SystemRandom> random;
    std::unique_ptr<Store> store;
    std::unique_ptr<StoreReader> reader;
};

[[nodiscard]] std::expected<OpenSpace, FoundingError> open_space(const InspectionWords& words);

/// Says what kept it from being inspected.
Inspected fail(const InspectionWords& words, const FoundingError& error, std::ostream& err);

}  // namespace zhibu::server::detail

#pragma once

#include <filesystem>
#include <memory>

#include "server/store/sqlite/sqlite_store.hpp"
#include "shared/keys/system.hpp"
#include "shared/vault/data_key.hpp"
#include "shared/vault/key_ring.hpp"

namespace zhibu::support {

/// A store's place, sealed by the same keys for every file of the test program.
inline server::SealedPlace server_place(const std::filesystem::path& file) {
    static keys::SystemRandom random;
    static const auto keys = std::make_shared<const vault::KeyRing>(vault::make_data_key(random));
    return {file, keys, &random};
}

}  // namespace zhibu::support

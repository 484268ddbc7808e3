#pragma once

#include <filesystem>
#include <memory>

#include "client/replica/replica.hpp"
#include "shared/vault/data_key.hpp"
#include "shared/vault/key_ring.hpp"
#include "tests/support/seeded_random.hpp"

namespace zhibu::support {

/// The keys of every replica that a test makes.
inline std::shared_ptr<const vault::KeyRing> replica_keys() {
    static const auto keys = [] {
        SeededRandom random{7};
        return std::make_shared<const vault::KeyRing>(vault::make_data_key(random));
    }();
    return keys;
}

inline client::SealedPlace sealed(const std::filesystem::path& file) {
    return {file, replica_keys(), nullptr};
}

}  // namespace zhibu::support

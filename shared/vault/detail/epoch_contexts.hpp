#pragma once

#include <openssl/evp.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "shared/keys/freed.hpp"
#include "shared/vault/key_ring.hpp"

namespace zhibu::vault::detail {

using CipherContext = keys::Freed<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;

/// Contexts that hold expanded keys of a ring: of the newest epoch to seal by, of every epoch to
/// open by.
class EpochContexts {
public:
    /// @param keyed  makes the context of one epoch's keys: (const EpochKeys&, bool sealing)
    template <class Keyed>
    EpochContexts(const KeyRing& ring, const Keyed& keyed) : sealing_{keyed(ring.newest(), true)} {
        for (const EpochKeys& keys : ring.epochs()) {
            opening_.push_back({keys.epoch, keyed(keys, false)});
        }
    }

    [[nodiscard]] EVP_CIPHER_CTX* sealing() const { return sealing_.get(); }

    /// Null for an epoch that the ring does not have.
    [[nodiscard]] EVP_CIPHER_CTX* opening(std::uint32_t epoch) const {
        const auto found = std::ranges::find(opening_, epoch, &Opening::epoch);
        return found == opening_.end() ? nullptr : found->context.get();
    }

private:
    struct Opening {
        std::uint32_t epoch = 0;
        CipherContext context;
    };

    CipherContext sealing_;
    std::vector<Opening> opening_;
};

}  // namespace zhibu::vault::detail

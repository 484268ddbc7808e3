#pragma once

#include <cstdint>
#include <span>

#include "server/store/postgres/postgres_store.hpp"
#include "server/store/rows/query.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "shared/record/change.hpp"

namespace zhibu::server::detail {

/// Seals what the database may not read, by AES-256-GCM under a key of the space's, bound to the
/// space, the column and the row. At most 2^32 contents a secret, by NIST SP 800-38D for random
/// nonces. Threads: any.
class Sealer {
public:
    /// @param place  its secret is 32 bytes (checked)
    explicit Sealer(const ClusterPlace& place);

    [[nodiscard]] Bytes seal(std::span<const std::uint8_t> text, const ContentName& name) const;
    /// Throws Failed{damaged} where `sealed` is not what seal() made of that name.
    [[nodiscard]] Bytes open(std::span<const std::uint8_t> sealed, const ContentName& name) const;

    /// By which a value is found again and nobody without the secret knows what it is.
    [[nodiscard]] record::Hash mark(const record::KindNumber& kind,
                                    const record::FieldNumber& field,
                                    const record::Value& value) const;

    [[nodiscard]] const record::SpaceId& space() const { return space_; }

private:
    record::SpaceId space_;
    record::Random& random_;
    keys::SecretBytes content_key_;
    keys::SecretBytes mark_key_;
};

}  // namespace zhibu::server::detail

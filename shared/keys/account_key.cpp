#include "shared/keys/account_key.hpp"

#include <argon2.h>

#include "shared/keys/digest.hpp"
#include "shared/record/check.hpp"

namespace zhibu::keys {
namespace {

constexpr std::size_t derived_bytes = 32;

}  // namespace

bool is_within_bounds(const Argon2Cost& cost) {
    return cost.memory_kib >= argon2_cost_min.memory_kib &&
           cost.memory_kib <= argon2_cost_max.memory_kib && cost.passes >= argon2_cost_min.passes &&
           cost.passes <= argon2_cost_max.passes && cost.lanes >= argon2_cost_min.lanes &&
           cost.lanes <= argon2_cost_max.lanes;
}

std::expected<SecretBytes, KeyError> argon2id(const SecretBytes& password,
                                              std::span<const std::uint8_t> salt,
                                              const Argon2Cost& cost) {
    if (!is_within_bounds(cost)) {
        return std::unexpected{KeyError{KeyFault::cost_out_of_bounds, "password derivation"}};
    }
    if (salt.size() < ARGON2_MIN_SALT_LENGTH) {
        return std::unexpected{KeyError{KeyFault::malformed, "password derivation's salt"}};
    }
    SecretBytes derived{derived_bytes};
    const int result = argon2id_hash_raw(cost.passes, cost.memory_kib, cost.lanes,
                                         password.span().data(), password.size(), salt.data(),
                                         salt.size(), derived.span().data(), derived.size());
    if (result == ARGON2_MEMORY_ALLOCATION_ERROR) {
        return std::unexpected{KeyError{KeyFault::out_of_memory, "password derivation"}};
    }
    ZHIBU_CHECK(result == ARGON2_OK);
    return derived;
}

std::expected<Ed25519Key, KeyError> derive_account_key(const SecretBytes& password,
                                                       const std::array<std::uint8_t, 16>& salt,
                                                       const Argon2Cost& cost) {
    ZHIBU_TRY(derived, argon2id(password, salt, cost));
    return account_key_from(derived, salt);
}

std::expected<Ed25519Key, KeyError> account_key_from(const SecretBytes& password_key,
                                                     const std::array<std::uint8_t, 16>& salt) {
    return Ed25519Key::from_seed(
        hkdf_sha256(password_key.span(), salt, "zhibu account key v1", derived_bytes));
}

}  // namespace zhibu::keys

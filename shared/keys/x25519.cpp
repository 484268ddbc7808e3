#include "shared/keys/x25519.hpp"

#include <openssl/evp.h>

#include <cstddef>
#include <expected>
#include <memory>
#include <utility>

#include "shared/keys/detail/raw_key.hpp"
#include "shared/keys/freed.hpp"
#include "shared/keys/key_error.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "shared/record/check.hpp"

namespace zhibu::keys {
namespace {

using KeyContext = Freed<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;

}  // namespace

struct X25519Key::Handle {
    detail::RawKey key;
};

X25519Key::X25519Key(std::unique_ptr<Handle> handle) : handle_{std::move(handle)} {}

X25519Key::X25519Key(X25519Key&&) noexcept = default;
X25519Key& X25519Key::operator=(X25519Key&&) noexcept = default;
X25519Key::~X25519Key() = default;

std::expected<X25519Key, KeyError> X25519Key::from_secret(const SecretBytes& secret) {
    if (secret.size() != detail::raw_key_bytes) {
        return std::unexpected{KeyError{KeyFault::malformed, "X25519 key"}};
    }
    return X25519Key{std::make_unique<Handle>(detail::raw_private_key(EVP_PKEY_X25519, secret))};
}

X25519Key X25519Key::generate() {
    return X25519Key{std::make_unique<Handle>(detail::generated_raw_key("X25519"))};
}

SecretBytes X25519Key::secret() const { return detail::raw_secret(handle_->key); }

X25519Public X25519Key::public_key() const { return detail::raw_public(handle_->key); }

std::expected<SecretBytes, KeyError> X25519Key::agree(const X25519Public& other) const {
    const detail::RawKey peer{
        EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, other.data(), other.size())};
    const KeyContext context{EVP_PKEY_CTX_new(handle_->key.get(), nullptr)};
    SecretBytes shared{x25519_secret_bytes};
    std::size_t length = shared.size();
    ZHIBU_CHECK(peer != nullptr);
    ZHIBU_CHECK(EVP_PKEY_derive_init(context.get()) == 1);
    // OpenSSL 3.0 refuses a result of zeros itself; what it does elsewhere is not relied upon.
    if (EVP_PKEY_derive_set_peer(context.get(), peer.get()) != 1 ||
        EVP_PKEY_derive(context.get(), shared.span().data(), &length) != 1 ||
        shared.equals(SecretBytes{x25519_secret_bytes})) {
        return std::unexpected{KeyError{KeyFault::malformed, "X25519 public key"}};
    }
    return shared;
}

}  // namespace zhibu::keys

#include "shared/keys/x25519.hpp"

#include <openssl/evp.h>

#include <cstddef>
#include <expected>
#include <memory>
#include <utility>

#include "shared/keys/detail/freed.hpp"
#include "shared/keys/key_error.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "shared/record/check.hpp"

namespace zhibu::keys {
namespace {

using Key = detail::Freed<EVP_PKEY, EVP_PKEY_free>;
using KeyContext = detail::Freed<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;

}  // namespace

struct X25519Key::Handle {
    Key key;
};

X25519Key::X25519Key(std::unique_ptr<Handle> handle) : handle_{std::move(handle)} {}

X25519Key::X25519Key(X25519Key&&) noexcept = default;
X25519Key& X25519Key::operator=(X25519Key&&) noexcept = default;
X25519Key::~X25519Key() = default;

std::expected<X25519Key, KeyError> X25519Key::from_secret(const SecretBytes& secret) {
    if (secret.size() != x25519_secret_bytes) {
        return std::unexpected{KeyError{KeyFault::malformed, "X25519 key"}};
    }
    Key key{EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, secret.span().data(),
                                         secret.size())};
    ZHIBU_CHECK(key != nullptr);
    return X25519Key{std::make_unique<Handle>(std::move(key))};
}

X25519Key X25519Key::generate() {
    Key key{EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519")};
    ZHIBU_CHECK(key != nullptr);
    return X25519Key{std::make_unique<Handle>(std::move(key))};
}

SecretBytes X25519Key::secret() const {
    SecretBytes secret{x25519_secret_bytes};
    std::size_t length = secret.size();
    ZHIBU_CHECK(EVP_PKEY_get_raw_private_key(handle_->key.get(), secret.span().data(), &length) ==
                1);
    return secret;
}

X25519Public X25519Key::public_key() const {
    X25519Public bytes{};
    std::size_t length = bytes.size();
    ZHIBU_CHECK(EVP_PKEY_get_raw_public_key(handle_->key.get(), bytes.data(), &length) == 1);
    return bytes;
}

std::expected<SecretBytes, KeyError> X25519Key::agree(const X25519Public& other) const {
    const Key peer{
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

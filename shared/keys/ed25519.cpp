#include "shared/keys/ed25519.hpp"

#include <openssl/evp.h>

#include <utility>

#include "shared/keys/detail/freed.hpp"
#include "shared/record/check.hpp"

namespace zhibu::keys {
namespace {

using PrivateKey = detail::Freed<EVP_PKEY, EVP_PKEY_free>;
using DigestContext = detail::Freed<EVP_MD_CTX, EVP_MD_CTX_free>;

constexpr std::size_t seed_bytes = 32;
constexpr std::size_t signature_bytes = 64;

}  // namespace

struct Ed25519Key::Handle {
    PrivateKey key;
};

Ed25519Key::Ed25519Key(std::unique_ptr<Handle> handle) : handle_{std::move(handle)} {}

Ed25519Key::Ed25519Key(Ed25519Key&&) noexcept = default;
Ed25519Key& Ed25519Key::operator=(Ed25519Key&&) noexcept = default;
Ed25519Key::~Ed25519Key() = default;

std::expected<Ed25519Key, KeyError> Ed25519Key::from_seed(const SecretBytes& seed) {
    if (seed.size() != seed_bytes) {
        return std::unexpected{KeyError{KeyFault::malformed, "Ed25519 seed"}};
    }
    PrivateKey key{
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.span().data(), seed.size())};
    ZHIBU_CHECK(key != nullptr);
    return Ed25519Key{std::make_unique<Handle>(std::move(key))};
}

Ed25519Key Ed25519Key::generate() {
    PrivateKey key{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")};
    ZHIBU_CHECK(key != nullptr);
    return Ed25519Key{std::make_unique<Handle>(std::move(key))};
}

SecretBytes Ed25519Key::seed() const {
    SecretBytes seed{seed_bytes};
    std::size_t length = seed_bytes;
    ZHIBU_CHECK(EVP_PKEY_get_raw_private_key(handle_->key.get(), seed.span().data(), &length) == 1);
    return seed;
}

Ed25519Public Ed25519Key::public_key() const {
    Ed25519Public bytes{};
    std::size_t length = bytes.size();
    ZHIBU_CHECK(EVP_PKEY_get_raw_public_key(handle_->key.get(), bytes.data(), &length) == 1);
    return bytes;
}

record::Signature Ed25519Key::sign(std::span<const std::uint8_t> message) const {
    const DigestContext context{EVP_MD_CTX_new()};
    record::Signature signature(signature_bytes);
    std::size_t length = signature.size();
    ZHIBU_CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, handle_->key.get()) ==
                1);
    ZHIBU_CHECK(EVP_DigestSign(context.get(), signature.data(), &length, message.data(),
                               message.size()) == 1);
    return signature;
}

bool verify_ed25519(const Ed25519Public& public_key, std::span<const std::uint8_t> message,
                    std::span<const std::uint8_t> signature) {
    const PrivateKey key{EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, public_key.data(),
                                                     public_key.size())};
    const DigestContext context{EVP_MD_CTX_new()};
    return key != nullptr && signature.size() == signature_bytes &&
           EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
           EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                            message.size()) == 1;
}

}  // namespace zhibu::keys

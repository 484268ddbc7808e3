#include "shared/keys/ed25519.hpp"

#include <openssl/evp.h>

#include <utility>

#include "shared/keys/detail/raw_key.hpp"
#include "shared/keys/freed.hpp"
#include "shared/record/check.hpp"

namespace zhibu::keys {
namespace {

using DigestContext = Freed<EVP_MD_CTX, EVP_MD_CTX_free>;

constexpr std::size_t signature_bytes = 64;

}  // namespace

struct Ed25519Key::Handle {
    detail::RawKey key;
};

Ed25519Key::Ed25519Key(std::unique_ptr<Handle> handle) : handle_{std::move(handle)} {}

Ed25519Key::Ed25519Key(Ed25519Key&&) noexcept = default;
Ed25519Key& Ed25519Key::operator=(Ed25519Key&&) noexcept = default;
Ed25519Key::~Ed25519Key() = default;

std::expected<Ed25519Key, KeyError> Ed25519Key::from_seed(const SecretBytes& seed) {
    if (seed.size() != detail::raw_key_bytes) {
        return std::unexpected{KeyError{KeyFault::malformed, "Ed25519 seed"}};
    }
    return Ed25519Key{std::make_unique<Handle>(detail::raw_private_key(EVP_PKEY_ED25519, seed))};
}

Ed25519Key Ed25519Key::generate() {
    return Ed25519Key{std::make_unique<Handle>(detail::generated_raw_key("ED25519"))};
}

SecretBytes Ed25519Key::seed() const { return detail::raw_secret(handle_->key); }

Ed25519Public Ed25519Key::public_key() const { return detail::raw_public(handle_->key); }

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
    const detail::RawKey key{EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr,
                                                         public_key.data(), public_key.size())};
    const DigestContext context{EVP_MD_CTX_new()};
    return key != nullptr && signature.size() == signature_bytes &&
           EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
           EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                            message.size()) == 1;
}

}  // namespace zhibu::keys

#include "shared/keys/p256.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <utility>

#include "shared/keys/detail/p256_handle.hpp"
#include "shared/record/check.hpp"

namespace zhibu::keys {
namespace {

using Key = Freed<EVP_PKEY, EVP_PKEY_free>;
using KeyContext = Freed<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using Buffer = Freed<BIO, BIO_free_all>;

bool is_p256(const Key& key) {
    char group[32];
    std::size_t length = 0;
    return key != nullptr && EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_EC &&
           EVP_PKEY_get_group_name(key.get(), group, sizeof group, &length) == 1 &&
           std::string_view{group, length} == "prime256v1";
}

}  // namespace

P256Key::P256Key(std::unique_ptr<Handle> handle) : handle_{std::move(handle)} {}

P256Key::P256Key(P256Key&&) noexcept = default;
P256Key& P256Key::operator=(P256Key&&) noexcept = default;
P256Key::~P256Key() = default;

P256Key P256Key::generate() {
    Key key{EVP_EC_gen("P-256")};
    ZHIBU_CHECK(key != nullptr);
    return P256Key{std::make_unique<Handle>(std::move(key))};
}

std::expected<P256Key, KeyError> P256Key::from_pem(const SecretBytes& pem) {
    const Buffer buffer{BIO_new_mem_buf(pem.span().data(), static_cast<int>(pem.size()))};
    // An empty passphrase callback: an encrypted key is refused, not asked about at the terminal.
    const auto no_passphrase = [](char*, int, int, void*) { return -1; };
    Key key{PEM_read_bio_PrivateKey(buffer.get(), nullptr, no_passphrase, nullptr)};
    if (key == nullptr) {
        return std::unexpected{KeyError{KeyFault::malformed, "private key"}};
    }
    if (!is_p256(key)) {
        return std::unexpected{KeyError{KeyFault::wrong_type, "private key"}};
    }
    return P256Key{std::make_unique<Handle>(std::move(key))};
}

SecretBytes P256Key::to_pem() const {
    const Buffer buffer{BIO_new(BIO_s_secmem())};
    ZHIBU_CHECK(PEM_write_bio_PKCS8PrivateKey(buffer.get(), handle_->key.get(), nullptr, nullptr, 0,
                                              nullptr, nullptr) == 1);
    char* data = nullptr;
    const long length = BIO_get_mem_data(buffer.get(), &data);
    return SecretBytes{std::string_view{data, static_cast<std::size_t>(length)}};
}

std::vector<std::uint8_t> P256Key::public_key() const {
    unsigned char* der = nullptr;
    const int length = i2d_PUBKEY(handle_->key.get(), &der);
    ZHIBU_CHECK(length > 0);
    std::vector<std::uint8_t> bytes(der, der + length);
    OPENSSL_free(der);
    return bytes;
}

record::Signature P256Key::sign(const record::Hash& hash) const {
    const KeyContext context{EVP_PKEY_CTX_new(handle_->key.get(), nullptr)};
    record::Signature signature(static_cast<std::size_t>(EVP_PKEY_get_size(handle_->key.get())));
    std::size_t length = signature.size();
    ZHIBU_CHECK(EVP_PKEY_sign_init(context.get()) == 1);
    ZHIBU_CHECK(EVP_PKEY_sign(context.get(), signature.data(), &length, hash.data(), hash.size()) ==
                1);
    signature.resize(length);
    return signature;
}

P256Verifier::P256Verifier(std::unique_ptr<P256Key::Handle> handle) : handle_{std::move(handle)} {}

P256Verifier::P256Verifier(P256Verifier&&) noexcept = default;
P256Verifier& P256Verifier::operator=(P256Verifier&&) noexcept = default;
P256Verifier::~P256Verifier() = default;

std::expected<P256Verifier, KeyError> P256Verifier::from_public_key(
    std::span<const std::uint8_t> public_key) {
    const unsigned char* at = public_key.data();
    Key key{d2i_PUBKEY(nullptr, &at, static_cast<long>(public_key.size()))};
    if (key == nullptr || at != public_key.data() + public_key.size()) {
        return std::unexpected{KeyError{KeyFault::malformed, "public key"}};
    }
    if (!is_p256(key)) {
        return std::unexpected{KeyError{KeyFault::wrong_type, "public key"}};
    }
    return P256Verifier{std::make_unique<P256Key::Handle>(std::move(key))};
}

bool P256Verifier::verify(const record::Hash& hash, std::span<const std::uint8_t> signature) const {
    const KeyContext context{EVP_PKEY_CTX_new(handle_->key.get(), nullptr)};
    return EVP_PKEY_verify_init(context.get()) == 1 &&
           EVP_PKEY_verify(context.get(), signature.data(), signature.size(), hash.data(),
                           hash.size()) == 1;
}

}  // namespace zhibu::keys

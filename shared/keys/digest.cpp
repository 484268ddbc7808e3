#include "shared/keys/digest.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <array>
#include <string>

#include "shared/keys/freed.hpp"
#include "shared/record/check.hpp"

namespace zhibu::keys {

namespace {

/// EVP_sha256() is looked up again by every call that is given it.
const EVP_MD* sha256_method() {
    static const EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    ZHIBU_CHECK(method != nullptr);
    return method;
}

}  // namespace

struct Sha256::Context {
    Freed<EVP_MD_CTX, EVP_MD_CTX_free> handle{EVP_MD_CTX_new()};
};

record::Hash sha256(std::span<const std::uint8_t> bytes) {
    record::Hash hash{};
    unsigned length = 0;
    ZHIBU_CHECK(EVP_Digest(bytes.data(), bytes.size(), hash.data(), &length, sha256_method(),
                           nullptr) == 1);
    return hash;
}

Sha256::Sha256() : context_{std::make_unique<Context>()} {
    ZHIBU_CHECK(EVP_DigestInit_ex(context_->handle.get(), sha256_method(), nullptr) == 1);
}

Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::uint8_t> bytes) {
    ZHIBU_CHECK(EVP_DigestUpdate(context_->handle.get(), bytes.data(), bytes.size()) == 1);
}

record::Hash Sha256::finish() {
    record::Hash hash{};
    unsigned length = 0;
    ZHIBU_CHECK(EVP_DigestFinal_ex(context_->handle.get(), hash.data(), &length) == 1);
    return hash;
}

record::Hash hmac_sha256(std::span<const std::uint8_t> key, std::span<const std::uint8_t> bytes) {
    record::Hash code{};
    unsigned length = 0;
    // OpenSSL takes a null pointer, which an empty span may be, for a message left out.
    const std::uint8_t nothing = 0;
    ZHIBU_CHECK(HMAC(EVP_sha256(), key.empty() ? &nothing : key.data(),
                     static_cast<int>(key.size()), bytes.empty() ? &nothing : bytes.data(),
                     bytes.size(), code.data(), &length) != nullptr);
    return code;
}

SecretBytes hkdf_sha256(std::span<const std::uint8_t> secret, std::span<const std::uint8_t> salt,
                        std::string_view info, std::size_t bytes) {
    // By EVP_PKEY it takes twice as long, for the search of a key type that is none.
    static EVP_KDF* const method = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
    const Freed<EVP_KDF_CTX, EVP_KDF_CTX_free> context{EVP_KDF_CTX_new(method)};
    ZHIBU_CHECK(context != nullptr);
    SecretBytes derived{bytes};
    // No salt means a hash of zeros. Source: RFC 5869, 2.2.
    const record::Hash zeros{};
    const auto used = salt.empty() ? std::span<const std::uint8_t>{zeros} : salt;
    // What is only read is taken as mutable.
    const auto octets = [](const char* name, const void* data, std::size_t size) {
        return OSSL_PARAM_construct_octet_string(name, const_cast<void*>(data), size);
    };
    std::string digest = "SHA256";
    const std::array parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
        octets(OSSL_KDF_PARAM_KEY, secret.data(), secret.size()),
        octets(OSSL_KDF_PARAM_SALT, used.data(), used.size()),
        octets(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
        OSSL_PARAM_construct_end(),
    };
    ZHIBU_CHECK(EVP_KDF_derive(context.get(), derived.span().data(), derived.size(),
                               parameters.data()) == 1);
    return derived;
}

}  // namespace zhibu::keys

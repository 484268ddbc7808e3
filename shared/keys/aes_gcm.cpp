#include "shared/keys/aes_gcm.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "shared/keys/freed.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "shared/record/check.hpp"

namespace zhibu::keys {
namespace {

using CipherContext = Freed<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;

int int_size(std::span<const std::uint8_t> bytes) {
    ZHIBU_CHECK(bytes.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max()));
    return static_cast<int>(bytes.size());
}

}  // namespace

void aes_gcm_seal(const AesGcmContext& context, std::span<const std::uint8_t> text,
                  std::span<std::uint8_t> out) {
    ZHIBU_CHECK(context.key->size() == aes_gcm_key_bytes);
    ZHIBU_CHECK(out.size() == text.size() + aes_gcm_tag_bytes);
    const CipherContext cipher{EVP_CIPHER_CTX_new()};
    int length = 0;
    ZHIBU_CHECK(EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr,
                                   context.key->span().data(), context.nonce.data()) == 1);
    ZHIBU_CHECK(context.bound_to.empty() ||
                EVP_EncryptUpdate(cipher.get(), nullptr, &length, context.bound_to.data(),
                                  int_size(context.bound_to)) == 1);
    ZHIBU_CHECK(text.empty() || EVP_EncryptUpdate(cipher.get(), out.data(), &length, text.data(),
                                                  int_size(text)) == 1);
    ZHIBU_CHECK(EVP_EncryptFinal_ex(cipher.get(), out.data() + text.size(), &length) == 1);
    ZHIBU_CHECK(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, aes_gcm_tag_bytes,
                                    out.data() + text.size()) == 1);
}

bool aes_gcm_open(const AesGcmContext& context, std::span<const std::uint8_t> sealed,
                  std::span<std::uint8_t> out) {
    ZHIBU_CHECK(context.key->size() == aes_gcm_key_bytes);
    ZHIBU_CHECK(sealed.size() == out.size() + aes_gcm_tag_bytes);
    const CipherContext cipher{EVP_CIPHER_CTX_new()};
    std::array<std::uint8_t, aes_gcm_tag_bytes> tag{};
    for (std::size_t i = 0; i < tag.size(); ++i) {
        tag[i] = sealed[out.size() + i];
    }
    int length = 0;
    ZHIBU_CHECK(EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr,
                                   context.key->span().data(), context.nonce.data()) == 1);
    ZHIBU_CHECK(context.bound_to.empty() ||
                EVP_DecryptUpdate(cipher.get(), nullptr, &length, context.bound_to.data(),
                                  int_size(context.bound_to)) == 1);
    ZHIBU_CHECK(out.empty() || EVP_DecryptUpdate(cipher.get(), out.data(), &length, sealed.data(),
                                                 int_size(out)) == 1);
    ZHIBU_CHECK(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, aes_gcm_tag_bytes,
                                    tag.data()) == 1);
    // GCM writes no bytes at the end; the pointer must only not be null.
    std::array<std::uint8_t, aes_gcm_tag_bytes> rest{};
    if (EVP_DecryptFinal_ex(cipher.get(), rest.data(), &length) == 1) {
        return true;
    }
    cleanse(out);
    return false;
}

}  // namespace zhibu::keys

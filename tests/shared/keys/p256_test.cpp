#include "shared/keys/p256.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>
#include <string>

#include "shared/keys/digest.hpp"
#include "tests/shared/keys/hex.hpp"

namespace zhibu::keys {
namespace {

struct FreeKey {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

struct FreeBuffer {
    void operator()(BIO* buffer) const { BIO_free_all(buffer); }
};

using ForeignKey = std::unique_ptr<EVP_PKEY, FreeKey>;
using Buffer = std::unique_ptr<BIO, FreeBuffer>;

ForeignKey make_foreign(const char* curve) {
    return ForeignKey{curve == nullptr ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
                                       : EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve)};
}

SecretBytes private_pem(const ForeignKey& key, const char* passphrase) {
    const Buffer buffer{BIO_new(BIO_s_mem())};
    std::string phrase = passphrase == nullptr ? "" : passphrase;
    PEM_write_bio_PKCS8PrivateKey(buffer.get(), key.get(),
                                  passphrase == nullptr ? nullptr : EVP_aes_256_cbc(),
                                  passphrase == nullptr ? nullptr : phrase.data(),
                                  static_cast<int>(phrase.size()), nullptr, nullptr);
    char* data = nullptr;
    const long length = BIO_get_mem_data(buffer.get(), &data);
    return SecretBytes{std::string_view{data, static_cast<std::size_t>(length)}};
}

std::vector<std::uint8_t> public_der(const ForeignKey& key) {
    unsigned char* der = nullptr;
    const int length = i2d_PUBKEY(key.get(), &der);
    std::vector<std::uint8_t> bytes(der, der + length);
    OPENSSL_free(der);
    return bytes;
}

TEST(P256, SignsWhatItsPublicKeyVerifies) {
    const P256Key key = P256Key::generate();
    const auto verifier = P256Verifier::from_public_key(key.public_key());
    ASSERT_TRUE(verifier);
    const record::Hash hash = sha256(bytes_of("a group's bytes"));
    auto signature = key.sign(hash);
    EXPECT_LE(signature.size(), 72U);
    EXPECT_TRUE(verifier->verify(hash, signature));
    EXPECT_FALSE(verifier->verify(sha256(bytes_of("another group's")), signature));
    signature.push_back(0);
    EXPECT_FALSE(verifier->verify(hash, signature)) << "a byte behind the signature";
    EXPECT_FALSE(verifier->verify(hash, {}));
    const auto other = P256Verifier::from_public_key(P256Key::generate().public_key());
    EXPECT_FALSE(other->verify(hash, key.sign(hash)));
}

// FIPS 186-4 vector as in RFC 6979, A.2.5: P-256, SHA-256, message "sample".
TEST(P256, VerifiesAPublishedSignature) {
    const auto key = from_hex(
        "3059301306072a8648ce3d020106082a8648ce3d03010703420004"
        "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
        "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");
    const auto signature = from_hex(
        "3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
        "022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
    const auto verifier = P256Verifier::from_public_key(key);
    ASSERT_TRUE(verifier);
    EXPECT_TRUE(verifier->verify(sha256(bytes_of("sample")), signature));
    EXPECT_FALSE(verifier->verify(sha256(bytes_of("simple")), signature));
}

TEST(P256, AKeyComesBackFromItsPem) {
    const P256Key key = P256Key::generate();
    const SecretBytes pem = key.to_pem();
    EXPECT_TRUE(pem.text().starts_with("-----BEGIN PRIVATE KEY-----\n"));
    const auto again = P256Key::from_pem(pem);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->public_key(), key.public_key());
}

TEST(P256, APemThatIsNoKeyIsMalformed) {
    const SecretBytes pem = P256Key::generate().to_pem();
    const std::string whole{pem.text()};
    for (const std::string& text :
         {std::string{}, std::string{"no key"}, whole.substr(0, whole.size() / 2),
          "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n" + std::string{}}) {
        const auto key = P256Key::from_pem(SecretBytes{std::string_view{text}});
        ASSERT_FALSE(key);
        EXPECT_EQ(key.error().fault, KeyFault::malformed);
    }
}

TEST(P256, AnEncryptedPemIsRefusedWithoutAsking) {
    const auto key = P256Key::from_pem(private_pem(make_foreign("P-256"), "secret"));
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().fault, KeyFault::malformed);
}

TEST(P256, KeysOfOtherTypesAreRefused) {
    for (const char* curve : {"P-384", "secp256k1", static_cast<const char*>(nullptr)}) {
        const ForeignKey foreign = make_foreign(curve);
        const auto key = P256Key::from_pem(private_pem(foreign, nullptr));
        ASSERT_FALSE(key);
        EXPECT_EQ(key.error().fault, KeyFault::wrong_type);
        const auto verifier = P256Verifier::from_public_key(public_der(foreign));
        ASSERT_FALSE(verifier);
        EXPECT_EQ(verifier.error().fault, KeyFault::wrong_type);
    }
}

TEST(P256, APublicKeyWithABitChangedOrMissingIsRefused) {
    const auto key = P256Key::generate().public_key();
    for (std::size_t size = 0; size < key.size(); ++size) {
        EXPECT_FALSE(P256Verifier::from_public_key(std::span{key}.first(size))) << size;
    }
    auto longer = key;
    longer.push_back(0);
    EXPECT_FALSE(P256Verifier::from_public_key(longer));
    auto off_the_curve = key;
    off_the_curve.back() ^= 1;
    EXPECT_FALSE(P256Verifier::from_public_key(off_the_curve));
}

}  // namespace
}  // namespace zhibu::keys

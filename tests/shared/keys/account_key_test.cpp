#include "shared/keys/account_key.hpp"

#include <argon2.h>
#include <gtest/gtest.h>

#include "shared/keys/digest.hpp"
#include "shared/keys/enrolment_code.hpp"
#include "tests/shared/keys/hex.hpp"

namespace zhibu::keys {
namespace {

const std::array<std::uint8_t, 16> salt = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

// RFC 9106, 5.3. Its memory is below what argon2id() will run, so the library is asked itself.
TEST(Argon2id, TheLibraryGivesTheStandardsVector) {
    std::vector<std::uint8_t> password(32, 1);
    std::vector<std::uint8_t> vector_salt(16, 2);
    std::vector<std::uint8_t> secret(8, 3);
    std::vector<std::uint8_t> associated(12, 4);
    std::vector<std::uint8_t> derived(32);
    argon2_context context{};
    context.out = derived.data();
    context.outlen = 32;
    context.pwd = password.data();
    context.pwdlen = 32;
    context.salt = vector_salt.data();
    context.saltlen = 16;
    context.secret = secret.data();
    context.secretlen = 8;
    context.ad = associated.data();
    context.adlen = 12;
    context.t_cost = 3;
    context.m_cost = 32;
    context.lanes = 4;
    context.threads = 4;
    context.version = ARGON2_VERSION_13;
    ASSERT_EQ(argon2id_ctx(&context), ARGON2_OK);
    EXPECT_EQ(to_hex(derived), "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
}

// The reference implementation's own test: version 19, 64 MiB, 2 passes, 1 lane.
TEST(Argon2id, GivesTheReferencesVector) {
    const auto derived = argon2id(SecretBytes{std::string_view{"password"}}, bytes_of("somesalt"),
                                  Argon2Cost{65'536, 2, 1});
    ASSERT_TRUE(derived);
    EXPECT_EQ(to_hex(derived->span()),
              "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7");
}

TEST(Argon2id, ACostJustOutsideItsBoundsDoesNotRun) {
    const Argon2Cost least = argon2_cost_min;
    const Argon2Cost most = argon2_cost_max;
    const Argon2Cost outside[] = {{least.memory_kib - 1, 2, 1}, {least.memory_kib, 1, 1},
                                  {least.memory_kib, 2, 0},     {most.memory_kib + 1, 2, 1},
                                  {least.memory_kib, 11, 1},    {least.memory_kib, 2, 5},
                                  {0xffffffff, 0xffffffff, 4},  {0, 0, 0}};
    for (const Argon2Cost& cost : outside) {
        const auto derived = argon2id(SecretBytes{std::string_view{"password"}}, salt, cost);
        ASSERT_FALSE(derived);
        EXPECT_EQ(derived.error().fault, KeyFault::cost_out_of_bounds);
    }
    EXPECT_TRUE(argon2id(SecretBytes{std::string_view{"password"}}, salt, least));
}

TEST(Argon2id, AShortSaltIsAnErrorNotAnAbort) {
    const auto derived = argon2id(SecretBytes{std::string_view{"password"}},
                                  std::span{salt}.first(7), argon2_cost_min);
    ASSERT_FALSE(derived);
    EXPECT_EQ(derived.error().fault, KeyFault::malformed);
}

TEST(AccountKey, ComesFromPasswordSaltAndCostAlone) {
    const auto derive = [](std::string_view password, std::uint8_t first, std::uint32_t passes) {
        auto other_salt = salt;
        other_salt[0] = first;
        return derive_account_key(SecretBytes{password}, other_salt, Argon2Cost{19'456, passes, 1})
            ->public_key();
    };
    const auto key = derive("correct horse", 1, 2);
    EXPECT_EQ(derive("correct horse", 1, 2), key);
    EXPECT_NE(derive("correct horsf", 1, 2), key);
    EXPECT_NE(derive("correct horse", 2, 2), key);
    EXPECT_NE(derive("correct horse", 1, 3), key);
}

// What enrolled accounts are registered by: a change here locks every one of them out.
TEST(AccountKey, IsHkdfOfArgon2idUnderItsLabel) {
    const SecretBytes password{std::string_view{"correct horse"}};
    const auto stretched = argon2id(password, salt, argon2_cost_min);
    const auto expected =
        Ed25519Key::from_seed(hkdf_sha256(stretched->span(), salt, "zhibu account key v1", 32));
    EXPECT_EQ(derive_account_key(password, salt, argon2_cost_min)->public_key(),
              expected->public_key());
    EXPECT_NE(Ed25519Key::from_seed(*argon2id(password, salt, argon2_cost_min))->public_key(),
              expected->public_key());
}

TEST(AccountKey, RefusesACostOutOfBounds) {
    const auto key = derive_account_key(SecretBytes{std::string_view{"correct horse"}}, salt,
                                        Argon2Cost{1, 1, 1});
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().fault, KeyFault::cost_out_of_bounds);
}

}  // namespace
}  // namespace zhibu::keys

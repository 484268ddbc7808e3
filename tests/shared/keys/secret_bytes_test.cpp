#include "shared/keys/secret_bytes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <concepts>
#include <ostream>
#include <type_traits>
#include <utility>

#include "shared/keys/system.hpp"
#include "tests/shared/keys/hex.hpp"

namespace zhibu::keys {
namespace {

template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };

static_assert(!std::is_copy_constructible_v<SecretBytes>);
static_assert(!std::is_copy_assignable_v<SecretBytes>);
static_assert(std::is_nothrow_move_constructible_v<SecretBytes>);
static_assert(!Printable<SecretBytes>);
static_assert(!std::equality_comparable<SecretBytes>, "== could be read as an ordinary compare");

TEST(SecretBytes, HoldWhatTheyWereGiven) {
    const SecretBytes secret{std::string_view{"passphrase"}};
    EXPECT_EQ(secret.text(), "passphrase");
    EXPECT_EQ(secret.size(), 10U);
    EXPECT_TRUE(
        std::ranges::all_of(SecretBytes{5'000}.span(), [](auto byte) { return byte == 0; }));
    EXPECT_EQ(SecretBytes{}.size(), 0U);
    EXPECT_EQ(SecretBytes{std::string_view{}}.text(), "");
}

TEST(SecretBytes, AreEqualByLengthAndEveryByte) {
    const SecretBytes secret{std::string_view{"abc"}};
    EXPECT_TRUE(secret.equals(SecretBytes{std::string_view{"abc"}}));
    EXPECT_FALSE(secret.equals(SecretBytes{std::string_view{"abd"}}));
    EXPECT_FALSE(secret.equals(SecretBytes{std::string_view{"ab"}}));
    EXPECT_FALSE(secret.equals(SecretBytes{}));
    EXPECT_TRUE(SecretBytes{}.equals(SecretBytes{std::string_view{}}));
}

TEST(SecretBytes, MoveAndLeaveNothingBehind) {
    SecretBytes first{std::string_view{"one"}};
    SecretBytes second{std::move(first)};
    EXPECT_EQ(first.size(), 0U);  // NOLINT(bugprone-use-after-move): that it is empty is promised
    EXPECT_EQ(second.text(), "one");
    second = SecretBytes{std::string_view{"two"}};
    EXPECT_EQ(second.text(), "two");
}

TEST(SecretBytes, ForgetWhatTheyShrinkFrom) {
    SecretBytes secret{std::string_view{"secret!"}};
    const std::uint8_t* behind = secret.span().data() + 3;
    secret.shrink(3);
    EXPECT_EQ(secret.text(), "sec");
    EXPECT_EQ(*behind, 0);
    secret.shrink(100);
    EXPECT_EQ(secret.size(), 3U);
}

TEST(Cleanse, OverwritesWhatHeldASecret) {
    auto bytes = bytes_of("secret");
    cleanse(bytes);
    EXPECT_TRUE(std::ranges::all_of(bytes, [](auto byte) { return byte == 0; }));
    std::string text = "secret";
    cleanse(text);
    EXPECT_TRUE(text.empty());
}

TEST(SystemRandom, FillsAllBytesAnewEachTime) {
    SystemRandom random;
    std::array<std::uint8_t, 64> first{};
    std::array<std::uint8_t, 64> second{};
    random.fill(first);
    random.fill(second);
    EXPECT_NE(first, second);
    random.fill({});
}

}  // namespace
}  // namespace zhibu::keys

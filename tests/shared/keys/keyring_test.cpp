#include "shared/keys/keyring.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace zhibu::keys {
namespace {

/// A name of this process alone, so that tests running beside it do not meet.
class KeyringTest : public testing::Test {
protected:
    void SetUp() override {
        const auto kept = keep_in_keyring(name_, SecretBytes{std::string_view{"probe"}},
                                          std::chrono::seconds{60});
        if (!kept) {
            EXPECT_EQ(kept.error().fault, KeyFault::keyring_refused);
            GTEST_SKIP() << "the kernel refuses its keyring here";
        }
    }

    void TearDown() override { forget_in_keyring(name_); }

    std::string name_ = "zhibu-test-" + std::to_string(getpid());
};

TEST_F(KeyringTest, GivesBackWhatItKeepsAndTakesTheNewest) {
    const auto kept =
        keep_in_keyring(name_, SecretBytes{std::string_view{"second"}}, std::chrono::seconds{60});
    ASSERT_TRUE(kept);
    const auto found = read_from_keyring(name_);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->text(), "second");
}

TEST_F(KeyringTest, ForgetsOnRequestAndTwiceIsNoError) {
    forget_in_keyring(name_);
    forget_in_keyring(name_);
    const auto found = read_from_keyring(name_);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().fault, KeyFault::not_in_keyring);
}

// To the kernel, a timeout of no seconds means for ever.
TEST_F(KeyringTest, ALifetimeOfNothingKeepsNothing) {
    const auto kept =
        keep_in_keyring(name_, SecretBytes{std::string_view{"for ever"}}, std::chrono::seconds{0});
    ASSERT_TRUE(kept);
    const auto found = read_from_keyring(name_);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().fault, KeyFault::not_in_keyring);
}

}  // namespace
}  // namespace zhibu::keys

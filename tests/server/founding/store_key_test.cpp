#include "server/founding/store_key.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "server/founding/founding.hpp"
#include "shared/keys/descriptor.hpp"
#include "shared/keys/system.hpp"
#include "tests/support/founding_words.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/support/temporary_directory.hpp"

namespace zhibu::server {
namespace {

constexpr auto owners = std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;

class StoreKey : public testing::Test {
protected:
    /// A file of mode 0600 in the server's folder.
    void write(const std::string& name, const std::string& content) const {
        std::ofstream{files_.folder / name} << content;
        std::filesystem::permissions(files_.folder / name, owners);
    }

    [[nodiscard]] KeyFilesFault fault(const std::string& setting) const {
        const auto read = read_store_key(files_, setting);
        EXPECT_FALSE(read.has_value()) << setting;
        return read ? KeyFilesFault{} : read.error().fault;
    }

    support::TemporaryDirectory folder_;
    support::TemporaryDirectory credentials_;
    ServerFiles files_{folder_.path(), credentials_.path()};
    support::SeededRandom random_{3};
    const std::string digits_ = "00112233445566778899aabbccddeeff" + std::string(32, 'f');
};

/// Standard input from a pipe that holds `content`, while this lives.
class Input {
public:
    explicit Input(const std::string& content) : before_{::dup(STDIN_FILENO)} {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe(ends.data()), 0);
        EXPECT_EQ(::write(ends[1], content.data(), content.size()),
                  static_cast<ssize_t>(content.size()));
        ::close(ends[1]);
        ::dup2(ends[0], STDIN_FILENO);
        ::close(ends[0]);
    }

    ~Input() { ::dup2(before_.number(), STDIN_FILENO); }

    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;

private:
    keys::Descriptor before_;
};

TEST_F(StoreKey, IsMadeOnceForItsOwnerAlone) {
    const auto made = make_store_key(files_, "store_key", random_);
    ASSERT_TRUE(made.has_value());
    EXPECT_EQ(std::filesystem::status(files_.folder / "store_key").permissions(), owners);
    const auto read = read_store_key(files_, "store_key");
    ASSERT_TRUE(read.has_value());
    EXPECT_TRUE(read->equals(*made));
    const auto again = make_store_key(files_, "store_key", random_);
    ASSERT_FALSE(again.has_value());
    EXPECT_EQ(again.error().fault, KeyFilesFault::already_there);
    EXPECT_TRUE(read_store_key(files_, "store_key")->equals(*made)) << "a key that is there stays";
}

TEST_F(StoreKey, ComesFromAFileACredentialOrStandardInput) {
    write("key", digits_ + "\n");
    write("key_without_an_end", digits_);
    const auto whole_path = (files_.folder / "key").string();
    std::filesystem::copy_file(whole_path, credentials_.path() / "store");
    const auto wanted = read_store_key(files_, "key");
    ASSERT_TRUE(wanted.has_value());
    EXPECT_EQ(wanted->size(), 32U);
    EXPECT_EQ(wanted->span()[1], 0x11);
    EXPECT_EQ(wanted->span()[31], 0xff);
    for (const std::string& setting :
         {std::string{"key_without_an_end"}, whole_path, std::string{"credential:store"}}) {
        const auto read = read_store_key(files_, setting);
        ASSERT_TRUE(read.has_value()) << setting;
        EXPECT_TRUE(read->equals(*wanted)) << setting;
    }
    const Input input{digits_ + "\nsomething else"};
    const auto read = read_store_key(files_, "stdin");
    ASSERT_TRUE(read.has_value());
    EXPECT_TRUE(read->equals(*wanted));
}

TEST_F(StoreKey, WhatIsNoKeyIsRefused) {
    const std::string without_last = digits_.substr(0, digits_.size() - 1);
    for (const std::string& content :
         {std::string{}, std::string{"\n"}, without_last, digits_ + "0", without_last + "g",
          without_last + "F", " " + without_last, std::string(10'000, 'a')}) {
        write("key", content);
        EXPECT_EQ(fault("key"), KeyFilesFault::damaged) << content;
    }
    const Input input{""};
    EXPECT_EQ(fault("stdin"), KeyFilesFault::damaged);
}

TEST_F(StoreKey, FileThatOthersMayReadIsRefused) {
    write("key", digits_);
    for (const auto mode : {std::filesystem::perms::group_read, std::filesystem::perms::others_read,
                            std::filesystem::perms::others_write}) {
        std::filesystem::permissions(files_.folder / "key", owners | mode);
        EXPECT_EQ(fault("key"), KeyFilesFault::open_to_others);
    }
}

TEST_F(StoreKey, SpaceIsNotFoundedWithoutTheKeyThatItIsToHave) {
    keys::SystemClock clock;
    const FoundingWords words = support::founding_words();
    const StorePlace place{files_, "credential:store"};
    const auto& catalog = catalog::standard_catalog();
    const auto refused = found(place, words, catalog, clock, random_);
    ASSERT_FALSE(refused.has_value());
    EXPECT_NE(refused.error().en.find("missing"), std::string::npos) << refused.error().en;
    EXPECT_TRUE(std::filesystem::is_empty(files_.folder)) << "so it can be tried again";
    std::ofstream{credentials_.path() / "store"} << digits_ << '\n';
    std::filesystem::permissions(credentials_.path() / "store", owners);
    const auto founded = found(place, words, catalog, clock, random_);
    EXPECT_TRUE(founded.has_value()) << founded.error().en;
    EXPECT_FALSE(std::filesystem::exists(files_.folder / "store_key"));
}

TEST_F(StoreKey, OpensTheDataKeysThatItHasWrappedAndNoOthers) {
    const auto read = [&](const char* name) { return read_store_key(files_, name).value(); };
    ASSERT_TRUE(make_store_key(files_, "store_key", random_).has_value());
    ASSERT_TRUE(make_store_key(files_, "other_key", random_).has_value());
    EXPECT_EQ(load_data_keys(files_.data_keys(), read("store_key")).error().fault,
              KeyFilesFault::not_there);
    const auto made = make_data_keys(files_.data_keys(), read("store_key"), random_);
    ASSERT_TRUE(made.has_value());
    const auto loaded = load_data_keys(files_.data_keys(), read("store_key"));
    ASSERT_TRUE(loaded.has_value());
    EXPECT_TRUE(loaded->ring()->newest().database.equals(made->ring()->newest().database));
    const auto refused = load_data_keys(files_.data_keys(), read("other_key"));
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().fault, KeyFilesFault::wrong_key);
    EXPECT_EQ(refused.error().place, files_.data_keys().string());
}

}  // namespace
}  // namespace zhibu::server

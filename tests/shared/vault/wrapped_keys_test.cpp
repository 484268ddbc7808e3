#include "shared/vault/wrapped_keys.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <vector>

#include "tests/shared/vault/fixture.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/support/temporary_directory.hpp"

namespace zhibu::vault {
namespace {

class WrappedKeys : public testing::Test {
protected:
    keys::SecretBytes new_wrapping() {
        keys::SecretBytes made{wrapping_key_bytes};
        random_.fill(made.span());
        return made;
    }

    void write(const FileKeys& kept) {
        ASSERT_TRUE(write_wrapped_keys(disk_, file_, wrapping_, kept, random_).has_value());
    }

    [[nodiscard]] VaultFault fault() {
        const auto read = read_wrapped_keys(disk_, file_, wrapping_);
        EXPECT_FALSE(read.has_value());
        return read ? VaultFault{} : read.error().fault;
    }

    FileKeys one() { return {make_data_key(random_), {}}; }

    support::TemporaryDirectory folder_;
    std::filesystem::path file_ = folder_.path() / "keys";
    SystemDisk disk_;
    support::SeededRandom random_{11};
    keys::SecretBytes wrapping_ = new_wrapping();
};

TEST_F(WrappedKeys, ComeBackWithTheKeyBeforeThem) {
    FileKeys kept = one();
    write(kept);
    const auto first = read_wrapped_keys(disk_, file_, wrapping_);
    ASSERT_TRUE(first.has_value());
    EXPECT_TRUE(serialise(first->newest).equals(serialise(kept.newest)));
    EXPECT_FALSE(first->older.has_value());
    kept.older = std::move(kept.newest);
    kept.newest = next_data_key(*kept.older, random_);
    write(kept);
    const auto both = read_wrapped_keys(disk_, file_, wrapping_);
    ASSERT_TRUE(both.has_value() && both->older.has_value());
    EXPECT_TRUE(serialise(both->newest).equals(serialise(kept.newest)));
    EXPECT_TRUE(serialise(*both->older).equals(serialise(*kept.older)));
    EXPECT_EQ(both->ring().epochs().size(), 2U);
}

TEST_F(WrappedKeys, AreNotThereInTheOpen) {
    const FileKeys kept = one();
    write(kept);
    EXPECT_FALSE(holds(read_bytes(file_), kept.newest.secret.text()));
    EXPECT_EQ(std::filesystem::status(file_).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(WrappedKeys, OpenByNoOtherKey) {
    write(one());
    wrapping_ = new_wrapping();
    EXPECT_EQ(fault(), VaultFault::wrong_key);
}

TEST_F(WrappedKeys, EachFlippedBitIsToldAndNoneIsBelieved) {
    FileKeys kept = one();
    kept.older = std::move(kept.newest);
    kept.newest = next_data_key(*kept.older, random_);
    write(kept);
    const std::vector<std::uint8_t> whole = read_bytes(file_);
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
        std::vector<std::uint8_t> flipped = whole;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        write_bytes(file_, flipped);
        const VaultFault found = fault();
        EXPECT_TRUE(found == VaultFault::malformed || found == VaultFault::wrong_key ||
                    found == VaultFault::damaged)
            << bit;
    }
}

TEST_F(WrappedKeys, FileOfAnotherLengthIsMalformed) {
    EXPECT_EQ(fault(), VaultFault::not_there);
    write(one());
    std::vector<std::uint8_t> bytes = read_bytes(file_);
    for (const std::size_t size : {std::size_t{0}, std::size_t{7}, bytes.size() - 1}) {
        write_bytes(file_, {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)});
        EXPECT_EQ(fault(), VaultFault::malformed) << size;
    }
    bytes.resize(10'000);
    write_bytes(file_, bytes);
    EXPECT_EQ(fault(), VaultFault::malformed);
}

}  // namespace
}  // namespace zhibu::vault

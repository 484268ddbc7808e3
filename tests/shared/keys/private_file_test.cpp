#include "shared/keys/private_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdint>
#include <cstdlib>
#include <expected>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace zhibu::keys {
namespace {

std::vector<std::uint8_t> bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

unsigned mode_of(const std::filesystem::path& file) {
    struct stat status{};
    return ::stat(file.c_str(), &status) == 0 ? status.st_mode & 0777U : 0;
}

class PrivateFile : public testing::Test {
protected:
    void SetUp() override {
        std::string name = (std::filesystem::temp_directory_path() / "zhibu-file-XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        folder_ = name;
    }

    void TearDown() override { std::filesystem::remove_all(folder_); }

    [[nodiscard]] std::filesystem::path file() const { return folder_ / "key"; }

    std::filesystem::path folder_;
};

TEST_F(PrivateFile, NewFileIsItsOwnersAloneAndReadsBack) {
    ASSERT_TRUE(write_new_private_file(file(), bytes_of("secret")));
    EXPECT_EQ(mode_of(file()), 0600U);
    const auto read = read_private_file(file());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->text(), "secret");
}

TEST_F(PrivateFile, NewFileNeverReplacesOne) {
    ASSERT_TRUE(write_new_private_file(file(), bytes_of("first")));
    const auto again = write_new_private_file(file(), bytes_of("second"));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().fault, FileFault::already_there);
    EXPECT_EQ(again.error().place, file());
    EXPECT_EQ(read_private_file(file())->text(), "first");
}

TEST_F(PrivateFile, ReplacingTightensTheModeOfALeftTemporaryFile) {
    std::ofstream{file().string() + ".new"} << "left by a crash, longer than what is written now";
    std::filesystem::permissions(file().string() + ".new", std::filesystem::perms::all);
    ASSERT_TRUE(replace_private_file(file(), bytes_of("new")));
    EXPECT_EQ(mode_of(file()), 0600U);
    EXPECT_EQ(read_private_file(file())->text(), "new");
    EXPECT_FALSE(std::filesystem::exists(file().string() + ".new"));
}

TEST_F(PrivateFile, ReplacingFollowsNoLinkThatSomebodyElsePut) {
    ASSERT_TRUE(write_new_private_file(folder_ / "victim", bytes_of("untouched")));
    std::filesystem::create_symlink(folder_ / "victim", file().string() + ".new");
    EXPECT_FALSE(replace_private_file(file(), bytes_of("new")));
    EXPECT_EQ(read_private_file(folder_ / "victim")->text(), "untouched");
}

TEST_F(PrivateFile, FailedReplacementLeavesTheOldContent) {
    ASSERT_TRUE(write_new_private_file(file(), bytes_of("old")));
    std::filesystem::create_directory(file().string() + ".new");
    const auto replaced = replace_private_file(file(), bytes_of("new"));
    ASSERT_FALSE(replaced);
    EXPECT_EQ(replaced.error().fault, FileFault::storage_failed);
    EXPECT_EQ(read_private_file(file())->text(), "old");
}

TEST_F(PrivateFile, AbsentEmptyAndOversizedFilesAreToldApart) {
    EXPECT_EQ(read_private_file(file()).error().fault, FileFault::not_there);
    ASSERT_TRUE(write_new_private_file(file(), {}));
    EXPECT_EQ(read_private_file(file()).error().fault, FileFault::wrong_size);
    std::filesystem::resize_file(file(), private_file_bytes_max);
    EXPECT_TRUE(read_private_file(file()));
    std::filesystem::resize_file(file(), private_file_bytes_max + 1);
    EXPECT_EQ(read_private_file(file()).error().fault, FileFault::wrong_size);
}

TEST_F(PrivateFile, FolderIsClosedToOthersAlsoWhereItStoodOpen) {
    const auto inner = folder_ / "a" / "b";
    std::filesystem::create_directories(inner);
    std::filesystem::permissions(inner, std::filesystem::perms::all);
    ASSERT_TRUE(make_private_folder(inner));
    EXPECT_EQ(mode_of(inner), 0700U);
    EXPECT_TRUE(sync_folder(inner));
    EXPECT_FALSE(sync_folder(folder_ / "absent"));
    ASSERT_TRUE(write_new_private_file(file(), bytes_of("a file")));
    EXPECT_FALSE(make_private_folder(file() / "below"));
}

}  // namespace
}  // namespace zhibu::keys

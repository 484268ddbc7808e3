#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>

#include <cstdio>
#include <memory>
#include <string>

#include "shared/keys/private_file.hpp"
#include "tests/shared/vault/fixture.hpp"
#include "tests/support/temporary_directory.hpp"

/// The extension in the stock sqlite3 shell, as an operator uses it.
namespace zhibu::vault {
namespace {

struct Answer {
    int status = -1;
    std::string text;
};

Answer run(const std::string& command) {
    FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    Answer answer;
    std::array<char, 4096> part{};
    while (const std::size_t got = std::fread(part.data(), 1, part.size(), pipe)) {
        answer.text.append(part.data(), got);
    }
    answer.status = WEXITSTATUS(::pclose(pipe));
    return answer;
}

class ShellExtension : public testing::Test {
protected:
    ShellExtension() {
        const OpenVault open(vault_, file_);
        EXPECT_EQ(open.connection().run("CREATE TABLE t(a); INSERT INTO t VALUES('read-by-hand')"),
                  SQLITE_OK);
        save(key_file_, vault_.data_key());
    }

    static void save(const std::filesystem::path& file, const DataKey& key) {
        EXPECT_TRUE(keys::write_new_private_file(file, serialise(key).span()));
    }

    /// `before` stands before the program's name; `redirection` behind its arguments.
    Answer ask(const std::string& before, const std::string& redirection = "") {
        return run(before + " sqlite3 -batch -bail -cmd '.load " + ZHIBU_VAULT_EXTENSION +
                   "' -cmd '.open \"file:" + file_.string() +
                   "?vfs=zhibu-vault\"' '' 'SELECT a FROM t' " + redirection);
    }

    support::TemporaryDirectory folder_;
    std::filesystem::path file_ = folder_.path() / "replica";
    std::filesystem::path key_file_ = folder_.path() / "key";
    TestVault vault_{1};
};

TEST_F(ShellExtension, ReadsASealedDatabaseByAKeyFile) {
    const Answer answer = ask("ZHIBU_VAULT_KEY_FILE=" + key_file_.string());
    EXPECT_EQ(answer.status, 0) << answer.text;
    EXPECT_EQ(answer.text, "read-by-hand\n");
}

TEST_F(ShellExtension, ReadsASealedDatabaseByAKeyOnADescriptor) {
    const Answer answer = ask("ZHIBU_VAULT_KEY_FD=7", "7<" + key_file_.string());
    EXPECT_EQ(answer.text, "read-by-hand\n");
}

TEST_F(ShellExtension, ReadsALogThatAKilledProgramLeft) {
    const std::filesystem::path killed = folder_.path() / "killed";
    {
        const OpenVault open(vault_, file_);
        ASSERT_EQ(open.connection().run("INSERT INTO t VALUES('only-in-the-log')"), SQLITE_OK);
        std::filesystem::copy(file_, killed);
        std::filesystem::copy(file_.string() + "-wal", killed.string() + "-wal");
    }
    file_ = killed;
    const Answer answer = ask("ZHIBU_VAULT_KEY_FILE=" + key_file_.string());
    EXPECT_EQ(answer.text, "read-by-hand\nonly-in-the-log\n");
}

TEST_F(ShellExtension, SaysThatTheKeyIsMissingMalformedOrAnothers) {
    EXPECT_NE(ask("").text.find("set ZHIBU_VAULT_KEY_FILE"), std::string::npos);
    EXPECT_NE(ask("ZHIBU_VAULT_KEY_FD=x").text.find("ZHIBU_VAULT_KEY_FD"), std::string::npos);
    const auto other = folder_.path() / "other";
    save(other, make_data_key(vault_.random()));
    const Answer wrong = ask("ZHIBU_VAULT_KEY_FILE=" + other.string());
    EXPECT_NE(wrong.status, 0);
    EXPECT_EQ(wrong.text.find("read-by-hand"), std::string::npos);
    const auto cut = folder_.path() / "cut";
    EXPECT_TRUE(keys::write_new_private_file(
        cut, serialise(vault_.data_key()).span().first(data_key_bytes - 1)));
    EXPECT_NE(ask("ZHIBU_VAULT_KEY_FILE=" + cut.string()).text.find("data key"), std::string::npos);
}

}  // namespace
}  // namespace zhibu::vault

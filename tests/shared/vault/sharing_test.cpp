#include <gtest/gtest.h>
#include <sqlite3.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "shared/vault/detail/wal_index.hpp"
#include "shared/vault/open_pragmas.hpp"
#include "shared/vault/vfs.hpp"
#include "tests/shared/vault/fixture.hpp"
#include "tests/support/temporary_directory.hpp"

/// Several connections of one process over one sealed file.
namespace zhibu::vault {
namespace {

constexpr int read_only = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
constexpr int read_write = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;

class SharedFile : public testing::Test {
protected:
    Connection open(int flags) {
        Connection made{file_, vault_.vfs().name(), flags};
        sqlite3_busy_timeout(made.handle(), 2000);
        EXPECT_TRUE(apply_open_pragmas(made.handle(), Sharing::one_process).has_value());
        return made;
    }

    /// Two rows whose sum no commit changes, and one row for each commit.
    static void make_tables(const Connection& writer) {
        ASSERT_EQ(writer.run("CREATE TABLE balance(id INTEGER PRIMARY KEY, amount INTEGER);"
                             "INSERT INTO balance VALUES(1, 1000), (2, 1000);"
                             "CREATE TABLE done(number INTEGER PRIMARY KEY, filler BLOB)"),
                  SQLITE_OK);
    }

    static int move_amount(const Connection& writer, int number) {
        const std::string text = std::to_string(number);
        return writer.run(
            "BEGIN IMMEDIATE; UPDATE balance SET amount=amount-1 WHERE id=1;"
            "INSERT INTO done VALUES(" +
            text +
            ", randomblob(3000));"
            "UPDATE balance SET amount=amount+1 WHERE id=2; COMMIT");
    }

    support::TemporaryDirectory folder_;
    std::filesystem::path file_ = folder_.path() / "store.db";
    TestVault vault_{7};
    KeyedFile keyed_ =
        vault_.vfs()
            .key(file_, vault_.ring(),
                 FileTerms{.random = vault_.random(), .sharing = Sharing::one_process})
            .value();
};

/// Whether every look finds whole commits, and never fewer than the look before.
bool sees_whole_commits(const Connection& reader, int& seen) {
    const std::string found = reader.ask(
        "SELECT (SELECT sum(amount) FROM balance), (SELECT count(*) FROM done), "
        "(SELECT 1000-amount FROM balance WHERE id=1)");
    const std::string count =
        found.substr(found.find('|') + 1, found.rfind('|') - found.find('|') - 1);
    const bool whole = found == "2000|" + count + "|" + count && std::stoi(count) >= seen;
    EXPECT_TRUE(whole) << found << " after " << seen;
    seen = whole ? std::stoi(count) : seen;
    return whole;
}

TEST_F(SharedFile, ReadersBesideTheWriterSeeWholeCommits) {
    constexpr int commits = 2000;
    const Connection writer = open(read_write);
    make_tables(writer);
    // Often, so that readers meet checkpoints and logs that begin anew.
    ASSERT_EQ(writer.run("PRAGMA wal_autocheckpoint=20"), SQLITE_OK);
    std::atomic<bool> ended = false;
    std::atomic<int> looks = 0;
    std::vector<std::jthread> readers;
    for (const bool opens_each_time : {false, false, true}) {
        readers.emplace_back([&, opens_each_time] {
            int seen = 0;
            bool whole = true;
            while (whole && !ended) {
                const Connection reader = open(read_only);
                do {
                    whole = sees_whole_commits(reader, seen);
                    ++looks;
                } while (whole && !ended && !opens_each_time);
            }
        });
    }
    for (int i = 1; i <= commits; ++i) {
        ASSERT_EQ(move_amount(writer, i), SQLITE_OK) << i;
    }
    ended = true;
    readers.clear();
    EXPECT_GT(looks, 10);
    int seen = commits;
    EXPECT_TRUE(sees_whole_commits(open(read_only), seen));
    EXPECT_EQ(writer.ask("PRAGMA integrity_check"), "ok");
}

TEST_F(SharedFile, CheckpointLeavesAReadersSnapshot) {
    const Connection writer = open(read_write);
    make_tables(writer);
    ASSERT_EQ(move_amount(writer, 1), SQLITE_OK);
    const Connection reader = open(read_only);
    ASSERT_EQ(reader.ask("BEGIN; SELECT count(*) FROM done"), "1");
    ASSERT_EQ(move_amount(writer, 2), SQLITE_OK);
    sqlite3_busy_timeout(writer.handle(), 0);
    // Busy, log and moved frames: what the reader still needs stays in the log.
    EXPECT_TRUE(writer.ask("PRAGMA wal_checkpoint(PASSIVE)").starts_with("0|"));
    EXPECT_TRUE(writer.ask("PRAGMA wal_checkpoint(TRUNCATE)").starts_with("1|"));
    EXPECT_EQ(reader.ask("SELECT count(*) FROM done"), "1");
    EXPECT_EQ(reader.ask("COMMIT; SELECT count(*) FROM done"), "2");
    EXPECT_EQ(writer.ask("PRAGMA wal_checkpoint(TRUNCATE)"), "0|0|0");
    EXPECT_EQ(reader.ask("SELECT count(*) FROM done"), "2");
}

TEST_F(SharedFile, OneWritesAtATime) {
    const Connection first = open(read_write);
    make_tables(first);
    const Connection second = open(read_write);
    sqlite3_busy_timeout(second.handle(), 0);
    ASSERT_EQ(first.run("BEGIN IMMEDIATE"), SQLITE_OK);
    EXPECT_EQ(second.run("BEGIN IMMEDIATE"), SQLITE_BUSY);
    ASSERT_EQ(first.run("COMMIT"), SQLITE_OK);
    EXPECT_EQ(second.run("BEGIN IMMEDIATE; COMMIT"), SQLITE_OK);
}

TEST_F(SharedFile, LeavesNoIndexOnTheDisk) {
    const Connection writer = open(read_write);
    make_tables(writer);
    const Connection reader = open(read_only);
    ASSERT_EQ(reader.ask("SELECT count(*) FROM balance"), "2");
    for (const auto& entry : std::filesystem::directory_iterator{folder_.path()}) {
        EXPECT_TRUE(entry.path() == file_ || entry.path() == file_.string() + "-wal")
            << entry.path();
    }
}

TEST_F(SharedFile, LogIsRecoveredByWhoeverComesFirst) {
    const std::filesystem::path copy = folder_.path() / "copy.db";
    {
        const Connection writer = open(read_write);
        make_tables(writer);
        for (int i = 1; i <= 10; ++i) {
            ASSERT_EQ(move_amount(writer, i), SQLITE_OK);
        }
        // As a killed process leaves them.
        std::filesystem::copy(file_, copy);
        std::filesystem::copy(file_.string() + "-wal", copy.string() + "-wal");
    }
    const KeyedFile keyed =
        vault_.vfs()
            .key(copy, vault_.ring(),
                 FileTerms{.random = vault_.random(), .sharing = Sharing::one_process})
            .value();
    const Connection reader{copy, vault_.vfs().name(), read_only};
    ASSERT_TRUE(apply_open_pragmas(reader.handle(), Sharing::one_process).has_value());
    EXPECT_EQ(reader.ask("SELECT count(*) FROM done"), "10");
}

TEST_F(SharedFile, WhoeverWantsItAloneIsRefusedMeanwhile) {
    const Connection writer = open(read_write);
    make_tables(writer);
    Vfs other{"zhibu-vault-other"};
    const KeyedFile keyed = other.key(file_, vault_.ring(), FileTerms{vault_.random()}).value();
    const Connection alone{file_, other.name(), read_write};
    const auto applied = apply_open_pragmas(alone.handle());
    EXPECT_TRUE(!applied || alone.ask("SELECT * FROM balance") == "error 5");
    EXPECT_EQ(move_amount(writer, 1), SQLITE_OK);
}

TEST(WalIndex, SharedAndExclusiveLocksKeepEachOtherOut) {
    constexpr int share = SQLITE_SHM_LOCK | SQLITE_SHM_SHARED;
    constexpr int take = SQLITE_SHM_LOCK | SQLITE_SHM_EXCLUSIVE;
    constexpr int unshare = SQLITE_SHM_UNLOCK | SQLITE_SHM_SHARED;
    constexpr int give_back = SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE;
    detail::WalIndex index;
    detail::WalIndex::User first{index};
    detail::WalIndex::User second{index};
    EXPECT_EQ(first.lock(3, 1, share), SQLITE_OK);
    EXPECT_EQ(second.lock(3, 1, share), SQLITE_OK);
    EXPECT_EQ(second.lock(2, 3, take), SQLITE_BUSY);
    EXPECT_EQ(first.lock(2, 1, take), SQLITE_OK) << "what was refused was not taken in part";
    EXPECT_EQ(first.lock(3, 1, unshare), SQLITE_OK);
    EXPECT_EQ(second.lock(3, 1, unshare), SQLITE_OK);
    EXPECT_EQ(second.lock(2, 3, take), SQLITE_BUSY);
    EXPECT_EQ(first.lock(2, 1, give_back), SQLITE_OK);
    EXPECT_EQ(second.lock(2, 3, take), SQLITE_OK);
    EXPECT_EQ(first.lock(4, 1, share), SQLITE_BUSY);
    second.leave();
    EXPECT_EQ(first.lock(4, 1, share), SQLITE_OK) << "who leaves holds nothing";
    EXPECT_EQ(first.lock(SQLITE_SHM_NLOCK, 1, share), SQLITE_IOERR_SHMLOCK);
    EXPECT_EQ(first.lock(0, SQLITE_SHM_NLOCK + 1, take), SQLITE_IOERR_SHMLOCK);
}

TEST(WalIndex, IsEmptyWhenTheLastHasLeft) {
    constexpr int bytes = detail::WalIndex::region_bytes;
    detail::WalIndex index;
    detail::WalIndex::User first{index};
    detail::WalIndex::User second{index};
    volatile void* region = nullptr;
    EXPECT_EQ(first.map(1, bytes, false, region), SQLITE_OK);
    EXPECT_EQ(region, nullptr);
    ASSERT_EQ(first.map(1, bytes, true, region), SQLITE_OK);
    ASSERT_NE(region, nullptr);
    *static_cast<volatile char*>(region) = 'x';
    ASSERT_EQ(second.map(1, bytes, false, region), SQLITE_OK);
    EXPECT_EQ(*static_cast<volatile char*>(region), 'x') << "the same memory for both";
    first.leave();
    ASSERT_EQ(second.map(1, bytes, false, region), SQLITE_OK);
    EXPECT_EQ(*static_cast<volatile char*>(region), 'x');
    second.leave();
    ASSERT_EQ(second.map(1, bytes, true, region), SQLITE_OK);
    EXPECT_EQ(*static_cast<volatile char*>(region), '\0');
    EXPECT_EQ(second.map(0, bytes / 2, true, region), SQLITE_IOERR_SHMMAP);
}

}  // namespace
}  // namespace zhibu::vault

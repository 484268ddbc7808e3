#include <gtest/gtest.h>
#include <sqlite3.h>

#include "shared/vault/open_pragmas.hpp"
#include "shared/vault/page_cipher.hpp"
#include "tests/shared/vault/fixture.hpp"
#include "tests/support/temporary_directory.hpp"

namespace zhibu::vault {
namespace {

class RoundTrip : public testing::Test {
protected:
    support::TemporaryDirectory folder_;
    TestVault vault_{1};
    std::filesystem::path file_ = folder_.path() / "replica";
};

TEST_F(RoundTrip, KeepsRowsOverClosingAndOpening) {
    {
        const OpenVault open(vault_, file_);
        ASSERT_EQ(open.connection().run("CREATE TABLE t(a); INSERT INTO t VALUES('one'),('two')"),
                  SQLITE_OK);
    }
    const OpenVault open(vault_, file_);
    EXPECT_EQ(open.connection().ask("SELECT a FROM t"), "one;two");
    EXPECT_EQ(open.connection().ask("PRAGMA journal_mode"), "wal");
    EXPECT_FALSE(std::filesystem::exists(file_.string() + "-shm"));
}

/// Every kind of statement that makes SQLite reach for another file or another order of writes;
/// `check` is asked of a sealed database and of a stock one.
const std::vector<std::string> script = {
    "CREATE TABLE t(id INTEGER PRIMARY KEY, k TEXT, v BLOB); CREATE INDEX by_k ON t(k)",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<5000) "
    "INSERT INTO t SELECT i, printf('key-%d', (i*7919)%5003), zeroblob(i%300) FROM n",
    "CREATE TEMP TABLE sorted AS SELECT k FROM t ORDER BY k DESC",
    "CREATE INDEX by_v ON t(v, k)",
    "SAVEPOINT a; UPDATE t SET k='changed '||k WHERE id%3=0; SAVEPOINT b; DELETE FROM t WHERE "
    "id%5=0; ROLLBACK TO b; RELEASE a",
    "BEGIN; DELETE FROM t WHERE id%2=0; ROLLBACK",
    "INSERT INTO t VALUES(100001,'big',randomblob(3000000)); UPDATE t SET v=zeroblob(2500000) "
    "WHERE id=100001",
    "PRAGMA wal_checkpoint(PASSIVE)",
    "DELETE FROM t WHERE id BETWEEN 700 AND 2300",
    "VACUUM",
    "PRAGMA wal_checkpoint(TRUNCATE)",
    "PRAGMA cache_size=5; BEGIN; UPDATE t SET v=zeroblob(700), k=k||'x'; UPDATE t SET "
    "k=substr(k,1,9); COMMIT",
    "PRAGMA wal_checkpoint(RESTART); INSERT INTO t(k) SELECT k FROM t WHERE id<1000",
    "CREATE VIRTUAL TABLE words USING fts5(w); INSERT INTO words SELECT k FROM t; INSERT INTO "
    "words(words) VALUES('optimize')",
    "ALTER TABLE t ADD COLUMN n INTEGER DEFAULT 5; UPDATE t SET n=id WHERE id%11=0",
    "DROP INDEX by_v; REINDEX; ANALYZE; PRAGMA incremental_vacuum"};
const std::string check =
    "SELECT count(*), sum(length(k)), sum(length(v)), sum(n) FROM t; SELECT id, k FROM t ORDER BY "
    "k DESC, id LIMIT 50; SELECT count(*) FROM words WHERE words MATCH 'changed'; PRAGMA "
    "integrity_check";

TEST_F(RoundTrip, AnswersAsStockSqliteDoes) {
    const Connection stock(folder_.path() / "stock", "");
    ASSERT_EQ(stock.run("PRAGMA journal_mode=WAL"), SQLITE_OK);
    const OpenVault open(vault_, file_);
    for (const std::string& sql : script) {
        ASSERT_EQ(stock.run(sql), SQLITE_OK) << sql;
        ASSERT_EQ(open.connection().run(sql), SQLITE_OK) << sql;
    }
    const std::string answer = stock.ask(check);
    EXPECT_TRUE(answer.ends_with("ok"));
    EXPECT_EQ(open.connection().ask(check), answer);
}

TEST_F(RoundTrip, AnswersTheSameAfterEveryStatementIsFollowedByAKillAndARecovery) {
    const Connection stock(folder_.path() / "stock", "");
    ASSERT_EQ(stock.run("PRAGMA journal_mode=WAL"), SQLITE_OK);
    for (const std::string& sql : script) {
        ASSERT_EQ(stock.run(sql), SQLITE_OK) << sql;
        // The files as they are while the connection is open are what a kill leaves.
        const std::filesystem::path killed = folder_.path() / "killed";
        {
            const OpenVault open(vault_, file_);
            ASSERT_EQ(open.connection().run(sql), SQLITE_OK) << sql;
            std::filesystem::copy(file_, killed, std::filesystem::copy_options::overwrite_existing);
            std::filesystem::copy(file_.string() + "-wal", killed.string() + "-wal",
                                  std::filesystem::copy_options::overwrite_existing);
        }
        std::filesystem::rename(killed, file_);
        std::filesystem::rename(killed.string() + "-wal", file_.string() + "-wal");
    }
    const OpenVault open(vault_, file_);
    EXPECT_EQ(open.connection().ask(check), stock.ask(check));
}

TEST_F(RoundTrip, LeavesNoPageUnwritten) {
    // A backup reads every page; one that was never written would not authenticate.
    const OpenVault open(vault_, file_);
    for (const std::string& sql : script) {
        ASSERT_EQ(open.connection().run(sql), SQLITE_OK) << sql;
        const Connection copy(":memory:", "");
        sqlite3_backup* backup =
            sqlite3_backup_init(copy.handle(), "main", open.connection().handle(), "main");
        ASSERT_NE(backup, nullptr);
        EXPECT_EQ(sqlite3_backup_step(backup, -1), SQLITE_DONE) << sql;
        EXPECT_EQ(sqlite3_backup_finish(backup), SQLITE_OK);
        EXPECT_EQ(copy.ask("PRAGMA integrity_check"), "ok");
    }
}

TEST_F(RoundTrip, WritesNoPlainText) {
    {
        const OpenVault open(vault_, file_);
        ASSERT_EQ(open.connection().run("CREATE TABLE planted_table(a); PRAGMA wal_checkpoint; "
                                        "INSERT INTO planted_table VALUES('planted-row')"),
                  SQLITE_OK);
        const std::vector<std::uint8_t> wal = read_bytes(file_.string() + "-wal");
        ASSERT_GT(wal.size(), page_bytes);
        EXPECT_FALSE(holds(wal, "planted"));
    }
    const std::vector<std::uint8_t> database = read_bytes(file_);
    ASSERT_GE(database.size(), 2 * page_bytes);
    EXPECT_FALSE(holds(database, "planted"));
    EXPECT_FALSE(holds(database, "SQLite format 3"));
}

TEST_F(RoundTrip, OpensPagesOfTheOlderEpochAndSealsByTheNewer) {
    {
        const OpenVault open(vault_, file_);
        ASSERT_EQ(open.connection().run("CREATE TABLE t(a); INSERT INTO t VALUES(1)"), SQLITE_OK);
    }
    const DataKey newer = next_data_key(vault_.data_key(), vault_.random());
    const auto both = std::make_shared<const KeyRing>(newer, vault_.data_key());
    {
        const KeyedFile keyed = vault_.vfs().key(file_, both, FileTerms{vault_.random()}).value();
        const Connection connection(file_, vault_.vfs().name());
        ASSERT_TRUE(apply_open_pragmas(connection.handle()));
        EXPECT_EQ(connection.ask("SELECT a FROM t"), "1");
        ASSERT_EQ(connection.run("VACUUM"), SQLITE_OK);
    }
    const KeyedFile keyed =
        vault_.vfs()
            .key(file_, std::make_shared<const KeyRing>(newer), FileTerms{vault_.random()})
            .value();
    const Connection connection(file_, vault_.vfs().name());
    ASSERT_TRUE(apply_open_pragmas(connection.handle()));
    EXPECT_EQ(connection.ask("SELECT a FROM t"), "1");
}

}  // namespace
}  // namespace zhibu::vault

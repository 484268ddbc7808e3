#include "shared/vault/open_pragmas.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "tests/shared/vault/fixture.hpp"
#include "tests/support/memory_disk.hpp"

namespace zhibu::vault {
namespace {

class OpenPragmas : public testing::Test {
protected:
    support::MemoryDisk disk_;
    support::MemoryVfs memory_vfs_{"memory", disk_};
    TestVault vault_{1, "memory"};
};

TEST_F(OpenPragmas, TakeEffectOnANewDatabase) {
    const OpenVault open(vault_, "replica");
    const Connection& connection = open.connection();
    EXPECT_EQ(connection.ask("PRAGMA journal_mode"), "wal");
    EXPECT_EQ(connection.ask("PRAGMA locking_mode"), "exclusive");
    EXPECT_EQ(connection.ask("PRAGMA synchronous"), "2");
    EXPECT_EQ(connection.ask("PRAGMA temp_store"), "2");
    EXPECT_EQ(connection.ask("PRAGMA page_size"), "4096");
    int reserved = -1;
    EXPECT_EQ(
        sqlite3_file_control(connection.handle(), "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved),
        SQLITE_OK);
    EXPECT_EQ(reserved, 32);
}

TEST_F(OpenPragmas, LeaveAnExistingDatabaseAsItIs) {
    support::MemoryDisk killed;
    {
        const OpenVault open(vault_, "replica");
        ASSERT_EQ(open.connection().run("CREATE TABLE t(a); INSERT INTO t VALUES(1)"), SQLITE_OK);
        killed = disk_.after_kill();
    }
    // Leaving WAL mode and coming back would move the log into the database and rewrite page 1.
    const auto database = killed.content("replica");
    const auto log = killed.content("replica-wal");
    ASSERT_FALSE(log.empty());
    const support::MemoryVfs again("again", killed);
    Vfs vfs("sealed-again", "again");
    const KeyedFile keyed = vfs.key("replica", vault_.ring(), FileTerms{vault_.random()}).value();
    const Connection connection("replica", vfs.name());
    ASSERT_TRUE(apply_open_pragmas(connection.handle()));
    EXPECT_EQ(connection.ask("SELECT a FROM t"), "1");
    EXPECT_EQ(killed.content("replica"), database);
    EXPECT_EQ(killed.content("replica-wal"), log);
}

TEST_F(OpenPragmas, SayWhatAConnectionOfAnotherKindRefuses) {
    const Connection stock(":memory:", "");
    const auto applied = apply_open_pragmas(stock.handle());
    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().fault, VaultFault::refused);
    EXPECT_EQ(applied.error().place, "PRAGMA journal_mode=WAL");
}

TEST_F(OpenPragmas, TellADiskThatFailsFromADamagedFile) {
    {
        const OpenVault open(vault_, "replica");
        ASSERT_EQ(open.connection().run("CREATE TABLE t(a)"), SQLITE_OK);
    }
    const KeyedFile keyed = vault_.key("replica");
    {
        const Connection connection("replica", vault_.vfs().name());
        disk_.fail_at(disk_.calls() + 1, support::DiskAnswer::io_error);
        EXPECT_EQ(apply_open_pragmas(connection.handle()).error().fault,
                  VaultFault::storage_failed);
    }
    std::vector<std::uint8_t> bytes = disk_.content("replica");
    bytes[100] ^= 1;
    disk_.set_content("replica", bytes);
    const Connection connection("replica", vault_.vfs().name());
    EXPECT_EQ(apply_open_pragmas(connection.handle()).error().fault, VaultFault::damaged);
}

}  // namespace
}  // namespace zhibu::vault

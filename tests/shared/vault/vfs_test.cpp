#include "shared/vault/vfs.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <set>
#include <span>

#include "shared/vault/open_pragmas.hpp"
#include "shared/vault/page_cipher.hpp"
#include "tests/shared/vault/fixture.hpp"
#include "tests/support/memory_disk.hpp"
#include "tests/support/temporary_directory.hpp"

namespace zhibu::vault {
namespace {

using support::MemoryDisk;
using support::MemoryVfs;

/// A file opened by hand through the VFS, as SQLite does.
class RawFile {
public:
    RawFile(const std::string& vfs_name, const char* path, int flags) {
        sqlite3_vfs* vfs = sqlite3_vfs_find(vfs_name.c_str());
        memory_.resize(static_cast<std::size_t>(vfs->szOsFile) / sizeof(std::uint64_t) + 1);
        result_ = vfs->xOpen(vfs, path, file(), flags | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                             nullptr);
    }

    ~RawFile() {
        if (file()->pMethods != nullptr) {
            file()->pMethods->xClose(file());
        }
    }

    RawFile(const RawFile&) = delete;
    RawFile& operator=(const RawFile&) = delete;

    [[nodiscard]] int result() const { return result_; }

    [[nodiscard]] const sqlite3_io_methods& methods() { return *file()->pMethods; }

    int read(std::span<std::uint8_t> out, std::int64_t offset) {
        return methods().xRead(file(), out.data(), static_cast<int>(out.size()), offset);
    }

    int write(std::span<const std::uint8_t> bytes, std::int64_t offset) {
        return methods().xWrite(file(), bytes.data(), static_cast<int>(bytes.size()), offset);
    }

    sqlite3_file* file() { return static_cast<sqlite3_file*>(static_cast<void*>(memory_.data())); }

private:
    std::vector<std::uint64_t> memory_;
    int result_ = 0;
};

class SealingVfs : public testing::Test {
protected:
    MemoryDisk disk_;
    MemoryVfs memory_vfs_{"memory", disk_};
    TestVault vault_{1, "memory"};
};

/// A first page as SQLite writes it, as far as the VFS looks.
std::array<std::uint8_t, page_bytes> first_page() {
    std::array<std::uint8_t, page_bytes> page{};
    page[16] = 0x10;
    page[20] = reserved_bytes;
    return page;
}

TEST_F(SealingVfs, OpensDatabaseAndLogOfAKeyedFileAndNothingElse) {
    const KeyedFile keyed = vault_.key("replica");
    const std::string& name = vault_.vfs().name();
    EXPECT_EQ(RawFile(name, "replica", SQLITE_OPEN_MAIN_DB).result(), SQLITE_OK);
    EXPECT_EQ(RawFile(name, "replica-wal", SQLITE_OPEN_WAL).result(), SQLITE_OK);
    for (const int type :
         {SQLITE_OPEN_TEMP_DB, SQLITE_OPEN_TRANSIENT_DB, SQLITE_OPEN_MAIN_JOURNAL,
          SQLITE_OPEN_TEMP_JOURNAL, SQLITE_OPEN_SUBJOURNAL, SQLITE_OPEN_SUPER_JOURNAL}) {
        EXPECT_EQ(RawFile(name, "replica", type).result(), SQLITE_CANTOPEN) << type;
        EXPECT_EQ(RawFile(name, "replica-journal", type).result(), SQLITE_CANTOPEN) << type;
        EXPECT_EQ(RawFile(name, nullptr, type | SQLITE_OPEN_DELETEONCLOSE).result(),
                  SQLITE_CANTOPEN);
    }
    EXPECT_EQ(RawFile(name, "replica", SQLITE_OPEN_WAL).result(), SQLITE_CANTOPEN);
    EXPECT_EQ(RawFile(name, "other", SQLITE_OPEN_MAIN_DB).result(), SQLITE_CANTOPEN);
    EXPECT_EQ(RawFile(name, "other-wal", SQLITE_OPEN_WAL).result(), SQLITE_CANTOPEN);
    EXPECT_EQ(disk_.names(), (std::vector<std::string>{"replica", "replica-wal"}));
}

TEST_F(SealingVfs, KnowsAFileOnlyWhileItsKeyLives) {
    const std::string& name = vault_.vfs().name();
    {
        const KeyedFile keyed = vault_.key("replica");
        EXPECT_EQ(
            vault_.vfs().key("replica", vault_.ring(), FileTerms{vault_.random()}).error().fault,
            VaultFault::refused);
        EXPECT_EQ(RawFile(name, "replica", SQLITE_OPEN_MAIN_DB).result(), SQLITE_OK);
    }
    EXPECT_EQ(RawFile(name, "replica", SQLITE_OPEN_MAIN_DB).result(), SQLITE_CANTOPEN);
    const KeyedFile again = vault_.key("replica");
    EXPECT_EQ(RawFile(name, "replica", SQLITE_OPEN_MAIN_DB).result(), SQLITE_OK);
}

TEST_F(SealingVfs, GivesAnUnnamedKeyToTheFirstDatabaseOnly) {
    const KeyedFile keyed = vault_.vfs().key_first_file(vault_.ring(), FileTerms{vault_.random()});
    const std::string& name = vault_.vfs().name();
    EXPECT_EQ(RawFile(name, "any-wal", SQLITE_OPEN_WAL).result(), SQLITE_CANTOPEN);
    EXPECT_EQ(RawFile(name, "any", SQLITE_OPEN_MAIN_DB).result(), SQLITE_OK);
    EXPECT_EQ(RawFile(name, "any-wal", SQLITE_OPEN_WAL).result(), SQLITE_OK);
    EXPECT_EQ(RawFile(name, "second", SQLITE_OPEN_MAIN_DB).result(), SQLITE_CANTOPEN);
}

TEST_F(SealingVfs, TouchesOnlyDatabaseAndLogWhateverSqliteDoes) {
    std::set<std::string> opened;
    std::set<int> types;
    memory_vfs_.on_open = [&](std::string_view name, int flags) {
        opened.emplace(name);
        types.insert(flags & 0x000fff00);
    };
    const OpenVault open(vault_, "replica");
    const Connection& connection = open.connection();
    ASSERT_EQ(connection.run("PRAGMA cache_size=4; CREATE TABLE t(a, b); WITH RECURSIVE n(i) AS "
                             "(SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<3000) INSERT INTO t "
                             "SELECT i, randomblob(900) FROM n"),
              SQLITE_OK);
    ASSERT_EQ(connection.run("CREATE INDEX i ON t(b); CREATE TEMP TABLE s AS SELECT * FROM t ORDER "
                             "BY b; SAVEPOINT x; UPDATE t SET b=a; SAVEPOINT y; DELETE FROM t; "
                             "ROLLBACK TO x; RELEASE x; UPDATE OR ABORT t SET a=a+1; VACUUM; "
                             "SELECT count(DISTINCT b) FROM t; PRAGMA wal_checkpoint(TRUNCATE)"),
              SQLITE_OK);
    EXPECT_EQ(opened, (std::set<std::string>{"replica", "replica-wal"}));
    EXPECT_EQ(types, (std::set<int>{SQLITE_OPEN_MAIN_DB, SQLITE_OPEN_WAL}));
}

TEST_F(SealingVfs, RefusesAttachVacuumIntoAndExtensions) {
    const OpenVault open(vault_, "replica");
    const Connection& connection = open.connection();
    ASSERT_EQ(connection.run("CREATE TABLE t(a)"), SQLITE_OK);
    EXPECT_EQ(connection.run("ATTACH 'other' AS o") & 0xff, SQLITE_CANTOPEN);
    EXPECT_EQ(connection.run("VACUUM INTO 'other'") & 0xff, SQLITE_CANTOPEN);
    sqlite3_enable_load_extension(connection.handle(), 1);
    EXPECT_EQ(connection.run("SELECT load_extension('libzhibu')") & 0xff, SQLITE_ERROR);
    EXPECT_FALSE(disk_.exists("other"));
}

TEST_F(SealingVfs, HasNeitherSharedMemoryNorMmapAndAlwaysSafeOverwrites) {
    const KeyedFile keyed = vault_.key("replica");
    RawFile file(vault_.vfs().name(), "replica", SQLITE_OPEN_MAIN_DB);
    ASSERT_EQ(file.result(), SQLITE_OK);
    EXPECT_EQ(file.methods().iVersion, 1);
    EXPECT_EQ(file.methods().xDeviceCharacteristics(file.file()), SQLITE_IOCAP_POWERSAFE_OVERWRITE);
    int answer = 0;
    EXPECT_EQ(file.methods().xFileControl(file.file(), SQLITE_FCNTL_POWERSAFE_OVERWRITE, &answer),
              SQLITE_OK);
    EXPECT_EQ(answer, 1);
    std::int64_t mmap = 1 << 20;
    EXPECT_EQ(file.methods().xFileControl(file.file(), SQLITE_FCNTL_MMAP_SIZE, &mmap),
              SQLITE_NOTFOUND);
    EXPECT_EQ(file.methods().xFileControl(file.file(), SQLITE_FCNTL_CHUNK_SIZE, &answer),
              SQLITE_NOTFOUND);
}

TEST_F(SealingVfs, RefusesSizesAndPlacesInTheDatabaseThatSqliteDoesNotUse) {
    const KeyedFile keyed = vault_.key("replica");
    RawFile file(vault_.vfs().name(), "replica", SQLITE_OPEN_MAIN_DB);
    auto page = first_page();
    ASSERT_EQ(file.write(page, 0), SQLITE_OK);
    std::array<std::uint8_t, 2 * page_bytes> space{};
    const std::span out(space);
    EXPECT_EQ(file.read(out.first(page_bytes), 0), SQLITE_OK);
    EXPECT_EQ(file.read(out.first(100), 0), SQLITE_OK);
    EXPECT_EQ(file.read(out.first(16), 24), SQLITE_OK);
    EXPECT_EQ(file.read(out.first(101), 0), SQLITE_IOERR_READ);
    EXPECT_EQ(file.read(out.first(16), 25), SQLITE_IOERR_READ);
    EXPECT_EQ(file.read(out.first(page_bytes), 512), SQLITE_IOERR_READ);
    EXPECT_EQ(file.read(out.first(512), 512), SQLITE_IOERR_READ);
    EXPECT_EQ(file.read(out.first(page_bytes), -4096), SQLITE_IOERR_READ);
    EXPECT_EQ(file.read(out, 0), SQLITE_IOERR_READ);
    EXPECT_EQ(file.read(out.first(page_bytes), page_bytes), SQLITE_IOERR_DATA);
    EXPECT_EQ(file.write(std::span(page).first(512), 0), SQLITE_IOERR_WRITE);
    EXPECT_EQ(file.write(page, 2048), SQLITE_IOERR_WRITE);
    EXPECT_EQ(file.write(page, std::int64_t{page_bytes} << 28U), SQLITE_IOERR_WRITE);
    EXPECT_EQ(file.methods().xTruncate(file.file(), 100), SQLITE_IOERR_TRUNCATE);
}

TEST_F(SealingVfs, ATornFirstPageIsAnsweredInPartsAlone) {
    const KeyedFile keyed = vault_.key("replica");
    {
        RawFile file(vault_.vfs().name(), "replica", SQLITE_OPEN_MAIN_DB);
        ASSERT_EQ(file.write(first_page(), 0), SQLITE_OK);
    }
    auto torn = disk_.content("replica");
    torn[1000] ^= 1;
    disk_.set_content("replica", torn);
    RawFile file(vault_.vfs().name(), "replica", SQLITE_OPEN_MAIN_DB);
    std::array<std::uint8_t, page_bytes> space{};
    const std::span out(space);
    EXPECT_EQ(file.read(out.first(100), 0), SQLITE_OK);
    EXPECT_EQ(out[16], 0x10);
    EXPECT_EQ(out[20], reserved_bytes);
    EXPECT_EQ(file.read(out.first(16), 24), SQLITE_IOERR_DATA);
    EXPECT_EQ(file.read(out, 0), SQLITE_IOERR_DATA);
    EXPECT_TRUE(std::ranges::all_of(out, [](std::uint8_t byte) { return byte == 0; }));
}

TEST_F(SealingVfs, RefusesWritesWithReservedBytesOrAnotherGeometry) {
    const KeyedFile keyed = vault_.key("replica");
    RawFile file(vault_.vfs().name(), "replica", SQLITE_OPEN_MAIN_DB);
    auto page = first_page();
    ASSERT_EQ(file.write(page, 0), SQLITE_OK);
    for (std::size_t at = page_bytes - reserved_bytes; at < page_bytes; ++at) {
        auto dirty = page;
        dirty[at] = 1;
        EXPECT_EQ(file.write(dirty, 0), SQLITE_IOERR_WRITE) << at;
    }
    auto other = page;
    other[20] = 0;
    EXPECT_EQ(file.write(other, 0), SQLITE_IOERR_WRITE);
    other = page;
    other[16] = 0x20;
    EXPECT_EQ(file.write(other, 0), SQLITE_IOERR_WRITE);
    EXPECT_EQ(file.write(other, page_bytes), SQLITE_OK);
}

TEST_F(SealingVfs, RefusesSizesAndPlacesInTheLogThatSqliteDoesNotUse) {
    const KeyedFile keyed = vault_.key("replica");
    RawFile file(vault_.vfs().name(), "replica-wal", SQLITE_OPEN_WAL);
    std::array<std::uint8_t, 32> header{};
    header[10] = 0x10;
    ASSERT_EQ(file.write(header, 0), SQLITE_OK);
    header[10] = 0x20;
    EXPECT_EQ(file.write(header, 0), SQLITE_IOERR_WRITE);
    std::array<std::uint8_t, 24> frame{};
    EXPECT_EQ(file.write(frame, 32), SQLITE_IOERR_WRITE);
    frame[3] = 1;
    frame[9] = 1;
    ASSERT_EQ(file.write(frame, 32), SQLITE_OK);
    std::array<std::uint8_t, page_bytes> page{};
    ASSERT_EQ(file.write(page, 56), SQLITE_OK);
    EXPECT_EQ(file.write(std::span(page).first(2048), 56), SQLITE_IOERR_WRITE);
    EXPECT_EQ(file.write(page, 57), SQLITE_IOERR_WRITE);
    EXPECT_EQ(file.write(std::span(page).first(24), 33), SQLITE_IOERR_WRITE);
    std::array<std::uint8_t, 24 + page_bytes> space{};
    const std::span out(space);
    EXPECT_EQ(file.read(out, 32), SQLITE_OK);
    EXPECT_TRUE(std::ranges::equal(out.first(24), frame));
    EXPECT_EQ(file.read(out.first(page_bytes), 56), SQLITE_OK);
    EXPECT_EQ(file.read(out.first(8), 48), SQLITE_OK);
    EXPECT_EQ(file.read(out.first(8), 24), SQLITE_OK);
    EXPECT_EQ(file.read(out.first(9), 48), SQLITE_IOERR_READ);
    EXPECT_EQ(file.read(out.first(512), 0), SQLITE_IOERR_READ);
    EXPECT_EQ(file.read(out.first(page_bytes), 57), SQLITE_IOERR_READ);
    EXPECT_EQ(file.read(out, 32 + 24 + page_bytes), SQLITE_IOERR_SHORT_READ);
}

TEST_F(SealingVfs, DoesNotOpenAFrameInAnothersPlaceOrWithAnothersHeader) {
    const KeyedFile keyed = vault_.key("replica");
    RawFile file(vault_.vfs().name(), "replica-wal", SQLITE_OPEN_WAL);
    std::array<std::uint8_t, 32> header{};
    header[10] = 0x10;
    ASSERT_EQ(file.write(header, 0), SQLITE_OK);
    constexpr std::size_t frame_bytes = 24 + page_bytes;
    std::array<std::uint8_t, 24> frame{};
    frame[3] = 1;
    frame[9] = 1;
    std::array<std::uint8_t, page_bytes> page{};
    for (const std::int64_t at : {std::int64_t{32}, std::int64_t{32 + frame_bytes}}) {
        ASSERT_EQ(file.write(frame, at), SQLITE_OK);
        ASSERT_EQ(file.write(page, at + 24), SQLITE_OK);
    }
    const std::vector<std::uint8_t> good = disk_.content("replica-wal");
    EXPECT_EQ(file.read(page, 56), SQLITE_OK);
    const auto read_changed = [&](const std::vector<std::uint8_t>& bytes) {
        disk_.set_content("replica-wal", bytes);
        RawFile again(vault_.vfs().name(), "replica-wal", SQLITE_OPEN_WAL);
        std::array<std::uint8_t, frame_bytes> whole{};
        whole.fill(1);
        // As the end of the log to recovery, as an error to who knows that the frame is there.
        EXPECT_EQ(again.read(whole, 32), SQLITE_OK);
        EXPECT_EQ(std::ranges::count(whole, 0), static_cast<std::ptrdiff_t>(whole.size()));
        return again.read(page, 56);
    };
    std::vector<std::uint8_t> moved = good;
    std::copy_n(good.begin() + 32 + frame_bytes, frame_bytes, moved.begin() + 32);
    EXPECT_EQ(read_changed(moved), SQLITE_IOERR_DATA);
    for (std::size_t byte = 32; byte < 56; ++byte) {
        std::vector<std::uint8_t> flipped = good;
        flipped[byte] ^= 0x80;
        EXPECT_EQ(read_changed(flipped), SQLITE_IOERR_DATA) << byte;
    }
}

TEST_F(SealingVfs, HidesTheChecksumsOfFrames) {
    const OpenVault open(vault_, "replica");
    ASSERT_EQ(open.connection().run("CREATE TABLE t(a)"), SQLITE_OK);
    const std::vector<std::uint8_t> wal = disk_.content("replica-wal");
    RawFile file(vault_.vfs().name(), "replica-wal", SQLITE_OPEN_WAL);
    std::array<std::uint8_t, 24 + page_bytes> frame{};
    ASSERT_EQ(file.read(frame, 32), SQLITE_OK);
    EXPECT_TRUE(std::ranges::equal(std::span(frame).first(8), std::span(wal).subspan(32, 8)));
    EXPECT_FALSE(
        std::ranges::equal(std::span(frame).subspan(16, 8), std::span(wal).subspan(48, 8)));
}

TEST_F(SealingVfs, StopsSealingWhenTheKeyIsAtItsEnd) {
    FileTerms terms{vault_.random()};
    terms.pages_sealed = sealed_pages_max - 2;
    const KeyedFile keyed = vault_.vfs().key("replica", vault_.ring(), terms).value();
    RawFile file(vault_.vfs().name(), "replica", SQLITE_OPEN_MAIN_DB);
    const auto page = first_page();
    EXPECT_EQ(file.write(page, 0), SQLITE_OK);
    EXPECT_EQ(keyed.pages_sealed(), sealed_pages_max - 1);
    EXPECT_EQ(file.write(page, 0), SQLITE_OK);
    EXPECT_EQ(file.write(page, 0), SQLITE_FULL);
    EXPECT_EQ(file.write(page, 0), SQLITE_FULL);
    EXPECT_EQ(keyed.pages_sealed(), sealed_pages_max);
}

TEST_F(SealingVfs, ReportsAFailedSync) {
    int failures = 0;
    const FileTerms terms{vault_.random(), [&] { ++failures; }};
    const KeyedFile keyed = vault_.vfs().key("replica", vault_.ring(), terms).value();
    RawFile file(vault_.vfs().name(), "replica", SQLITE_OPEN_MAIN_DB);
    ASSERT_EQ(file.methods().xSync(file.file(), SQLITE_SYNC_NORMAL), SQLITE_OK);
    disk_.fail_at(disk_.calls() + 1, support::DiskAnswer::io_error);
    EXPECT_EQ(file.methods().xSync(file.file(), SQLITE_SYNC_NORMAL), SQLITE_IOERR_FSYNC);
    EXPECT_EQ(failures, 1);
}

using SealingVfsDeathTest = SealingVfs;

TEST_F(SealingVfsDeathTest, EndsTheProcessWhenASyncFailsAndNobodyAskedOtherwise) {
    const KeyedFile keyed = vault_.key("replica");
    RawFile file(vault_.vfs().name(), "replica", SQLITE_OPEN_MAIN_DB);
    disk_.fail_at(disk_.calls() + 1, support::DiskAnswer::io_error);
    EXPECT_DEATH(file.methods().xSync(file.file(), SQLITE_SYNC_NORMAL), "the_disk_has_synced");
}

TEST_F(SealingVfs, IsRefusedByAConnectionThatWasNotToldOfIt) {
    const KeyedFile keyed = vault_.key("replica");
    {
        const Connection connection("replica", vault_.vfs().name());
        EXPECT_NE(connection.run("CREATE TABLE t(a)"), SQLITE_OK);
    }
    const Connection connection("replica", vault_.vfs().name());
    ASSERT_EQ(connection.run("PRAGMA journal_mode=MEMORY"), SQLITE_OK);
    // Without reserved bytes, which page 1 would say.
    EXPECT_EQ(connection.run("CREATE TABLE t(a)"), SQLITE_IOERR_WRITE);
}

}  // namespace
}  // namespace zhibu::vault

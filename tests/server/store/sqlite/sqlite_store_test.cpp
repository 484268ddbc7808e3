#include "server/store/sqlite/sqlite_store.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <memory>
#include <string>
#include <vector>

#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/vault/open_pragmas.hpp"
#include "shared/vault/vfs.hpp"
#include "tests/server/store/sqlite/fault_vfs.hpp"
#include "tests/server/store/store_conformance.hpp"
#include "tests/server/store/store_samples.hpp"
#include "tests/support/server_place.hpp"
#include "tests/support/temporary_directory.hpp"

namespace zhibu::server::test {
namespace {

class SqlitePlace : public StorePlace {
public:
    [[nodiscard]] Stored<std::unique_ptr<Store>> create(const catalog::Catalog& catalog) override {
        return create_sqlite_store(support::server_place(file()), identity(), catalog);
    }

    [[nodiscard]] Stored<std::unique_ptr<Store>> open(const catalog::Catalog& catalog) override {
        return open_sqlite_store(support::server_place(file()), catalog);
    }

    [[nodiscard]] std::filesystem::path file() const { return folder_.path() / "space.sqlite"; }

    [[nodiscard]] std::filesystem::path folder() const { return folder_.path(); }

private:
    support::TemporaryDirectory folder_;
};

StoreFault fault_of(const Stored<std::unique_ptr<Store>>& opened) {
    EXPECT_FALSE(opened.has_value());
    return opened ? StoreFault{} : opened.error().fault;
}

/// Overwrites bytes of a file from `at` on.
void scribble(const std::filesystem::path& file, std::streamoff at, std::size_t count) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(at);
    const std::string noise(count, '\x5A');
    stream.write(noise.data(), static_cast<std::streamsize>(noise.size()));
}

void execute(const std::filesystem::path& file, const char* sql) {
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open(file.c_str(), &handle), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(handle, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(handle);
}

/// The same on a sealed store that nobody has open.
void execute_sealed(const std::filesystem::path& file, const char* sql) {
    const SealedPlace place = support::server_place(file);
    vault::Vfs vfs{"zhibu-test"};
    const auto keyed = vfs.key(file, place.keys, {.random = *place.random});
    ASSERT_TRUE(keyed.has_value());
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open_v2(file.c_str(), &handle, SQLITE_OPEN_READWRITE, vfs.name().c_str()),
              SQLITE_OK);
    EXPECT_TRUE(vault::apply_open_pragmas(handle).has_value());
    EXPECT_EQ(sqlite3_exec(handle, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(handle);
}

TEST(SqliteStore, FilesAreTheOwnersAlone) {
    SqlitePlace place;
    const auto store = place.create(small_catalog()).value();
    Scribe scribe(small_catalog());
    scribe.commit(*store, device(1), {new_person(1, 2)});
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(place.folder())) {
        EXPECT_EQ(entry.status().permissions(),
                  std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
            << entry.path();
        ++files;
    }
    EXPECT_EQ(files, 4U) << "store, WAL, head record, lock";
}

TEST(SqliteStore, SaysNothingInTheOpen) {
    SqlitePlace place;
    const auto store = place.create(small_catalog()).value();
    Scribe scribe(small_catalog());
    std::vector<Edit> edits{new_person(1, 2)};
    edits.back().fields.emplace_back(std::uint16_t{11}, std::string("planted-name-planted-name"));
    scribe.commit(*store, device(1), edits);
    for (const auto& entry : std::filesystem::directory_iterator(place.folder())) {
        std::ifstream stream(entry.path(), std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>{stream}, {}};
        EXPECT_EQ(bytes.find("planted-name"), std::string::npos) << entry.path();
        EXPECT_EQ(bytes.find("zhibu_log"), std::string::npos) << entry.path();
    }
}

TEST(SqliteStore, SecondStoreAtOnePlaceIsRefused) {
    SqlitePlace place;
    auto store = place.create(small_catalog()).value();
    EXPECT_EQ(fault_of(place.create(small_catalog())), StoreFault::in_use);
    EXPECT_EQ(fault_of(place.open(small_catalog())), StoreFault::in_use);
    store.reset();
    EXPECT_EQ(fault_of(place.create(small_catalog())), StoreFault::already_there);
    EXPECT_TRUE(place.open(small_catalog()).has_value());
}

TEST(SqliteStore, OtherKeysDoNotOpenIt) {
    SqlitePlace place;
    ASSERT_TRUE(place.create(small_catalog()).has_value());
    SealedPlace other = support::server_place(place.file());
    other.keys = std::make_shared<const vault::KeyRing>(vault::make_data_key(*other.random));
    EXPECT_EQ(fault_of(open_sqlite_store(other, small_catalog())), StoreFault::damaged);
    EXPECT_TRUE(place.open(small_catalog()).has_value());
}

/// As a killed server leaves its files; `name` may then be opened as a store.
std::filesystem::path copy_of(const SqlitePlace& place, const char* name) {
    const auto copy = place.folder() / name;
    for (const char* suffix : {"", "-wal", ".head"}) {
        std::filesystem::copy_file(place.file().string() + suffix, copy.string() + suffix);
    }
    return copy;
}

TEST(SqliteStore, LogThatEndsEarlierThanItWasAcknowledgedIsDamaged) {
    SqlitePlace place;
    Scribe scribe(small_catalog());
    const auto store = place.create(small_catalog()).value();
    for (std::uint64_t number = 1; number <= 5; ++number) {
        scribe.commit(*store, device(1), {new_person(number, 2)});
    }
    const auto whole =
        open_sqlite_store(support::server_place(copy_of(place, "whole.sqlite")), small_catalog());
    ASSERT_TRUE(whole.has_value());
    EXPECT_EQ((*whole)->open_reader().value()->head().value(), LogIndex{5});
    const auto cut = copy_of(place, "cut.sqlite");
    const std::filesystem::path wal = cut.string() + "-wal";
    // SQLite takes the damaged frame for the end of its log.
    scribble(wal, static_cast<std::streamoff>(std::filesystem::file_size(wal)) - 2000, 64);
    const auto opened = open_sqlite_store(support::server_place(cut), small_catalog());
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().fault, StoreFault::damaged);
    EXPECT_EQ(opened.error().place, "behind its head record");
}

TEST(SqliteStore, LogThatIsAheadOfItsHeadRecordIsTaken) {
    SqlitePlace place;
    Scribe scribe(small_catalog());
    const auto store = place.create(small_catalog()).value();
    scribe.commit(*store, device(1), {new_person(1, 2)});
    const auto earlier = place.folder() / "earlier.head";
    std::filesystem::copy_file(place.file().string() + ".head", earlier);
    scribe.commit(*store, device(1), {new_person(2, 2)});
    const auto copy = copy_of(place, "ahead.sqlite");
    std::filesystem::copy_file(earlier, copy.string() + ".head",
                               std::filesystem::copy_options::overwrite_existing);
    for (int again = 0; again < 2; ++again) {
        const auto opened = open_sqlite_store(support::server_place(copy), small_catalog());
        ASSERT_TRUE(opened.has_value());
        EXPECT_EQ((*opened)->open_reader().value()->head().value(), LogIndex{2});
    }
    std::filesystem::remove(copy.string() + ".head");
    EXPECT_EQ(fault_of(open_sqlite_store(support::server_place(copy), small_catalog())),
              StoreFault::damaged);
}

TEST(SqliteStore, CatalogThatGrewBeforeItsVersionDidGetsItsColumn) {
    SqlitePlace place;
    ASSERT_TRUE(place.create(small_catalog()).has_value());
    const auto grown = grown_catalog().kinds();
    const catalog::Catalog same_version(small_catalog().version(),
                                        std::vector(grown.begin(), grown.end()), {});
    const auto store = place.open(same_version).value();
    EXPECT_TRUE(store->open_reader().value()->find_by(person_kind, record::FieldNumber{20},
                                                      std::string("小甲"), 9));
}

TEST(SqliteStore, FileThatIsNoDatabaseIsDamaged) {
    SqlitePlace place;
    std::ofstream(place.file()) << std::string(8192, 'x');
    EXPECT_EQ(fault_of(place.open(small_catalog())), StoreFault::damaged);
    EXPECT_EQ(fault_of(place.create(small_catalog())), StoreFault::already_there);
}

TEST(SqliteStore, EmptyFileIsDamaged) {
    SqlitePlace place;
    std::ofstream(place.file()) << "";
    EXPECT_EQ(fault_of(place.open(small_catalog())), StoreFault::damaged);
}

TEST(SqliteStore, AnotherProgramsDatabaseIsDamagedAndLeftAlone) {
    SqlitePlace place;
    execute(place.file(), "CREATE TABLE notes(text)");
    EXPECT_EQ(fault_of(place.open(small_catalog())), StoreFault::damaged);
    execute(place.file(), "SELECT text FROM notes");
}

TEST(SqliteStore, NewerFormatIsAnotherVersion) {
    SqlitePlace place;
    ASSERT_TRUE(place.create(small_catalog()).has_value());
    execute_sealed(place.file(), "PRAGMA user_version=2");
    EXPECT_EQ(fault_of(place.open(small_catalog())), StoreFault::other_version);
}

TEST(SqliteStore, DamagedPageIsToldWhereverItIsMet) {
    SqlitePlace place;
    Scribe scribe(small_catalog());
    {
        const auto store = place.create(small_catalog()).value();
        for (std::uint64_t number = 1; number <= 200; ++number) {
            scribe.commit(*store, device(1), {new_person(number, 2)});
        }
    }
    const auto size = static_cast<std::streamoff>(std::filesystem::file_size(place.file()));
    // Everything behind the schema's own pages.
    scribble(place.file(), size / 4, static_cast<std::size_t>(size - size / 4));
    const auto opened = place.open(small_catalog());
    if (!opened) {
        EXPECT_EQ(opened.error().fault, StoreFault::damaged);
        return;
    }
    const auto read = (*opened)->open_reader();
    ASSERT_TRUE(read.has_value());
    const auto digest = (*read)->digest(everything());
    ASSERT_FALSE(digest.has_value());
    EXPECT_EQ(digest.error().fault, StoreFault::damaged);
    const auto done = (*read)->each(person_kind, [](const RecordState&) {});
    EXPECT_FALSE(done.has_value());
}

TEST(SqliteStore, FolderThatIsNotThereIsToldAndNothingIsLeft) {
    support::TemporaryDirectory folder;
    const auto file = folder.path() / "none" / "space.sqlite";
    EXPECT_EQ(
        fault_of(create_sqlite_store(support::server_place(file), identity(), small_catalog())),
        StoreFault::not_there);
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(SqliteStore, ReadersAndTheWriterDoNotWaitForEachOther) {
    SqlitePlace place;
    const auto store = place.create(small_catalog()).value();
    Scribe scribe(small_catalog());
    scribe.commit(*store, device(1), {new_person(1, 2), new_person(2, 2)});
    const auto read = store->open_reader().value();
    std::size_t visited = 0;
    const auto done = read->each(person_kind, [&](const RecordState&) {
        scribe.commit(*store, device(1), {new_person(10 + visited, 2)});
        EXPECT_EQ(read->head().value(), LogIndex{1}) << "one moment for the whole call";
        ++visited;
    });
    EXPECT_TRUE(done.has_value());
    EXPECT_EQ(visited, 2U);
    EXPECT_EQ(read->head().value(), LogIndex{3});
}

TEST(SqliteStore, LongLogMovesIntoTheFile) {
    SqlitePlace place;
    const auto store = place.create(small_catalog()).value();
    Scribe scribe(small_catalog());
    std::vector<Edit> large;
    for (std::uint64_t number = 1; number <= 20; ++number) {
        large.push_back(new_person(number, 2));
        large.back().fields.emplace_back(std::uint16_t{11}, std::string(60'000, 'x'));
    }
    for (int i = 0; i < 30; ++i) {
        scribe.commit(*store, device(1), large);
    }
    std::filesystem::path wal = place.file();
    wal += "-wal";
    EXPECT_LT(std::filesystem::file_size(wal), 36'000'000U) << "72 MB were written";
}

/// Two groups on a store that is opened for them; after a failure, once more.
void write_two_groups(const std::filesystem::path& file, Scribe scribe, FaultVfs& faults,
                      StoreFault expected, bool& has_failed) {
    const ScopeFilter branch = scope({2});
    {
        auto opened = open_sqlite_store(support::server_place(file), small_catalog());
        if (!opened) {
            EXPECT_EQ(opened.error().fault, expected);
            opened = open_sqlite_store(support::server_place(file), small_catalog());
        }
        ASSERT_TRUE(opened.has_value()) << opened.error().place;
        for (std::uint64_t number = 2; number <= 3; ++number) {
            const auto group =
                scribe.next(device(1), {new_person(number, 2), move_person(1, number)});
            const auto before = (*opened)->open_reader().value()->digest(branch).value();
            const auto written = Scribe::write(**opened, group);
            if (written) {
                continue;
            }
            EXPECT_EQ(written.error().fault, expected);
            EXPECT_TRUE(faults.has_failed());
            const auto after = (*opened)->open_reader().value()->digest(branch).value();
            EXPECT_EQ(after, before) << "what failed has changed nothing";
            const auto again = Scribe::write(**opened, group);
            EXPECT_TRUE(again.has_value());
        }
    }
    has_failed = faults.has_failed();
    faults.fail(FaultVfs::Call::write, 0, SQLITE_OK);
    const auto reopened = open_sqlite_store(support::server_place(file), small_catalog()).value();
    const auto read = reopened->open_reader().value();
    EXPECT_EQ(read->head().value(), LogIndex{3});
    for (const auto& [key, state] : scribe.states()) {
        EXPECT_EQ(read->find(key).value(), state);
    }
    const auto chunk = read->chunk(RecordKey{}, branch, 9999).value();
    EXPECT_EQ(chunk.records.size(), scribe.seen(branch).size());
}

void fail_each_write(int code, StoreFault expected) {
    SqlitePlace place;
    Scribe scribe(small_catalog());
    scribe.commit(*place.create(small_catalog()).value(), device(1), {new_person(1, 2)});
    FaultVfs faults;
    const auto file = place.folder() / "tried.sqlite";
    int nth = 0;
    bool has_failed = true;
    while (has_failed && nth < 1000 && !testing::Test::HasFatalFailure()) {
        SCOPED_TRACE(++nth);
        std::filesystem::remove(file.string() + "-wal");
        for (const char* suffix : {"", ".head"}) {
            std::filesystem::copy_file(place.file().string() + suffix, file.string() + suffix,
                                       std::filesystem::copy_options::overwrite_existing);
        }
        faults.fail(FaultVfs::Call::write, nth, code);
        write_two_groups(file, scribe, faults, expected, has_failed);
    }
    EXPECT_GT(nth, 10);
    EXPECT_LT(nth, 1000);
}

TEST(SqliteStoreFaults, EachWriteThatFindsTheDiskFullLosesNothing) {
    fail_each_write(SQLITE_FULL, StoreFault::storage_full);
}

TEST(SqliteStoreFaults, EachWriteThatFailsLosesNothing) {
    fail_each_write(SQLITE_IOERR_WRITE, StoreFault::storage_failed);
}

TEST(SqliteStoreFaults, StoreThatCannotBeMadeLeavesNoFile) {
    FaultVfs faults;
    int nth = 0;
    bool has_failed = true;
    while (has_failed && nth < 1000) {
        SqlitePlace place;
        faults.fail(FaultVfs::Call::write, ++nth, SQLITE_FULL);
        const auto made = place.create(small_catalog());
        has_failed = faults.has_failed();
        if (!has_failed) {
            EXPECT_TRUE(made.has_value());
            break;
        }
        ASSERT_FALSE(made.has_value());
        EXPECT_EQ(made.error().fault, StoreFault::storage_full);
        for (const auto& entry : std::filesystem::directory_iterator(place.folder())) {
            EXPECT_EQ(entry.path().extension(), ".lock");
        }
        EXPECT_TRUE(place.create(small_catalog()).has_value());
    }
    EXPECT_GT(nth, 20);
    EXPECT_LT(nth, 1000);
}

TEST(SqliteStoreDeathTest, FailedSyncEndsTheProcess) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH(
        {
            FaultVfs faults;
            SqlitePlace other;
            const auto made = other.create(small_catalog()).value();
            Scribe scribe(small_catalog());
            faults.fail(FaultVfs::Call::sync, 1, SQLITE_IOERR_FSYNC);
            scribe.commit(*made, device(1), {new_person(1, 2)});
        },
        "the_disk_has_synced");
}

}  // namespace

std::vector<StoreSort> store_sorts() {
    return {{"sqlite", [] { return std::make_unique<SqlitePlace>(); }}};
}

}  // namespace zhibu::server::test

#include "shared/vault/rekeying.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "shared/vault/kept_keys.hpp"
#include "shared/vault/open_pragmas.hpp"
#include "shared/vault/page_cipher.hpp"
#include "shared/vault/reseal_journal.hpp"
#include "tests/shared/vault/fixture.hpp"
#include "tests/support/memory_disk.hpp"
#include "tests/support/sealed_ledger.hpp"
#include "tests/support/temporary_directory.hpp"

namespace zhibu::vault {
namespace {

using support::LedgerEnd;
using support::MemoryDisk;
using support::SealedLedger;

constexpr int read_only = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
constexpr int read_write = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;

keys::SecretBytes wrapping(std::uint8_t first = 1) {
    keys::SecretBytes key{wrapping_key_bytes};
    key.span().front() = first;
    return key;
}

/// A shared file with its head and its wrapped keys, and 400 pages of rows.
class RekeyedFile : public testing::Test {
protected:
    RekeyedFile() {
        const Connection writer = open(read_write);
        EXPECT_EQ(writer.run("CREATE TABLE row(id INTEGER PRIMARY KEY, filler BLOB)"), SQLITE_OK);
        for (int i = 0; i < 400; ++i) {
            EXPECT_EQ(writer.run("INSERT INTO row(filler) VALUES(randomblob(3500))"), SQLITE_OK);
        }
        // Freed pages stay in the file, and under the older key, unless they too are sealed anew.
        EXPECT_EQ(writer.run("DELETE FROM row WHERE id%10=0"), SQLITE_OK);
    }

    Connection open(int flags) {
        Connection made{file_, vfs_.name(), flags};
        EXPECT_TRUE(apply_open_pragmas(made.handle(), Sharing::one_process).has_value());
        return made;
    }

    HeadFile make_head() {
        return HeadFile::create(create_storage_file(folder_.path() / "head").value(), keys_.ring(),
                                {random_}, {})
            .value();
    }

    Rekeying begin(const Connection& writer, std::optional<keys::SecretBytes> next = {}) {
        return Rekeying::begin({writer.handle(), &keyed_, &head_, &keys_, &random_},
                               ResealJournal::open(disk_, folder_.path() / "journal").value(),
                               std::move(next))
            .value();
    }

    /// The epochs that the raw pages of a file name.
    [[nodiscard]] std::set<std::uint32_t> epochs(const std::string& name, std::size_t first,
                                                 std::size_t distance) const {
        std::set<std::uint32_t> found;
        const std::vector<std::uint8_t> bytes = read_bytes(folder_.path() / name);
        for (std::size_t at = first; at + page_bytes <= bytes.size(); at += distance) {
            found.insert(claimed_epoch(std::span(bytes).subspan(at).first<page_bytes>()));
        }
        return found;
    }

    [[nodiscard]] std::set<std::uint32_t> all_epochs() const {
        std::set<std::uint32_t> found = epochs("store.db", 0, page_bytes);
        found.merge(epochs("store.db-wal", 32 + 24, 24 + page_bytes));
        return found;
    }

    support::TemporaryDirectory folder_;
    std::filesystem::path file_ = folder_.path() / "store.db";
    support::SeededRandom random_{5};
    SystemDisk disk_;
    KeptKeys keys_ = KeptKeys::make(disk_, folder_.path() / "keys", wrapping(), random_).value();
    Vfs vfs_{"rekeyed-files"};
    KeyedFile keyed_ =
        vfs_.key(file_, keys_.ring(), {.random = random_, .sharing = Sharing::one_process}).value();
    HeadFile head_ = make_head();
};

const std::set<std::uint32_t> new_only{2};

/// Steps to the end; how many it took.
int finish(Rekeying& rekeying) {
    for (int steps = 1; steps < 1000; ++steps) {
        const auto step = rekeying.step();
        EXPECT_TRUE(step.has_value()) << steps;
        if (!step || *step == RekeyStep::done) {
            return steps;
        }
    }
    ADD_FAILURE() << "it does not end";
    return 0;
}

TEST_F(RekeyedFile, HoldsNoPageOfTheOlderKeyInTheEnd) {
    const Connection writer = open(read_write);
    ASSERT_EQ(writer.ask("SELECT count(*)>0 FROM pragma_freelist_count WHERE freelist_count>0"),
              "1");
    const std::string before = writer.ask("SELECT count(*), sum(length(filler)) FROM row");
    Rekeying rekeying = begin(writer);
    EXPECT_GT(finish(rekeying), 5);
    EXPECT_EQ(all_epochs(), new_only);
    EXPECT_FALSE(keys_.holds_two());
    EXPECT_EQ(writer.ask("SELECT count(*), sum(length(filler)) FROM row"), before);
    EXPECT_EQ(writer.ask("PRAGMA integrity_check"), "ok");
}

TEST_F(RekeyedFile, IsWrittenBetweenTheStepsByTheNewKey) {
    const Connection writer = open(read_write);
    Rekeying rekeying = begin(writer);
    for (int i = 0;; ++i) {
        ASSERT_LT(i, 100);
        ASSERT_EQ(writer.run("INSERT INTO row(filler) VALUES(randomblob(9000))"), SQLITE_OK);
        const auto step = rekeying.step();
        ASSERT_TRUE(step.has_value());
        if (*step == RekeyStep::done) {
            break;
        }
    }
    EXPECT_EQ(all_epochs(), new_only);
    EXPECT_EQ(writer.ask("PRAGMA integrity_check"), "ok");
}

TEST_F(RekeyedFile, WaitsForAReaderOfTheLogAndKeepsItsSnapshot) {
    const Connection writer = open(read_write);
    ASSERT_EQ(writer.run("INSERT INTO row(filler) VALUES(x'01')"), SQLITE_OK);
    const Connection reader = open(read_only);
    const std::string rows = reader.ask("BEGIN; SELECT count(*) FROM row");
    ASSERT_EQ(writer.run("INSERT INTO row(filler) VALUES(x'02')"), SQLITE_OK);
    Rekeying rekeying = begin(writer);
    int waits = 0;
    for (int i = 0; i < 50; ++i) {
        waits += rekeying.step() == RekeyStep::later ? 1 : 0;
    }
    EXPECT_GT(waits, 10);
    EXPECT_TRUE(keys_.holds_two());
    EXPECT_EQ(reader.ask("SELECT count(*) FROM row"), rows);
    // Pages that it has not seen yet, and that were sealed anew meanwhile.
    EXPECT_NE(reader.ask("SELECT sum(length(filler)) FROM row").find_first_of("0123456789"),
              std::string::npos);
    EXPECT_EQ(reader.run("COMMIT"), SQLITE_OK);
    finish(rekeying);
    EXPECT_EQ(all_epochs(), new_only);
    EXPECT_EQ(reader.ask("SELECT count(*) FROM row"), std::to_string(std::stoi(rows) + 1));
}

TEST_F(RekeyedFile, CountsThePagesOfTheNewKeyAlone) {
    const Connection writer = open(read_write);
    const std::uint64_t before = keyed_.pages_sealed();
    ASSERT_GT(before, 800U);
    Rekeying rekeying = begin(writer);
    EXPECT_EQ(keyed_.pages_sealed(), 0U);
    finish(rekeying);
    EXPECT_GT(keyed_.pages_sealed(), 0U);
    EXPECT_LT(keyed_.pages_sealed(), before);
    EXPECT_EQ(head_.latest().pages_sealed, keyed_.pages_sealed());
}

TEST_F(RekeyedFile, TheNewStoreKeyAloneOpensTheKeys) {
    const Connection writer = open(read_write);
    Rekeying rekeying = begin(writer, wrapping(2));
    const auto read = [&](std::uint8_t first) {
        return KeptKeys::read(disk_, folder_.path() / "keys", wrapping(first));
    };
    EXPECT_EQ(read(1).error().fault, VaultFault::wrong_key);
    ASSERT_TRUE(read(2).has_value());
    EXPECT_TRUE(read(2)->holds_two());
    finish(rekeying);
    EXPECT_EQ(read(1).error().fault, VaultFault::wrong_key);
    EXPECT_FALSE(read(2)->holds_two());
}

TEST_F(RekeyedFile, APageThatNoKeyOpensKeepsTheOlderKey) {
    {
        const Connection writer = open(read_write);
        ASSERT_EQ(writer.ask("PRAGMA wal_checkpoint(TRUNCATE)"), "0|0|0");
    }
    std::vector<std::uint8_t> bytes = read_bytes(file_);
    bytes[200 * page_bytes + 17] ^= 1U;
    write_bytes(file_, bytes);
    const Connection writer = open(read_write);
    Rekeying rekeying = begin(writer);
    std::optional<VaultFault> fault;
    for (int i = 0; i < 50 && !fault; ++i) {
        const auto step = rekeying.step();
        fault = step ? std::nullopt : std::optional{step.error().fault};
    }
    EXPECT_EQ(fault, VaultFault::damaged);
    EXPECT_TRUE(keys_.holds_two());
}

/// A journal that holds pages of the file, as a crash leaves it.
class LeftJournal : public RekeyedFile {
protected:
    LeftJournal() {
        {
            const Connection writer = open(read_write);
            EXPECT_EQ(writer.ask("PRAGMA wal_checkpoint(TRUNCATE)"), "0|0|0");
        }
        whole_ = read_bytes(file_);
    }

    /// Of the pages of these numbers, each in its own place or in that of `places`.
    void leave(const std::vector<std::uint32_t>& numbers,
               const std::vector<std::uint32_t>& places) {
        auto journal = ResealJournal::open(disk_, folder_.path() / "journal").value();
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            const auto page = std::span(whole_).subspan((numbers[i] - 1) * page_bytes, page_bytes);
            std::ranges::copy(page, journal.add(places[i]).begin());
        }
        EXPECT_TRUE(journal.write() && journal.sync());
    }

    /// The file with the second half of a page not yet written.
    void tear(std::uint32_t number) {
        std::vector<std::uint8_t> torn = read_bytes(file_);
        std::ranges::fill(
            std::span(torn).subspan((number - 1) * page_bytes + 2048, page_bytes - 2048),
            std::uint8_t{7});
        write_bytes(file_, torn);
    }

    std::expected<std::size_t, VaultError> replay() {
        return ResealJournal::replay(disk_, folder_.path() / "journal", file_, keys_.ring(),
                                     random_);
    }

    std::vector<std::uint8_t> whole_;
};

TEST_F(LeftJournal, MendsATornPageAndIsThenEmpty) {
    leave({3, 7, 40}, {3, 7, 40});
    tear(7);
    EXPECT_EQ(replay(), 1U);
    EXPECT_EQ(read_bytes(file_), whole_);
    tear(7);
    EXPECT_EQ(replay(), 0U);
}

TEST_F(LeftJournal, LeavesPagesThatOpenAndWhatIsOfAnotherPlace) {
    leave({3, 7}, {7, 3});
    EXPECT_EQ(replay(), 0U);
    EXPECT_EQ(read_bytes(file_), whole_);
    leave({3}, {9});
    tear(9);
    const std::vector<std::uint8_t> torn = read_bytes(file_);
    EXPECT_EQ(replay(), 0U);
    EXPECT_EQ(read_bytes(file_), torn) << "a page of another place does not mend it";
    leave({3}, {1U << 28U});
    EXPECT_EQ(replay(), 0U);
    EXPECT_EQ(read_bytes(file_), torn) << "nor is the file made longer";
}

TEST_F(LeftJournal, IsNotBelievedWithAnyBitFlipped) {
    leave({3}, {3});
    tear(3);
    const std::vector<std::uint8_t> torn = read_bytes(file_);
    const std::vector<std::uint8_t> journal = read_bytes(folder_.path() / "journal");
    // Of each part of it: mark, count, numbers, hash, padding, page.
    for (const std::size_t at :
         {0U, 7U, 8U, 11U, 12U, 16U, 523U, 524U, 555U, 556U, 4095U, 4096U, 6000U, 8191U}) {
        std::vector<std::uint8_t> flipped = journal;
        flipped[at] ^= static_cast<std::uint8_t>(1U << (at % 8));
        write_bytes(folder_.path() / "journal", flipped);
        const auto replayed = replay();
        ASSERT_TRUE(replayed.has_value());
        const bool is_padding = at >= 556 && at < page_bytes;
        ASSERT_EQ(*replayed, is_padding ? 1U : 0U) << at;
        ASSERT_EQ(read_bytes(file_), is_padding ? whole_ : torn) << at;
        write_bytes(file_, torn);
    }
    for (const std::size_t size : {std::size_t{0}, std::size_t{4095}, journal.size() - 1}) {
        write_bytes(folder_.path() / "journal",
                    {journal.begin(), journal.begin() + static_cast<std::ptrdiff_t>(size)});
        EXPECT_EQ(replay(), 0U);
    }
}

TEST(Rekeying, OfALedgerHappensOften) {
    SealedLedger::Key key{1};
    MemoryDisk disk;
    ASSERT_EQ(found_and_append(disk, key, 60).acknowledged, 60U);
    const auto ledger = SealedLedger::open(disk, key);
    ASSERT_TRUE(ledger.has_value());
    EXPECT_TRUE((*ledger)->finish_rekeying());
    EXPECT_GE((*ledger)->rekeyed(), 5U);
}

TEST(Rekeying, AnOlderKeyOpensNothingNew) {
    SealedLedger::Key key{1};
    MemoryDisk disk;
    const std::string keys_name(SealedLedger::keys_name);
    ASSERT_EQ(found_and_append(disk, key, 1).acknowledged, 1U);
    const std::vector<std::uint8_t> old_keys = disk.content(keys_name);
    ASSERT_TRUE(open_and_append(disk, key, 20).is_founded);
    ASSERT_TRUE(SealedLedger::open(disk, key).value()->finish_rekeying());
    MemoryDisk mixed = disk.after_kill();
    mixed.set_content(keys_name, old_keys);
    const auto opened = SealedLedger::open(mixed, key);
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error(), support::LedgerFault::damaged);
}

}  // namespace
}  // namespace zhibu::vault

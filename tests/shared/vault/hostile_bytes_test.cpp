#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <span>

#include "shared/vault/open_pragmas.hpp"
#include "shared/vault/page_cipher.hpp"
#include "tests/shared/vault/fixture.hpp"
#include "tests/support/sealed_ledger.hpp"
#include "tests/support/temporary_directory.hpp"

/// Bytes on the disk that this program did not write there.
namespace zhibu::vault {
namespace {

using support::LedgerFault;
using support::MemoryDisk;
using support::SealedLedger;
using support::SeededRandom;
using Bytes = std::vector<std::uint8_t>;

constexpr std::uint64_t entries = 20;
const std::string database(SealedLedger::database_name);
const std::string wal(SealedLedger::wal_name);
const std::string head(SealedLedger::head_name);

/// A ledger of 20 entries as a kill leaves it, with a WAL that holds some of them.
class HostileBytes : public testing::Test {
protected:
    HostileBytes() { disk_ = killed_after(entries); }

    MemoryDisk killed_after(std::uint64_t count) {
        MemoryDisk disk;
        const auto ledger = SealedLedger::found(disk, key_).value();
        while (ledger->entries() < count) {
            EXPECT_TRUE(ledger->append());
        }
        return disk.after_kill();
    }

    /// Opened whole, or refused by the vault: the only two outcomes that are right.
    bool opens_whole(MemoryDisk& disk, std::uint64_t count = entries) {
        const auto ledger = SealedLedger::open(disk, key_);
        if (ledger) {
            EXPECT_EQ((*ledger)->entries(), count);
        } else {
            EXPECT_NE(ledger.error(), LedgerFault::other_content);
        }
        return ledger.has_value();
    }

    // Its 20th entry comes long after a checkpoint, so that pages stand in the log and in the
    // database.
    SealedLedger::Key key_{130};
    MemoryDisk disk_;
};

TEST_F(HostileBytes, OneFlippedBitAnywhereIsHarmlessOrRefused) {
    SeededRandom random{8};
    std::array<std::size_t, 2> outcomes{};
    for (const std::string& name : {database, wal, head}) {
        const Bytes bytes = disk_.content(name);
        ASSERT_FALSE(bytes.empty());
        for (int round = 0; round < 700; ++round) {
            Bytes flipped = bytes;
            flipped[random.below(bytes.size())] ^= static_cast<std::uint8_t>(1U << random.below(8));
            MemoryDisk disk = disk_.after_kill();
            disk.set_content(name, flipped);
            ++outcomes[opens_whole(disk) ? 1 : 0];
        }
    }
    // Both happen, so neither is always said.
    EXPECT_GT(outcomes[0], 300U);
    EXPECT_GT(outcomes[1], 300U);
}

TEST_F(HostileBytes, ALogOrDatabaseOfAnyShorterLengthIsHarmlessOrRefused) {
    for (const std::string& name : {database, wal}) {
        const Bytes bytes = disk_.content(name);
        for (std::size_t size = 0; size < bytes.size(); size += 1031) {
            MemoryDisk disk = disk_.after_kill();
            disk.set_content(name, Bytes(bytes.begin(), bytes.begin() + static_cast<long>(size)));
            opens_whole(disk);
        }
    }
    MemoryDisk disk = disk_.after_kill();
    disk.set_content(wal, {});
    EXPECT_FALSE(opens_whole(disk));
}

TEST_F(HostileBytes, PagesInEachOthersPlacesAreRefused) {
    const Bytes bytes = disk_.content(database);
    const std::size_t pages = bytes.size() / page_bytes;
    SeededRandom random{9};
    std::size_t refused = 0;
    for (int round = 0; round < 40; ++round) {
        const auto first = static_cast<long>(page_bytes * random.below(pages));
        const auto second = static_cast<long>(page_bytes * random.below(pages));
        Bytes swapped = bytes;
        std::swap_ranges(swapped.begin() + std::min(first, second),
                         swapped.begin() + std::min(first, second) + page_bytes,
                         swapped.begin() + std::max(first, second));
        MemoryDisk disk = disk_.after_kill();
        disk.set_content(database, swapped);
        refused += opens_whole(disk) ? 0U : 1U;
    }
    EXPECT_GT(refused, 10U);
}

TEST_F(HostileBytes, FramesInEachOthersPlacesAreRefused) {
    constexpr std::size_t frame = 24 + page_bytes;
    const Bytes bytes = disk_.content(wal);
    const std::size_t frames = (bytes.size() - 32) / frame;
    ASSERT_GT(frames, 2U);
    for (std::size_t at = 0; at + 1 < frames; ++at) {
        Bytes swapped = bytes;
        const auto here = swapped.begin() + static_cast<long>(32 + at * frame);
        std::swap_ranges(here, here + frame, here + frame);
        MemoryDisk disk = disk_.after_kill();
        disk.set_content(wal, swapped);
        opens_whole(disk);
        Bytes twice = bytes;
        std::copy_n(bytes.begin() + static_cast<long>(32 + at * frame), frame,
                    twice.begin() + static_cast<long>(32 + (at + 1) * frame));
        disk = disk_.after_kill();
        disk.set_content(wal, twice);
        opens_whole(disk);
    }
}

TEST_F(HostileBytes, ADatabaseAndLogPutBackFromAnEarlierDayAreRefused) {
    const MemoryDisk earlier = killed_after(entries - 6);
    for (int which = 1; which < 4; ++which) {
        MemoryDisk disk = disk_.after_kill();
        if ((which & 1) != 0) {
            disk.set_content(database, earlier.content(database));
        }
        if ((which & 2) != 0) {
            disk.set_content(wal, earlier.content(wal));
        }
        EXPECT_FALSE(opens_whole(disk)) << which;
    }
}

TEST_F(HostileBytes, OnePageOrFramePutBackFromAnEarlierDayNeverShortensTheHistory) {
    // Under the same key an earlier page opens, with what was in it then: what was acknowledged is
    // still all there, or the ledger is refused, by the vault or by what its entries say.
    constexpr std::size_t frame = 24 + page_bytes;
    const MemoryDisk earlier = killed_after(entries - 6);
    std::size_t put_back = 0;
    for (const std::string& name : {database, wal}) {
        const Bytes now = disk_.content(name);
        const Bytes before = earlier.content(name);
        const std::size_t size = name == wal ? frame : page_bytes;
        const std::size_t first = name == wal ? 32 : 0;
        for (std::size_t at = first; at + size <= std::min(now.size(), before.size()); at += size) {
            Bytes mixed = now;
            std::copy_n(before.begin() + static_cast<long>(at), size,
                        mixed.begin() + static_cast<long>(at));
            put_back += mixed == now ? 0U : 1U;
            MemoryDisk disk = disk_.after_kill();
            disk.set_content(name, mixed);
            const auto ledger = SealedLedger::open(disk, key_);
            EXPECT_TRUE(!ledger || (*ledger)->entries() == entries);
        }
    }
    EXPECT_GT(put_back, 5U);
}

TEST_F(HostileBytes, AnotherFilesPagesAreRefusedEvenUnderItsName) {
    SealedLedger::Key other{77};
    MemoryDisk disk;
    {
        const auto ledger = SealedLedger::found(disk, other).value();
        while (ledger->entries() < entries) {
            ASSERT_TRUE(ledger->append());
        }
    }
    for (const std::string& name : {database, head}) {
        MemoryDisk mixed = disk_.after_kill();
        mixed.set_content(name, disk.content(name));
        EXPECT_FALSE(opens_whole(mixed)) << name;
    }
    EXPECT_FALSE(SealedLedger::open(disk, key_));
}

TEST_F(HostileBytes, AJournalPutBesideTheDatabaseIsNotPlayedBack) {
    MemoryDisk disk = disk_.after_kill();
    Bytes journal(28 + 8 + page_bytes);
    constexpr std::array<std::uint8_t, 8> magic{0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};
    std::ranges::copy(magic, journal.begin());
    journal[11] = 1;
    journal[31] = 1;
    disk.set_content(database + "-journal", journal);
    EXPECT_TRUE(opens_whole(disk));
}

TEST_F(HostileBytes, ATornFirstPageIsMadeWholeFromTheLogAndRefusedWithoutOne) {
    // The schema's transaction changed page 1, so it stands in the log.
    MemoryDisk disk = killed_after(1);
    Bytes torn = disk.content(database);
    std::fill(torn.begin() + 512, torn.begin() + 2048, std::uint8_t{0});
    disk.set_content(database, torn);
    MemoryDisk without_log = disk.after_kill();
    without_log.set_content(wal, {});
    EXPECT_FALSE(opens_whole(without_log, 1));
    EXPECT_TRUE(opens_whole(disk, 1));
}

TEST(HostileKey, OfAnotherSecretOpensNothing) {
    const support::TemporaryDirectory folder;
    const auto file = folder.path() / "replica";
    TestVault vault{1};
    {
        const OpenVault open(vault, file);
        ASSERT_EQ(open.connection().run("CREATE TABLE t(a); INSERT INTO t VALUES(1)"), SQLITE_OK);
    }
    DataKey other = next_data_key(vault.data_key(), vault.random());
    other.epoch = vault.data_key().epoch;
    const auto keyed =
        vault.vfs().key(file, std::make_shared<const KeyRing>(other), FileTerms{vault.random()});
    const Connection connection(file, vault.vfs().name());
    EXPECT_EQ(apply_open_pragmas(connection.handle()).error().fault, VaultFault::damaged);
    EXPECT_EQ(connection.ask("SELECT a FROM t"), "error " + std::to_string(SQLITE_IOERR_DATA));
}

}  // namespace
}  // namespace zhibu::vault

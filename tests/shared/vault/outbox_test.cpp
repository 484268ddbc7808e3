#include "shared/vault/outbox.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "shared/keys/digest.hpp"
#include "shared/record/change.hpp"
#include "shared/vault/disk.hpp"
#include "shared/vault/outbox_entry.hpp"
#include "shared/vault/outbox_reader.hpp"
#include "tests/shared/vault/outbox_samples.hpp"
#include "tests/shared/vault/power_cuts.hpp"
#include "tests/support/memory_disk.hpp"
#include "tests/support/memory_folder.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/support/temporary_directory.hpp"

namespace zhibu::vault {
namespace {

using support::DiskAnswer;
using support::MemoryDisk;
using support::MemoryFolder;
using Samples = OutboxSamples;

OutboxTerms quiet() {
    return {.sync_failed = [] {}};
}

/// A disk with an outbox of these sequences.
MemoryDisk disk_with(Samples& samples, std::uint64_t count) {
    MemoryDisk disk;
    MemoryFolder files{disk};
    auto outbox = Outbox::open(files, Samples::file);
    EXPECT_TRUE(outbox);
    for (std::uint64_t sequence = 1; sequence <= count; ++sequence) {
        EXPECT_TRUE(samples.append(*outbox, sequence));
    }
    return disk;
}

std::vector<std::uint64_t> sequences_on(MemoryDisk& disk) {
    std::vector<std::uint64_t> sequences;
    for (const OutboxEntry& entry : entries_of(items_on(disk))) {
        sequences.push_back(entry.name.sequence.position);
    }
    return sequences;
}

using Sequences = std::vector<std::uint64_t>;

TEST(Outbox, GivesBackWhatWasAppendedInItsOrderAndChained) {
    Samples samples;
    MemoryDisk disk = disk_with(samples, 3);
    const auto entries = entries_of(items_on(disk));
    ASSERT_EQ(entries.size(), 3U);
    record::Hash previous{};
    for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
        const OutboxEntry& entry = entries[sequence - 1];
        EXPECT_EQ(entry.name, Samples::name_of(sequence));
        EXPECT_EQ(entry.previous, previous);
        EXPECT_EQ(open_for_server(entry.bytes, samples.server)->group, Samples::group_of(sequence));
        EXPECT_EQ(open_own(entry.bytes, samples.data_key)->group, Samples::group_of(sequence));
        previous = entry.hash;
    }
}

TEST(Outbox, KnowsItsEntriesAfterReopening) {
    Samples samples;
    MemoryDisk disk = disk_with(samples, 2);
    MemoryFolder files{disk};
    auto outbox = Outbox::open(files, Samples::file);
    ASSERT_TRUE(outbox);
    EXPECT_TRUE(outbox->contains(Samples::name_of(2)));
    EXPECT_FALSE(outbox->contains(Samples::name_of(3)));
    EXPECT_FALSE(outbox->contains(Samples::name_of(2, 9)));
    EXPECT_EQ(outbox->count(), 2U);
    EXPECT_EQ(outbox->bytes(), disk.content(Samples::file).size());
    EXPECT_EQ(samples.append(*outbox, 2).error(), OutboxFault::already_there);
    ASSERT_TRUE(samples.append(*outbox, 3));
    const auto entries = entries_of(items_on(disk));
    EXPECT_EQ(entries[2].previous, entries[1].hash);
}

TEST(Outbox, RoomThatWasTakenIsEnoughThoughTheDiskIsFullSince) {
    Samples samples;
    MemoryDisk disk = disk_with(samples, 2);
    MemoryFolder files{disk};
    auto outbox = Outbox::open(files, Samples::file);
    ASSERT_TRUE(outbox);
    const record::SealedGroup next = Samples::group_of(3);
    ASSERT_TRUE(outbox->make_room(next.bytes.size() + next.signature.size()));
    disk.set_full(true);
    ASSERT_TRUE(samples.append(*outbox, 3));
    EXPECT_EQ(outbox->bytes(), disk.content(Samples::file).size()) << "what was too much is gone";
    EXPECT_EQ(outbox->make_room(1).error(), OutboxFault::storage_failed);
    EXPECT_EQ(sequences_on(disk), (Sequences{1, 2, 3}));
}

TEST(Outbox, RoomThatACrashLeavesHidesNoEntry) {
    Samples samples;
    MemoryDisk disk = disk_with(samples, 2);
    MemoryFolder files{disk};
    ASSERT_TRUE(Outbox::open(files, Samples::file)->make_room(1'000));
    auto reopened = Outbox::open(files, Samples::file);
    ASSERT_TRUE(reopened);
    ASSERT_TRUE(samples.append(*reopened, 3));
    EXPECT_EQ(sequences_on(disk), (Sequences{1, 2, 3}));
}

TEST(Outbox, IsSyncedBeforeAppendReturns) {
    Samples samples;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        const MemoryDisk disk = disk_with(samples, 3);
        support::SeededRandom random{seed};
        MemoryDisk found = disk.after_power_cut(random);
        ASSERT_EQ(sequences_on(found), (Sequences{1, 2, 3}));
    }
}

TEST(Outbox, PowerCutsWhileAppendingLoseNothingThatWasAcknowledged) {
    Samples samples;
    Sequences acknowledged;
    with_power_cuts(
        [&] {
            acknowledged = {1, 2};
            return disk_with(samples, 2);
        },
        [&](MemoryFolder& files) {
            auto outbox = Outbox::open(files, Samples::file, quiet());
            for (const std::uint64_t sequence : {3U, 4U, 5U}) {
                if (outbox && samples.append(*outbox, sequence)) {
                    acknowledged.push_back(sequence);
                }
            }
        },
        [&](MemoryDisk& found, bool) {
            const Sequences there = sequences_on(found);
            ASSERT_TRUE(std::ranges::includes(there, acknowledged));
            // What was torn stands in nobody's way.
            MemoryFolder files{found};
            auto outbox = Outbox::open(files, Samples::file);
            ASSERT_TRUE(outbox);
            ASSERT_TRUE(samples.append(*outbox, 9));
            Sequences expected = there;
            expected.push_back(9);
            ASSERT_EQ(sequences_on(found), expected);
        });
}

TEST(Outbox, AFailedCallLosesNothingAndIsToldApart) {
    Samples samples;
    for (std::size_t number = 1;; ++number) {
        MemoryDisk disk = disk_with(samples, 2);
        MemoryFolder files{disk};
        bool is_over = false;
        auto outbox = Outbox::open(files, Samples::file, {.sync_failed = [&] { is_over = true; }});
        ASSERT_TRUE(outbox);
        const std::size_t before = disk.calls();
        disk.fail_at(before + number, number % 2 == 1 ? DiskAnswer::short_count : DiskAnswer::full);
        const auto appended = samples.append(*outbox, 3);
        if (disk.calls() < before + number) {
            ASSERT_TRUE(appended);
            ASSERT_EQ(number, 3U) << "one write, one sync";
            return;
        }
        EXPECT_EQ(appended.error(), OutboxFault::storage_failed);
        EXPECT_EQ(is_over, number == 2) << "after a refused sync the process must end";
        if (!is_over) {
            EXPECT_EQ(sequences_on(disk), (Sequences{1, 2}));
            EXPECT_FALSE(outbox->contains(Samples::name_of(3)));
            ASSERT_TRUE(samples.append(*outbox, 3));
            EXPECT_EQ(sequences_on(disk), (Sequences{1, 2, 3}));
        }
    }
}

TEST(Outbox, GrowsToItsLimitAndSaysSo) {
    Samples samples;
    MemoryDisk disk = disk_with(samples, 2);
    const std::uint64_t two = disk.content(Samples::file).size();
    MemoryFolder files{disk};
    auto outbox = Outbox::open(files, Samples::file, {.bytes_max = two + two / 2});
    ASSERT_TRUE(outbox);
    ASSERT_TRUE(samples.append(*outbox, 3));
    EXPECT_EQ(samples.append(*outbox, 4).error(), OutboxFault::full);
    EXPECT_EQ(sequences_on(disk), (Sequences{1, 2, 3}));
    // A limit below what is there already.
    auto smaller = Outbox::open(files, Samples::file, {.bytes_max = 1});
    ASSERT_TRUE(smaller);
    EXPECT_EQ(samples.append(*smaller, 4).error(), OutboxFault::full);
    // Room is made by what the server has backed up.
    ASSERT_TRUE(outbox->drop_through(Samples::name_of(1)));
    EXPECT_TRUE(samples.append(*outbox, 4));
}

TEST(Outbox, DropsWhatIsCoveredAndNothingElse) {
    Samples samples;
    MemoryDisk disk = disk_with(samples, 4);
    MemoryFolder files{disk};
    auto outbox = Outbox::open(files, Samples::file);
    ASSERT_TRUE(outbox);
    ASSERT_TRUE(samples.append(*outbox, 1, 2));
    ASSERT_TRUE(outbox->drop_through(Samples::name_of(7, 3)));
    EXPECT_EQ(sequences_on(disk), (Sequences{1, 2, 3, 4, 1}));
    const auto before = entries_of(items_on(disk));
    ASSERT_TRUE(outbox->drop_through(Samples::name_of(2)));
    EXPECT_EQ(sequences_on(disk), (Sequences{3, 4, 1}));
    EXPECT_EQ(entries_of(items_on(disk))[0], before[2]);
    EXPECT_FALSE(outbox->contains(Samples::name_of(2)));
    EXPECT_EQ(outbox->bytes(), disk.content(Samples::file).size());
    // What is appended afterwards is in the file that a restart finds, and goes on with the chain.
    ASSERT_TRUE(outbox->drop_through(Samples::name_of(4)));
    ASSERT_TRUE(outbox->drop_through(Samples::name_of(1, 2)));
    EXPECT_EQ(outbox->bytes(), 0U);
    ASSERT_TRUE(samples.append(*outbox, 2, 2));
    MemoryDisk after = disk.after_kill();
    EXPECT_EQ(sequences_on(after), (Sequences{2}));
    EXPECT_EQ(entries_of(items_on(after))[0].previous, before[4].hash);
}

TEST(Outbox, DropsADamagedRangeWithItsNeighboursOnly) {
    Samples samples;
    MemoryDisk disk = disk_with(samples, 5);
    auto bytes = disk.content(Samples::file);
    const std::size_t one = bytes.size() / 5;
    bytes[one + 150] ^= 1;
    bytes[3 * one + 150] ^= 1;
    disk.set_content(Samples::file, bytes);
    MemoryFolder files{disk};
    auto outbox = Outbox::open(files, Samples::file);
    ASSERT_TRUE(outbox);
    ASSERT_TRUE(outbox->drop_through(Samples::name_of(3)));
    const auto items = items_on(disk);
    ASSERT_EQ(items.size(), 2U);
    EXPECT_EQ(std::get<DamagedRange>(items[0]), (DamagedRange{0, one}));
    EXPECT_EQ(std::get<OutboxEntry>(items[1]).name, Samples::name_of(5));
    const auto kept = disk.content(Samples::file);
    EXPECT_TRUE(
        std::ranges::equal(std::span(kept).first(one), std::span(bytes).subspan(3 * one, one)));
}

TEST(Outbox, KeepsADamagedRangeBehindAnEntryThatStays) {
    Samples samples;
    MemoryDisk disk = disk_with(samples, 2);
    auto bytes = disk.content(Samples::file);
    const std::size_t one = bytes.size() / 2;
    bytes[one + 150] ^= 1;
    disk.set_content(Samples::file, bytes);
    MemoryFolder files{disk};
    auto outbox = Outbox::open(files, Samples::file);
    ASSERT_TRUE(outbox);
    ASSERT_TRUE(samples.append(*outbox, 1, 2));
    ASSERT_TRUE(outbox->drop_through(Samples::name_of(1, 2)));
    const auto items = items_on(disk);
    ASSERT_EQ(items.size(), 2U);
    EXPECT_EQ(std::get<OutboxEntry>(items[0]).name, Samples::name_of(1));
    EXPECT_EQ(std::get<DamagedRange>(items[1]), (DamagedRange{one, one}));
}

TEST(Outbox, PowerCutsWhileDroppingLoseNothingThatIsNotCovered) {
    Samples samples;
    with_power_cuts([&] { return disk_with(samples, 4); },
                    [](MemoryFolder& files) {
                        auto outbox = Outbox::open(files, Samples::file, quiet());
                        static_cast<void>(outbox && outbox->drop_through(Samples::name_of(2)));
                    },
                    [](MemoryDisk& found, bool was_cut) {
                        const Sequences there = sequences_on(found);
                        ASSERT_TRUE(there == (Sequences{3, 4}) ||
                                    (was_cut && there == (Sequences{1, 2, 3, 4})));
                    });
}

TEST(Outbox, AFailedCallWhileDroppingLosesNothingThatIsNotCovered) {
    Samples samples;
    for (std::size_t number = 1;; ++number) {
        MemoryDisk disk = disk_with(samples, 4);
        MemoryFolder files{disk};
        auto outbox = Outbox::open(files, Samples::file, quiet());
        ASSERT_TRUE(outbox);
        const std::size_t before = disk.calls();
        disk.fail_at(before + number, DiskAnswer::io_error);
        const auto dropped = outbox->drop_through(Samples::name_of(2));
        if (disk.calls() < before + number) {
            ASSERT_TRUE(dropped);
            ASSERT_GT(number, 6U);
            return;
        }
        // Appended after the failure, it must be in the file that a restart finds.
        ASSERT_TRUE(samples.append(*outbox, 5)) << number;
        MemoryDisk after = disk.after_kill();
        const Sequences there = sequences_on(after);
        ASSERT_TRUE(there == (Sequences{3, 4, 5}) || there == (Sequences{1, 2, 3, 4, 5})) << number;
    }
}

/// Where each entry of an undamaged file begins, and where the last one ends.
std::vector<std::size_t> borders_of(MemoryDisk& disk) {
    std::vector<std::size_t> borders{0};
    for (const OutboxEntry& entry : entries_of(items_on(disk))) {
        borders.push_back(borders.back() + entry.bytes.size());
    }
    return borders;
}

TEST(OutboxProperty, EveryUndamagedEntryIsFoundWhateverBitsFlip) {
    Samples samples;
    EXPECT_TRUE(rc::check([&](const std::vector<std::uint32_t>& flips) {
        const auto count = *rc::gen::inRange<std::uint64_t>(1, 8);
        MemoryDisk disk = disk_with(samples, count);
        const auto good = entries_of(items_on(disk));
        const auto borders = borders_of(disk);
        auto bytes = disk.content(Samples::file);
        const auto before = bytes;
        for (const std::uint32_t flip : flips) {
            const std::size_t bit = flip % (bytes.size() * 8);
            bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1U << bit % 8));
        }
        std::vector<OutboxEntry> expected;
        for (std::size_t i = 0; i < good.size(); ++i) {
            if (std::equal(bytes.begin() + static_cast<std::ptrdiff_t>(borders[i]),
                           bytes.begin() + static_cast<std::ptrdiff_t>(borders[i + 1]),
                           before.begin() + static_cast<std::ptrdiff_t>(borders[i]))) {
                expected.push_back(good[i]);
            }
        }
        disk.set_content(Samples::file, bytes);
        const auto items = items_on(disk);
        RC_ASSERT((entries_of(items) == expected));
        std::uint64_t at = 0;
        for (const OutboxItem& item : items) {
            const auto* range = std::get_if<DamagedRange>(&item);
            // RapidCheck's macro takes the expression apart, and with it the short circuit.
            const bool fits = range == nullptr || (range->offset == at && range->bytes > 0);
            RC_ASSERT(fits);
            at += range != nullptr ? range->bytes : std::get<OutboxEntry>(item).bytes.size();
        }
        RC_ASSERT(at == bytes.size());
    }));
}

TEST(OutboxProperty, EveryEntryIsFoundWhateverStandsBetweenThem) {
    Samples samples;
    MemoryDisk disk = disk_with(samples, 4);
    const auto good = entries_of(items_on(disk));
    EXPECT_TRUE(rc::check([&] {
        std::vector<std::uint8_t> bytes;
        std::vector<OutboxEntry> expected;
        const auto pieces = *rc::gen::inRange(0, 8);
        for (int piece = 0; piece < pieces; ++piece) {
            const OutboxEntry& entry = *rc::gen::elementOf(good);
            switch (*rc::gen::inRange(0, 4)) {
                case 0: {
                    const auto garbage = *rc::gen::arbitrary<std::vector<std::uint8_t>>();
                    bytes.insert(bytes.end(), garbage.begin(), garbage.end());
                    break;
                }
                case 1: {
                    // An append cut short; a mark alone; a mark and a length.
                    const auto size = *rc::gen::inRange<std::size_t>(0, entry.bytes.size());
                    bytes.insert(bytes.end(), entry.bytes.begin(),
                                 entry.bytes.begin() + static_cast<std::ptrdiff_t>(size));
                    break;
                }
                default:
                    bytes.insert(bytes.end(), entry.bytes.begin(), entry.bytes.end());
                    expected.push_back(entry);
            }
        }
        MemoryDisk found;
        found.set_content(Samples::file, bytes);
        RC_ASSERT((entries_of(items_on(found)) == expected));
    }));
}

TEST(OutboxReader, FindsEntriesAcrossTheEndsOfItsBuffer) {
    // Larger than the reader's buffer by far, with damage that leads it to every alignment; one
    // entry is larger than any buffer was before it.
    Samples samples;
    std::vector<std::uint8_t> bytes;
    std::vector<OutboxEntry> expected;
    for (std::uint64_t i = 1; i <= 40; ++i) {
        const std::size_t large = (i == 20 ? std::size_t{5} : std::size_t{1}) << 20U;
        const std::size_t size = i % 5 == 0 ? large : 1000 * i + i;
        const auto entry = seal_entry(Samples::name_of(i), Samples::group_of(i, size), {},
                                      samples.recipients(), samples.random);
        ASSERT_TRUE(entry);
        if (i % 3 == 0) {
            bytes.insert(bytes.end(), i * 77'777, static_cast<std::uint8_t>(0x89));
        }
        bytes.insert(bytes.end(), entry->bytes.begin(), entry->bytes.end());
        expected.push_back(*entry);
    }
    MemoryDisk disk;
    disk.set_content(Samples::file, bytes);
    EXPECT_EQ(entries_of(items_on(disk)), expected);
}

TEST(OutboxReader, FindsAnEntryBehindAnyLengthOfDamage) {
    // Around the reader's buffer: the mark begins in one filling of it and ends in the next.
    Samples samples;
    const auto entry = seal_entry(Samples::name_of(1), Samples::group_of(1), {},
                                  samples.recipients(), samples.random);
    ASSERT_TRUE(entry);
    for (std::size_t more = 0; more < 12; ++more) {
        std::vector<std::uint8_t> bytes((std::size_t{2} << 20U) - 10 + more);
        const std::uint64_t damaged = bytes.size();
        bytes.insert(bytes.end(), entry->bytes.begin(), entry->bytes.end());
        MemoryDisk disk;
        disk.set_content(Samples::file, bytes);
        EXPECT_EQ(items_on(disk), (std::vector<OutboxItem>{DamagedRange{0, damaged}, *entry}));
    }
}

TEST(OutboxReader, AForgedEntryHidesNoneThatItIsWrappedAround) {
    Samples samples;
    const auto inner = seal_entry(Samples::name_of(1), Samples::group_of(1), {},
                                  samples.recipients(), samples.random);
    const auto outer = seal_entry(Samples::name_of(2), Samples::group_of(2, 2000), {},
                                  samples.recipients(), samples.random);
    ASSERT_TRUE(inner && outer);
    auto bytes = outer->bytes;
    std::ranges::copy(inner->bytes, bytes.begin() + 500);
    std::ranges::copy(keys::sha256(std::span(bytes).first(bytes.size() - 32)), bytes.end() - 32);
    MemoryDisk disk;
    disk.set_content(Samples::file, bytes);
    EXPECT_EQ(entries_of(items_on(disk)), (std::vector<OutboxEntry>{*inner}));
}

TEST(OutboxReader, ReportsAReadThatFails) {
    Samples samples;
    MemoryDisk disk = disk_with(samples, 1);
    const auto file = support::open_on(disk, Samples::file);
    disk.fail_at(disk.calls() + 1, DiskAnswer::io_error);
    OutboxReader reader(*file);
    EXPECT_EQ(reader.next().error(), OutboxFault::storage_failed);
    // Asked again, it goes on where it stood.
    const auto again = reader.next();
    ASSERT_TRUE(again);
    const std::optional<OutboxItem>& item = *again;
    ASSERT_TRUE(item);
    EXPECT_EQ(std::get<OutboxEntry>(*item).name, Samples::name_of(1));
}

TEST(Outbox, OnARealDiskSurvivesItsProgram) {
    const support::TemporaryDirectory directory;
    Samples samples;
    SystemDisk disk;
    const auto place = directory.path() / "outbox";
    {
        auto outbox = Outbox::open(disk, place);
        ASSERT_TRUE(outbox);
        for (const std::uint64_t sequence : {1U, 2U, 3U}) {
            ASSERT_TRUE(samples.append(*outbox, sequence));
        }
        ASSERT_TRUE(outbox->drop_through(Samples::name_of(2)));
        ASSERT_TRUE(samples.append(*outbox, 4));
    }
    auto outbox = Outbox::open(disk, place);
    ASSERT_TRUE(outbox);
    EXPECT_EQ(outbox->count(), 2U);
    EXPECT_TRUE(outbox->contains(Samples::name_of(4)));
    EXPECT_EQ(std::filesystem::status(place).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace
}  // namespace zhibu::vault

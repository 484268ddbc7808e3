#include "shared/vault/lease_secret.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <ios>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "shared/keys/secret_bytes.hpp"
#include "shared/record/clock.hpp"
#include "shared/vault/disk.hpp"
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

constexpr auto folder = "/device/volatile";
constexpr auto secret_file = "/device/volatile/lease_secret";
constexpr record::Instant lease_end{1'000'000};
constexpr record::Instant before_end{999'999};

LeaseSecret lease_of(std::uint64_t serial) {
    support::SeededRandom random{serial};
    LeaseSecret lease{
        .secret = keys::SecretBytes(lease_secret_bytes), .serial = serial, .ends_at = lease_end};
    random.fill(lease.secret.span());
    return lease;
}

bool holds(MemoryDisk& disk, std::uint64_t serial) {
    MemoryFolder files{disk};
    const auto lease = LeaseFile(files, folder).read();
    return lease && lease->serial == serial && lease->secret.equals(lease_of(serial).secret) &&
           lease->ends_at == lease_end;
}

LeaseFault fault_on(MemoryDisk& disk) {
    MemoryFolder files{disk};
    const auto lease = LeaseFile(files, folder).read();
    EXPECT_FALSE(lease);
    return lease ? LeaseFault::none : lease.error();
}

MemoryDisk disk_with(std::uint64_t serial) {
    MemoryDisk disk;
    MemoryFolder files{disk};
    EXPECT_TRUE(LeaseFile(files, folder).store(lease_of(serial)));
    return disk;
}

/// Whether any file of the disk, of whatever name, has these bytes.
bool is_anywhere(const MemoryDisk& disk, const keys::SecretBytes& secret) {
    return std::ranges::any_of(disk.names(), [&](const std::string& name) {
        const auto bytes = disk.content(name);
        return !std::ranges::search(bytes, secret.span()).empty();
    });
}

TEST(LeaseFile, ReadsBackWhatItStored) {
    MemoryDisk disk;
    EXPECT_EQ(fault_on(disk), LeaseFault::none);
    disk = disk_with(7);
    EXPECT_TRUE(holds(disk, 7));
}

TEST(LeaseFile, ErasureTellsItsReasonAndLeavesNothing) {
    for (const auto& [why, fault] :
         {std::pair{LeaseEnding::over, LeaseFault::over},
          std::pair{LeaseEnding::account_disabled, LeaseFault::account_disabled},
          std::pair{LeaseEnding::damaged, LeaseFault::damaged}}) {
        MemoryDisk disk = disk_with(7);
        ASSERT_TRUE(is_anywhere(disk, lease_of(7).secret));
        MemoryFolder files{disk};
        ASSERT_TRUE(LeaseFile(files, folder).erase(why));
        EXPECT_EQ(fault_on(disk), fault);
        EXPECT_FALSE(disk.exists(secret_file));
        EXPECT_FALSE(is_anywhere(disk, lease_of(7).secret));
    }
}

TEST(LeaseFile, WhatIsErasedOrReplacedIsOverwritten) {
    for (const bool is_replaced : {false, true}) {
        MemoryDisk disk = disk_with(7);
        DiskAnswer answer = DiskAnswer::done;
        const auto former = disk.open(secret_file, answer);
        ASSERT_NE(former, nullptr);
        MemoryFolder files{disk};
        LeaseFile file(files, folder);
        ASSERT_TRUE(is_replaced ? file.store(lease_of(8)) : file.erase(LeaseEnding::over));
        // Its name is gone, its blocks are not.
        std::vector<std::uint8_t> bytes(MemoryDisk::size(former), 1);
        ASSERT_FALSE(bytes.empty());
        ASSERT_EQ(disk.read(former, bytes, 0), DiskAnswer::done);
        EXPECT_TRUE(std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; }));
    }
}

TEST(LeaseFile, ANewLeaseAfterAnErasureCounts) {
    MemoryDisk disk = disk_with(7);
    MemoryFolder files{disk};
    ASSERT_TRUE(LeaseFile(files, folder).erase(LeaseEnding::account_disabled));
    ASSERT_TRUE(LeaseFile(files, folder).store(lease_of(8)));
    EXPECT_TRUE(holds(disk, 8));
    ASSERT_TRUE(LeaseFile(files, folder).erase_if_over(before_end));
    EXPECT_TRUE(holds(disk, 8));
}

TEST(LeaseFile, IsErasedFromTheMomentItEnds) {
    MemoryDisk disk = disk_with(7);
    MemoryFolder files{disk};
    LeaseFile file(files, folder);
    ASSERT_TRUE(file.erase_if_over(before_end));
    EXPECT_TRUE(holds(disk, 7));
    ASSERT_TRUE(file.erase_if_over(lease_end));
    EXPECT_EQ(fault_on(disk), LeaseFault::over);
    EXPECT_FALSE(is_anywhere(disk, lease_of(7).secret));
    // What was said of it is not said anew.
    ASSERT_TRUE(file.erase(LeaseEnding::account_disabled));
    ASSERT_TRUE(file.erase_if_over(lease_end));
    EXPECT_EQ(fault_on(disk), LeaseFault::account_disabled);
}

TEST(LeaseFile, EveryFlippedBitIsDamageAndIsErasedAtStart) {
    const MemoryDisk good = disk_with(7);
    const auto bytes = good.content(secret_file);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        MemoryDisk disk;
        auto changed = bytes;
        changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1U << bit % 8));
        disk.set_content(secret_file, changed);
        ASSERT_EQ(fault_on(disk), LeaseFault::damaged) << bit;
        MemoryFolder files{disk};
        ASSERT_TRUE(LeaseFile(files, folder).erase_if_over(before_end));
        ASSERT_FALSE(disk.exists(secret_file)) << bit;
        ASSERT_EQ(fault_on(disk), LeaseFault::damaged) << bit;
    }
}

TEST(LeaseFile, OtherSizesAreDamage) {
    for (const std::size_t size : {0U, 1U, 87U, 89U, 5000U}) {
        MemoryDisk disk;
        disk.set_content(secret_file, std::vector<std::uint8_t>(size));
        EXPECT_EQ(fault_on(disk), LeaseFault::damaged) << size;
        MemoryFolder files{disk};
        ASSERT_TRUE(LeaseFile(files, folder).erase_if_over(before_end));
        EXPECT_FALSE(disk.exists(secret_file)) << size;
    }
}

TEST(LeaseFile, PowerCutsWhileStoringLeaveTheOldOrTheNew) {
    with_power_cuts(
        [] { return disk_with(7); },
        [](MemoryFolder& files) { static_cast<void>(LeaseFile(files, folder).store(lease_of(8))); },
        [](MemoryDisk& found, bool was_cut) {
            ASSERT_TRUE(holds(found, 8) || (was_cut && holds(found, 7)));
            MemoryFolder files{found};
            ASSERT_TRUE(LeaseFile(files, folder).erase_if_over(before_end));
            // The start has cleared what was left half-way.
            const bool is_new = holds(found, 8);
            ASSERT_FALSE(is_anywhere(found, lease_of(is_new ? 7 : 8).secret));
            ASSERT_TRUE(LeaseFile(files, folder).store(lease_of(9)));
            ASSERT_TRUE(holds(found, 9));
        });
}

TEST(LeaseFile, PowerCutsWhileErasingAreMadeUpForAtTheNextStart) {
    with_power_cuts(
        [] { return disk_with(7); },
        [](MemoryFolder& files) {
            static_cast<void>(LeaseFile(files, folder).erase(LeaseEnding::account_disabled));
        },
        [](MemoryDisk& found, bool was_cut) {
            const bool untouched = was_cut && holds(found, 7);
            if (!untouched) {
                ASSERT_EQ(fault_on(found), LeaseFault::account_disabled);
            }
            MemoryFolder files{found};
            ASSERT_TRUE(LeaseFile(files, folder).erase_if_over(before_end));
            ASSERT_EQ(is_anywhere(found, lease_of(7).secret), untouched);
            if (!untouched) {
                ASSERT_EQ(fault_on(found), LeaseFault::account_disabled);
            }
        });
}

TEST(LeaseFile, AFailedCallWhileErasingStillErasesWhatItCan) {
    for (std::size_t number = 1;; ++number) {
        MemoryDisk disk = disk_with(7);
        const std::size_t before = disk.calls();
        disk.fail_at(before + number, DiskAnswer::full);
        MemoryFolder files{disk};
        LeaseFile file(files, folder);
        const auto erased = file.erase(LeaseEnding::over);
        if (disk.calls() < before + number) {
            ASSERT_TRUE(erased);
            ASSERT_GT(number, 8U);
            return;
        }
        // A call that cannot fail the erasure is one for the tag alone.
        if (!erased) {
            EXPECT_EQ(erased.error(), LeaseFault::storage_failed);
            ASSERT_TRUE(file.erase(LeaseEnding::over)) << number;
        }
        EXPECT_EQ(fault_on(disk), LeaseFault::over) << number;
        EXPECT_FALSE(is_anywhere(disk, lease_of(7).secret)) << number;
    }
}

TEST(LeaseFile, AFullDiskDoesNotKeepTheSecretAlive) {
    bool was_reason_lost = false;
    for (std::size_t number = 1; number < 8; ++number) {
        MemoryDisk disk = disk_with(7);
        disk.fail_at(disk.calls() + number, DiskAnswer::full);
        MemoryFolder files{disk};
        static_cast<void>(LeaseFile(files, folder).erase(LeaseEnding::over));
        if (!disk.exists("/device/volatile/lease_ended")) {
            was_reason_lost = true;
            EXPECT_EQ(fault_on(disk), LeaseFault::none);
        }
        EXPECT_FALSE(disk.exists(secret_file)) << number;
    }
    EXPECT_TRUE(was_reason_lost);
}

TEST(LeaseFile, OnARealDiskIsItsOwnersAloneAndOutsideBackups) {
    const support::TemporaryDirectory directory;
    const auto place = directory.path() / "volatile";
    SystemDisk disk;
    LeaseFile file(disk, place);
    ASSERT_TRUE(file.store(lease_of(1)));
    ASSERT_TRUE(file.store(lease_of(2)));
    EXPECT_EQ(file.read()->serial, 2U);
    struct stat status{};
    ASSERT_EQ(::stat((place / "lease_secret").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    ASSERT_EQ(::stat(place.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0700U);
    std::string tag;
    std::getline(std::ifstream{place / "CACHEDIR.TAG"}, tag);
    EXPECT_EQ(tag, "Signature: 8a477f597d28d172789f06886806bc55");
    // What a second name kept would show: the bytes were overwritten, not only unlinked.
    std::filesystem::create_hard_link(place / "lease_secret", place / "kept");
    ASSERT_TRUE(file.erase(LeaseEnding::over));
    EXPECT_FALSE(std::filesystem::exists(place / "lease_secret"));
    std::ifstream kept{place / "kept", std::ios::binary};
    const std::string left{std::istreambuf_iterator<char>(kept), {}};
    EXPECT_EQ(left, std::string(left.size(), '\0'));
    EXPECT_FALSE(left.empty());
    EXPECT_EQ(file.read().error(), LeaseFault::over);
}

}  // namespace
}  // namespace zhibu::vault

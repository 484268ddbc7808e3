#include "shared/vault/key_file.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <utility>
#include <vector>

#include "shared/keys/account_key.hpp"
#include "shared/keys/digest.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "shared/record/change.hpp"
#include "shared/record/clock.hpp"
#include "shared/vault/data_key.hpp"
#include "shared/vault/disk.hpp"
#include "shared/vault/lease_secret.hpp"
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

constexpr auto base = "/device/data_key";
constexpr std::array<const char*, 2> slot_files{"/device/data_key.0", "/device/data_key.1"};
/// Each look at a disk is an Argon2id.
constexpr std::uint64_t seeds = 6;
constexpr auto lease_folder = "/device/volatile";
const keys::SecretBytes password(std::string_view{"correct horse battery"});
const keys::SecretBytes other_password(std::string_view{"Correct horse battery"});

keys::SecretBytes secret_of(std::uint64_t seed) {
    support::SeededRandom random{seed};
    keys::SecretBytes secret(32);
    random.fill(secret.span());
    return secret;
}

LeaseSecret lease_of(std::uint64_t serial) {
    return {.secret = secret_of(1000 + serial), .serial = serial, .ends_at = record::Instant{9}};
}

DataKey data_key_of(std::uint64_t seed) {
    support::SeededRandom random{seed};
    return make_data_key(random);
}

/// At the least cost, made once for all tests: each takes milliseconds.
const PasswordKey& password_key(const keys::SecretBytes& of = password) {
    const auto make = [](const keys::SecretBytes& text) {
        support::SeededRandom random{text.span()[0]};
        auto made = make_password_key(text, keys::argon2_cost_min, random);
        EXPECT_TRUE(made);
        return *std::move(made);
    };
    static const PasswordKey first = make(password);
    static const PasswordKey second = make(other_password);
    return &of == &password ? first : second;
}

const keys::SecretBytes device_secret = secret_of(7);

std::expected<void, UnlockFault> wrap_on(MemoryDisk& disk, std::uint64_t data_key,
                                         std::uint64_t lease,
                                         const keys::SecretBytes& of = password) {
    MemoryFolder files{disk};
    support::SeededRandom random{99};
    const LeaseSecret secret = lease_of(lease);
    return KeyFile(files, base, random)
        .wrap(data_key_of(data_key),
              {.password_key = password_key(of), .device_secret = device_secret, .lease = secret});
}

MemoryDisk disk_with(std::uint64_t data_key, std::uint64_t lease) {
    MemoryDisk disk;
    EXPECT_TRUE(wrap_on(disk, data_key, lease));
    return disk;
}

std::expected<Unlocked, UnlockFault> unlock_on(MemoryDisk& disk,
                                               const std::expected<LeaseSecret, LeaseFault>& lease,
                                               const keys::SecretBytes& with = password,
                                               const keys::SecretBytes& device = device_secret) {
    MemoryFolder files{disk};
    support::SeededRandom random{98};
    return KeyFile(files, base, random).unlock(with, device, lease);
}

UnlockFault fault_of(const std::expected<Unlocked, UnlockFault>& unlocked) {
    EXPECT_FALSE(unlocked);
    return unlocked ? UnlockFault::no_key_file : unlocked.error();
}

bool opens(MemoryDisk& disk, std::uint64_t data_key, std::uint64_t lease,
           const keys::SecretBytes& with = password) {
    const auto unlocked = unlock_on(disk, lease_of(lease), with);
    return unlocked && unlocked->data_key.secret.equals(data_key_of(data_key).secret);
}

TEST(KeyFile, GivesTheDataKeyToWhoHasAllThree) {
    MemoryDisk disk = disk_with(1, 5);
    const auto unlocked = unlock_on(disk, lease_of(5));
    ASSERT_TRUE(unlocked);
    const DataKey expected = data_key_of(1);
    EXPECT_TRUE(unlocked->data_key.secret.equals(expected.secret));
    EXPECT_EQ(unlocked->data_key.epoch, expected.epoch);
    EXPECT_EQ(unlocked->data_key.file_id, expected.file_id);
    EXPECT_EQ(unlocked->data_key.file_salt, expected.file_salt);
    EXPECT_TRUE(unlocked->password_key.key.equals(password_key().key));
    EXPECT_TRUE(unlocked->slots_agree);
}

TEST(KeyFile, TellsItsFailuresApart) {
    MemoryDisk empty;
    EXPECT_EQ(fault_of(unlock_on(empty, lease_of(5))), UnlockFault::no_key_file);
    MemoryDisk disk = disk_with(1, 5);
    EXPECT_EQ(fault_of(unlock_on(disk, lease_of(5), other_password)), UnlockFault::wrong_password);
    const auto without = [&](LeaseFault fault) {
        return fault_of(unlock_on(disk, std::unexpected(fault)));
    };
    EXPECT_EQ(without(LeaseFault::over), UnlockFault::lease_over);
    EXPECT_EQ(without(LeaseFault::none), UnlockFault::lease_over);
    EXPECT_EQ(without(LeaseFault::account_disabled), UnlockFault::account_disabled);
    EXPECT_EQ(without(LeaseFault::damaged), UnlockFault::damaged);
    EXPECT_EQ(without(LeaseFault::storage_failed), UnlockFault::storage_failed);
    // Another device's secret, or another lease's, is not a wrong password.
    EXPECT_EQ(fault_of(unlock_on(disk, lease_of(5), password, secret_of(8))), UnlockFault::damaged);
    EXPECT_EQ(fault_of(unlock_on(disk, lease_of(5), password, keys::SecretBytes(31))),
              UnlockFault::damaged);
    EXPECT_EQ(fault_of(unlock_on(disk, lease_of(6))), UnlockFault::damaged);
    for (const char* file : slot_files) {
        disk.set_content(file, {});
    }
    EXPECT_EQ(fault_of(unlock_on(disk, lease_of(5))), UnlockFault::damaged);
}

TEST(KeyFile, OneSlotIsEnoughWhateverBecameOfTheOther) {
    const MemoryDisk good = disk_with(1, 5);
    for (const std::size_t damaged : {0U, 1U}) {
        const auto bytes = good.content(slot_files[damaged]);
        for (std::size_t size = 0; size <= bytes.size() + 1; size += 67) {
            MemoryDisk disk = disk_with(1, 5);
            auto cut = bytes;
            cut.resize(size);
            disk.set_content(slot_files[damaged], cut);
            const auto unlocked = unlock_on(disk, lease_of(5));
            ASSERT_TRUE(unlocked) << size;
            EXPECT_EQ(unlocked->slots_agree, size == bytes.size());
        }
    }
}

TEST(KeyFile, EveryFlippedBitIsDamageAndNeverAWrongPassword) {
    const auto bytes = disk_with(1, 5).content(slot_files[0]);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        MemoryDisk disk;
        auto changed = bytes;
        changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1U << bit % 8));
        disk.set_content(slot_files[0], changed);
        ASSERT_EQ(fault_of(unlock_on(disk, lease_of(5))), UnlockFault::damaged) << bit;
    }
}

/// A slot whose checksum was made right again by whoever changed it.
void set_forged(MemoryDisk& disk, std::vector<std::uint8_t> bytes) {
    const record::Hash checksum =
        keys::sha256(std::span(bytes).first(bytes.size() - record::Hash{}.size()));
    std::ranges::copy(checksum, bytes.end() - static_cast<std::ptrdiff_t>(checksum.size()));
    for (const char* file : slot_files) {
        disk.set_content(file, bytes);
    }
}

/// What a slot says whose byte at `at` was changed by somebody who can make a checksum.
UnlockFault fault_of_forgery(std::size_t at) {
    const bool is_mark = at >= 68 && at < 100;
    const bool is_committed = at >= 8 && at < 132;
    return is_committed && !is_mark ? UnlockFault::wrong_password : UnlockFault::damaged;
}

TEST(KeyFile, AForgedSlotNeverOpens) {
    const auto bytes = disk_with(1, 5).content(slot_files[0]);
    for (std::size_t at = 0; at + 32 < bytes.size(); at += 3) {
        // Argon2id at a forged cost is slow; the next test is of those.
        if (at >= 32 && at < 44) {
            continue;
        }
        MemoryDisk disk;
        auto changed = bytes;
        changed[at] ^= 1;
        set_forged(disk, changed);
        ASSERT_EQ(fault_of(unlock_on(disk, lease_of(5))), fault_of_forgery(at)) << at;
    }
}

TEST(KeyFile, AHostileCostIsDamageAndIsNotRun) {
    const auto bytes = disk_with(1, 5).content(slot_files[0]);

    struct Field {
        std::size_t at;
        std::uint32_t value;
    };

    for (const Field field :
         {Field{32, 0}, Field{32, keys::argon2_cost_min.memory_kib - 1},
          Field{32, keys::argon2_cost_max.memory_kib + 1}, Field{32, UINT32_MAX}, Field{36, 1},
          Field{36, 11}, Field{36, UINT32_MAX}, Field{40, 0}, Field{40, 5}}) {
        MemoryDisk disk;
        auto changed = bytes;
        for (std::size_t i = 0; i < 4; ++i) {
            changed[field.at + i] = static_cast<std::uint8_t>(field.value >> (8 * i));
        }
        set_forged(disk, changed);
        EXPECT_EQ(fault_of(unlock_on(disk, lease_of(5))), UnlockFault::damaged) << field.value;
        // It does not stand in the other slot's way either.
        disk.set_content(slot_files[1], bytes);
        EXPECT_TRUE(opens(disk, 1, 5)) << field.value;
    }
}

TEST(KeyFile, AnotherPasswordOrWindowLeavesNothingThatOpens) {
    MemoryDisk disk = disk_with(1, 5);
    ASSERT_TRUE(wrap_on(disk, 1, 5, other_password));
    EXPECT_TRUE(opens(disk, 1, 5, other_password));
    EXPECT_EQ(fault_of(unlock_on(disk, lease_of(5))), UnlockFault::wrong_password);
    ASSERT_TRUE(wrap_on(disk, 2, 6));
    EXPECT_TRUE(opens(disk, 2, 6));
    EXPECT_FALSE(unlock_on(disk, lease_of(5), other_password));
}

TEST(KeyFile, PowerCutsWhileThePasswordChangesLeaveTheOldOrTheNew) {
    with_power_cuts([] { return disk_with(1, 5); },
                    [](MemoryFolder& files) {
                        support::SeededRandom random{95};
                        const LeaseSecret lease = lease_of(5);
                        static_cast<void>(
                            KeyFile(files, base, random)
                                .wrap(data_key_of(1), {.password_key = password_key(other_password),
                                                       .device_secret = device_secret,
                                                       .lease = lease}));
                    },
                    [](MemoryDisk& found, bool was_cut) {
                        const auto by_new = unlock_on(found, lease_of(5), other_password);
                        const auto by_old = unlock_on(found, lease_of(5));
                        ASSERT_TRUE(by_new || by_old);
                        ASSERT_TRUE(was_cut || (by_new && !by_old));
                        // Whoever opens is told that the other slot is another wrapping's.
                        if (by_new && by_old) {
                            ASSERT_FALSE(by_new->slots_agree);
                            ASSERT_FALSE(by_old->slots_agree);
                        }
                        ASSERT_TRUE(wrap_on(found, 1, 5, other_password));
                        ASSERT_EQ(fault_of(unlock_on(found, lease_of(5))),
                                  UnlockFault::wrong_password);
                    },
                    seeds);
}

/// A device that holds lease 5, and a key file for it.
MemoryDisk device_with_lease() {
    MemoryDisk disk = disk_with(1, 5);
    MemoryFolder files{disk};
    EXPECT_TRUE(LeaseFile(files, lease_folder).store(lease_of(5)));
    return disk;
}

std::expected<void, UnlockFault> renew_on(MemoryFolder& files, std::uint64_t in_use,
                                          std::uint64_t next) {
    support::SeededRandom random{97};
    KeyFile key_file(files, base, random);
    LeaseFile lease_file(files, lease_folder);
    const LeaseSecret lease = lease_of(next);
    return renew_lease(
        key_file, lease_file, data_key_of(1),
        {.password_key = password_key(), .device_secret = device_secret, .lease = lease},
        lease_of(in_use));
}

/// Opens with the lease that the device holds; its serial, 0 if it does not open.
std::uint64_t opened_by(MemoryDisk& disk) {
    MemoryFolder files{disk};
    const auto lease = LeaseFile(files, lease_folder).read();
    const auto unlocked = unlock_on(disk, lease);
    return unlocked && unlocked->data_key.secret.equals(data_key_of(1).secret) ? lease->serial : 0;
}

TEST(KeyFile, RenewalKeepsTheDataKey) {
    MemoryDisk disk = device_with_lease();
    MemoryFolder files{disk};
    ASSERT_TRUE(renew_on(files, 5, 6));
    EXPECT_EQ(opened_by(disk), 6U);
    EXPECT_TRUE(unlock_on(disk, lease_of(6))->slots_agree);
    EXPECT_FALSE(unlock_on(disk, lease_of(5)));
}

TEST(KeyFile, PowerCutsWhileALeaseIsRenewedLeaveADeviceThatOpens) {
    with_power_cuts(
        device_with_lease, [](MemoryFolder& files) { static_cast<void>(renew_on(files, 5, 6)); },
        [](MemoryDisk& found, bool was_cut) {
            const std::uint64_t serial = opened_by(found);
            ASSERT_TRUE(serial == 6 || (was_cut && serial == 5));
        },
        seeds);
}

TEST(KeyFile, ASecondRenewalAfterACutOneLeavesADeviceThatOpens) {
    // The first one got as far as one slot; the lease in use is still the old one.
    const auto half_renewed = [] {
        MemoryDisk disk = device_with_lease();
        MemoryFolder files{disk};
        support::SeededRandom random{96};
        const LeaseSecret lease = lease_of(6);
        EXPECT_TRUE(KeyFile(files, base, random)
                        .wrap_beside(data_key_of(1),
                                     {.password_key = password_key(),
                                      .device_secret = device_secret,
                                      .lease = lease},
                                     lease_of(5)));
        return disk;
    };
    with_power_cuts(
        half_renewed, [](MemoryFolder& files) { static_cast<void>(renew_on(files, 5, 7)); },
        [](MemoryDisk& found, bool was_cut) {
            const std::uint64_t serial = opened_by(found);
            ASSERT_TRUE(serial == 7 || (was_cut && serial == 5));
        },
        seeds);
}

TEST(KeyFile, AFailedCallWhileRenewingLeavesADeviceThatOpensAndTriesAgain) {
    for (std::size_t number = 1;; ++number) {
        MemoryDisk disk = device_with_lease();
        const std::size_t before = disk.calls();
        disk.fail_at(before + number,
                     number % 2 == 0 ? DiskAnswer::short_count : DiskAnswer::io_error);
        MemoryFolder files{disk};
        const auto renewed = renew_on(files, 5, 6);
        if (disk.calls() < before + number) {
            ASSERT_TRUE(renewed);
            ASSERT_GT(number, 15U);
            return;
        }
        const std::uint64_t serial = opened_by(disk);
        ASSERT_TRUE(serial == 6 || (!renewed && serial == 5)) << number;
        if (!renewed) {
            EXPECT_EQ(renewed.error(), UnlockFault::storage_failed);
            ASSERT_TRUE(renew_on(files, serial, 7)) << number;
            EXPECT_EQ(opened_by(disk), 7U);
        }
    }
}

TEST(KeyFile, OnARealDiskOpensAndIsRemoved) {
    const support::TemporaryDirectory directory;
    SystemDisk disk;
    support::SeededRandom random{1};
    KeyFile file(disk, directory.path() / "data_key", random);
    EXPECT_FALSE(*file.exists());
    const LeaseSecret lease = lease_of(5);
    ASSERT_TRUE(file.wrap(
        data_key_of(1),
        {.password_key = password_key(), .device_secret = device_secret, .lease = lease}));
    EXPECT_TRUE(*file.exists());
    EXPECT_TRUE(file.unlock(password, device_secret, lease_of(5)));
    ASSERT_TRUE(file.remove());
    EXPECT_FALSE(*file.exists());
    EXPECT_EQ(file.unlock(password, device_secret, lease_of(5)).error(), UnlockFault::no_key_file);
}

}  // namespace
}  // namespace zhibu::vault

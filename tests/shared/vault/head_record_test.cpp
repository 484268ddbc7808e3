#include "shared/vault/head_record.hpp"

#include <gtest/gtest.h>

#include "tests/support/memory_disk.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/support/temporary_directory.hpp"

namespace zhibu::vault {
namespace {

using record::LogIndex;
using record::Sequence;

HeadRecord record_at(std::uint64_t position) {
    HeadRecord record;
    record.sequence = Sequence{position};
    record.log_index = LogIndex{2 * position};
    record.chain_hash.fill(static_cast<std::uint8_t>(position));
    record.pages_sealed = 10 * position;
    return record;
}

class HeadRecordFile : public testing::Test {
protected:
    HeadFile create() {
        return HeadFile::create(support::create_on(disk_, "head"), ring_, HeadTerms{random_},
                                record_at(1))
            .value();
    }

    std::expected<HeadFile, VaultError> open() { return open(disk_, ring_); }

    std::expected<HeadFile, VaultError> open(support::MemoryDisk& disk,
                                             std::shared_ptr<const KeyRing> ring) {
        return HeadFile::open(support::open_on(disk, "head"), std::move(ring), HeadTerms{random_});
    }

    support::SeededRandom random_{5};
    DataKey key_ = make_data_key(random_);
    std::shared_ptr<const KeyRing> ring_ = std::make_shared<const KeyRing>(key_);
    support::MemoryDisk disk_;
};

TEST_F(HeadRecordFile, GivesBackTheNewestRecord) {
    HeadFile head = create();
    for (std::uint64_t at = 2; at < 6; ++at) {
        ASSERT_TRUE(head.write(record_at(at)));
        EXPECT_EQ(open()->latest(), record_at(at));
    }
}

TEST_F(HeadRecordFile, StandsOnARealDisk) {
    const support::TemporaryDirectory folder;
    const auto file = folder.path() / "head";
    EXPECT_EQ(open_storage_file(file).error().fault, VaultFault::not_there);
    {
        HeadFile head =
            HeadFile::create(*create_storage_file(file), ring_, HeadTerms{random_}, record_at(1))
                .value();
        ASSERT_TRUE(head.write(record_at(2)));
    }
    EXPECT_EQ(create_storage_file(file).error().fault, VaultFault::refused);
    const auto head = HeadFile::open(*open_storage_file(file), ring_, HeadTerms{random_});
    EXPECT_EQ(head->latest(), record_at(2));
}

TEST_F(HeadRecordFile, FallsBackByOneWhenTheNewestSlotIsDamagedAndFailsWhenBothAre) {
    HeadFile head = create();
    ASSERT_TRUE(head.write(record_at(2)));
    ASSERT_TRUE(head.write(record_at(3)));
    const std::vector<std::uint8_t> bytes = disk_.content("head");
    std::size_t fallen = 0;
    for (std::size_t bit = 0; bit < 8 * bytes.size(); bit += 7) {
        std::vector<std::uint8_t> flipped = bytes;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        disk_.set_content("head", flipped);
        const auto read = open();
        ASSERT_TRUE(read);
        fallen += read->latest() == record_at(2) ? 1U : 0U;
        EXPECT_TRUE(read->latest() == record_at(2) || read->latest() == record_at(3));
    }
    // One slot of 104 bytes, every seventh bit.
    EXPECT_EQ(fallen, 104 * 8 / 7 + (104 * 8 % 7 == 0 ? 0 : 1));
    std::vector<std::uint8_t> both = bytes;
    both[40] ^= 1;
    both[4096 + 40] ^= 1;
    disk_.set_content("head", both);
    EXPECT_EQ(open().error().fault, VaultFault::damaged);
}

TEST_F(HeadRecordFile, DoesNotOpenByAnotherKeyNorInAnotherSlotNorForAnotherFile) {
    create();
    DataKey other = make_data_key(random_);
    EXPECT_EQ(open(disk_, std::make_shared<const KeyRing>(other)).error().fault,
              VaultFault::damaged);
    DataKey elsewhere;
    elsewhere.secret = keys::SecretBytes(std::span(std::as_const(key_).secret.span()));
    elsewhere.epoch = key_.epoch;
    elsewhere.file_salt = key_.file_salt;
    EXPECT_FALSE(open(disk_, std::make_shared<const KeyRing>(elsewhere)));
    std::vector<std::uint8_t> bytes = disk_.content("head");
    bytes.resize(4096 + 4096);
    std::rotate(bytes.begin(), bytes.begin() + 4096, bytes.end());
    disk_.set_content("head", bytes);
    EXPECT_FALSE(open());
}

TEST_F(HeadRecordFile, OpensByTheOlderKeyInARotationAndIsThenWrittenByTheNewer) {
    create();
    const DataKey newer = next_data_key(key_, random_);
    const auto both = std::make_shared<const KeyRing>(newer, key_);
    auto head = open(disk_, both);
    ASSERT_TRUE(head);
    ASSERT_TRUE(head->write(record_at(2)));
    ASSERT_TRUE(head->write(record_at(3)));
    EXPECT_EQ(open(disk_, std::make_shared<const KeyRing>(newer))->latest(), record_at(3));
}

TEST_F(HeadRecordFile, KeepsWhatWasAcknowledgedThroughAPowerCutInAnyCall) {
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        support::SeededRandom choice{seed};
        support::MemoryDisk disk;
        HeadFile head = HeadFile::create(support::create_on(disk, "head"), ring_,
                                         HeadTerms{random_, [] {}}, record_at(1))
                            .value();
        disk.sync_folder();
        disk.cut_at(disk.changes() + 1 + choice.below(12));
        std::uint64_t acknowledged = 1;
        while (head.write(record_at(acknowledged + 1))) {
            ++acknowledged;
        }
        support::MemoryDisk after = disk.after_power_cut(choice);
        const auto read = open(after, ring_);
        ASSERT_TRUE(read) << "seed " << seed;
        EXPECT_TRUE(read->latest() == record_at(acknowledged) ||
                    read->latest() == record_at(acknowledged + 1))
            << "seed " << seed;
    }
}

TEST_F(HeadRecordFile, CanBeTriedAgainAfterAFailedWriteAndKeepsTheRecordBefore) {
    HeadFile head = create();
    ASSERT_TRUE(head.write(record_at(2)));
    disk_.fail_at(disk_.calls() + 1, support::DiskAnswer::short_count);
    EXPECT_EQ(head.write(record_at(3)).error().fault, VaultFault::storage_failed);
    EXPECT_EQ(open()->latest(), record_at(2));
    ASSERT_TRUE(head.write(record_at(3)));
    EXPECT_EQ(open()->latest(), record_at(3));
}

TEST_F(HeadRecordFile, ReportsAFailedSync) {
    int failures = 0;
    HeadFile head = HeadFile::create(support::create_on(disk_, "head"), ring_,
                                     HeadTerms{random_, [&] { ++failures; }}, record_at(1))
                        .value();
    disk_.fail_at(disk_.calls() + 2, support::DiskAnswer::io_error);
    EXPECT_FALSE(head.write(record_at(2)));
    EXPECT_EQ(failures, 1);
}

using HeadRecordFileDeathTest = HeadRecordFile;

TEST_F(HeadRecordFileDeathTest, EndsTheProcessWhenASyncFailsAndNobodyAskedOtherwise) {
    HeadFile head = create();
    disk_.fail_at(disk_.calls() + 2, support::DiskAnswer::io_error);
    EXPECT_DEATH(static_cast<void>(head.write(record_at(2))), "the_disk_has_synced");
}

TEST(HeadComparison, TellsBehindForkedAheadAndEqual) {
    const HeadRecord head = record_at(7);
    const auto at = [&](std::uint64_t sequence, std::uint64_t index,
                        std::optional<record::Hash> hash) {
        return compare(head, DatabasePosition{Sequence{sequence}, LogIndex{index}, hash});
    };
    EXPECT_EQ(at(7, 14, head.chain_hash), HeadVerdict::equal);
    EXPECT_EQ(at(8, 14, head.chain_hash), HeadVerdict::ahead);
    EXPECT_EQ(at(7, 15, head.chain_hash), HeadVerdict::ahead);
    EXPECT_EQ(at(6, 14, std::nullopt), HeadVerdict::behind);
    EXPECT_EQ(at(7, 13, head.chain_hash), HeadVerdict::behind);
    EXPECT_EQ(at(8, 20, record_at(6).chain_hash), HeadVerdict::forked);
    EXPECT_EQ(at(7, 14, std::nullopt), HeadVerdict::forked);
}

}  // namespace
}  // namespace zhibu::vault

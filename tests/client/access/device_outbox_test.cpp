#include "client/access/device_outbox.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "shared/keys/digest.hpp"
#include "shared/vault/outbox_entry.hpp"
#include "tests/client/access/enrolled_device.hpp"

namespace zhibu::client::test {
namespace {

using sync::client_effect::ReadBoxed;
using sync::client_effect::StoreHandedIn;

record::IncarnationId incarnation(std::uint8_t byte) {
    record::IncarnationId made;
    made.uuid.bytes.fill(byte);
    return made;
}

const record::EpochId epoch{incarnation(50).uuid};
const record::EpochId later_epoch{incarnation(51).uuid};

class Outbox : public testing::Test {
protected:
    Outbox() { reopen(); }

    void reopen() {
        outbox.reset();
        auto opened =
            DeviceOutbox::open(device.files, device.identity, access, device.disk, device.random);
        ASSERT_TRUE(opened);
        outbox = *std::move(opened);
    }

    record::GroupName name(std::uint8_t replica, std::uint64_t sequence) const {
        return {device.identity.device, incarnation(replica), record::Sequence{sequence}};
    }

    void keep(std::uint8_t replica, std::uint64_t sequence) const {
        const auto byte = static_cast<std::uint8_t>(sequence);
        EXPECT_TRUE(outbox->keep(name(replica, sequence), {{byte, byte, byte}, {1, 2}}));
    }

    /// The sequences of one batch.
    std::vector<std::uint64_t> handed_in(std::uint64_t after, std::size_t bytes_max) const {
        std::vector<std::uint64_t> sequences;
        const auto read =
            outbox->boxed(ReadBoxed{incarnation(7), record::Sequence{after}, bytes_max});
        for (const sync::BoxedGroup& boxed : read.groups) {
            const auto opened = vault::open_for_server(boxed.box, device.server);
            sequences.push_back(opened ? opened->name.sequence.position : 0);
        }
        return sequences;
    }

    EnrolledDevice device;
    std::shared_ptr<Access> access = std::make_shared<Access>(device.synchronised(72));
    std::shared_ptr<DeviceOutbox> outbox;
};

TEST_F(Outbox, HoldsWhatItKeptAndOffersFormerReplicasAlone) {
    keep(7, 1);
    keep(7, 2);
    keep(8, 1);
    reopen();
    EXPECT_TRUE(outbox->holds(name(7, 2)));
    EXPECT_FALSE(outbox->holds(name(7, 3)));
    const auto waiting = outbox->deliveries(incarnation(8));
    ASSERT_EQ(waiting.size(), 1U);
    EXPECT_EQ(waiting[0].incarnation, incarnation(7));
    EXPECT_EQ(waiting[0].account, device.identity.account);
    EXPECT_EQ(waiting[0].after, record::Sequence{});
}

TEST_F(Outbox, TheServerReadsWhatIsHandedIn) {
    keep(7, 1);
    keep(7, 2);
    access->data_key.reset();
    const auto boxed =
        outbox->boxed(ReadBoxed{incarnation(7), record::Sequence{1}, 1U << 20U}).groups;
    ASSERT_EQ(boxed.size(), 1U);
    const auto opened = vault::open_for_server(boxed[0].box, device.server);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->name, name(7, 2));
    EXPECT_EQ(opened->group.bytes, (std::vector<std::uint8_t>{2, 2, 2}));
    EXPECT_FALSE(vault::open_for_server(boxed[0].box, keys::X25519Key::generate()));
}

TEST_F(Outbox, WhatTheServerHasIsNotOfferedAgain) {
    keep(7, 1);
    keep(7, 2);
    outbox->handed_in(StoreHandedIn{incarnation(7), record::Sequence{1}, epoch, {}});
    reopen();
    ASSERT_EQ(outbox->deliveries(incarnation(9)).size(), 1U);
    EXPECT_EQ(outbox->deliveries(incarnation(9))[0].after, record::Sequence{1});
    outbox->handed_in(StoreHandedIn{incarnation(7), record::Sequence{2}, epoch, {}});
    outbox->handed_in(StoreHandedIn{incarnation(7), record::Sequence{1}, epoch, {}});
    reopen();
    ASSERT_EQ(outbox->deliveries(incarnation(9)).size(), 1U);
    EXPECT_EQ(outbox->deliveries(incarnation(9))[0].after, record::Sequence{2});
    EXPECT_EQ(outbox->deliveries(incarnation(9))[0].last, record::Sequence{2});
    EXPECT_EQ(outbox->deliveries(incarnation(9))[0].epoch, epoch);
}

using sync::client_effect::StoreHead;
using sync::client_effect::StoreWatermark;

TEST_F(Outbox, DropsWhatABackupHoldsAndNothingElse) {
    for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
        keep(7, sequence);
        keep(8, sequence);
    }
    const auto whole = std::filesystem::file_size(device.files.outbox());
    outbox->handed_in(StoreHandedIn{incarnation(7), record::Sequence{2}, epoch, {}});
    // Where those two stand is not known before the log has been seen: nothing of them may go.
    outbox->backed_up(StoreWatermark{epoch, {90}}, name(8, 1));
    EXPECT_FALSE(outbox->holds(name(8, 1)));
    EXPECT_TRUE(outbox->holds(name(8, 2)) && outbox->holds(name(7, 1)));
    outbox->head_seen(StoreHead{later_epoch, {70}});
    outbox->backed_up(StoreWatermark{epoch, {90}}, name(8, 1));
    EXPECT_TRUE(outbox->holds(name(7, 1))) << "another store's log says nothing of this one's";
    outbox->head_seen(StoreHead{epoch, {80}});
    reopen();
    outbox->backed_up(StoreWatermark{epoch, {79}}, name(8, 1));
    EXPECT_TRUE(outbox->holds(name(7, 1)));
    outbox->backed_up(StoreWatermark{later_epoch, {90}}, name(8, 1));
    EXPECT_TRUE(outbox->holds(name(7, 1))) << "a backup of another store holds nothing of this one";
    outbox->backed_up(StoreWatermark{epoch, {80}}, name(8, 1));
    reopen();
    EXPECT_FALSE(outbox->holds(name(7, 1)) || outbox->holds(name(7, 2)));
    EXPECT_TRUE(outbox->holds(name(7, 3)) && outbox->holds(name(8, 2)) &&
                outbox->holds(name(8, 3)));
    EXPECT_LT(std::filesystem::file_size(device.files.outbox()), whole * 2 / 3);
    const auto waiting = outbox->deliveries(incarnation(8));
    ASSERT_EQ(waiting.size(), 1U);
    EXPECT_EQ(waiting[0].dropped, record::Sequence{2});
    EXPECT_EQ(waiting[0].last, record::Sequence{3});
    const auto boxed =
        outbox->boxed(ReadBoxed{incarnation(7), record::Sequence{2}, 1U << 20U}).groups;
    EXPECT_EQ(boxed.size(), 1U) << "what is left is still handed in";
}

TEST_F(Outbox, AnEntryThatNoMessageHoldsIsOfferedByItselfAndReadInParts) {
    keep(7, 1);
    record::SealedGroup large{std::vector<std::uint8_t>(3U << 20U, 0x5a), {1, 2}};
    ASSERT_TRUE(outbox->keep(name(7, 2), large));
    keep(7, 3);
    reopen();
    EXPECT_EQ(handed_in(0, 1U << 30U), std::vector<std::uint64_t>{1}) << "up to the large one";
    const auto read = outbox->boxed(ReadBoxed{incarnation(7), record::Sequence{1}, 1U << 20U});
    EXPECT_TRUE(read.groups.empty());
    ASSERT_TRUE(read.offer.has_value());
    EXPECT_TRUE(read.offer->is_boxed && read.offer->signature.empty());
    EXPECT_EQ(read.offer->sequence, record::Sequence{2});
    std::vector<std::uint8_t> box;
    while (box.size() < read.offer->bytes) {
        const auto part = outbox->boxed_part({*read.offer, box.size(), 400'000});
        ASSERT_FALSE(part.empty());
        ASSERT_LE(part.size(), 400'000U);
        box.insert(box.end(), part.begin(), part.end());
    }
    EXPECT_EQ(keys::sha256(box), read.offer->hash);
    const auto opened = vault::open_for_server(box, device.server);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->group, large);
    sync::GroupOffer other = *read.offer;
    other.sequence = record::Sequence{3};
    EXPECT_TRUE(outbox->boxed_part({other, 0, 10}).empty()) << "of nothing else";
    EXPECT_EQ(handed_in(2, 1U << 20U), std::vector<std::uint64_t>{3});
}

TEST_F(Outbox, AMarkOfAFormerVersionIsHandedInOnceMore) {
    keep(7, 1);
    outbox.reset();
    std::ofstream{device.files.handed_in()} << to_text(incarnation(7)) << " 1\n";
    reopen();
    ASSERT_EQ(outbox->deliveries(incarnation(9)).size(), 1U);
    EXPECT_EQ(outbox->deliveries(incarnation(9))[0].after, record::Sequence{0});
}

TEST_F(Outbox, BatchesByBytesAndNeverGivesNothing) {
    for (std::uint64_t sequence = 1; sequence <= 5; ++sequence) {
        keep(7, sequence);
    }
    EXPECT_EQ(outbox->boxed(ReadBoxed{incarnation(7), record::Sequence{0}, 1}).groups.size(), 1U);
    EXPECT_EQ(
        outbox->boxed(ReadBoxed{incarnation(7), record::Sequence{0}, 1U << 20U}).groups.size(), 5U);
    EXPECT_TRUE(outbox->boxed(ReadBoxed{incarnation(7), record::Sequence{5}, 1}).groups.empty());
}

TEST_F(Outbox, HandsInInAscendingSequenceWhateverTheFilesOrder) {
    for (const std::uint64_t sequence : {2U, 5U, 1U, 4U, 3U}) {
        keep(7, sequence);
    }
    EXPECT_EQ(handed_in(0, 1U << 20U), (std::vector<std::uint64_t>{1, 2, 3, 4, 5}));
    EXPECT_EQ(handed_in(2, 1U << 20U), (std::vector<std::uint64_t>{3, 4, 5}));
    for (std::uint64_t after = 0; after < 5; ++after) {
        EXPECT_EQ(handed_in(after, 1), (std::vector{after + 1}));
    }
}

TEST_F(Outbox, NoLaterEntryIsHandedInBeforeOneThatDidNotFit) {
    keep(7, 1);
    EXPECT_TRUE(outbox->keep(name(7, 2), {std::vector<std::uint8_t>(2000), {1, 2}}));
    keep(7, 3);
    EXPECT_EQ(handed_in(0, 1000), (std::vector<std::uint64_t>{1}));
    EXPECT_EQ(handed_in(1, 1000), (std::vector<std::uint64_t>{2}));
    EXPECT_EQ(handed_in(2, 1000), (std::vector<std::uint64_t>{3}));
}

TEST_F(Outbox, HandsInWhatStandsBehindAGapThatDamageHasLeft) {
    keep(7, 1);
    const auto first = std::filesystem::file_size(device.files.outbox());
    keep(7, 2);
    keep(7, 3);
    outbox.reset();
    {
        std::fstream file{device.files.outbox(), std::ios::in | std::ios::out | std::ios::binary};
        file.seekp(static_cast<std::streamoff>(first + 60));
        file << "damage";
    }
    reopen();
    EXPECT_FALSE(outbox->holds(name(7, 2)));
    EXPECT_EQ(handed_in(0, 1U << 20U), (std::vector<std::uint64_t>{1, 3}));
    EXPECT_EQ(handed_in(1, 1U << 20U), (std::vector<std::uint64_t>{3}));
    ASSERT_EQ(outbox->deliveries(incarnation(9)).size(), 1U);
    outbox->handed_in(StoreHandedIn{incarnation(7), record::Sequence{3}, epoch, {}});
    const auto delivered = outbox->deliveries(incarnation(9));
    ASSERT_EQ(delivered.size(), 1U);
    EXPECT_EQ(delivered[0].after, delivered[0].last) << "delivered, as the others";
}

TEST_F(Outbox, WithoutADataKeyItKeepsNothingAndSaysSo) {
    access->data_key.reset();
    EXPECT_FALSE(outbox->keep(name(7, 1), {{1}, {2}}));
}

}  // namespace
}  // namespace zhibu::client::test

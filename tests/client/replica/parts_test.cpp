#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "shared/keys/digest.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "tests/client/replica/fixture.hpp"

/// What no message holds: a group of this device on its way out, an entry of the tail on its way
/// in.
namespace zhibu::client::test {
namespace {

Draft roster(Device& device, std::size_t rows) {
    Draft draft{"import", {}};
    for (std::size_t i = 0; i < rows; ++i) {
        draft.changes.push_back(
            new_person(device.replica->new_record_id(), "人" + std::to_string(i)).changes.front());
    }
    return draft;
}

TEST(ReplicaParts, ALargeGroupIsOfferedAndReadInParts) {
    Device device;
    const record::Sequence first = device.commit(new_person(record_id(1), "林"));
    const record::Sequence large = device.commit(roster(device, 30'000));
    const record::Sequence last = device.commit(new_person(record_id(2), "王"));
    EXPECT_EQ(device.replica->waiting_after({0}, 1U << 30U)->size(), 1U) << "up to the large one";
    EXPECT_FALSE(device.replica->offer_after({0})->has_value());
    EXPECT_TRUE(device.replica->waiting_after(first, 1U << 30U)->empty());
    const auto offer = device.replica->offer_after(first).value();
    ASSERT_TRUE(offer.has_value());
    EXPECT_EQ(offer->sequence, large);
    EXPECT_GT(offer->bytes, sync::whole_group_bytes_max);
    std::vector<std::uint8_t> bytes;
    while (bytes.size() < offer->bytes) {
        const auto part = device.replica->part_of(large, bytes.size(), 300'000).value();
        ASSERT_FALSE(part.empty());
        ASSERT_LE(part.size(), 300'000U);
        bytes.insert(bytes.end(), part.begin(), part.end());
    }
    EXPECT_EQ(keys::sha256(bytes), offer->hash);
    EXPECT_EQ(offer->signature, sign(offer->hash));
    EXPECT_EQ(sync::decode_group(bytes)->changes.size(), 30'000U);
    EXPECT_EQ(device.replica->part_of(large, bytes.size(), 10).error().fault,
              ReplicaFault::damaged);
    EXPECT_EQ(device.replica->waiting_after(large, 1U << 30U)->size(), 1U);
    EXPECT_EQ(last.position, large.position + 1);
}

class EntryInParts : public testing::Test {
protected:
    EntryInParts() {
        sync::SnapshotChunk chunk = server.chunk({}, 10);
        chunk.is_last = true;
        EXPECT_TRUE(device.replica->stage({}, chunk));
        EXPECT_TRUE(device.replica->swap_in());
        for (std::uint64_t number = 1; number <= 3; ++number) {
            record::RecordState state;
            state.key = {person, record_id(number)};
            state.life_changed_at = {1};
            state.set(name, "人" + std::to_string(number), {1});
            record::Effect effect;
            effect.sort = record::Effect::Sort::entered;
            effect.state = state;
            sync::TailPart part;
            part.entry.entry.index = {1};
            part.entry.entry.effects = {effect};
            part.is_last = number == 3;
            parts.push_back(std::move(part));
        }
    }

    void stage(std::size_t which) {
        ASSERT_TRUE(device.replica->stage_tail_part(parts[which], which == 0));
    }

    [[nodiscard]] std::size_t visible() {
        std::size_t found = 0;
        for (std::uint64_t number = 1; number <= 3; ++number) {
            found += device.find(person, record_id(number)) ? 1U : 0U;
        }
        return found;
    }

    ModelServer server;
    Device device;
    std::vector<sync::TailPart> parts;
};

TEST_F(EntryInParts, IsSeenAsAWholeOrNotAtAll) {
    stage(0);
    stage(1);
    EXPECT_EQ(visible(), 0U);
    EXPECT_EQ(device.replica->apply_tail_parts({1}).error().fault, ReplicaFault::contradiction)
        << "the last is not there";
    EXPECT_EQ(visible(), 0U);
    stage(2);
    ASSERT_TRUE(device.replica->apply_tail_parts({1}));
    EXPECT_EQ(visible(), 3U);
    EXPECT_EQ(device.replica->status()->confirmed, record::LogIndex{1});
    EXPECT_FALSE(device.replica->apply_tail_parts({2})) << "they are used up";
}

TEST_F(EntryInParts, ThatWasCutBeginsAnew) {
    stage(0);
    stage(1);
    device.reopen();
    EXPECT_EQ(visible(), 0U);
    stage(0);
    stage(1);
    stage(2);
    ASSERT_TRUE(device.replica->apply_tail_parts({1}));
    EXPECT_EQ(visible(), 3U);
}

TEST_F(EntryInParts, OfAnotherEntryIsAContradiction) {
    stage(0);
    parts[1].entry.entry.index = {2};
    stage(1);
    stage(2);
    EXPECT_EQ(device.replica->apply_tail_parts({1}).error().fault, ReplicaFault::contradiction);
    EXPECT_EQ(visible(), 0U);
}

TEST_F(EntryInParts, LiesUnderWhatThisDeviceHasPending) {
    stage(0);
    stage(1);
    stage(2);
    device.commit(new_person(record_id(9), "本机"));
    ASSERT_TRUE(device.replica->apply_tail_parts({1}));
    EXPECT_TRUE(device.find(person, record_id(9)));
    EXPECT_EQ(visible(), 3U);
}

}  // namespace
}  // namespace zhibu::client::test

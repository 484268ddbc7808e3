#include "sync_protocol/merge/digest.hpp"

#include <gtest/gtest.h>
#include <openssl/sha.h>
#include <cstdint>

#include "shared/record/change.hpp"
#include "shared/record/state.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/message/message.hpp"
#include "tests/conformance/samples.hpp"

namespace zhibu::sync {
namespace {

record::RecordState record_number(std::uint8_t number) {
    record::RecordState state = conformance::wide_record();
    state.key.id = conformance::id_of<RecordId>(number);
    return state;
}

TEST(Digest, OfNothingIsThatOfNoBytes) {
    DigestAccumulator digest;
    record::Hash expected{};
    SHA256(nullptr, 0, expected.data());
    EXPECT_EQ(digest.finish(), expected);
    EXPECT_EQ(digest.records(), 0U);
}

TEST(Digest, IsSha256OverTheEncodingsOneAfterAnother) {
    DigestAccumulator digest;
    Bytes all;
    for (std::uint8_t number = 1; number <= 3; ++number) {
        digest.add(record_number(number));
        const Bytes bytes = encode(record_number(number));
        all.insert(all.end(), bytes.begin(), bytes.end());
    }
    record::Hash expected{};
    SHA256(all.data(), all.size(), expected.data());
    EXPECT_EQ(digest.records(), 3U);
    EXPECT_EQ(digest.finish(), expected);
}

TEST(Digest, SeesAChangedIndexOfAnUnchangedValue) {
    record::RecordState other = record_number(1);
    other.fields[0].changed_at.position += 1;
    DigestAccumulator first;
    DigestAccumulator second;
    first.add(record_number(1));
    second.add(other);
    EXPECT_NE(first.finish(), second.finish());
}

TEST(DigestDeathTest, ARecordOutOfOrderIsABug) {
    DigestAccumulator digest;
    digest.add(record_number(2));
    EXPECT_DEATH(digest.add(record_number(1)), "internal check failed");
    EXPECT_DEATH(digest.add(record_number(2)), "internal check failed");
}

TEST(DigestDeathTest, AddingAfterTheEndIsABug) {
    DigestAccumulator digest;
    static_cast<void>(digest.finish());
    EXPECT_DEATH(digest.add(record_number(1)), "internal check failed");
}

}  // namespace
}  // namespace zhibu::sync

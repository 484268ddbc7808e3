#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstddef>
#include <cstdint>
#include <variant>

#include "shared/record/change.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/message/message.hpp"
#include "tests/sync_protocol/codec/drawn.hpp"

namespace zhibu::sync {
namespace {

using record::FieldNumber;
using record::Value;

TEST(CodecProperty, ARandomMessageIsAnErrorOrComesBack) {
    EXPECT_TRUE(rc::check([] {
        Bytes frame = *rc::gen::arbitrary<Bytes>();
        constexpr auto messages = static_cast<std::uint8_t>(std::variant_size_v<Message>);
        frame.insert(frame.begin(), {1, *rc::gen::inRange<std::uint8_t>(0, messages), 0});
        const auto message = decode_message(frame);
        if (message) {
            RC_ASSERT((decode_message(encode(*message)) == message));
        }
    }));
}

TEST(CodecProperty, AHintIsNeverLessThanTheBytes) {
    EXPECT_TRUE(rc::check([] {
        const RecordState state = drawn::state();
        constexpr std::size_t form_head = 2;
        RC_ASSERT(encoded_size_hint(state) >= encode(state).size() - form_head);

        record::LogEntry entry = drawn::log_entry();
        entry.effects = {{record::Effect::Sort::entered, state}};
        const std::size_t without_entry = encode(Tail{}).size();
        const Bytes with_entry = encode(Tail{{{entry, false}}, {}, {}});
        RC_PRE(with_entry[2] == 0);
        RC_ASSERT(encoded_size_hint(entry) >= with_entry.size() - without_entry);
    }));
}

TEST(CodecHints, ABatchFilledByHintsFitsAFrameAndTheReceiversBudget) {
    // The worst there is: fields of two bytes that take 56 in memory.
    RecordState hollow;
    for (std::uint16_t field = 1; field <= 1'000; ++field) {
        hollow.set(FieldNumber{field}, Value{}, LogIndex{});
    }
    SnapshotChunk chunk;
    for (std::size_t filled = encoded_size_hint(hollow); filled <= batch_bytes_max;
         filled += encoded_size_hint(hollow)) {
        chunk.records.push_back(hollow);
    }
    EXPECT_GT(chunk.records.size(), 10U);
    EXPECT_EQ(decode_message(encode(chunk)), Message{chunk});
}

TEST(CodecHints, OfSealedGroupsAndReceiptsCoverTheirBytes) {
    const record::SealedGroup sealed{Bytes(200, 1), Bytes(70, 2)};
    EXPECT_GE(encoded_size_hint(sealed), 1U + 200 + 2 + 70 - 1);
    EXPECT_EQ(encode(Push{{sealed}}).size(), encode(Push{}).size() + encoded_size_hint(sealed));
    const Receipt receipt{Bytes(20'000, 1), Bytes(64, 2)};
    EXPECT_EQ(encoded_size_hint(receipt), 3U + 20'000 + 1 + 64);
}

}  // namespace
}  // namespace zhibu::sync

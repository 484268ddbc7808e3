#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <variant>
#include <vector>

#include "sync_protocol/codec/codec.hpp"
#include "tests/sync_protocol/codec/drawn.hpp"
#include "tests/sync_protocol/codec/metered_memory.hpp"

/// What holds of the encoding of every sort of value that travels or is kept: the laws of codec.hpp
/// and docs/protocol.md, for any value, any cut and any flipped bit.
namespace zhibu::sync {
namespace {

constexpr std::size_t flag_at = 2;

/// So many places of each encoding are tried, all of them in most.
constexpr std::size_t places_max = 60;

std::vector<std::size_t> places_in(const Bytes& bytes) {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < std::min(places_max, bytes.size()); ++i) {
        places.push_back(
            bytes.size() <= places_max ? i : *rc::gen::inRange<std::size_t>(0, bytes.size()));
    }
    return places;
}

Bytes flipped(Bytes bytes, std::size_t place) {
    bytes[place] ^= static_cast<std::uint8_t>(1U << *rc::gen::inRange(0U, 8U));
    return bytes;
}

Bytes cut(const Bytes& bytes, std::size_t place) {
    return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(place)};
}

/// Each value has one encoding, and decoding accepts that one alone.
template <class T, class Decode>
void expect_one_encoding(const T& value, Decode decode) {
    const Bytes bytes = encode(value);
    RC_ASSERT((decode(bytes) == value));
    for (const std::size_t place : places_in(bytes)) {
        RC_ASSERT(!decode(cut(bytes, place)).has_value());
        const Bytes other = flipped(bytes, place);
        const auto decoded = decode(other);
        RC_ASSERT((!decoded || *decoded != value));
        RC_ASSERT((!decoded || encode(*decoded) == other));
    }
}

/// The same, but that a batch may travel compressed, in whatever way.
void expect_message_law(const Message& message) {
    const Bytes frame = encode(message);
    RC_ASSERT((decode_message(frame) == message));
    for (const std::size_t place : places_in(frame)) {
        RC_ASSERT(!decode_message(cut(frame, place)).has_value());
        const Bytes other = flipped(frame, place);
        const auto decoded = decode_message(other);
        if (!decoded) {
            continue;
        }
        const Bytes again = encode(*decoded);
        if (other[flag_at] == 0 && again[flag_at] == 0) {
            RC_ASSERT(*decoded != message);
            RC_ASSERT(again == other);
        } else {
            RC_ASSERT((decode_message(again) == *decoded));
        }
    }
}

TEST(CodecLaw, EveryMessageHasOneEncodingAndIsRefusedWhenCut) {
    for (std::size_t alternative = 0; alternative < std::variant_size_v<Message>; ++alternative) {
        SCOPED_TRACE(alternative);
        ASSERT_TRUE(rc::check([=] { expect_message_law(drawn::message(alternative)); }));
    }
}

TEST(CodecLaw, EveryGroupHasOneEncoding) {
    EXPECT_TRUE(rc::check([] {
        const record::Group group = drawn::group();
        RC_ASSERT(check_encodable(group).has_value());
        expect_one_encoding(group, decode_group);
    }));
}

TEST(CodecLaw, EveryVerdictHasOneEncoding) {
    EXPECT_TRUE(rc::check([] { expect_one_encoding(drawn::verdict(), decode_verdict); }));
}

TEST(CodecLaw, EveryLeaseHasOneEncoding) {
    EXPECT_TRUE(rc::check([] { expect_one_encoding(drawn::lease(), decode_lease); }));
}

TEST(CodecLaw, EveryTreeHeadHasOneEncoding) {
    EXPECT_TRUE(rc::check([] { expect_one_encoding(drawn::tree_head(), decode_tree_head); }));
}

TEST(CodecLaw, EveryRecordHasOneEncoding) {
    EXPECT_TRUE(rc::check([] { expect_one_encoding(drawn::state(), decode_record_state); }));
}

TEST(CodecLaw, EveryListOfEffectsHasOneEncoding) {
    EXPECT_TRUE(rc::check([] { expect_one_encoding(drawn::effects(), decode_effects); }));
}

TEST(CodecLaw, EveryListOfFieldsHasOneEncoding) {
    EXPECT_TRUE(rc::check([] { expect_one_encoding(drawn::fields(), decode_fields); }));
}

/// An entry of a list takes at least a byte of the input, and this much memory at most.
constexpr std::size_t memory_per_byte = 512;
constexpr std::size_t memory_of_nothing = 4'096;

/// With a number put in anywhere that says: gigabytes, or as much as may be, follow.
Bytes with_a_huge_number(Bytes bytes) {
    const auto number = *rc::gen::element<std::uint64_t>(
        10'000, frame_bytes_max - 1'100, decoded_bytes_max - 1, std::uint64_t{1} << 32U,
        std::numeric_limits<std::uint64_t>::max());
    Bytes varint;
    for (std::uint64_t left = number; left != 0; left >>= 7U) {
        varint.push_back(static_cast<std::uint8_t>((left & 0x7fU) | (left >= 0x80 ? 0x80U : 0U)));
    }
    const auto place = *rc::gen::inRange<std::size_t>(0, bytes.size());
    bytes.resize(place);
    bytes.insert(bytes.end(), varint.begin(), varint.end());
    return bytes;
}

template <class Decode>
void expect_memory_in_proportion(const Bytes& bytes, Decode decode) {
    const support::MemoryMeter meter;
    static_cast<void>(decode(bytes));
    RC_ASSERT(meter.bytes() <= memory_of_nothing + memory_per_byte * bytes.size());
}

TEST(CodecLaw, NoMemoryIsTakenForALengthThatTheBytesDoNotBear) {
    // A meter that measured nothing would find nothing.
    {
        const support::MemoryMeter meter;
        EXPECT_EQ(Bytes(1'000, 1).size(), 1'000U);
        EXPECT_GE(meter.bytes(), 1'000U);
    }
    EXPECT_TRUE(rc::check([] {
        expect_memory_in_proportion(with_a_huge_number(encode(drawn::group())), decode_group);
        expect_memory_in_proportion(with_a_huge_number(encode(drawn::verdict())), decode_verdict);
        expect_memory_in_proportion(with_a_huge_number(encode(drawn::lease())), decode_lease);
        expect_memory_in_proportion(with_a_huge_number(encode(drawn::state())),
                                    decode_record_state);
        expect_memory_in_proportion(with_a_huge_number(encode(drawn::effects())), decode_effects);
        const auto alternative = *rc::gen::inRange<std::size_t>(0, std::variant_size_v<Message>);
        Bytes frame = with_a_huge_number(encode(drawn::message(alternative)));
        // What says that it is compressed may say how large it was, up to a frame.
        if (frame.size() > flag_at) {
            frame[flag_at] = 0;
        }
        expect_memory_in_proportion(frame, decode_message);
    }));
}

TEST(CodecLaw, NoMoreThanAFrameIsTakenForACompressedBatch) {
    EXPECT_TRUE(rc::check([] {
        SnapshotChunk chunk;
        chunk.records.assign(200, drawn::state());
        Bytes frame = encode(chunk);
        RC_PRE(frame[flag_at] == 1);
        if (*rc::gen::arbitrary<bool>()) {
            frame = flipped(frame, *rc::gen::inRange(flag_at + 1, frame.size()));
        }
        const support::MemoryMeter meter;
        static_cast<void>(decode_message(frame));
        RC_ASSERT(meter.bytes() <= frame_bytes_max + 2 * decoded_bytes_max);
    }));
}

}  // namespace
}  // namespace zhibu::sync

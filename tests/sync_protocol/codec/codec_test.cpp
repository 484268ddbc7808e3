#include "sync_protocol/codec/codec.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "shared/record/change.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "sync_protocol/message/message.hpp"
#include "tests/conformance/samples.hpp"

namespace zhibu::sync {
namespace {

using conformance::id_of;
using record::FieldNumber;
using record::Group;
using record::RecordState;
using record::Value;

CodecFault fault_of(const Bytes& bytes) {
    const auto decoded = decode_message(bytes);
    EXPECT_FALSE(decoded.has_value());
    return decoded ? CodecFault{} : decoded.error().fault;
}

TEST(CodecMessages, EveryAlternativeComesBackEqual) {
    std::vector<bool> seen(std::variant_size_v<Message>, false);
    auto samples = conformance::messages();
    for (const auto& [name, message] : samples) {
        EXPECT_EQ(protocol_of(message), 1U) << name;
    }
    for (auto& sample : conformance::messages_of_version_2()) {
        // The refusal is an older message with a newer reason.
        EXPECT_EQ(protocol_of(sample.second),
                  std::holds_alternative<Refusal>(sample.second) ? 1 : 2)
            << sample.first;
        samples.push_back(std::move(sample));
    }
    for (auto& sample : conformance::messages_of_version_3()) {
        EXPECT_EQ(protocol_of(sample.second), 3U) << sample.first;
        samples.push_back(std::move(sample));
    }
    for (auto& sample : conformance::messages_of_version_4()) {
        // The refusal is an older message with a newer reason.
        EXPECT_EQ(protocol_of(sample.second),
                  std::holds_alternative<Refusal>(sample.second) ? 1 : 4)
            << sample.first;
        samples.push_back(std::move(sample));
    }
    for (const auto& [name, message] : samples) {
        const auto decoded = decode_message(encode(message));
        ASSERT_TRUE(decoded.has_value()) << name << ": " << to_text(decoded.error());
        EXPECT_EQ(*decoded, message) << name;
        seen[message.index()] = true;
    }
    EXPECT_EQ(std::ranges::count(seen, false), 0) << "a message has no sample";
}

TEST(CodecMessages, AnEmptyFrameIsTruncated) { EXPECT_EQ(fault_of({}), CodecFault::truncated); }

TEST(CodecMessages, AnotherFrameVersionIsRefused) {
    Bytes frame = encode(Goodbye{});
    frame[0] = 2;
    EXPECT_EQ(fault_of(frame), CodecFault::unknown_version);
}

TEST(CodecMessages, AnUnknownTagIsRefused) {
    Bytes frame = encode(Goodbye{});
    frame[1] = std::variant_size_v<Message>;
    EXPECT_EQ(fault_of(frame), CodecFault::unknown_message);
}

TEST(CodecMessages, OnlyBatchesMayBeCompressed) {
    Bytes frame = encode(Goodbye{});
    frame[2] = 1;
    EXPECT_EQ(fault_of(frame), CodecFault::not_canonical);
}

TEST(CodecMessages, AFrameOverOneMebibyteIsRefusedUnread) {
    EXPECT_EQ(fault_of(Bytes(frame_bytes_max + 1, 0)), CodecFault::too_large);
}

TEST(CodecMessages, ALongBatchIsCompressed) {
    SnapshotChunk chunk;
    chunk.records.assign(100, conformance::wide_record());
    const Bytes frame = encode(chunk);
    EXPECT_EQ(frame[2], 1);
    EXPECT_LT(frame.size(), 2'000U);
    EXPECT_EQ(decode_message(frame), Message{chunk});
}

TEST(CodecMessages, ABatchThatDoesNotShrinkTravelsPlain) {
    Push push;
    push.groups.push_back({Bytes(2'000), {}});
    std::uint32_t state = 1;
    for (std::uint8_t& byte : push.groups[0].bytes) {
        state = state * 1'664'525 + 1'013'904'223;
        byte = static_cast<std::uint8_t>(state >> 24);
    }
    const Bytes frame = encode(push);
    EXPECT_EQ(frame[2], 0);
    EXPECT_EQ(decode_message(frame), Message{push});
}

TEST(CodecForms, AVerdictDoesNotPassForALease) {
    const Bytes verdict = encode(record::Verdict{});
    const auto lease = decode_lease(verdict);
    ASSERT_FALSE(lease.has_value());
    EXPECT_EQ(lease.error(), (CodecError{CodecFault::unknown_message, 0}));
}

TEST(CodecForms, AnotherVersionIsRefused) {
    Bytes bytes = encode(Group{});
    bytes[1] = 2;
    EXPECT_EQ(decode_group(bytes).error(), (CodecError{CodecFault::unknown_version, 1}));
}

TEST(CodecForms, AByteMoreIsRefused) {
    Bytes bytes = encode(Group{});
    const std::size_t size = bytes.size();
    bytes.push_back(0);
    EXPECT_EQ(decode_group(bytes).error(), (CodecError{CodecFault::trailing_bytes, size}));
}

TEST(CodecForms, EachComesBackEqual) {
    for (const auto& [name, group] : conformance::group_chain()) {
        EXPECT_EQ(decode_group(encode(group)), group) << name;
    }
    for (const auto& [name, verdict] : conformance::verdicts()) {
        EXPECT_EQ(decode_verdict(encode(verdict)), verdict) << name;
    }
    for (const auto& [name, lease] : conformance::leases()) {
        EXPECT_EQ(decode_lease(encode(lease)), lease) << name;
    }
    for (const auto& [name, state] : conformance::record_states()) {
        EXPECT_EQ(decode_record_state(encode(state)), state) << name;
    }
    for (const auto& [name, effects] : conformance::effect_lists()) {
        EXPECT_EQ(decode_effects(encode(effects)), effects) << name;
    }
    for (const auto& [name, fields] : conformance::field_lists()) {
        EXPECT_EQ(decode_fields(encode(fields)), fields) << name;
    }
}

TEST(CodecForms, AFieldOfAnImportedRecordCostsTwoBytesBesideItsValue) {
    RecordState none;
    none.life_changed_at = record::LogIndex{5};
    RecordState ten = none;
    for (std::uint16_t field = 1; field <= 10; ++field) {
        ten.set(FieldNumber{field}, Value{std::string("ab")}, record::LogIndex{5});
    }
    EXPECT_EQ(encode(ten).size() - encode(none).size(), 10U * (2 + 3));
}

TEST(CodecTranscript, EveryPartOfItCounts) {
    const Challenge challenge{};
    const Hello hello{};
    std::array<std::uint8_t, 32> binding{};
    const Bytes plain = session_transcript(challenge, hello, binding);

    Challenge other_nonce = challenge;
    other_nonce.nonce[31] = 1;
    EXPECT_NE(session_transcript(other_nonce, hello, binding), plain);
    Hello other_device = hello;
    other_device.device = id_of<DeviceId>(1);
    EXPECT_NE(session_transcript(challenge, other_device, binding), plain);
    Hello other_account = hello;
    other_account.account = id_of<RecordId>(1);
    EXPECT_NE(session_transcript(challenge, other_account, binding), plain);
    Hello other_incarnation = hello;
    other_incarnation.incarnation = id_of<IncarnationId>(1);
    EXPECT_NE(session_transcript(challenge, other_incarnation, binding), plain);
    binding[0] = 1;
    EXPECT_NE(session_transcript(challenge, hello, binding), plain);
}

TEST(CodecTranscript, TheProofItselfIsNoPartOfIt) {
    Hello signed_hello;
    signed_hello.account_proof = Bytes(64, 1);
    const std::array<std::uint8_t, 32> binding{};
    EXPECT_EQ(session_transcript({}, signed_hello, binding), session_transcript({}, {}, binding));
}

TEST(CodecCheck, AGroupWithATextThatIsNotUtf8IsNotEncodable) {
    Group group = conformance::group_chain()[0].second;
    EXPECT_TRUE(check_encodable(group).has_value());
    group.changes[0].fields[0].value = std::string("\xff");
    ASSERT_FALSE(check_encodable(group).has_value());
    EXPECT_EQ(check_encodable(group).error().fault, CodecFault::not_utf8);
}

TEST(CodecCheck, AGroupThatDecodesIntoMoreThanTheBudgetIsNotEncodable) {
    Group group;
    record::Change change{{}, record::Operation::create, {}};
    for (std::uint16_t field = 1; field <= 2'000; ++field) {
        change.fields.push_back({FieldNumber{field}, Value{}, Value{}, {}});
    }
    group.changes.assign(100, change);
    EXPECT_EQ(check_encodable(group).error().fault, CodecFault::too_large);
}

TEST(CodecDeathTest, EncodingUnsortedFieldsIsABug) {
    RecordState state;
    state.fields.resize(2);
    EXPECT_DEATH(static_cast<void>(encode(state)), "internal check failed");
}

TEST(CodecErrors, SayWhatAndWhere) {
    EXPECT_EQ(to_text(CodecError{CodecFault::not_utf8, 17}), "not UTF-8 at byte 17");
}

}  // namespace
}  // namespace zhibu::sync

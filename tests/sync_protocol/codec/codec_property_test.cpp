#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "shared/record/change.hpp"
#include "shared/record/date.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/message/message.hpp"
#include "tests/conformance/samples.hpp"

namespace zhibu::sync {
namespace {

using record::Base;
using record::Change;
using record::Date;
using record::FieldNumber;
using record::Group;
using record::Operation;
using record::Value;

template <class Identity>
rc::Gen<Identity> ids() {
    return rc::gen::map(rc::gen::arbitrary<std::uint8_t>(),
                        [](std::uint8_t byte) { return conformance::id_of<Identity>(byte); });
}

rc::Gen<std::string> texts() {
    const auto pieces = rc::gen::element<std::string>("a", "", "é", "中", "😀", "\n", "\x7f");
    return rc::gen::map(rc::gen::container<std::vector<std::string>>(pieces),
                        [](const std::vector<std::string>& drawn) {
                            std::string text;
                            for (const std::string& piece : drawn) {
                                text += piece;
                            }
                            return text;
                        });
}

rc::Gen<Value> dates() {
    return rc::gen::map(rc::gen::tuple(rc::gen::inRange(1900, 2200), rc::gen::inRange(1, 13),
                                       rc::gen::inRange(0, 29)),
                        [](const auto& parts) {
                            const auto [year, month, day] = parts;
                            return Value{*record::make_date(year, month, day)};
                        });
}

rc::Gen<Value> values() {
    const auto value_of = [](auto drawn) { return Value{std::move(drawn)}; };
    return rc::gen::oneOf(rc::gen::just(Value{}), rc::gen::map(texts(), value_of),
                          rc::gen::map(rc::gen::arbitrary<std::int64_t>(), value_of),
                          rc::gen::map(rc::gen::arbitrary<bool>(), value_of), dates(),
                          rc::gen::map(rc::gen::arbitrary<std::int64_t>(),
                                       [](std::int64_t ms) { return Value{Instant{ms}}; }),
                          rc::gen::map(ids<RecordId>(), value_of),
                          rc::gen::map(rc::gen::container<std::vector<std::string>>(texts()),
                                       [](std::vector<std::string> drawn) {
                                           return Value{record::make_text_set(std::move(drawn))};
                                       }));
}

RecordKey any_key() {
    return {record::KindNumber{*rc::gen::arbitrary<std::uint16_t>()}, *ids<RecordId>()};
}

/// Up to twelve ascending numbers.
std::vector<FieldNumber> any_field_numbers() {
    std::vector<FieldNumber> numbers;
    unsigned number = 0;
    for (int i = *rc::gen::inRange(0, 12); i > 0; --i) {
        number += *rc::gen::inRange(1U, 400U);
        numbers.push_back(FieldNumber{static_cast<std::uint16_t>(number)});
    }
    return numbers;
}

Base any_base() {
    return *rc::gen::arbitrary<bool>()
               ? record::own_base(Sequence{*rc::gen::inRange<std::uint64_t>(1, 1'000)})
               : record::confirmed_base(LogIndex{*rc::gen::inRange<std::uint64_t>(0, 1'000)});
}

Change any_change() {
    Change change{any_key(),
                  *rc::gen::element(Operation::create, Operation::update, Operation::retire,
                                    Operation::restore),
                  {}};
    if (change.operation == Operation::create || change.operation == Operation::update) {
        for (const FieldNumber number : any_field_numbers()) {
            change.fields.push_back({number, *values(), *values(), any_base()});
        }
    }
    return change;
}

Group any_group() {
    Group group;
    group.name = {*ids<DeviceId>(), *ids<IncarnationId>(),
                  Sequence{*rc::gen::arbitrary<std::uint64_t>()}};
    group.author = *ids<RecordId>();
    group.lease_serial = *rc::gen::arbitrary<std::uint64_t>();
    group.made_at.packed = *rc::gen::arbitrary<std::uint64_t>();
    group.catalog_version = *rc::gen::arbitrary<std::uint32_t>();
    group.action = *texts();
    for (const FieldNumber number : any_field_numbers()) {
        group.depends_on.push_back(Sequence{number.number});
    }
    for (int i = *rc::gen::inRange(0, 5); i > 0; --i) {
        group.changes.push_back(any_change());
    }
    return group;
}

RecordState any_state() {
    RecordState state;
    state.key = any_key();
    state.retired = *rc::gen::arbitrary<bool>();
    state.life_changed_at = LogIndex{*rc::gen::inRange<std::uint64_t>(0, 3)};
    for (const FieldNumber number : any_field_numbers()) {
        state.set(number, *values(), LogIndex{*rc::gen::inRange<std::uint64_t>(0, 3)});
    }
    return state;
}

TEST(CodecProperty, EveryGroupComesBackEqual) {
    EXPECT_TRUE(rc::check([] {
        const Group group = any_group();
        RC_ASSERT(check_encodable(group).has_value());
        RC_ASSERT((decode_group(encode(group)) == group));
    }));
}

TEST(CodecProperty, EveryRecordComesBackEqual) {
    EXPECT_TRUE(rc::check([] {
        const RecordState state = any_state();
        RC_ASSERT((decode_record_state(encode(state)) == state));
        RC_ASSERT((decode_fields(encode(state.fields)) == state.fields));
    }));
}

TEST(CodecProperty, AChangedByteIsAnErrorOrAnotherValueWithThoseBytes) {
    EXPECT_TRUE(rc::check([] {
        const Group group = any_group();
        const Bytes bytes = encode(group);
        Bytes other = bytes;
        other[*rc::gen::inRange<std::size_t>(0, other.size())] =
            *rc::gen::arbitrary<std::uint8_t>();
        const auto decoded = decode_group(other);
        if (decoded) {
            RC_ASSERT((*decoded == group) == (other == bytes));
            RC_ASSERT(encode(*decoded) == other);
        }
    }));
}

TEST(CodecProperty, ARandomMessageIsAnErrorOrComesBack) {
    EXPECT_TRUE(rc::check([] {
        Bytes frame = *rc::gen::arbitrary<Bytes>();
        frame.insert(frame.begin(), {1, *rc::gen::inRange<std::uint8_t>(0, 18), 0});
        const auto message = decode_message(frame);
        if (message) {
            RC_ASSERT((decode_message(encode(*message)) == message));
        }
    }));
}

TEST(CodecProperty, AHintIsNeverLessThanTheBytes) {
    EXPECT_TRUE(rc::check([] {
        const RecordState state = any_state();
        constexpr std::size_t form_head = 2;
        RC_ASSERT(encoded_size_hint(state) >= encode(state).size() - form_head);

        record::LogEntry entry;
        entry.index = LogIndex{*rc::gen::arbitrary<std::uint64_t>()};
        entry.committed_at = Instant{*rc::gen::arbitrary<std::int64_t>()};
        entry.action = *texts();
        const std::size_t without_entry = encode(Tail{}).size();
        entry.effects.push_back({record::Effect::Sort::entered, state});
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

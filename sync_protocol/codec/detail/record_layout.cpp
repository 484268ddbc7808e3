#include "sync_protocol/codec/detail/record_layout.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <variant>
#include "shared/record/change.hpp"
#include "shared/record/clock.hpp"
#include "shared/record/date.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/codec/detail/archive.hpp"

namespace zhibu::sync::detail {
namespace {

using record::Base;
using record::Date;
using record::Empty;
using record::FieldChange;
using record::FieldNumber;
using record::FieldState;
using record::Instant;
using record::LogIndex;
using record::RecordId;
using record::TextSet;
using record::Value;

// A field's head byte: the value's alternative, and what stands after it.
constexpr std::uint8_t alternative_bits = 0x0f;
constexpr std::uint8_t same_index_bit = 0x10;
constexpr std::uint8_t previous_bit = 0x10;
constexpr std::uint8_t base_bit = 0x20;
constexpr std::uint8_t own_pending_bit = 0x40;

static_assert(std::variant_size_v<Value> <= alternative_bits);

constexpr unsigned days_a_month = 32;
constexpr unsigned months_a_year = 12;
constexpr unsigned year_zero = 1900;
/// December 2199 and its 31 days.
constexpr std::uint64_t packed_date_max = 300U * 12U * 32U - 1U;

std::uint8_t alternative_of(const Value& value) { return static_cast<std::uint8_t>(value.index()); }

void save_date(BoundedOutput& out, Date date) {
    if (record::make_date(date.year, date.month, date.day) != date) {
        out.fail(CodecFault::not_canonical);
    }
    const unsigned month = (static_cast<unsigned>(date.year) - year_zero) * months_a_year +
                           (static_cast<unsigned>(date.month) - 1);
    out.put_number(month * days_a_month + date.day);
}

Date load_date(BoundedInput& in) {
    const std::size_t at = in.at();
    const auto packed = static_cast<int>(in.number(packed_date_max));
    const int month = packed / static_cast<int>(days_a_month);
    const auto date = record::make_date(month / 12 + 1900, month % 12 + 1,
                                        packed % static_cast<int>(days_a_month));
    if (!date) {
        in.fail_at(CodecFault::not_canonical, at);
    }
    return *date;
}

bool may_follow(const TextSet& set, std::size_t at) {
    return !set.texts[at].empty() && (at == 0 || set.texts[at - 1] < set.texts[at]);
}

void save_texts(BoundedOutput& out, const TextSet& set) {
    out.put_number(set.texts.size());
    for (std::size_t i = 0; i < set.texts.size(); ++i) {
        if (!may_follow(set, i)) {
            out.fail(CodecFault::not_canonical);
        }
        out(set.texts[i]);
    }
}

TextSet load_texts(BoundedInput& in) {
    in.enter();
    TextSet set;
    const std::size_t count = in.entries(decoded_bytes_max, sizeof(std::string));
    set.texts.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t at = in.at();
        in(set.texts.emplace_back());
        if (!may_follow(set, i)) {
            in.fail_at(CodecFault::not_canonical, at);
        }
    }
    in.leave();
    return set;
}

struct SaveBody {
    BoundedOutput& out;

    void operator()(Empty /*empty*/) const {}

    void operator()(const std::string& text) const { out(text); }

    void operator()(std::int64_t number) const { out(number); }

    void operator()(bool truth) const { out(truth); }

    void operator()(Date date) const { save_date(out, date); }

    void operator()(Instant instant) const { out(instant); }

    void operator()(const RecordId& id) const { out(id); }

    void operator()(const TextSet& set) const { save_texts(out, set); }
};

void save_body(BoundedOutput& out, const Value& value) { std::visit(SaveBody{out}, value); }

/// Reads the alternative `Index` names into `value`.
template <std::size_t Index>
void load_alternative(BoundedInput& in, Value& value) {
    using Alternative = std::variant_alternative_t<Index, Value>;
    if constexpr (std::same_as<Alternative, Empty>) {
        value.emplace<Index>();
    } else if constexpr (std::same_as<Alternative, Date>) {
        value.emplace<Index>(load_date(in));
    } else if constexpr (std::same_as<Alternative, TextSet>) {
        value.emplace<Index>(load_texts(in));
    } else {
        in(value.emplace<Index>());
    }
}

/// @param at  of the byte that named the alternative
void load_body(BoundedInput& in, std::uint8_t alternative, std::size_t at, Value& value) {
    if (alternative >= std::variant_size_v<Value>) {
        in.fail_at(CodecFault::not_in_enumeration, at);
    }
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        (void)((alternative == Index && (load_alternative<Index>(in, value), true)) || ...);
    }(std::make_index_sequence<std::variant_size_v<Value>>{});
}

void save_field_number(BoundedOutput& out, FieldNumber before, FieldNumber number) {
    if (number <= before) {
        out.fail(CodecFault::not_canonical);
    }
    out.put_number(static_cast<unsigned>(number.number) - before.number);
}

FieldNumber load_field_number(BoundedInput& in, FieldNumber before) {
    const std::size_t at = in.at();
    const std::uint64_t distance =
        in.number(std::numeric_limits<std::uint16_t>::max() - std::uint64_t{before.number});
    if (distance == 0) {
        in.fail_at(CodecFault::not_canonical, at);
    }
    return FieldNumber{static_cast<std::uint16_t>(before.number + distance)};
}

void load_base(BoundedInput& in, std::uint8_t head, std::size_t at, Base& base) {
    const bool own_pending = (head & own_pending_bit) != 0;
    base.origin = own_pending ? Base::Origin::own_pending : Base::Origin::confirmed;
    base.position = 0;
    if ((head & base_bit) != 0) {
        in(base.position);
    }
    // Position 0 is said by leaving it out, and no group stands there.
    const bool said = (head & base_bit) != 0;
    if (said != (base.position != 0) || (own_pending && !said)) {
        in.fail_at(CodecFault::not_canonical, at);
    }
}

void load_field_change(BoundedInput& in, FieldNumber before, FieldChange& change) {
    change.field = load_field_number(in, before);
    const std::size_t at = in.at();
    const std::uint8_t head = in.byte();
    if ((head & ~(alternative_bits | previous_bit | base_bit | own_pending_bit)) != 0) {
        in.fail_at(CodecFault::not_canonical, at);
    }
    load_body(in, head & alternative_bits, at, change.value);
    if ((head & previous_bit) != 0) {
        in(change.previous);
        if (record::is_empty(change.previous)) {
            in.fail_at(CodecFault::not_canonical, at);
        }
    }
    load_base(in, head, at, change.base);
}

void save_field_change(BoundedOutput& out, FieldNumber before, const FieldChange& change) {
    const bool own_pending = change.base.origin == Base::Origin::own_pending;
    const bool has_base = change.base.position != 0;
    if (own_pending && !has_base) {
        out.fail(CodecFault::not_canonical);
    }
    const bool has_previous = !record::is_empty(change.previous);
    save_field_number(out, before, change.field);
    out.put(
        static_cast<std::uint8_t>(alternative_of(change.value) | (has_previous ? previous_bit : 0) |
                                  (has_base ? base_bit : 0) | (own_pending ? own_pending_bit : 0)));
    save_body(out, change.value);
    if (has_previous) {
        out(change.previous);
    }
    if (has_base) {
        out(change.base.position);
    }
}

}  // namespace

void save_value(BoundedOutput& out, const Value& value) {
    out.put(alternative_of(value));
    save_body(out, value);
}

void load_value(BoundedInput& in, Value& value) {
    const std::size_t at = in.at();
    load_body(in, in.byte(), at, value);
}

// 48 of its 64 bits are a time: as a varint it would take ten bytes, so it takes eight.
void save(BoundedOutput& out, const record::HybridTime& time) {
    for (unsigned shift = 0; shift < 64; shift += 8) {
        out.put(static_cast<std::uint8_t>(time.packed >> shift));
    }
}

void load(BoundedInput& in, record::HybridTime& time) {
    time.packed = 0;
    const auto bytes = in.bytes(sizeof time.packed, sizeof time.packed);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        time.packed |= std::uint64_t{bytes[i]} << (8 * i);
    }
}

void save(BoundedOutput& out, const FieldStates& written) {
    out.put_number(written.fields.size());
    FieldNumber before;
    LogIndex index = written.since;
    for (const FieldState& state : written.fields) {
        const bool same_index = state.changed_at == index;
        save_field_number(out, before, state.field);
        out.put(static_cast<std::uint8_t>(alternative_of(state.value) |
                                          (same_index ? same_index_bit : 0)));
        save_body(out, state.value);
        if (!same_index) {
            out(state.changed_at);
        }
        before = state.field;
        index = state.changed_at;
    }
}

void load(BoundedInput& in, FieldStates& read) {
    in.enter();
    const std::size_t count = in.entries(decoded_bytes_max, sizeof(FieldState));
    read.fields.clear();
    read.fields.reserve(count);
    FieldNumber before;
    LogIndex index = read.since;
    for (std::size_t i = 0; i < count; ++i) {
        FieldState& state = read.fields.emplace_back();
        state.field = load_field_number(in, before);
        const std::size_t at = in.at();
        const std::uint8_t head = in.byte();
        if ((head & ~(alternative_bits | same_index_bit)) != 0) {
            in.fail_at(CodecFault::not_canonical, at);
        }
        load_body(in, head & alternative_bits, at, state.value);
        state.changed_at = index;
        if ((head & same_index_bit) == 0) {
            in(state.changed_at);
            if (state.changed_at == index) {
                in.fail_at(CodecFault::not_canonical, at);
            }
        }
        before = state.field;
        index = state.changed_at;
    }
    in.leave();
}

void save(BoundedOutput& out, const FieldChanges& written) {
    out.put_number(written.fields.size());
    FieldNumber before;
    for (const FieldChange& change : written.fields) {
        save_field_change(out, before, change);
        before = change.field;
    }
}

void load(BoundedInput& in, FieldChanges& read) {
    in.enter();
    const std::size_t count = in.entries(decoded_bytes_max, sizeof(FieldChange));
    read.fields.clear();
    read.fields.reserve(count);
    FieldNumber before;
    for (std::size_t i = 0; i < count; ++i) {
        load_field_change(in, before, read.fields.emplace_back());
        before = read.fields.back().field;
    }
    in.leave();
}

void save(BoundedOutput& out, const Sequences& written) {
    out.put_number(written.sequences.size());
    record::Sequence before;
    for (const record::Sequence& sequence : written.sequences) {
        if (sequence <= before) {
            out.fail(CodecFault::not_canonical);
        }
        out.put_number(sequence.position - before.position);
        before = sequence;
    }
}

void load(BoundedInput& in, Sequences& read) {
    in.enter();
    const std::size_t count = in.entries(decoded_bytes_max, sizeof(record::Sequence));
    read.sequences.clear();
    read.sequences.reserve(count);
    record::Sequence before;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t at = in.at();
        const std::uint64_t distance =
            in.number(std::numeric_limits<std::uint64_t>::max() - before.position);
        if (distance == 0) {
            in.fail_at(CodecFault::not_canonical, at);
        }
        before = record::Sequence{before.position + distance};
        read.sequences.push_back(before);
    }
    in.leave();
}

}  // namespace zhibu::sync::detail

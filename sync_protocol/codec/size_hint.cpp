#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "shared/record/change.hpp"
#include "shared/record/clock.hpp"
#include "shared/record/date.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/message/message.hpp"

namespace zhibu::sync {
namespace {

constexpr std::size_t id_bytes = 16;
/// A frame decodes into at most so many times its bytes.
constexpr std::size_t expansion = decoded_bytes_max / frame_bytes_max;

/// What something takes on the wire, and in memory when it is decoded.
struct Size {
    std::size_t wire = 0;
    std::size_t memory = 0;

    Size& operator+=(Size other) {
        wire += other.wire;
        memory += other.memory;
        return *this;
    }

    [[nodiscard]] std::size_t hint() const {
        return std::max(wire, (memory + expansion - 1) / expansion);
    }
};

/// Of a varint.
std::size_t number_bytes(std::uint64_t number) {
    return static_cast<std::size_t>(std::bit_width(number | 1U) + 6) / 7;
}

/// Of a zigzag varint.
std::size_t signed_bytes(std::int64_t number) {
    const auto bits = static_cast<std::uint64_t>(number);
    return number_bytes(2 * (number < 0 ? ~bits : bits));
}

Size size_of(const std::string& text) {
    return {number_bytes(text.size()) + text.size(), text.size()};
}

struct SizeOfBody {
    Size operator()(record::Empty /*empty*/) const { return {}; }

    Size operator()(const std::string& text) const { return size_of(text); }

    Size operator()(std::int64_t number) const { return {signed_bytes(number), 0}; }

    Size operator()(bool /*truth*/) const { return {1, 0}; }

    Size operator()(record::Date /*date*/) const { return {3, 0}; }

    Size operator()(record::Instant instant) const {
        return {signed_bytes(instant.milliseconds), 0};
    }

    Size operator()(const record::RecordId& /*id*/) const { return {id_bytes, 0}; }

    Size operator()(const record::TextSet& set) const {
        Size size{number_bytes(set.texts.size()), set.texts.size() * sizeof(std::string)};
        for (const std::string& text : set.texts) {
            size += size_of(text);
        }
        return size;
    }
};

Size size_of(const record::RecordState& state) {
    constexpr std::size_t key_bytes = 3 + id_bytes;
    constexpr std::size_t field_bytes = 3 + 1;  // distance and head
    Size size{key_bytes + 1 + number_bytes(state.life_changed_at.position) +
                  number_bytes(state.fields.size()),
              state.fields.size() * sizeof(record::FieldState)};
    record::LogIndex before = state.life_changed_at;
    for (const record::FieldState& field : state.fields) {
        const std::size_t index_bytes =
            field.changed_at == before ? 0 : number_bytes(field.changed_at.position);
        size += Size{field_bytes + index_bytes, 0};
        size += std::visit(SizeOfBody{}, field.value);
        before = field.changed_at;
    }
    return size;
}

std::size_t sealed_hint(std::size_t bytes, std::size_t signature_bytes, std::size_t memory) {
    const std::size_t wire =
        number_bytes(bytes) + bytes + number_bytes(signature_bytes) + signature_bytes;
    return Size{wire, bytes + signature_bytes + memory}.hint();
}

}  // namespace

std::size_t encoded_size_hint(const record::LogEntry& entry) {
    // Three ids, the effects' count, index, sequence, moment (ten bytes each at most), and `own`.
    constexpr std::size_t fixed_bytes = 3 * id_bytes + 40 + 1;
    Size size{fixed_bytes, sizeof(TailEntry) + entry.effects.size() * sizeof(record::Effect)};
    size += size_of(entry.action);
    for (const record::Effect& effect : entry.effects) {
        size += Size{1, 0};
        size += size_of(effect.state);
    }
    return size.hint();
}

std::size_t encoded_size_hint(const record::Effect& effect) {
    Size size{1, sizeof(record::Effect)};
    size += size_of(effect.state);
    return size.hint();
}

std::size_t encoded_size_hint(const record::RecordState& state) {
    Size size{0, sizeof(record::RecordState)};
    size += size_of(state);
    return size.hint();
}

std::size_t encoded_size_hint(const record::SealedGroup& group) {
    return sealed_hint(group.bytes.size(), group.signature.size(), sizeof(record::SealedGroup));
}

std::size_t encoded_size_hint(const record::Receipt& receipt) {
    return sealed_hint(receipt.verdict.size(), receipt.signature.size(), sizeof(record::Receipt));
}

}  // namespace zhibu::sync

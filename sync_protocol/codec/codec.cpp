#include "sync_protocol/codec/codec.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/record/change.hpp"
#include "shared/record/limits.hpp"
#include "shared/record/state.hpp"
#include "sync_protocol/codec/detail/archive.hpp"
#include "sync_protocol/codec/detail/basic_layout.hpp"
#include "sync_protocol/codec/detail/form.hpp"
#include "sync_protocol/codec/detail/message_layout.hpp"
#include "sync_protocol/codec/detail/record_layout.hpp"
#include "sync_protocol/message/message.hpp"

namespace zhibu::sync {
namespace {

using detail::BoundedInput;
using detail::BoundedOutput;
using detail::decode_form;
using detail::encode_form;
using detail::FieldStates;
using detail::Mark;
using record::Effect;
using record::FieldState;
using record::Group;
using record::LogIndex;
using record::RecordState;
using record::Verdict;

/// Room for most records and verdicts without growing.
constexpr std::size_t usual_bytes = 512;

constexpr LogIndex no_index{};

std::string_view to_text(CodecFault fault) {
    switch (fault) {
        case CodecFault::truncated:
            return "truncated";
        case CodecFault::trailing_bytes:
            return "trailing bytes";
        case CodecFault::too_large:
            return "too large";
        case CodecFault::too_deep:
            return "too deep";
        case CodecFault::not_a_boolean:
            return "not a boolean";
        case CodecFault::not_in_enumeration:
            return "not in the enumeration";
        case CodecFault::not_utf8:
            return "not UTF-8";
        case CodecFault::not_canonical:
            return "not canonical";
        case CodecFault::unknown_version:
            return "unknown version";
        case CodecFault::unknown_message:
            return "unknown message";
        case CodecFault::damaged_compression:
            return "damaged compression";
    }
    std::unreachable();
}

template <class T>
Bytes encode_value(Mark mark, const T& value) {
    return encode_form(mark, usual_bytes, [&](BoundedOutput& out) { out(value); });
}

template <class T>
std::expected<T, CodecError> decode_value(Mark mark, std::span<const std::uint8_t> bytes) {
    return decode_form<T>(mark, bytes, [](BoundedInput& in, T& value) { in(value); });
}

// The layouts below are written once for both directions, so they take what they only read as
// mutable; cereal does the same for every `serialize`.
template <class T>
std::vector<T>& as_mutable(const std::vector<T>& entries) {
    return const_cast<std::vector<T>&>(entries);
}

}  // namespace

std::string to_text(const CodecError& error) {
    return std::string(to_text(error.fault)) + " at byte " + std::to_string(error.offset);
}

Bytes encode(const Group& group) { return encode_value(Mark::group, group); }

std::expected<void, CodecError> check_encodable(const Group& group) {
    const auto bytes =
        detail::try_encode_form(Mark::group, usual_bytes, [&](BoundedOutput& out) { out(group); });
    if (!bytes) {
        return std::unexpected(bytes.error());
    }
    // Only decoding knows whether the whole stays inside its budget.
    const auto decoded = decode_group(*bytes);
    return decoded ? std::expected<void, CodecError>{} : std::unexpected(decoded.error());
}

std::expected<Group, CodecError> decode_group(std::span<const std::uint8_t> bytes) {
    if (bytes.size() > record::group_bytes_max) {
        return std::unexpected(CodecError{CodecFault::too_large, record::group_bytes_max});
    }
    const std::size_t budget = bytes.size() > whole_group_bytes_max
                                   ? bytes.size() * group_expansion_max
                                   : decoded_bytes_max;
    return decode_form<Group>(
        Mark::group, bytes, [](BoundedInput& in, Group& group) { in(group); }, budget);
}

Bytes encode(const Verdict& verdict) { return encode_value(Mark::verdict, verdict); }

std::expected<Verdict, CodecError> decode_verdict(std::span<const std::uint8_t> bytes) {
    return decode_value<Verdict>(Mark::verdict, bytes);
}

Bytes encode(const Lease& lease) { return encode_value(Mark::lease, lease); }

std::expected<Lease, CodecError> decode_lease(std::span<const std::uint8_t> bytes) {
    return decode_value<Lease>(Mark::lease, bytes);
}

Bytes encode(const TreeHead& head) { return encode_value(Mark::tree_head, head); }

std::expected<TreeHead, CodecError> decode_tree_head(std::span<const std::uint8_t> bytes) {
    return decode_value<TreeHead>(Mark::tree_head, bytes);
}

Bytes encode(const RecordState& state) { return encode_value(Mark::record_state, state); }

std::expected<RecordState, CodecError> decode_record_state(std::span<const std::uint8_t> bytes) {
    return decode_value<RecordState>(Mark::record_state, bytes);
}

Bytes encode(const std::vector<Effect>& effects) {
    return encode_form(Mark::effects, usual_bytes,
                       [&](BoundedOutput& out) { out(detail::list(as_mutable(effects))); });
}

std::expected<std::vector<Effect>, CodecError> decode_effects(std::span<const std::uint8_t> bytes) {
    return decode_form<std::vector<Effect>>(
        Mark::effects, bytes,
        [](BoundedInput& in, std::vector<Effect>& effects) { in(detail::list(effects)); });
}

Bytes encode(const std::vector<FieldState>& fields) {
    return encode_form(Mark::fields, usual_bytes,
                       [&](BoundedOutput& out) { out(FieldStates{as_mutable(fields), no_index}); });
}

std::expected<std::vector<FieldState>, CodecError> decode_fields(
    std::span<const std::uint8_t> bytes) {
    return decode_form<std::vector<FieldState>>(
        Mark::fields, bytes, [](BoundedInput& in, std::vector<FieldState>& fields) {
            in(FieldStates{fields, no_index});
        });
}

Bytes session_transcript(const Challenge& challenge, const Hello& hello,
                         std::span<const std::uint8_t, 32> channel_binding) {
    constexpr std::string_view label = "zhibu session login";
    return encode_form(Mark::session_transcript, usual_bytes, [&](BoundedOutput& out) {
        out.put(label);
        out(challenge);
        out.put(std::span<const std::uint8_t>(channel_binding));
        out(detail::Claim{const_cast<Hello&>(hello)});
    });
}

}  // namespace zhibu::sync

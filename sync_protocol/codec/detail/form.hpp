#pragma once

#include <expected>
#include <span>

#include "shared/record/check.hpp"
#include "sync_protocol/codec/detail/archive.hpp"

/// A form is a value that stands alone: hashed, signed or stored. It begins with a mark of what it
/// is, so that bytes which were signed as one thing never pass for another, and a version.
namespace zhibu::sync::detail {

enum class Mark : std::uint8_t {
    effects = 'E',
    fields = 'F',
    group = 'G',
    lease = 'L',
    record_state = 'S',
    session_transcript = 'T',
    tree_head = 'M',
    verdict = 'V',
};

inline constexpr std::uint8_t form_version = 1;

/// @param writes  puts the value into the archive it is given
template <class Writes>
[[nodiscard]] std::expected<Bytes, CodecError> try_encode_form(Mark mark,
                                                               std::size_t expected_bytes,
                                                               const Writes& writes) {
    Bytes bytes;
    bytes.reserve(expected_bytes);
    try {
        BoundedOutput out(bytes);
        out.put(static_cast<std::uint8_t>(mark));
        out.put(form_version);
        writes(out);
    } catch (const Failure& failure) {
        return std::unexpected(failure.error());
    }
    return bytes;
}

template <class Writes>
[[nodiscard]] Bytes encode_form(Mark mark, std::size_t expected_bytes, const Writes& writes) {
    auto bytes = try_encode_form(mark, expected_bytes, writes);
    ZHIBU_CHECK(bytes.has_value());
    return *std::move(bytes);
}

/// @param reads  takes the value out of the archive
template <class T, class Reads>
[[nodiscard]] std::expected<T, CodecError> decode_form(Mark mark,
                                                       std::span<const std::uint8_t> bytes,
                                                       const Reads& reads,
                                                       std::size_t budget = decoded_bytes_max) {
    try {
        BoundedInput in(bytes, 0, budget);
        if (in.byte() != static_cast<std::uint8_t>(mark)) {
            in.fail_at(CodecFault::unknown_message, 0);
        }
        if (in.byte() != form_version) {
            in.fail_at(CodecFault::unknown_version, 1);
        }
        T value;
        reads(in, value);
        in.expect_end();
        return value;
    } catch (const Failure& failure) {
        return std::unexpected(failure.error());
    }
}

}  // namespace zhibu::sync::detail

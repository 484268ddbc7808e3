#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <vector>

#include "sync_protocol/message/message.hpp"

/// Bytes to values and back. Decoding is hostile-input code: every size is checked against the
/// bytes left and a cap before anything is allocated, and nothing throws out of here. Each value
/// has exactly one encoding, and decoding accepts that one alone. The layout and how it may grow:
/// docs/protocol.md, 16; its frozen examples: tests/conformance.
///
/// `encode` of what decoding would refuse (unsorted fields, a text that is not UTF-8, a date that
/// is none, a text over its limit) is a bug and ends the process; check_encodable() tells before.
/// Threads: all functions may be called from any thread.
/// Source: vault.md, "Hostile bytes".
namespace zhibu::sync {

/// Limits that both ends hold to. A frame is one WebSocket message.
inline constexpr std::size_t frame_bytes_max = 1U << 20U;
inline constexpr std::size_t decoded_bytes_max = 8U << 20U;
inline constexpr std::size_t text_bytes_max = 64U << 10U;
inline constexpr std::size_t depth_max = 8;
/// What the encoded_size_hint()s of one batch may add up to: the frame then fits, compressed or
/// not, and the receiver can decode it.
inline constexpr std::size_t batch_bytes_max = frame_bytes_max - 1024;
/// A group of more bytes is offered, and sent in parts.
inline constexpr std::size_t whole_group_bytes_max = batch_bytes_max - 256;
/// The same for an entry of the outbox, which is a little longer than its group.
inline constexpr std::size_t whole_box_bytes_max = frame_bytes_max - 512;
/// What a group that no message holds may take of memory when it is decoded, for each of its bytes;
/// a roster's rows take seven to eight.
inline constexpr std::size_t group_expansion_max = 16;

enum class CodecFault : std::uint8_t {
    truncated,
    trailing_bytes,
    too_large,
    too_deep,
    not_a_boolean,
    not_in_enumeration,
    not_utf8,
    not_canonical,  // a number, date, set or order that encoding never writes
    unknown_version,
    unknown_message,
    damaged_compression,
};

/// What was wrong and where: `offset` counts bytes from the start of what was decoded; inside a
/// compressed batch, from the start of its payload before compression.
struct CodecError {
    CodecFault fault = CodecFault::truncated;
    std::size_t offset = 0;

    friend bool operator==(const CodecError&, const CodecError&) = default;
};

/// "truncated at byte 17": for logs, no data.
[[nodiscard]] std::string to_text(const CodecError& error);

using Bytes = std::vector<std::uint8_t>;

/// One message as one frame, batches compressed with zstd where that makes them smaller. A message
/// larger than a frame is a bug of the sender, who fills batches up to batch_bytes_max.
[[nodiscard]] Bytes encode(const Message& message);
[[nodiscard]] std::expected<Message, CodecError> decode_message(
    std::span<const std::uint8_t> frame);

/// The bytes of a group that are hashed, signed, sent and kept. Equal groups give equal bytes,
/// and decoding accepts those bytes alone.
[[nodiscard]] Bytes encode(const record::Group& group);
/// What is wrong with a group that was made from a form or a file, before it is encoded: no error
/// means that encode() accepts it and that its bytes decode to it again.
[[nodiscard]] std::expected<void, CodecError> check_encodable(const record::Group& group);
/// Up to decoded_bytes_max of memory; of a group that no message holds up to group_expansion_max
/// times its bytes, of which there are group_bytes_max at most.
[[nodiscard]] std::expected<record::Group, CodecError> decode_group(
    std::span<const std::uint8_t> bytes);

[[nodiscard]] Bytes encode(const record::Verdict& verdict);
[[nodiscard]] std::expected<record::Verdict, CodecError> decode_verdict(
    std::span<const std::uint8_t> bytes);

[[nodiscard]] Bytes encode(const Lease& lease);
[[nodiscard]] std::expected<Lease, CodecError> decode_lease(std::span<const std::uint8_t> bytes);

[[nodiscard]] Bytes encode(const TreeHead& head);
[[nodiscard]] std::expected<TreeHead, CodecError> decode_tree_head(
    std::span<const std::uint8_t> bytes);

[[nodiscard]] Bytes encode(const record::RecordState& state);
[[nodiscard]] std::expected<record::RecordState, CodecError> decode_record_state(
    std::span<const std::uint8_t> bytes);

/// A committed group's effects as the server's store keeps them. Of an evicted record only the key
/// is kept.
[[nodiscard]] Bytes encode(const std::vector<record::Effect>& effects);
[[nodiscard]] std::expected<std::vector<record::Effect>, CodecError> decode_effects(
    std::span<const std::uint8_t> bytes);

/// Unknown fields of a newer catalog, as the stores' column `extra` keeps them.
[[nodiscard]] Bytes encode(const std::vector<record::FieldState>& fields);
[[nodiscard]] std::expected<std::vector<record::FieldState>, CodecError> decode_fields(
    std::span<const std::uint8_t> bytes);

/// What the account's key signs at login: a domain label, the challenge, the TLS channel binding,
/// device, incarnation and account.
[[nodiscard]] Bytes session_transcript(const Challenge& challenge, const Hello& hello,
                                       std::span<const std::uint8_t, 32> channel_binding);

/// What the value takes of a batch, in bytes: about its encoding before compression, never less;
/// more where the decoded value is large for its encoding, as the receiver's budget is for that.
[[nodiscard]] std::size_t encoded_size_hint(const record::LogEntry& entry);
/// What the effect adds to its entry's, or a little more.
[[nodiscard]] std::size_t encoded_size_hint(const record::Effect& effect);
[[nodiscard]] std::size_t encoded_size_hint(const record::RecordState& state);
[[nodiscard]] std::size_t encoded_size_hint(const record::SealedGroup& group);
[[nodiscard]] std::size_t encoded_size_hint(const record::Receipt& receipt);

}  // namespace zhibu::sync

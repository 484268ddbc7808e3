#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <variant>

#include "shared/record/check.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/codec/detail/archive.hpp"
#include "sync_protocol/codec/detail/failure.hpp"
#include "sync_protocol/codec/detail/message_layout.hpp"  // IWYU pragma: keep: cereal finds it
#include "sync_protocol/message/message.hpp"

namespace zhibu::sync {
namespace {

using detail::BoundedInput;
using detail::BoundedOutput;
using detail::Failure;

constexpr std::uint8_t frame_version = 1;
constexpr std::uint8_t flag_plain = 0;
constexpr std::uint8_t flag_compressed = 1;
constexpr std::size_t header_bytes = 3;
constexpr std::size_t payload_bytes_max = frame_bytes_max - header_bytes;
/// Below it a frame fits into one or two TCP segments anyway.
constexpr std::size_t worth_compressing_bytes = 512;
constexpr int compression_level = 3;

template <class T>
concept Batch =
    std::same_as<T, Push> || std::same_as<T, Verdicts> || std::same_as<T, Tail> ||
    std::same_as<T, SnapshotChunk> || std::same_as<T, GroupPart> || std::same_as<T, TailPart>;

struct FreeCompressor {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

struct FreeDecompressor {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

/// Payload and header compressed, or no value where that is no smaller. One context a thread:
/// making one costs more than compressing a usual batch.
std::optional<Bytes> compressed(std::span<const std::uint8_t> plain_frame) {
    thread_local const std::unique_ptr<ZSTD_CCtx, FreeCompressor> context{ZSTD_createCCtx()};
    ZHIBU_CHECK(context != nullptr);
    const auto payload = plain_frame.subspan(header_bytes);
    Bytes frame(header_bytes + ZSTD_compressBound(payload.size()));
    std::ranges::copy(plain_frame.first(header_bytes), frame.begin());
    frame[2] = flag_compressed;
    const std::size_t size =
        ZSTD_compressCCtx(context.get(), frame.data() + header_bytes, frame.size() - header_bytes,
                          payload.data(), payload.size(), compression_level);
    ZHIBU_CHECK(ZSTD_isError(size) == 0);
    if (size >= payload.size()) {
        return std::nullopt;
    }
    frame.resize(header_bytes + size);
    return frame;
}

[[noreturn]] void fail(CodecFault fault, std::size_t offset) {
    throw Failure(CodecError{fault, offset});
}

/// The size that the payload had, as its compressor says, checked before anything is allocated.
std::size_t checked_content_bytes(std::span<const std::uint8_t> payload) {
    const std::size_t taken = ZSTD_findFrameCompressedSize(payload.data(), payload.size());
    if (ZSTD_isError(taken) != 0) {
        const bool short_of_bytes = ZSTD_getErrorCode(taken) == ZSTD_error_srcSize_wrong;
        fail(short_of_bytes ? CodecFault::truncated : CodecFault::damaged_compression,
             short_of_bytes ? header_bytes + payload.size() : header_bytes);
    }
    if (taken < payload.size()) {
        fail(CodecFault::trailing_bytes, header_bytes + taken);
    }
    const unsigned long long content = ZSTD_getFrameContentSize(payload.data(), payload.size());
    if (content == ZSTD_CONTENTSIZE_UNKNOWN || content == ZSTD_CONTENTSIZE_ERROR || content == 0) {
        fail(CodecFault::damaged_compression, header_bytes);
    }
    if (content > payload_bytes_max) {
        fail(CodecFault::too_large, header_bytes);
    }
    return static_cast<std::size_t>(content);
}

Bytes decompressed(std::span<const std::uint8_t> payload) {
    thread_local const std::unique_ptr<ZSTD_DCtx, FreeDecompressor> context{ZSTD_createDCtx()};
    ZHIBU_CHECK(context != nullptr);
    Bytes plain(checked_content_bytes(payload));
    const std::size_t size = ZSTD_decompressDCtx(context.get(), plain.data(), plain.size(),
                                                 payload.data(), payload.size());
    if (ZSTD_isError(size) != 0 || size != plain.size()) {
        fail(CodecFault::damaged_compression, header_bytes);
    }
    return plain;
}

template <std::size_t Tag>
Message read_payload(BoundedInput& in) {
    Message message(std::in_place_index<Tag>);
    in(std::get<Tag>(message));
    in.expect_end();
    return message;
}

/// What is known of each tag.
struct Kind {
    Message (*read)(BoundedInput& in);
    bool is_batch;
};

template <std::size_t... Tags>
constexpr std::array<Kind, sizeof...(Tags)> make_kinds(std::index_sequence<Tags...> /*tags*/) {
    return {Kind{&read_payload<Tags>, Batch<std::variant_alternative_t<Tags, Message>>}...};
}

constexpr auto kinds = make_kinds(std::make_index_sequence<std::variant_size_v<Message>>{});

Message read_frame(std::span<const std::uint8_t> frame) {
    if (frame.size() > frame_bytes_max) {
        fail(CodecFault::too_large, frame_bytes_max);
    }
    BoundedInput header(frame);
    if (header.byte() != frame_version) {
        fail(CodecFault::unknown_version, 0);
    }
    const std::uint8_t tag = header.byte();
    if (tag >= kinds.size()) {
        fail(CodecFault::unknown_message, 1);
    }
    const std::uint8_t flag = header.byte();
    if (flag > flag_compressed || (flag == flag_compressed && !kinds[tag].is_batch)) {
        fail(CodecFault::not_canonical, 2);
    }
    const auto payload = frame.subspan(header_bytes);
    if (flag == flag_plain) {
        BoundedInput in(payload, header_bytes);
        return kinds[tag].read(in);
    }
    const Bytes plain = decompressed(payload);
    BoundedInput in(plain);
    return kinds[tag].read(in);
}

/// Appends the payload; false for a value that decoding would refuse.
template <class T>
bool write_payload(Bytes& frame, const T& content) {
    try {
        // NOLINTNEXTLINE(misc-const-correctness): only messages without members do not change it
        BoundedOutput out(frame);
        out(content);
        return true;
    } catch (const Failure&) {
        return false;
    }
}

template <class T>
Bytes write_frame(std::uint8_t tag, const T& content) {
    Bytes frame{frame_version, tag, flag_plain};
    const bool is_encodable = write_payload(frame, content);
    ZHIBU_CHECK(is_encodable);
    ZHIBU_CHECK(frame.size() <= frame_bytes_max);
    if constexpr (Batch<T>) {
        if (frame.size() >= worth_compressing_bytes) {
            if (auto smaller = compressed(frame)) {
                return *std::move(smaller);
            }
        }
    }
    return frame;
}

}  // namespace

Bytes encode(const Message& message) {
    static_assert(std::variant_size_v<Message> < 256);
    const auto tag = static_cast<std::uint8_t>(message.index());
    return std::visit([tag](const auto& content) { return write_frame(tag, content); }, message);
}

std::expected<Message, CodecError> decode_message(std::span<const std::uint8_t> frame) {
    try {
        return read_frame(frame);
    } catch (const Failure& failure) {
        return std::unexpected(failure.error());
    }
}

}  // namespace zhibu::sync

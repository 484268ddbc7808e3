#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "sync_protocol/codec/detail/archive.hpp"
#include "sync_protocol/codec/detail/utf8.hpp"

/// How numbers, texts, bytes, enumerations, optionals and lists lie in the bytes. docs/protocol.md, 16.
namespace zhibu::sync::detail {

template <class T>
concept Number = std::same_as<T, std::uint16_t> || std::same_as<T, std::uint32_t> ||
                 std::same_as<T, std::uint64_t>;

template <Number T>
void save(BoundedOutput& out, const T& number) {
    out.put_number(number);
}

template <Number T>
void load(BoundedInput& in, T& number) {
    number = static_cast<T>(in.number(std::numeric_limits<T>::max()));
}

/// Zigzag, so that small negative numbers are short too.
template <std::same_as<std::int64_t> T>
void save(BoundedOutput& out, const T& number) {
    const auto bits = static_cast<std::uint64_t>(number);
    out.put_number((bits << 1U) ^ (number < 0 ? ~std::uint64_t{0} : 0));
}

template <std::same_as<std::int64_t> T>
void load(BoundedInput& in, T& number) {
    const std::uint64_t bits = in.number();
    number = static_cast<std::int64_t>((bits >> 1U) ^ ((bits & 1U) != 0 ? ~std::uint64_t{0} : 0));
}

template <std::same_as<bool> T>
void save(BoundedOutput& out, const T& truth) {
    out.put(truth ? std::uint8_t{1} : std::uint8_t{0});
}

template <std::same_as<bool> T>
void load(BoundedInput& in, T& truth) {
    const std::size_t at = in.at();
    const std::uint8_t byte = in.byte();
    if (byte > 1) {
        in.fail_at(CodecFault::not_a_boolean, at);
    }
    truth = byte == 1;
}

/// Bytes of a fixed count, as they are.
template <std::size_t Count>
void save(BoundedOutput& out, const std::array<std::uint8_t, Count>& bytes) {
    out.put(std::span<const std::uint8_t>(bytes));
}

template <std::size_t Count>
void load(BoundedInput& in, std::array<std::uint8_t, Count>& bytes) {
    std::ranges::copy(in.bytes(Count, Count), bytes.begin());
}

/// Text: length in bytes, then UTF-8.
template <std::same_as<std::string> T>
void save(BoundedOutput& out, const T& text) {
    if (text.size() > text_bytes_max) {
        out.fail(CodecFault::too_large);
    }
    if (first_not_utf8(text)) {
        out.fail(CodecFault::not_utf8);
    }
    out.put_number(text.size());
    out.put(std::string_view(text));
}

template <std::same_as<std::string> T>
void load(BoundedInput& in, T& text) {
    const auto bytes = in.bytes(in.number(), text_bytes_max);
    const std::string_view view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (const auto wrong = first_not_utf8(view)) {
        in.fail_at(CodecFault::not_utf8, in.at() - view.size() + *wrong);
    }
    in.charge(view.size());
    text.assign(view);
}

/// Bytes of any count up to `most`.
struct Blob {
    std::vector<std::uint8_t>& bytes;
    std::size_t most;
};

inline void save(BoundedOutput& out, const Blob& blob) {
    if (blob.bytes.size() > blob.most) {
        out.fail(CodecFault::too_large);
    }
    out.put_number(blob.bytes.size());
    out.put(std::span<const std::uint8_t>(blob.bytes));
}

inline void load(BoundedInput& in, Blob& blob) {
    const auto bytes = in.bytes(in.number(), blob.most);
    in.charge(bytes.size());
    blob.bytes.assign(bytes.begin(), bytes.end());
}

/// One of the first `count` enumerators, as one byte.
template <class Enum>
struct OneOf {
    Enum& value;
    std::uint8_t count;
};

template <class Enum>
OneOf<Enum> one_of(Enum& value, Enum last) {
    return {value, static_cast<std::uint8_t>(static_cast<std::uint8_t>(last) + 1)};
}

template <class Enum>
void save(BoundedOutput& out, const OneOf<Enum>& chosen) {
    const auto byte = static_cast<std::uint8_t>(chosen.value);
    if (byte >= chosen.count) {
        out.fail(CodecFault::not_in_enumeration);
    }
    out.put(byte);
}

template <class Enum>
void load(BoundedInput& in, OneOf<Enum>& chosen) {
    const std::size_t at = in.at();
    const std::uint8_t byte = in.byte();
    if (byte >= chosen.count) {
        in.fail_at(CodecFault::not_in_enumeration, at);
    }
    chosen.value = static_cast<Enum>(byte);
}

/// A boolean, then the value if there is one.
template <class T>
void save(BoundedOutput& out, const std::optional<T>& maybe) {
    out(maybe.has_value());
    if (maybe) {
        out(*maybe);
    }
}

template <class T>
void load(BoundedInput& in, std::optional<T>& maybe) {
    bool present = false;
    in(present);
    maybe.reset();
    if (present) {
        in(maybe.emplace());
    }
}

/// A list of at most `most` entries: their number, then each.
template <class T>
struct List {
    std::vector<T>& entries;
    std::size_t most;
};

template <class T>
List<T> list(std::vector<T>& entries, std::size_t most = decoded_bytes_max) {
    return {entries, most};
}

template <class T>
void save(BoundedOutput& out, const List<T>& written) {
    if (written.entries.size() > written.most) {
        out.fail(CodecFault::too_large);
    }
    out.put_number(written.entries.size());
    for (const T& entry : written.entries) {
        out(entry);
    }
}

template <class T>
void load(BoundedInput& in, List<T>& read) {
    in.enter();
    const std::size_t count = in.entries(read.most, sizeof(T));
    read.entries.clear();
    read.entries.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        in(read.entries.emplace_back());
    }
    in.leave();
}

}  // namespace zhibu::sync::detail

#include "sync_protocol/codec/detail/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace zhibu::sync::detail {
namespace {

/// What may follow a lead byte: how many bytes, and the range of the first of them, which is what
/// excludes overlong forms, surrogates and too large code points. Source: RFC 3629, 4.
struct Continuation {
    std::size_t bytes = 0;
    std::uint8_t lowest = 0x80;
    std::uint8_t highest = 0xbf;
};

std::optional<Continuation> after_lead(std::uint8_t lead) {
    if (lead >= 0xc2 && lead <= 0xdf) {
        return Continuation{.bytes = 1};
    }
    if (lead == 0xe0) {
        return Continuation{.bytes = 2, .lowest = 0xa0};
    }
    if (lead == 0xed) {
        return Continuation{.bytes = 2, .highest = 0x9f};
    }
    if (lead >= 0xe1 && lead <= 0xef) {
        return Continuation{.bytes = 2};
    }
    if (lead == 0xf0) {
        return Continuation{.bytes = 3, .lowest = 0x90};
    }
    if (lead >= 0xf1 && lead <= 0xf3) {
        return Continuation{.bytes = 3};
    }
    if (lead == 0xf4) {
        return Continuation{.bytes = 3, .highest = 0x8f};
    }
    return std::nullopt;
}

std::uint8_t byte_at(std::string_view text, std::size_t at) {
    return static_cast<std::uint8_t>(text[at]);
}

bool continues(std::string_view text, std::size_t at, const Continuation& expected) {
    if (text.size() - at < expected.bytes || byte_at(text, at) < expected.lowest ||
        byte_at(text, at) > expected.highest) {
        return false;
    }
    for (std::size_t i = 1; i < expected.bytes; ++i) {
        if ((byte_at(text, at + i) & 0xc0) != 0x80) {
            return false;
        }
    }
    return true;
}

}  // namespace

std::optional<std::size_t> first_not_utf8(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        const std::uint8_t lead = byte_at(text, at);
        if (lead < 0x80) {
            ++at;
            continue;
        }
        const auto expected = after_lead(lead);
        if (!expected || !continues(text, at + 1, *expected)) {
            return at;
        }
        at += 1 + expected->bytes;
    }
    return std::nullopt;
}

}  // namespace zhibu::sync::detail

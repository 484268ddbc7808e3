#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace zhibu::client {

/// Text that has been made UTF-8, and what it was.
struct DecodedText {
    std::string text;
    std::string_view encoding;  // static: "UTF-8", "GB18030", "UTF-16"
};

/// Where no known encoding fits: bytes from the start.
struct UndecodableText {
    std::size_t offset = 0;
};

/// Makes UTF-8 of what offices save: UTF-8 with or without a byte order mark, UTF-16 with one
/// (Excel's "Unicode text"), otherwise GB18030, which holds GBK and GB 2312. Never guesses: bytes
/// that are not valid in the encoding are an error.
[[nodiscard]] std::expected<DecodedText, UndecodableText> decode_text(std::string_view bytes);

/// GB18030 bytes of UTF-8 text, for what writes such files. No value: not valid UTF-8.
[[nodiscard]] std::optional<std::string> encode_gb18030(std::string_view utf8);

/// The length of the longest valid UTF-8 prefix: all of it for valid text. Overlong forms,
/// surrogates and code points above U+10FFFF are not valid. Source: RFC 3629.
[[nodiscard]] std::size_t valid_utf8_prefix(std::string_view bytes);

/// Takes the first code point off valid UTF-8 text, which is not empty.
[[nodiscard]] char32_t take_code_point(std::string_view& text);

void append_code_point(std::string& text, char32_t code_point);

}  // namespace zhibu::client

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace zhibu::keys {

/// The bytes that lower-case hexadecimal names, as published vectors are written.
[[nodiscard]] inline std::vector<std::uint8_t> from_hex(std::string_view text) {
    const auto digit = [](char character) {
        return static_cast<unsigned>(character <= '9' ? character - '0' : character - 'a' + 10);
    };
    std::vector<std::uint8_t> bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        bytes.push_back(static_cast<std::uint8_t>(digit(text[i]) << 4U | digit(text[i + 1])));
    }
    return bytes;
}

[[nodiscard]] inline std::vector<std::uint8_t> bytes_of(std::string_view text) {
    return {text.begin(), text.end()};
}

}  // namespace zhibu::keys

#include "shared/record/base64.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace zhibu::record {
namespace {

constexpr std::string_view letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string to_base64(std::span<const std::uint8_t> bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const std::size_t taken = std::min<std::size_t>(3, bytes.size() - at);
        std::uint32_t three = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            three = three << 8U | (i < taken ? bytes[at + i] : 0U);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            text += i > taken ? '=' : letters[three >> (18 - 6 * i) & 63U];
        }
    }
    return text;
}

std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) {
        return std::nullopt;
    }
    std::vector<std::uint8_t> bytes;
    bytes.reserve(text.size() / 4 * 3);
    for (std::size_t at = 0; at < text.size(); at += 4) {
        std::uint32_t three = 0;
        std::size_t taken = 3;
        for (std::size_t i = 0; i < 4; ++i) {
            const char letter = text[at + i];
            const std::size_t value = letters.find(letter);
            if (value == std::string_view::npos) {
                // Padding ends the text.
                const bool pads = letter == '=' && i >= 2 && at + 4 == text.size();
                if (!pads || (i == 2 && text[at + 3] != '=')) {
                    return std::nullopt;
                }
                taken = std::min(taken, i - 1);
                three <<= 6U;
                continue;
            }
            three = three << 6U | static_cast<std::uint32_t>(value);
        }
        for (std::size_t i = 0; i < taken; ++i) {
            bytes.push_back(static_cast<std::uint8_t>(three >> (16 - 8 * i)));
        }
    }
    // The bits under the padding must be none, so that each value has one form.
    if (to_base64(bytes) != text) {
        return std::nullopt;
    }
    return bytes;
}

}  // namespace zhibu::record

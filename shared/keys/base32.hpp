#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace zhibu::keys {

/// Source: RFC 4648, 6.
inline constexpr std::string_view base32_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Five bits a letter, the bits left over at the end filled with zeros, without padding.
/// @param alphabet  32 letters
[[nodiscard]] std::string to_base32(std::span<const std::uint8_t> bytes,
                                    std::string_view alphabet = base32_alphabet);

}  // namespace zhibu::keys

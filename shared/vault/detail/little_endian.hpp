#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

/// The vault's own numbers are little-endian; those of SQLite's formats are big-endian.
namespace zhibu::vault::detail {

inline void put_u32(std::span<std::uint8_t, 4> out, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) {
        out[i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
}

inline void put_u64(std::span<std::uint8_t, 8> out, std::uint64_t value) {
    for (std::size_t i = 0; i < 8; ++i) {
        out[i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
}

[[nodiscard]] inline std::uint32_t get_u32(std::span<const std::uint8_t, 4> bytes) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        value |= static_cast<std::uint32_t>(bytes[i]) << (8 * i);
    }
    return value;
}

[[nodiscard]] inline std::uint64_t get_u64(std::span<const std::uint8_t, 8> bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        value |= static_cast<std::uint64_t>(bytes[i]) << (8 * i);
    }
    return value;
}

/// As SQLite writes its numbers.
[[nodiscard]] inline std::uint32_t get_u32_big(std::span<const std::uint8_t, 4> bytes) {
    std::uint32_t value = 0;
    for (const std::uint8_t byte : bytes) {
        value = (value << 8U) | byte;
    }
    return value;
}

}  // namespace zhibu::vault::detail

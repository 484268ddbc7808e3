#include "shared/keys/base32.hpp"

#include "shared/record/check.hpp"

namespace zhibu::keys {

std::string to_base32(std::span<const std::uint8_t> bytes, std::string_view alphabet) {
    ZHIBU_CHECK(alphabet.size() == 32);
    std::string text;
    std::uint32_t held = 0;
    unsigned bits = 0;
    for (const std::uint8_t byte : bytes) {
        held = (held << 8U) | byte;
        bits += 8;
        while (bits >= 5) {
            bits -= 5;
            text += alphabet[(held >> bits) & 31U];
        }
        held &= (1U << bits) - 1;
    }
    if (bits > 0) {
        text += alphabet[(held << (5 - bits)) & 31U];
    }
    return text;
}

}  // namespace zhibu::keys

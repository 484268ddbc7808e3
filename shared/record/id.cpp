#include "shared/record/id.hpp"

#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include "shared/record/clock.hpp"
#include "shared/record/random.hpp"

namespace zhibu::record {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

bool hyphen_follows(std::size_t byte) { return byte == 3 || byte == 5 || byte == 7 || byte == 9; }

int hex_value(char digit) {
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    if (digit >= 'a' && digit <= 'f') {
        return digit - 'a' + 10;
    }
    if (digit >= 'A' && digit <= 'F') {
        return digit - 'A' + 10;
    }
    return -1;
}

void set_version(Uuid& uuid, std::uint8_t version) {
    uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0f) | (version << 4));
    uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3f) | 0x80);
}

}  // namespace

std::string to_text(const Uuid& uuid) {
    std::string text;
    text.reserve(36);
    for (std::size_t i = 0; i < uuid.bytes.size(); ++i) {
        text += hex_digits[uuid.bytes[i] >> 4];
        text += hex_digits[uuid.bytes[i] & 0x0f];
        if (hyphen_follows(i)) {
            text += '-';
        }
    }
    return text;
}

std::optional<Uuid> parse_uuid(std::string_view text) {
    if (text.size() != 36) {
        return std::nullopt;
    }
    Uuid uuid;
    std::size_t at = 0;
    for (std::size_t i = 0; i < uuid.bytes.size(); ++i) {
        const int high = hex_value(text[at]);
        const int low = hex_value(text[at + 1]);
        if (high < 0 || low < 0) {
            return std::nullopt;
        }
        uuid.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
        at += 2;
        if (hyphen_follows(i) && text[at++] != '-') {
            return std::nullopt;
        }
    }
    return uuid;
}

Uuid make_uuid_v7(Instant now, Random& random) {
    Uuid uuid;
    random.fill(uuid.bytes);
    const auto milliseconds = static_cast<std::uint64_t>(now.milliseconds);
    for (std::size_t i = 0; i < 6; ++i) {
        uuid.bytes[i] = static_cast<std::uint8_t>(milliseconds >> (40 - 8 * i));
    }
    set_version(uuid, 7);
    return uuid;
}

Uuid make_uuid_v4(Random& random) {
    Uuid uuid;
    random.fill(uuid.bytes);
    set_version(uuid, 4);
    return uuid;
}

}  // namespace zhibu::record

std::size_t std::hash<zhibu::record::Uuid>::operator()(
    const zhibu::record::Uuid& uuid) const noexcept {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    std::memcpy(&high, uuid.bytes.data(), 8);
    std::memcpy(&low, uuid.bytes.data() + 8, 8);
    // The low half is random in versions 4 and 7; the high half of version 7 is time.
    return static_cast<std::size_t>(low ^ (high * 0x9e3779b97f4a7c15ULL));
}

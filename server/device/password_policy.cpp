#include "server/device/password_policy.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace zhibu::server {
namespace {

/// Pieces of which weak long passwords are made. What is left of a password when they are taken
/// out must still be long.
constexpr std::array<std::string_view, 24> common_pieces{
    "password",  "passw0rd",   "zhibu",     "admin",     "dangyuan", "dangwei",
    "zhonggong", "qwertyuiop", "qwerty",    "asdfghjkl", "zxcvbnm",  "1qaz2wsx",
    "iloveyou",  "woaini",     "123456789", "12345678",  "123456",   "abcdefg",
    "abc123",    "888888",     "666666",    "111111",    "000000",   "letmein"};

constexpr std::size_t rest_characters_min = 8;

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string lower(std::string_view text) {
    std::string out{text};
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

void take_out(std::string& text, std::string_view piece) {
    for (auto at = text.find(piece); !piece.empty() && at != std::string::npos;
         at = text.find(piece)) {
        text.erase(at, piece.size());
    }
}

/// "abcabcabcabcabc": one short piece again and again.
bool repeats(std::string_view text) {
    for (std::size_t period = 1; period <= text.size() / 3; ++period) {
        if (text.substr(period) == text.substr(0, text.size() - period)) {
            return true;
        }
    }
    return false;
}

}  // namespace

bool is_acceptable_password(std::string_view password, std::string_view account_name) {
    if (characters(password) < password_characters_min || repeats(password)) {
        return false;
    }
    std::string rest = lower(password);
    take_out(rest, lower(account_name));
    for (const std::string_view piece : common_pieces) {
        take_out(rest, piece);
    }
    return characters(rest) >= rest_characters_min;
}

}  // namespace zhibu::server

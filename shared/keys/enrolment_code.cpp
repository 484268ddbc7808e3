#include "shared/keys/enrolment_code.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include "shared/keys/base32.hpp"
#include "shared/keys/digest.hpp"

namespace zhibu::keys {
namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::string_view label = "zhibu enrolment code v1";
constexpr std::size_t group_characters = 7;
constexpr std::size_t secret_bytes = 16;
constexpr std::size_t code_bytes = secret_bytes + 32;

std::optional<unsigned> digit(char character) {
    char upper = character;
    if (upper >= 'a' && upper <= 'z') {
        upper = static_cast<char>(upper - 'a' + 'A');
    }
    if (upper == 'O') {
        upper = '0';
    } else if (upper == 'I' || upper == 'L') {
        upper = '1';
    }
    const auto at = alphabet.find(upper);
    return at == std::string_view::npos ? std::nullopt : std::optional{static_cast<unsigned>(at)};
}

/// Exactly `size` bytes, the bits left over zero; hyphens and spaces are passed over.
std::optional<std::vector<std::uint8_t>> from_base32(std::string_view text, std::size_t size) {
    std::vector<std::uint8_t> bytes;
    unsigned held = 0;
    unsigned bits = 0;
    for (const char character : text) {
        if (character == '-' || character == ' ') {
            continue;
        }
        const auto value = digit(character);
        if (!value || bytes.size() > size) {
            return std::nullopt;
        }
        held = (held << 5U) | *value;
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            bytes.push_back(static_cast<std::uint8_t>(held >> bits));
            held &= (1U << bits) - 1;
        }
    }
    return bytes.size() == size && held == 0 && bits < 5 ? std::optional{bytes} : std::nullopt;
}

}  // namespace

EnrolmentCode make_enrolment_code(const record::Hash& root_fingerprint, record::Random& random) {
    EnrolmentCode code;
    random.fill(code.secret);
    code.root_fingerprint = root_fingerprint;
    return code;
}

std::string to_text(const EnrolmentCode& code) {
    std::vector<std::uint8_t> bytes(code.secret.begin(), code.secret.end());
    bytes.insert(bytes.end(), code.root_fingerprint.begin(), code.root_fingerprint.end());
    const std::string plain = to_base32(bytes, alphabet);
    std::string grouped;
    for (std::size_t at = 0; at < plain.size(); at += group_characters) {
        grouped += grouped.empty() ? "" : "-";
        grouped += plain.substr(at, group_characters);
    }
    return grouped;
}

std::optional<EnrolmentCode> parse_enrolment_code(std::string_view text) {
    const auto bytes = from_base32(text, code_bytes);
    if (!bytes) {
        return std::nullopt;
    }
    EnrolmentCode code;
    std::copy_n(bytes->begin(), code.secret.size(), code.secret.begin());
    std::copy_n(bytes->begin() + secret_bytes, code.root_fingerprint.size(),
                code.root_fingerprint.begin());
    return code;
}

std::string secret_text(const EnrolmentCode& code) { return to_base32(code.secret, alphabet); }

std::optional<std::string> enrolment_code_hash(std::string_view secret_text) {
    const auto secret = from_base32(secret_text, secret_bytes);
    if (!secret) {
        return std::nullopt;
    }
    std::vector<std::uint8_t> labelled(label.begin(), label.end());
    labelled.insert(labelled.end(), secret->begin(), secret->end());
    return to_hex(sha256(labelled));
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : bytes) {
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

}  // namespace zhibu::keys

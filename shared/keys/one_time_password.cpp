#include "shared/keys/one_time_password.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "shared/keys/base32.hpp"
#include "shared/keys/digest.hpp"
#include "shared/record/check.hpp"

namespace zhibu::keys {
namespace {

constexpr std::size_t recovery_bytes = 10;
constexpr std::size_t recovery_letters = 16;
constexpr std::string_view recovery_label = "zhibu recovery code\n";

/// In a time that does not depend on where the texts differ.
bool same(std::string_view left, std::string_view right) {
    return left.size() == right.size() &&
           CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
        if (is_plain) {
            out += c;
        } else {
            out += '%';
            out += digits[byte >> 4U];
            out += digits[byte & 0xFU];
        }
    }
    return out;
}

}  // namespace

std::string hotp(std::span<const std::uint8_t> secret, std::uint64_t counter, unsigned digits) {
    ZHIBU_CHECK(digits >= 6 && digits <= 8);
    std::array<std::uint8_t, 8> message{};
    for (std::size_t i = 0; i < message.size(); ++i) {
        message[i] = static_cast<std::uint8_t>(counter >> (8 * (message.size() - 1 - i)));
    }
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> mac{};
    unsigned length = 0;
    ZHIBU_CHECK(::HMAC(::EVP_sha1(), secret.data(), static_cast<int>(secret.size()), message.data(),
                       message.size(), mac.data(), &length) != nullptr);
    const std::size_t offset = mac[length - 1] & 0xFU;
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        number = (number << 8U) | mac[offset + i];
    }
    number &= 0x7FFFFFFFU;
    cleanse(mac);
    std::string code = std::to_string(number);
    code.insert(0, std::string(10 - std::min<std::size_t>(code.size(), 10), '0'));
    return code.substr(code.size() - digits);
}

std::uint64_t totp_step(record::Instant moment) {
    return moment.milliseconds < 0
               ? 0
               : static_cast<std::uint64_t>(moment.milliseconds / (1000 * totp_step_seconds));
}

std::optional<std::uint64_t> totp_match(std::span<const std::uint8_t> secret,
                                        std::string_view typed, record::Instant now,
                                        std::uint64_t last_used) {
    const std::uint64_t middle = totp_step(now);
    std::optional<std::uint64_t> found;
    for (std::uint64_t step = middle - std::min(middle, totp_steps_off_max);
         step <= middle + totp_steps_off_max; ++step) {
        if (same(hotp(secret, step, totp_digits), typed) && step > last_used) {
            found = step;
        }
    }
    return found;
}

std::string otpauth_url(std::span<const std::uint8_t> secret, std::string_view issuer,
                        std::string_view account) {
    const std::string who = percent_encoded(issuer);
    return "otpauth://totp/" + who + ":" + percent_encoded(account) +
           "?secret=" + to_base32(secret) + "&issuer=" + who +
           "&algorithm=SHA1&digits=" + std::to_string(totp_digits) +
           "&period=" + std::to_string(totp_step_seconds);
}

std::string make_recovery_code(record::Random& random) {
    std::array<std::uint8_t, recovery_bytes> bytes{};
    random.fill(bytes);
    std::string code = to_base32(bytes);
    cleanse(bytes);
    for (const std::size_t at : {12U, 8U, 4U}) {
        code.insert(at, 1, '-');
    }
    return code;
}

std::optional<record::Hash> recovery_code_hash(std::string_view typed) {
    std::string letters;
    for (const char c : typed) {
        if (c == '-' || c == ' ') {
            continue;
        }
        const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        if (base32_alphabet.find(upper) == std::string_view::npos) {
            return std::nullopt;
        }
        letters += upper;
    }
    if (letters.size() != recovery_letters) {
        return std::nullopt;
    }
    const std::string labelled = std::string{recovery_label} + letters;
    const record::Hash hash = sha256(std::vector<std::uint8_t>{labelled.begin(), labelled.end()});
    cleanse(letters);
    return hash;
}

}  // namespace zhibu::keys

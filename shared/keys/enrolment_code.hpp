#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "shared/keys/secret_bytes.hpp"
#include "shared/record/change.hpp"
#include "shared/record/random.hpp"

namespace zhibu::keys {

/// What an officer hands to the person who enrols a device: a one-time secret, and by which root
/// the right server is known.
struct EnrolmentCode {
    /// 128 random bits.
    std::array<std::uint8_t, 16> secret{};
    /// SHA-256 of the root certificate.
    record::Hash root_fingerprint{};
};

/// How long a code may be good for, from when its record was made. Source: vault.md, on
/// enrolment.
inline constexpr std::int64_t enrolment_code_minutes_max = 60;

[[nodiscard]] EnrolmentCode make_enrolment_code(const record::Hash& root_fingerprint,
                                                record::Random& random);

/// 77 characters of Crockford's base 32 in groups of seven, joined by hyphens.
[[nodiscard]] std::string to_text(const EnrolmentCode& code);
/// Reads it with or without hyphens and spaces, either case, O for 0, I and L for 1.
[[nodiscard]] std::optional<EnrolmentCode> parse_enrolment_code(std::string_view text);

/// The secret alone, as it travels to the server inside TLS: 26 characters.
[[nodiscard]] std::string secret_text(const EnrolmentCode& code);

/// By what the server knows a secret: hexadecimal SHA-256 with a label, 64 characters. No value:
/// the text is no secret.
[[nodiscard]] std::optional<std::string> enrolment_code_hash(std::string_view secret_text);

/// Lower-case hexadecimal.
[[nodiscard]] std::string to_hex(std::span<const std::uint8_t> bytes);

}  // namespace zhibu::keys

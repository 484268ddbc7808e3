#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "shared/keys/secret_bytes.hpp"
#include "shared/record/change.hpp"
#include "shared/record/clock.hpp"
#include "shared/record/random.hpp"

/// The second factor: codes as authenticator programs make them, and one-time codes on paper for
/// the day on which the authenticator is lost.
namespace zhibu::keys {

/// As long as HMAC-SHA1's output. Source: RFC 4226, 4, R6.
inline constexpr std::size_t totp_secret_bytes = 20;
inline constexpr std::int64_t totp_step_seconds = 30;
inline constexpr unsigned totp_digits = 6;
/// How many steps a device's clock may be off, either way. Source: RFC 6238, 5.2.
inline constexpr std::uint64_t totp_steps_off_max = 1;

/// HOTP. Source: RFC 4226, 5.3. 6 to 8 digits (checked).
[[nodiscard]] std::string hotp(std::span<const std::uint8_t> secret, std::uint64_t counter,
                               unsigned digits);

/// The step of 30 seconds in which the moment lies; a moment before 1970 lies in the first.
[[nodiscard]] std::uint64_t totp_step(record::Instant moment);

/// The step whose code was typed, near `now`. No value: it is none's, or of a step not after
/// `last_used`, so that a code that was seen once is good for nothing. Takes as long for a wrong
/// code as for a right one.
[[nodiscard]] std::optional<std::uint64_t> totp_match(std::span<const std::uint8_t> secret,
                                                      std::string_view typed, record::Instant now,
                                                      std::uint64_t last_used);

/// What an authenticator program reads, typed or as a QR code. Source: Key Uri Format of Google
/// Authenticator. Holds the secret.
[[nodiscard]] std::string otpauth_url(std::span<const std::uint8_t> secret, std::string_view issuer,
                                      std::string_view account);

inline constexpr std::size_t recovery_codes = 10;

/// 80 random bits in four groups of four: "ABCD-EFGH-IJKL-MNOP".
[[nodiscard]] std::string make_recovery_code(record::Random& random);
/// By what the server knows it; hyphens, spaces and case are no matter. No value: no such code.
[[nodiscard]] std::optional<record::Hash> recovery_code_hash(std::string_view typed);

}  // namespace zhibu::keys

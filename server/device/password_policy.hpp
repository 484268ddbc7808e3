#pragma once

#include <string_view>

namespace zhibu::server {

/// Fewest characters (code points). Source: NIST SP 800-63B-4, 3.1.1.2, for a password alone.
inline constexpr std::size_t password_characters_min = 15;

/// Long enough and not a common one: no known phrase, no repetition of a short piece, no run
/// along the keyboard, not made of `account_name`.
[[nodiscard]] bool is_acceptable_password(std::string_view password, std::string_view account_name);

}  // namespace zhibu::server

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace zhibu::record {

/// Base64 with padding (RFC 4648, section 4): bytes in a field that takes text.
[[nodiscard]] std::string to_base64(std::span<const std::uint8_t> bytes);

/// Reads what to_base64() writes and nothing else.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text);

}  // namespace zhibu::record

#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace zhibu::sync::detail {

/// Where `text` stops being UTF-8 (overlong forms, surrogates and code points above U+10FFFF
/// are not), or no value if all of it is. Source: RFC 3629.
[[nodiscard]] std::optional<std::size_t> first_not_utf8(std::string_view text);

}  // namespace zhibu::sync::detail

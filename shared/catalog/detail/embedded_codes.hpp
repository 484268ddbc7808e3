#pragma once

#include <span>
#include <string_view>

namespace zhibu::catalog::detail {

/// A code list's file as it lies in shared/catalog/codes.
struct EmbeddedCodes {
    std::string_view name;
    std::string_view text;
};

[[nodiscard]] std::span<const EmbeddedCodes> embedded_codes();

}  // namespace zhibu::catalog::detail

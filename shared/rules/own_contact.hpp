#pragma once

#include <span>
#include <string_view>

namespace zhibu::rules {

/// The fields of the own account's record that its holder keeps (Deed::keep_own_contact), by name.
[[nodiscard]] std::span<const std::string_view> own_contact();

}  // namespace zhibu::rules

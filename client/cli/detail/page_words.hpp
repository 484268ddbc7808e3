#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/workbench/api/answer.hpp"
#include "shared/keys/secret_bytes.hpp"

namespace zhibu::client::detail {

[[nodiscard]] ApiResponse done();

/// Something is being opened, closed or changed.
[[nodiscard]] ApiResponse busy(Language language);

/// The texts under these names of {"name": "..."}, in their order; the text that they came in is
/// cleansed. No value: one is not there, or is too long for a password.
[[nodiscard]] std::optional<std::vector<keys::SecretBytes>> read_secrets(
    std::string body, std::span<const std::string_view> names);

}  // namespace zhibu::client::detail

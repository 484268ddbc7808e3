#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sync_protocol/message/message.hpp"

/// A signed tree head as a text that can be printed, mailed and kept elsewhere.
/// Format: docs/file-formats.md, "Tree head".
namespace zhibu::server {

[[nodiscard]] std::string to_text(const sync::SignedTreeHead& signed_head);

/// No value: the text holds no head. Whether it is signed is not looked at.
[[nodiscard]] std::optional<sync::SignedTreeHead> read_head(std::string_view text);

}  // namespace zhibu::server

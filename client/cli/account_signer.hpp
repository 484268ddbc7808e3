#pragma once

#include <chrono>
#include <expected>
#include <memory>
#include <string_view>

#include "client/cli/session.hpp"
#include "shared/keys/ed25519.hpp"

namespace zhibu::client {

/// The account's key: from the kernel's keyring if it was unlocked there, otherwise from the
/// password, which is read from the console's file or asked for at the terminal.
[[nodiscard]] std::expected<std::shared_ptr<keys::Ed25519Key>, Exit> account_key(
    Console& console, const Identity& identity);

/// Reads a password from the console's file, or from the terminal without showing it; asks twice
/// where it is a new one.
[[nodiscard]] std::expected<keys::SecretBytes, Exit> read_password(Console& console, bool is_new);

/// `unlock`: keeps the account's key in the kernel's keyring for that long.
Exit unlock(Console& console, std::chrono::minutes lifetime);
/// `lock`: forgets it.
Exit lock(Console& console);

}  // namespace zhibu::client

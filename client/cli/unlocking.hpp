#pragma once

#include <chrono>
#include <expected>
#include <memory>
#include <string_view>

#include "client/access/safe.hpp"
#include "client/cli/session.hpp"
#include "shared/keys/ed25519.hpp"

namespace zhibu::client {

/// What opens this device: from the kernel's keyring if it was unlocked there, otherwise by the
/// password, which is read from the console's file or asked for at the terminal. A lease whose time
/// is over is erased before. Prints why it cannot.
[[nodiscard]] std::expected<std::shared_ptr<Access>, Exit> unlock_device(Console& console,
                                                                         const Identity& identity);

/// The same without asking anybody: from the keyring, or the console's password file. None where
/// neither has it.
[[nodiscard]] std::expected<std::shared_ptr<Access>, Exit> unlocked_before(
    Console& console, const Identity& identity);

/// Proves the account to the server. Prints why it cannot.
[[nodiscard]] std::expected<std::shared_ptr<keys::Ed25519Key>, Exit> proving_key(
    Console& console, const Access& access);

/// Reads a password from the console's file, or from the terminal without showing it; asks twice
/// where it is a new one.
[[nodiscard]] std::expected<keys::SecretBytes, Exit> read_password(Console& console, bool is_new);

/// Reads a second factor's code from a file, or, where none is named, from the terminal.
[[nodiscard]] std::expected<keys::SecretBytes, Exit> read_second_factor(Console& console,
                                                                        const std::string& file);

/// `unlock`: keeps what opens this device in the kernel's keyring for that long.
Exit unlock(Console& console, std::chrono::minutes lifetime);
/// Forgets what the keyring has of this device.
void forget_unlocked(const Identity& identity);
/// `lock`: forgets it.
Exit lock(Console& console);

}  // namespace zhibu::client

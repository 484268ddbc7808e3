#pragma once

#include <chrono>
#include <expected>
#include <string>

#include "shared/keys/key_error.hpp"
#include "shared/keys/secret_bytes.hpp"

/// The kernel's keyring of this user: a secret that outlives one program for a limited time and
/// never touches a disk. Source: keyrings(7).
namespace zhibu::keys {

/// Keeps the secret under `name` for `lifetime`, replacing what was there; for no time at all, it
/// is only forgotten.
/// Errors: keyring_refused (a container may forbid it).
[[nodiscard]] std::expected<void, KeyError> keep_in_keyring(const std::string& name,
                                                            const SecretBytes& secret,
                                                            std::chrono::seconds lifetime);

/// Errors: not_in_keyring (never kept, or its time is over), keyring_refused.
[[nodiscard]] std::expected<SecretBytes, KeyError> read_from_keyring(const std::string& name);

/// Forgets it. Nothing happens where there is nothing.
void forget_in_keyring(const std::string& name);

}  // namespace zhibu::keys

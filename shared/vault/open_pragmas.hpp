#pragma once

#include <expected>

#include "shared/vault/vault_error.hpp"

struct sqlite3;

namespace zhibu::vault {

/// Tells a connection, just opened through the VFS and not used before, what the VFS needs of it,
/// and checks that each took effect: page size 4096 with 32 reserved bytes, temporary tables in
/// memory, WAL with exclusive locking (so without a shared-memory file), synchronous=FULL, no mmap.
/// An empty file becomes a database here: after an error, or a crash before the return, it may be
/// one that cannot be opened; nothing was ever in it.
/// Errors: refused, the place is the pragma; storage_failed; damaged (also by a wrong key).
[[nodiscard]] std::expected<void, VaultError> apply_open_pragmas(sqlite3* connection);

}  // namespace zhibu::vault

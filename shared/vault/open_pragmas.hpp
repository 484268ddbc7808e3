#pragma once

#include <expected>

#include "shared/vault/vault_error.hpp"
#include "shared/vault/vfs.hpp"

struct sqlite3;

namespace zhibu::vault {

/// Tells a connection, just opened through the VFS and not used before, what the VFS needs of it,
/// and checks that each took effect: page size 4096 with 32 reserved bytes, temporary tables in
/// memory, WAL, synchronous=FULL, no mmap, and exclusive locking where the file has one connection.
/// `sharing` is what the file was keyed with.
/// An empty file becomes a database here: after an error, or a crash before the return, it may be
/// one that cannot be opened; nothing was ever in it.
/// Errors: refused, the place is the pragma; storage_failed; damaged (also by a wrong key).
[[nodiscard]] std::expected<void, VaultError> apply_open_pragmas(
    sqlite3* connection, Sharing sharing = Sharing::one_connection);

}  // namespace zhibu::vault

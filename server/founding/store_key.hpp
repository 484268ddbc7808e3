#pragma once

#include <expected>
#include <filesystem>
#include <string>

#include "server/founding/key_files.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "shared/record/random.hpp"
#include "shared/vault/kept_keys.hpp"

/// What opens the store: the store key, 32 random bytes as 64 hexadecimal digits, wraps the data
/// key that seals the pages. Source: vault.md, "the server's own store"; docs/file-formats.md,
/// "Wrapped keys".
namespace zhibu::server {

/// Reads the store key from where the setting store.key says: "stdin" (a line of it),
/// "credential:NAME" (systemd's), or a file that only its owner may read, whose relative name is
/// meant in the server's folder.
/// Errors: not_there, damaged (no such key in it), open_to_others, storage_failed.
[[nodiscard]] std::expected<keys::SecretBytes, KeyFilesError> read_store_key(
    const ServerFiles& files, const std::string& setting);

/// Whether the setting names a file of this program's own, which it may make for a new space.
[[nodiscard]] bool names_a_file(const std::string& setting);

/// Makes the file that `setting` names. Errors: already_there, storage_failed.
[[nodiscard]] std::expected<keys::SecretBytes, KeyFilesError> make_store_key(
    const ServerFiles& files, const std::string& setting, record::Random& random);

/// Makes the data key of a new store, and keeps it in `file`, wrapped by the store key.
[[nodiscard]] std::expected<vault::KeptKeys, KeyFilesError> make_data_keys(
    const std::filesystem::path& file, keys::SecretBytes store_key, record::Random& random);

/// Errors: not_there, wrong_key, damaged, storage_failed.
[[nodiscard]] std::expected<vault::KeptKeys, KeyFilesError> load_data_keys(
    const std::filesystem::path& file, keys::SecretBytes store_key);

}  // namespace zhibu::server

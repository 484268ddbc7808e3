#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "shared/keys/private_file.hpp"
#include "shared/keys/system.hpp"
#include "shared/record/check.hpp"
#include "shared/vault/data_key.hpp"
#include "shared/vault/key_ring.hpp"
#include "shared/vault/open_pragmas.hpp"
#include "shared/vault/vfs.hpp"

/// The VFS as an extension of the ordinary sqlite3 shell, for whoever holds a sealed database's
/// key. How it is used: docs/file-formats.md, "Reading a sealed database by hand".
namespace zhibu::vault {
namespace {

/// What lives as long as the program that has loaded the extension.
struct Session {
    explicit Session(std::shared_ptr<const KeyRing> ring)
        : keyed{vfs.key_first_file(std::move(ring), FileTerms{random})} {}

    keys::SystemRandom random;
    Vfs vfs;
    KeyedFile keyed;
};

std::unique_ptr<Session>& session() {
    static std::unique_ptr<Session> only;
    return only;
}

/// One data key more than there can be would already be too long.
std::expected<keys::SecretBytes, VaultError> read_descriptor(int descriptor) {
    keys::SecretBytes bytes(2 * data_key_bytes + 1);
    std::size_t filled = 0;
    while (filled < bytes.size()) {
        const ssize_t got = ::read(descriptor, bytes.span().data() + filled, bytes.size() - filled);
        if (got == 0) {
            break;
        }
        if (got < 0 && errno != EINTR) {
            return std::unexpected(VaultError{VaultFault::storage_failed, "key descriptor"});
        }
        filled += static_cast<std::size_t>(std::max<ssize_t>(got, 0));
    }
    bytes.shrink(filled);
    return bytes;
}

std::string_view environment(const char* name) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): a program loads extensions before it starts threads
    const char* value = std::getenv(name);
    return value == nullptr ? std::string_view() : value;
}

std::expected<keys::SecretBytes, VaultError> read_key_bytes() {
    const std::string_view file = environment("ZHIBU_VAULT_KEY_FILE");
    const std::string_view descriptor = environment("ZHIBU_VAULT_KEY_FD");
    if (file.empty() == descriptor.empty()) {
        return std::unexpected(
            VaultError{VaultFault::not_there, "set ZHIBU_VAULT_KEY_FILE or ZHIBU_VAULT_KEY_FD"});
    }
    if (file.empty()) {
        int number = -1;
        const auto [end, fault] =
            std::from_chars(descriptor.data(), descriptor.data() + descriptor.size(), number);
        if (fault != std::errc{} || end != descriptor.data() + descriptor.size() || number < 0) {
            return std::unexpected(VaultError{VaultFault::malformed, "ZHIBU_VAULT_KEY_FD"});
        }
        return read_descriptor(number);
    }
    auto bytes = keys::read_private_file(file);
    if (!bytes) {
        return std::unexpected(VaultError{VaultFault::storage_failed, "ZHIBU_VAULT_KEY_FILE"});
    }
    return std::move(*bytes);
}

/// The newest data key, and in a rotation the one before it.
std::expected<std::shared_ptr<const KeyRing>, VaultError> read_ring() {
    ZHIBU_TRY(bytes, read_key_bytes());
    if (bytes.size() != 2 * data_key_bytes) {
        ZHIBU_TRY(key, parse_data_key(bytes.span()));
        return std::make_shared<const KeyRing>(key);
    }
    ZHIBU_TRY(newest, parse_data_key(bytes.span().first(data_key_bytes)));
    ZHIBU_TRY(older, parse_data_key(bytes.span().last(data_key_bytes)));
    if (older.epoch >= newest.epoch || older.file_id != newest.file_id ||
        older.file_salt != newest.file_salt) {
        return std::unexpected(VaultError{VaultFault::malformed, "data key"});
    }
    return std::make_shared<const KeyRing>(newest, older);
}

int fail(char** message, const VaultError& error) {
    const char* what = "cannot be opened";
    switch (error.fault) {
        case VaultFault::malformed:
            what = "is not what was expected";
            break;
        case VaultFault::wrong_key:
        case VaultFault::damaged:
            what = "is damaged, or the key is another's";
            break;
        case VaultFault::not_there:
            what = "is missing";
            break;
        case VaultFault::storage_failed:
        case VaultFault::refused:
            break;
    }
    *message = sqlite3_mprintf("zhibu vault: %s: %s", error.place.c_str(), what);
    return SQLITE_ERROR;
}

/// Every new connection through our VFS is told what the VFS needs.
int prepare(sqlite3* connection, char** message) {
    sqlite3_vfs* vfs = nullptr;
    sqlite3_file_control(connection, "main", SQLITE_FCNTL_VFS_POINTER, static_cast<void*>(&vfs));
    if (vfs == nullptr || session() == nullptr || session()->vfs.name() != vfs->zName) {
        return SQLITE_OK;
    }
    const auto applied = apply_open_pragmas(connection);
    return applied ? SQLITE_OK : fail(message, applied.error());
}

int load(sqlite3* connection, char** message) {
    if (session() == nullptr) {
        auto ring = read_ring();
        if (!ring) {
            return fail(message, ring.error());
        }
        session() = std::make_unique<Session>(std::move(*ring));
    }
    const int prepared = prepare(connection, message);
    return prepared == SQLITE_OK ? SQLITE_OK_LOAD_PERMANENTLY : prepared;
}

extern "C" int zhibu_vault_prepare(sqlite3* connection, char** message,
                                   const sqlite3_api_routines*) noexcept {
    return prepare(connection, message);
}

}  // namespace
}  // namespace zhibu::vault

/// What the shell's .load calls; the name follows from the file's.
extern "C" int sqlite3_zhibuvault_init(sqlite3* connection, char** message,
                                       const sqlite3_api_routines*) noexcept {
    // SQLite's own signature of an automatic extension is that of a function without parameters.
    using AutomaticExtension = void (*)();
    using namespace zhibu::vault;
    sqlite3_auto_extension(reinterpret_cast<AutomaticExtension>(&zhibu_vault_prepare));
    return load(connection, message);
}

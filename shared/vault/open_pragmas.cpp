#include "shared/vault/open_pragmas.hpp"

#include <sqlite3.h>

#include <memory>
#include <string>
#include <string_view>

#include "shared/keys/freed.hpp"
#include "shared/record/check.hpp"
#include "shared/vault/page_cipher.hpp"

namespace zhibu::vault {
namespace {

using Statement = keys::Freed<sqlite3_stmt, sqlite3_finalize>;

VaultError error_of(int result, const char* place) {
    if (result == SQLITE_IOERR_DATA || (result & 0xff) == SQLITE_CORRUPT ||
        (result & 0xff) == SQLITE_NOTADB) {
        return {VaultFault::damaged, place};
    }
    const bool is_storage = (result & 0xff) == SQLITE_IOERR || (result & 0xff) == SQLITE_FULL;
    return {is_storage ? VaultFault::storage_failed : VaultFault::refused, place};
}

/// The first value that `sql` answers; empty if it answers nothing.
std::expected<std::string, VaultError> answer(sqlite3* connection, const char* sql) {
    sqlite3_stmt* made = nullptr;
    int result = sqlite3_prepare_v2(connection, sql, -1, &made, nullptr);
    const Statement statement(made);
    std::string text;
    if (result == SQLITE_OK) {
        result = sqlite3_step(made);
    }
    if (result == SQLITE_ROW) {
        const void* bytes = sqlite3_column_text(made, 0);
        text = bytes == nullptr ? "" : static_cast<const char*>(bytes);
        result = sqlite3_step(made);
    }
    if (result != SQLITE_DONE) {
        return std::unexpected(error_of(sqlite3_extended_errcode(connection), sql));
    }
    return text;
}

std::expected<void, VaultError> expect_answer(sqlite3* connection, const char* sql,
                                              std::string_view wanted) {
    ZHIBU_TRY(found, answer(connection, sql));
    if (found != wanted) {
        return std::unexpected(VaultError{VaultFault::refused, sql});
    }
    return {};
}

/// The size of a new database's pages; an existing one keeps its own, which is the same.
std::expected<void, VaultError> set_geometry(sqlite3* connection) {
    int reserved = static_cast<int>(reserved_bytes);
    const int result =
        sqlite3_file_control(connection, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
    if (result != SQLITE_OK) {
        return std::unexpected(error_of(result, "reserved bytes"));
    }
    ZHIBU_TRY_VOID(answer(connection, "PRAGMA page_size=4096"));
    return {};
}

std::expected<void, VaultError> check_geometry(sqlite3* connection) {
    ZHIBU_TRY_VOID(expect_answer(connection, "PRAGMA page_size", "4096"));
    int reserved = -1;
    const int result =
        sqlite3_file_control(connection, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
    if (result != SQLITE_OK || reserved != static_cast<int>(reserved_bytes)) {
        return std::unexpected(error_of(result, "reserved bytes"));
    }
    return {};
}

}  // namespace

std::expected<void, VaultError> apply_open_pragmas(sqlite3* connection, Sharing sharing) {
    ZHIBU_TRY_VOID(answer(connection, "PRAGMA temp_store=MEMORY"));
    ZHIBU_TRY_VOID(expect_answer(connection, "PRAGMA temp_store", "2"));
    // Before the first access, so that a WAL that is there is opened without shared memory.
    if (sharing == Sharing::one_connection) {
        ZHIBU_TRY_VOID(expect_answer(connection, "PRAGMA locking_mode=EXCLUSIVE", "exclusive"));
    }
    ZHIBU_TRY_VOID(answer(connection, "PRAGMA mmap_size=0"));
    ZHIBU_TRY_VOID(set_geometry(connection));
    ZHIBU_TRY(mode, answer(connection, "PRAGMA journal_mode"));
    if (mode != "wal") {
        // The switch to WAL is itself a transaction, whose journal the VFS would refuse. Never for
        // a database that is in WAL mode: leaving it rewrites page 1 with nothing to recover it
        // from.
        ZHIBU_TRY_VOID(expect_answer(connection, "PRAGMA journal_mode=MEMORY", "memory"));
        ZHIBU_TRY_VOID(expect_answer(connection, "PRAGMA journal_mode=WAL", "wal"));
    }
    ZHIBU_TRY_VOID(answer(connection, "PRAGMA synchronous=FULL"));
    ZHIBU_TRY_VOID(expect_answer(connection, "PRAGMA synchronous", "2"));
    return check_geometry(connection);
}

}  // namespace zhibu::vault

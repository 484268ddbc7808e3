#include "shared/vault/detail/vfs_methods.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

/// The C functions by which SQLite reaches a VFS, and what they do.
namespace zhibu::vault::detail {
namespace {

constexpr std::string_view wal_ending = "-wal";
constexpr int type_flags = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_TEMP_DB | SQLITE_OPEN_TRANSIENT_DB |
                           SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_TEMP_JOURNAL |
                           SQLITE_OPEN_SUBJOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;

/// The database to which a WAL of this path belongs; empty: it is none.
std::string database_of(std::string_view path) {
    if (!path.ends_with(wal_ending)) {
        return {};
    }
    return std::string(path.substr(0, path.size() - wal_ending.size()));
}

VfsState& state_of(sqlite3_vfs* vfs) { return *static_cast<VfsState*>(vfs->pAppData); }

sqlite3_vfs* base_of(sqlite3_vfs* vfs) { return state_of(vfs).base; }

extern "C" {

int zhibu_vault_open(sqlite3_vfs* vfs, sqlite3_filename path, sqlite3_file* file, int flags,
                     int* flags_out) noexcept {
    file->pMethods = nullptr;
    return state_of(vfs).open(path, file, flags, flags_out);
}

int zhibu_vault_delete(sqlite3_vfs* vfs, const char* path, int sync_folder) noexcept {
    return state_of(vfs).remove(path, sync_folder);
}

int zhibu_vault_access(sqlite3_vfs* vfs, const char* path, int question, int* answer) noexcept {
    return state_of(vfs).access(path, question, answer);
}

int zhibu_vault_full_pathname(sqlite3_vfs* vfs, const char* path, int bytes, char* out) noexcept {
    return base_of(vfs)->xFullPathname(base_of(vfs), path, bytes, out);
}

/// No code comes in through a sealed connection.
void* zhibu_vault_dl_open(sqlite3_vfs*, const char*) noexcept { return nullptr; }

void zhibu_vault_dl_error(sqlite3_vfs*, int bytes, char* message) noexcept {
    sqlite3_snprintf(bytes, message, "a sealed connection loads no extensions");
}

int zhibu_vault_randomness(sqlite3_vfs* vfs, int bytes, char* out) noexcept {
    return base_of(vfs)->xRandomness(base_of(vfs), bytes, out);
}

int zhibu_vault_sleep(sqlite3_vfs* vfs, int microseconds) noexcept {
    return base_of(vfs)->xSleep(base_of(vfs), microseconds);
}

int zhibu_vault_current_time(sqlite3_vfs* vfs, double* out) noexcept {
    return base_of(vfs)->xCurrentTime(base_of(vfs), out);
}

int zhibu_vault_last_error(sqlite3_vfs* vfs, int bytes, char* out) noexcept {
    return base_of(vfs)->xGetLastError(base_of(vfs), bytes, out);
}

}  // extern "C"

}  // namespace

int VfsState::open(const char* path, sqlite3_file* file, int flags, int* flags_out) try {
    const int type = flags & type_flags;
    std::shared_ptr<FileKey> key;
    if (path != nullptr && (flags & SQLITE_OPEN_DELETEONCLOSE) == 0) {
        if (type == SQLITE_OPEN_MAIN_DB) {
            key = registry.claim(path);
        } else if (type == SQLITE_OPEN_WAL) {
            key = registry.find(database_of(path));
        }
    }
    if (key == nullptr) {
        return SQLITE_CANTOPEN;
    }
    sqlite3_file* lower = below(file);
    const int result = base->xOpen(base, path, lower, flags, flags_out);
    if (result != SQLITE_OK) {
        if (lower->pMethods != nullptr) {
            lower->pMethods->xClose(lower);
        }
        return result;
    }
    try {
        if (type == SQLITE_OPEN_MAIN_DB) {
            serve(file, std::make_unique<SealedDatabase>(lower, std::move(key)));
        } else {
            serve(file, std::make_unique<SealedWal>(lower, std::move(key)));
        }
    } catch (const std::bad_alloc&) {
        lower->pMethods->xClose(lower);
        throw;
    }
    return SQLITE_OK;
} catch (const std::bad_alloc&) {
    return SQLITE_NOMEM;
}

int VfsState::remove(const char* path, int sync_folder) try {
    if (registry.find(database_of(path)) == nullptr) {
        return SQLITE_IOERR_DELETE;
    }
    return base->xDelete(base, path, sync_folder);
} catch (const std::bad_alloc&) {
    return SQLITE_NOMEM;
}

int VfsState::access(const char* path, int question, int* answer) try {
    // A journal that somebody has put beside the database is not there: it would be played back.
    if (registry.find(path) == nullptr && registry.find(database_of(path)) == nullptr) {
        *answer = 0;
        return SQLITE_OK;
    }
    return base->xAccess(base, path, question, answer);
} catch (const std::bad_alloc&) {
    return SQLITE_NOMEM;
}

void fill_vfs(VfsState& state) {
    state.vfs.iVersion = 1;
    state.vfs.szOsFile = file_bytes() + state.base->szOsFile;
    state.vfs.mxPathname = state.base->mxPathname;
    state.vfs.zName = state.name.c_str();
    state.vfs.pAppData = &state;
    state.vfs.xOpen = zhibu_vault_open;
    state.vfs.xDelete = zhibu_vault_delete;
    state.vfs.xAccess = zhibu_vault_access;
    state.vfs.xFullPathname = zhibu_vault_full_pathname;
    state.vfs.xDlOpen = zhibu_vault_dl_open;
    state.vfs.xDlError = zhibu_vault_dl_error;
    state.vfs.xRandomness = zhibu_vault_randomness;
    state.vfs.xSleep = zhibu_vault_sleep;
    state.vfs.xCurrentTime = zhibu_vault_current_time;
    state.vfs.xGetLastError = zhibu_vault_last_error;
}

}  // namespace zhibu::vault::detail

#include "tests/client/replica/fault_vfs.hpp"

#include <sqlite3.h>
#include <unistd.h>

#include <cstring>

namespace zhibu::client::test {
namespace {

struct State {
    Fault fault = Fault::none;
    int left = 0;
    bool met = false;
};

State state;
sqlite3_vfs* real = nullptr;
sqlite3_vfs shim;
sqlite3_io_methods methods;

/// Our file: the method table that SQLite calls, then the real file.
struct ShimFile {
    sqlite3_file base;
};

sqlite3_file* inner(sqlite3_file* file) {
    return reinterpret_cast<sqlite3_file*>(reinterpret_cast<ShimFile*>(file) + 1);
}

int meet(bool is_sync) {
    if (state.fault == Fault::none || (state.fault == Fault::sync_error && !is_sync)) {
        return SQLITE_OK;
    }
    if (!state.met && --state.left > 0) {
        return SQLITE_OK;
    }
    state.met = true;
    switch (state.fault) {
        // A failed sync ends the process, whatever its reason: Fault::sync_error.
        case Fault::disk_full:
            return is_sync ? SQLITE_OK : SQLITE_FULL;
        case Fault::write_error:
            return is_sync ? SQLITE_OK : SQLITE_IOERR_WRITE;
        case Fault::sync_error:
            return SQLITE_IOERR_FSYNC;
        case Fault::process_dies:
            ::_exit(42);
        case Fault::none:
            break;
    }
    return SQLITE_OK;
}

int shim_write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
    const int fault = meet(false);
    return fault != SQLITE_OK ? fault : inner(file)->pMethods->xWrite(inner(file), bytes, size, at);
}

int shim_truncate(sqlite3_file* file, sqlite3_int64 size) {
    const int fault = meet(false);
    return fault != SQLITE_OK ? fault : inner(file)->pMethods->xTruncate(inner(file), size);
}

int shim_sync(sqlite3_file* file, int flags) {
    const int fault = meet(true);
    return fault != SQLITE_OK ? fault : inner(file)->pMethods->xSync(inner(file), flags);
}

void fill_methods() {
    methods.iVersion = 1;
    methods.xClose = [](sqlite3_file* file) { return inner(file)->pMethods->xClose(inner(file)); };
    methods.xRead = [](sqlite3_file* file, void* bytes, int size, sqlite3_int64 at) {
        return inner(file)->pMethods->xRead(inner(file), bytes, size, at);
    };
    methods.xWrite = shim_write;
    methods.xTruncate = shim_truncate;
    methods.xSync = shim_sync;
    methods.xFileSize = [](sqlite3_file* file, sqlite3_int64* size) {
        return inner(file)->pMethods->xFileSize(inner(file), size);
    };
    methods.xLock = [](sqlite3_file* file, int level) {
        return inner(file)->pMethods->xLock(inner(file), level);
    };
    methods.xUnlock = [](sqlite3_file* file, int level) {
        return inner(file)->pMethods->xUnlock(inner(file), level);
    };
    methods.xCheckReservedLock = [](sqlite3_file* file, int* is_held) {
        return inner(file)->pMethods->xCheckReservedLock(inner(file), is_held);
    };
    methods.xFileControl = [](sqlite3_file* file, int operation, void* argument) {
        return inner(file)->pMethods->xFileControl(inner(file), operation, argument);
    };
    methods.xSectorSize = [](sqlite3_file* file) {
        return inner(file)->pMethods->xSectorSize(inner(file));
    };
    methods.xDeviceCharacteristics = [](sqlite3_file* file) {
        return inner(file)->pMethods->xDeviceCharacteristics(inner(file));
    };
}

int shim_open(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int* out_flags) {
    std::memset(file, 0, static_cast<std::size_t>(shim.szOsFile));
    const int code = real->xOpen(real, path, inner(file), flags, out_flags);
    file->pMethods = inner(file)->pMethods != nullptr ? &methods : nullptr;
    return code;
}

/// Registered as the default before any test opens a database.
const bool is_registered = [] {
    sqlite3_initialize();
    real = sqlite3_vfs_find(nullptr);
    shim = *real;
    shim.zName = "zhibu_fault";
    shim.pNext = nullptr;
    shim.szOsFile = static_cast<int>(sizeof(ShimFile)) + real->szOsFile;
    shim.xOpen = shim_open;
    fill_methods();
    return sqlite3_vfs_register(&shim, 1) == SQLITE_OK;
}();

}  // namespace

void arm(Fault fault, int nth) { state = {is_registered ? fault : Fault::none, nth, false}; }

bool was_met() { return state.met; }

}  // namespace zhibu::client::test

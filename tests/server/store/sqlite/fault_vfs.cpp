#include "tests/server/store/sqlite/fault_vfs.hpp"

#include <sqlite3.h>

namespace zhibu::server::test {
namespace {

struct Plan {
    FaultVfs::Call call = FaultVfs::Call::write;
    int left = 0;
    int code = SQLITE_OK;
    bool has_failed = false;
};

Plan plan;
sqlite3_vfs* below = nullptr;

bool fails_now(FaultVfs::Call call) {
    if (plan.left == 0 || plan.call != call || --plan.left > 0) {
        return false;
    }
    plan.has_failed = true;
    return true;
}

/// SQLite allocates it with the file below right behind it.
struct LayeredFile {
    sqlite3_file base;
    sqlite3_file* below;
};

sqlite3_file* below_of(sqlite3_file* file) { return reinterpret_cast<LayeredFile*>(file)->below; }

int close_file(sqlite3_file* file) { return below_of(file)->pMethods->xClose(below_of(file)); }

int read(sqlite3_file* file, void* into, int size, sqlite3_int64 at) {
    return below_of(file)->pMethods->xRead(below_of(file), into, size, at);
}

int write(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
    return fails_now(FaultVfs::Call::write)
               ? plan.code
               : below_of(file)->pMethods->xWrite(below_of(file), from, size, at);
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
    return below_of(file)->pMethods->xTruncate(below_of(file), size);
}

int sync(sqlite3_file* file, int flags) {
    return fails_now(FaultVfs::Call::sync) ? plan.code
                                           : below_of(file)->pMethods->xSync(below_of(file), flags);
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
    return below_of(file)->pMethods->xFileSize(below_of(file), size);
}

int lock(sqlite3_file* file, int level) {
    return below_of(file)->pMethods->xLock(below_of(file), level);
}

int unlock(sqlite3_file* file, int level) {
    return below_of(file)->pMethods->xUnlock(below_of(file), level);
}

int check_lock(sqlite3_file* file, int* is_held) {
    return below_of(file)->pMethods->xCheckReservedLock(below_of(file), is_held);
}

int file_control(sqlite3_file* file, int operation, void* argument) {
    return below_of(file)->pMethods->xFileControl(below_of(file), operation, argument);
}

int sector_size(sqlite3_file* file) {
    return below_of(file)->pMethods->xSectorSize(below_of(file));
}

int characteristics(sqlite3_file* file) {
    return below_of(file)->pMethods->xDeviceCharacteristics(below_of(file));
}

int shm_map(sqlite3_file* file, int region, int size, int extend, volatile void** at) {
    return below_of(file)->pMethods->xShmMap(below_of(file), region, size, extend, at);
}

int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
    return below_of(file)->pMethods->xShmLock(below_of(file), offset, count, flags);
}

void shm_barrier(sqlite3_file* file) { below_of(file)->pMethods->xShmBarrier(below_of(file)); }

int shm_unmap(sqlite3_file* file, int remove) {
    return below_of(file)->pMethods->xShmUnmap(below_of(file), remove);
}

const sqlite3_io_methods methods{2,
                                 close_file,
                                 read,
                                 write,
                                 truncate,
                                 sync,
                                 file_size,
                                 lock,
                                 unlock,
                                 check_lock,
                                 file_control,
                                 sector_size,
                                 characteristics,
                                 shm_map,
                                 shm_lock,
                                 shm_barrier,
                                 shm_unmap,
                                 nullptr,
                                 nullptr};

int open(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    auto* layered = reinterpret_cast<LayeredFile*>(file);
    layered->below = reinterpret_cast<sqlite3_file*>(layered + 1);
    layered->base.pMethods = nullptr;
    const int code = below->xOpen(below, name, layered->below, flags, out_flags);
    if (layered->below->pMethods != nullptr) {
        layered->base.pMethods = &methods;
    }
    return code;
}

/// Before main(), for the sealing VFS takes the default of its first use for good.
const bool is_registered = [] {
    static sqlite3_vfs layer{};
    sqlite3_initialize();
    below = sqlite3_vfs_find(nullptr);
    layer = *below;
    layer.zName = "zhibu-fault";
    layer.szOsFile = static_cast<int>(sizeof(LayeredFile)) + below->szOsFile;
    layer.xOpen = open;
    return sqlite3_vfs_register(&layer, 1) == SQLITE_OK;
}();

}  // namespace

FaultVfs::FaultVfs() { plan = Plan{}; }

FaultVfs::~FaultVfs() { plan = Plan{}; }

void FaultVfs::fail(Call call, int nth, int code) {
    plan = Plan{call, is_registered ? nth : 0, code, false};
}

bool FaultVfs::has_failed() const { return plan.has_failed; }

}  // namespace zhibu::server::test

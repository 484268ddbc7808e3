#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "shared/record/check.hpp"
#include "tests/support/memory_disk.hpp"

namespace zhibu::support {

struct MemoryVfs::State {
    std::string name;
    MemoryDisk* disk = nullptr;
    MemoryVfs* owner = nullptr;
    sqlite3_vfs vfs{};
};

namespace {

struct OpenFile {
    sqlite3_file head;
    MemoryDisk* disk;
    MemoryDisk::Handle* handle;
    /// A new WAL's first sync makes its name durable too, as SQLite's own VFS does.
    bool sync_name;
};

OpenFile& open_file(sqlite3_file* file) {
    return *static_cast<OpenFile*>(static_cast<void*>(file));
}

int code_of(DiskAnswer answer, int failure) {
    switch (answer) {
        case DiskAnswer::done:
            return SQLITE_OK;
        case DiskAnswer::full:
        case DiskAnswer::short_count:
            return failure == SQLITE_IOERR_WRITE ? SQLITE_FULL : failure;
        case DiskAnswer::io_error:
        case DiskAnswer::not_there:
            break;
    }
    return failure;
}

extern "C" {

int zhibu_memory_close(sqlite3_file* file) noexcept {
    delete open_file(file).handle;
    return SQLITE_OK;
}

int zhibu_memory_read(sqlite3_file* file, void* out, int bytes, sqlite3_int64 offset) noexcept {
    const OpenFile& open = open_file(file);
    const std::span space(static_cast<std::uint8_t*>(out), static_cast<std::size_t>(bytes));
    const DiskAnswer answer =
        open.disk->read(*open.handle, space, static_cast<std::uint64_t>(offset));
    return answer == DiskAnswer::short_count ? SQLITE_IOERR_SHORT_READ
                                             : code_of(answer, SQLITE_IOERR_READ);
}

int zhibu_memory_write(sqlite3_file* file, const void* in, int bytes,
                       sqlite3_int64 offset) noexcept {
    const OpenFile& open = open_file(file);
    const std::span from(static_cast<const std::uint8_t*>(in), static_cast<std::size_t>(bytes));
    return code_of(open.disk->write(*open.handle, from, static_cast<std::uint64_t>(offset)),
                   SQLITE_IOERR_WRITE);
}

int zhibu_memory_truncate(sqlite3_file* file, sqlite3_int64 size) noexcept {
    const OpenFile& open = open_file(file);
    return code_of(open.disk->truncate(*open.handle, static_cast<std::uint64_t>(size)),
                   SQLITE_IOERR_TRUNCATE);
}

int zhibu_memory_sync(sqlite3_file* file, int) noexcept {
    OpenFile& open = open_file(file);
    int result = code_of(open.disk->sync(*open.handle), SQLITE_IOERR_FSYNC);
    if (result == SQLITE_OK && std::exchange(open.sync_name, false)) {
        result = code_of(open.disk->sync_folder(), SQLITE_IOERR_DIR_FSYNC);
    }
    return result;
}

int zhibu_memory_file_size(sqlite3_file* file, sqlite3_int64* size) noexcept {
    *size = static_cast<sqlite3_int64>(MemoryDisk::size(*open_file(file).handle));
    return SQLITE_OK;
}

int zhibu_memory_lock(sqlite3_file*, int) noexcept { return SQLITE_OK; }

int zhibu_memory_check_lock(sqlite3_file*, int* answer) noexcept {
    *answer = 0;
    return SQLITE_OK;
}

int zhibu_memory_file_control(sqlite3_file*, int, void*) noexcept { return SQLITE_NOTFOUND; }

int zhibu_memory_sector_size(sqlite3_file*) noexcept { return 512; }

int zhibu_memory_characteristics(sqlite3_file*) noexcept { return 0; }

}  // extern "C"

constexpr sqlite3_io_methods file_methods{
    .iVersion = 1,
    .xClose = zhibu_memory_close,
    .xRead = zhibu_memory_read,
    .xWrite = zhibu_memory_write,
    .xTruncate = zhibu_memory_truncate,
    .xSync = zhibu_memory_sync,
    .xFileSize = zhibu_memory_file_size,
    .xLock = zhibu_memory_lock,
    .xUnlock = zhibu_memory_lock,
    .xCheckReservedLock = zhibu_memory_check_lock,
    .xFileControl = zhibu_memory_file_control,
    .xSectorSize = zhibu_memory_sector_size,
    .xDeviceCharacteristics = zhibu_memory_characteristics,
    .xShmMap = nullptr,
    .xShmLock = nullptr,
    .xShmBarrier = nullptr,
    .xShmUnmap = nullptr,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

MemoryVfs::State& state_of(sqlite3_vfs* vfs) {
    return *static_cast<MemoryVfs::State*>(vfs->pAppData);
}

extern "C" {

int zhibu_memory_open(sqlite3_vfs* vfs, sqlite3_filename path, sqlite3_file* file, int flags,
                      int* flags_out) noexcept {
    const MemoryVfs::State& state = state_of(vfs);
    file->pMethods = nullptr;
    const std::string name = path == nullptr ? "" : path;
    if (state.owner->on_open) {
        state.owner->on_open(name, flags);
    }
    DiskAnswer answer{};
    const bool is_new = !state.disk->exists(name);
    MemoryDisk::Handle handle = (flags & SQLITE_OPEN_CREATE) != 0 ? state.disk->create(name, answer)
                                                                  : state.disk->open(name, answer);
    if (handle == nullptr) {
        return SQLITE_CANTOPEN;
    }
    open_file(file) = {{&file_methods},
                       state.disk,
                       new MemoryDisk::Handle(std::move(handle)),
                       is_new && (flags & SQLITE_OPEN_WAL) != 0};
    if (flags_out != nullptr) {
        *flags_out = flags;
    }
    return SQLITE_OK;
}

int zhibu_memory_delete(sqlite3_vfs* vfs, const char* path, int sync_folder) noexcept {
    MemoryDisk& disk = *state_of(vfs).disk;
    const DiskAnswer answer = disk.remove(path);
    if (answer == DiskAnswer::not_there) {
        return SQLITE_IOERR_DELETE_NOENT;
    }
    const int result = code_of(answer, SQLITE_IOERR_DELETE);
    if (result != SQLITE_OK || sync_folder == 0) {
        return result;
    }
    return code_of(disk.sync_folder(), SQLITE_IOERR_DIR_FSYNC);
}

int zhibu_memory_access(sqlite3_vfs* vfs, const char* path, int, int* answer) noexcept {
    *answer = state_of(vfs).disk->exists(path) ? 1 : 0;
    return SQLITE_OK;
}

int zhibu_memory_full_pathname(sqlite3_vfs*, const char* path, int bytes, char* out) noexcept {
    sqlite3_snprintf(bytes, out, "%s", path);
    return SQLITE_OK;
}

void* zhibu_memory_dl_open(sqlite3_vfs*, const char*) noexcept { return nullptr; }

int zhibu_memory_randomness(sqlite3_vfs*, int bytes, char* out) noexcept {
    std::memset(out, 7, static_cast<std::size_t>(bytes));
    return bytes;
}

int zhibu_memory_sleep(sqlite3_vfs*, int microseconds) noexcept { return microseconds; }

int zhibu_memory_current_time(sqlite3_vfs*, double* out) noexcept {
    *out = 2'460'000.5;
    return SQLITE_OK;
}

int zhibu_memory_last_error(sqlite3_vfs*, int, char*) noexcept { return 0; }

}  // extern "C"

}  // namespace

MemoryVfs::MemoryVfs(std::string name, MemoryDisk& disk) : state_{std::make_unique<State>()} {
    state_->name = std::move(name);
    state_->disk = &disk;
    state_->owner = this;
    sqlite3_vfs& vfs = state_->vfs;
    vfs.iVersion = 1;
    vfs.szOsFile = static_cast<int>(sizeof(OpenFile));
    vfs.mxPathname = 255;
    vfs.zName = state_->name.c_str();
    vfs.pAppData = state_.get();
    vfs.xOpen = zhibu_memory_open;
    vfs.xDelete = zhibu_memory_delete;
    vfs.xAccess = zhibu_memory_access;
    vfs.xFullPathname = zhibu_memory_full_pathname;
    vfs.xDlOpen = zhibu_memory_dl_open;
    vfs.xRandomness = zhibu_memory_randomness;
    vfs.xSleep = zhibu_memory_sleep;
    vfs.xCurrentTime = zhibu_memory_current_time;
    vfs.xGetLastError = zhibu_memory_last_error;
    ZHIBU_CHECK(sqlite3_vfs_find(state_->name.c_str()) == nullptr);
    ZHIBU_CHECK(sqlite3_vfs_register(&vfs, 0) == SQLITE_OK);
}

MemoryVfs::~MemoryVfs() { sqlite3_vfs_unregister(&state_->vfs); }

}  // namespace zhibu::support

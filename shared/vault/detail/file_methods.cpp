#include <atomic>
#include <memory>
#include <span>

#include "shared/vault/detail/vfs_methods.hpp"

/// The C functions by which SQLite reaches an open file. Nothing throws: what could has been
/// allocated when the file was opened.
namespace zhibu::vault::detail {
namespace {

/// The lower file follows directly behind; SQLite aligns the memory to 8 bytes.
struct alignas(8) OpenFile {
    sqlite3_file head;
    SealedFile* sealed;
};

SealedFile& sealed_of(sqlite3_file* file) {
    return *static_cast<OpenFile*>(static_cast<void*>(file))->sealed;
}

sqlite3_file* below_of(sqlite3_file* file) { return sealed_of(file).below(); }

/// What the lower file may be told and asked. Everything else does not reach it: not mmap, nor
/// chunks of unsealed zeros at the file's end, nor batched writes, nor a switch of our promises.
int control_file(sqlite3_file* file, int operation, void* argument) {
    switch (operation) {
        case SQLITE_FCNTL_LOCKSTATE:
        case SQLITE_FCNTL_LAST_ERRNO:
        case SQLITE_FCNTL_HAS_MOVED:
        case SQLITE_FCNTL_PERSIST_WAL:
            return below_of(file)->pMethods->xFileControl(below_of(file), operation, argument);
        case SQLITE_FCNTL_POWERSAFE_OVERWRITE:
            *static_cast<int*>(argument) = 1;
            return SQLITE_OK;
        case reseal_control:
            return sealed_of(file).reseal(*static_cast<ResealWork*>(argument));
        default:
            return SQLITE_NOTFOUND;
    }
}

int close_file(SealedFile& file) {
    const int flushed = file.flush();
    const int closed = file.below()->pMethods->xClose(file.below());
    return flushed == SQLITE_OK ? closed : flushed;
}

int ask_size(SealedFile& file, sqlite3_int64& size) {
    std::int64_t bytes = 0;
    const int result = file.size(bytes);
    size = bytes;
    return result;
}

extern "C" {

int zhibu_vault_close(sqlite3_file* file) noexcept {
    const std::unique_ptr<SealedFile> closing(&sealed_of(file));
    return close_file(*closing);
}

int zhibu_vault_read(sqlite3_file* file, void* out, int bytes, sqlite3_int64 offset) noexcept {
    auto* to = static_cast<std::uint8_t*>(out);
    return sealed_of(file).read({to, static_cast<std::size_t>(bytes)}, offset);
}

int zhibu_vault_write(sqlite3_file* file, const void* in, int bytes,
                      sqlite3_int64 offset) noexcept {
    const auto* from = static_cast<const std::uint8_t*>(in);
    return sealed_of(file).write({from, static_cast<std::size_t>(bytes)}, offset);
}

int zhibu_vault_truncate(sqlite3_file* file, sqlite3_int64 size) noexcept {
    return sealed_of(file).truncate(size);
}

int zhibu_vault_sync(sqlite3_file* file, int flags) noexcept { return sealed_of(file).sync(flags); }

int zhibu_vault_file_size(sqlite3_file* file, sqlite3_int64* size) noexcept {
    return ask_size(sealed_of(file), *size);
}

int zhibu_vault_lock(sqlite3_file* file, int level) noexcept {
    return below_of(file)->pMethods->xLock(below_of(file), level);
}

int zhibu_vault_unlock(sqlite3_file* file, int level) noexcept {
    return below_of(file)->pMethods->xUnlock(below_of(file), level);
}

int zhibu_vault_check_reserved_lock(sqlite3_file* file, int* answer) noexcept {
    return below_of(file)->pMethods->xCheckReservedLock(below_of(file), answer);
}

int zhibu_vault_file_control(sqlite3_file* file, int operation, void* argument) noexcept {
    return control_file(file, operation, argument);
}

int zhibu_vault_sector_size(sqlite3_file*) noexcept { return static_cast<int>(page_bytes); }

/// Always, whatever the lower file or a URI says: without it SQLite splits the writes of pages.
int zhibu_vault_device_characteristics(sqlite3_file*) noexcept {
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

int zhibu_vault_shm_map(sqlite3_file* file, int region, int bytes, int extend,
                        volatile void** out) noexcept {
    return sealed_of(file).index_user().map(region, bytes, extend != 0, *out);
}

int zhibu_vault_shm_lock(sqlite3_file* file, int first, int count, int flags) noexcept {
    return sealed_of(file).index_user().lock(first, count, flags);
}

void zhibu_vault_shm_barrier(sqlite3_file*) noexcept {
    std::atomic_thread_fence(std::memory_order_seq_cst);
}

int zhibu_vault_shm_unmap(sqlite3_file* file, int /*remove*/) noexcept {
    sealed_of(file).index_user().leave();
    return SQLITE_OK;
}

}  // extern "C"

/// Version 1 has neither shared memory nor mmap: SQLite uses a WAL then only by a connection that
/// holds the database exclusively.
constexpr sqlite3_io_methods methods_alone{
    .iVersion = 1,
    .xClose = zhibu_vault_close,
    .xRead = zhibu_vault_read,
    .xWrite = zhibu_vault_write,
    .xTruncate = zhibu_vault_truncate,
    .xSync = zhibu_vault_sync,
    .xFileSize = zhibu_vault_file_size,
    .xLock = zhibu_vault_lock,
    .xUnlock = zhibu_vault_unlock,
    .xCheckReservedLock = zhibu_vault_check_reserved_lock,
    .xFileControl = zhibu_vault_file_control,
    .xSectorSize = zhibu_vault_sector_size,
    .xDeviceCharacteristics = zhibu_vault_device_characteristics,
    .xShmMap = nullptr,
    .xShmLock = nullptr,
    .xShmBarrier = nullptr,
    .xShmUnmap = nullptr,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

constexpr sqlite3_io_methods with_shared_index(sqlite3_io_methods methods) {
    methods.iVersion = 2;
    methods.xShmMap = zhibu_vault_shm_map;
    methods.xShmLock = zhibu_vault_shm_lock;
    methods.xShmBarrier = zhibu_vault_shm_barrier;
    methods.xShmUnmap = zhibu_vault_shm_unmap;
    return methods;
}

constexpr sqlite3_io_methods methods_shared = with_shared_index(methods_alone);

}  // namespace

sqlite3_file* below(sqlite3_file* file) {
    return static_cast<sqlite3_file*>(
        static_cast<void*>(static_cast<OpenFile*>(static_cast<void*>(file)) + 1));
}

int file_bytes() { return static_cast<int>(sizeof(OpenFile)); }

void serve(sqlite3_file* file, std::unique_ptr<SealedFile> sealed) {
    file->pMethods = sealed->sharing() == Sharing::one_process ? &methods_shared : &methods_alone;
    static_cast<OpenFile*>(static_cast<void*>(file))->sealed = sealed.release();
}

}  // namespace zhibu::vault::detail

#include "server/store/sqlite/detail/connection.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "server/store/rows/failure.hpp"
#include "server/store/sqlite/detail/sealing.hpp"
#include "server/store/store.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "shared/record/id.hpp"
#include "shared/vault/open_pragmas.hpp"

namespace zhibu::server::detail {
namespace {

/// "zhis": says that the file is a store of this program's.
constexpr std::int64_t application_id = 0x7A686973;

/// The WAL is moved into the file when it has so many pages: 16 MiB, so that a burst of commits
/// is not interrupted by a checkpoint's own two fsyncs after every few.
constexpr int checkpoint_pages = 4096;

constexpr int lock_tries_max = 3;
constexpr std::chrono::milliseconds lock_pause{5};

/// A reader can meet a moment in which the WAL's index is being rebuilt.
constexpr int busy_milliseconds = 2000;

StoreFault fault_of(int code) {
    switch (code & 0xFF) {
        case SQLITE_FULL:
            return StoreFault::storage_full;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return StoreFault::in_use;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_SCHEMA:
        case SQLITE_MISMATCH:
        // A statement that does not compile, or a breach of a constraint, means that the tables
        // are not those that this program made.
        case SQLITE_ERROR:
        case SQLITE_CONSTRAINT:
            return StoreFault::damaged;
        default:
            return StoreFault::storage_failed;
    }
}

StoreFault fault_of(vault::VaultFault fault) {
    switch (fault) {
        case vault::VaultFault::storage_failed:
            return StoreFault::storage_failed;
        case vault::VaultFault::not_there:
            return StoreFault::not_there;
        case vault::VaultFault::malformed:
        case vault::VaultFault::wrong_key:
        case vault::VaultFault::damaged:
        case vault::VaultFault::refused:
            return StoreFault::damaged;
    }
    std::unreachable();
}

/// A failed fsync is never retried: what the kernel then holds of the file is unknown.
/// Source: vault.md, "A failed fsync ends the process".
void end_if_sync_failed(int extended_code) {
    ZHIBU_CHECK(extended_code != SQLITE_IOERR_FSYNC && extended_code != SQLITE_IOERR_DIR_FSYNC);
}

int note_wal_pages(void* pages, sqlite3* /*handle*/, const char* /*name*/, int count) noexcept {
    *static_cast<int*>(pages) = count;
    return SQLITE_OK;
}

int open_flags(SqliteConnection::Use use) {
    return (use == SqliteConnection::Use::reader ? SQLite::OPEN_READONLY : SQLite::OPEN_READWRITE) |
           SQLite::OPEN_NOMUTEX;
}

/// Runs what SQLiteCpp itself does.
template <class Work>
auto translated(Work&& work) {
    try {
        return work();
    } catch (const SQLite::Exception& error) {
        throw_failure(error.getExtendedErrorCode());
    }
}

std::unique_ptr<SQLite::Database> open_database(const std::filesystem::path& file,
                                                SqliteConnection::Use use, const std::string& vfs) {
    return translated(
        [&] { return std::make_unique<SQLite::Database>(file.string(), open_flags(use), 0, vfs); });
}

}  // namespace

void throw_failure(int extended_code) {
    end_if_sync_failed(extended_code);
    if ((extended_code & 0xFF) == SQLITE_NOMEM) {
        throw std::bad_alloc{};
    }
    throw Failed(fault_of(extended_code), "sqlite " + std::to_string(extended_code));
}

void SqliteStatement::Finalized::operator()(sqlite3_stmt* finished) const noexcept {
    sqlite3_finalize(finished);
}

SqliteStatement::SqliteStatement(sqlite3* handle, const char* sql) {
    sqlite3_stmt* prepared = nullptr;
    const int code =
        sqlite3_prepare_v3(handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
    statement_.reset(prepared);
    if (code != SQLITE_OK) {
        throw_failure(sqlite3_extended_errcode(handle));
    }
}

void SqliteStatement::check(int code) const {
    if (code != SQLITE_OK) {
        throw_failure(sqlite3_extended_errcode(sqlite3_db_handle(statement_.get())));
    }
}

void SqliteStatement::bind(int parameter, std::int64_t number) {
    check(sqlite3_bind_int64(statement_.get(), parameter, number));
}

void SqliteStatement::bind(int parameter, std::string_view text) {
    // SQLite takes a null pointer for NULL, also where the size is 0.
    const char* start = text.empty() ? "" : text.data();
    check(sqlite3_bind_text(statement_.get(), parameter, start, static_cast<int>(text.size()),
                            nullptr));
}

void SqliteStatement::bind(int parameter, std::span<const std::uint8_t> bytes) {
    const void* start = bytes.empty() ? static_cast<const void*>("") : bytes.data();
    check(sqlite3_bind_blob(statement_.get(), parameter, start, static_cast<int>(bytes.size()),
                            nullptr));
}

void SqliteStatement::bind_null(int parameter) {
    check(sqlite3_bind_null(statement_.get(), parameter));
}

void SqliteStatement::bind_content(int parameter, std::span<const std::uint8_t> bytes,
                                   const ContentName& /*name*/) {
    bind(parameter, bytes);
}

bool SqliteStatement::step() {
    const int code = sqlite3_step(statement_.get());
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        check(code);
    }
    return code == SQLITE_ROW;
}

void SqliteStatement::again() { check(sqlite3_reset(statement_.get())); }

void SqliteStatement::finish() noexcept {
    // The outcome of a reset repeats that of the last step, which has been reported.
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
}

bool SqliteStatement::is_null(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::int64_t SqliteStatement::integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

std::span<const std::uint8_t> SqliteStatement::view(int column) const {
    const auto* start =
        static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column));
    const int size = sqlite3_column_bytes(statement_.get(), column);
    return {start, start == nullptr ? 0 : static_cast<std::size_t>(size)};
}

std::span<const std::uint8_t> SqliteStatement::content(int column, const ContentName& /*name*/) {
    return view(column);
}

FileLock::FileLock(const std::filesystem::path& file)
    : descriptor_(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
    if (descriptor_ < 0) {
        throw Failed(errno == ENOENT ? StoreFault::not_there : StoreFault::storage_failed,
                     "lock file");
    }
    // Whoever only asks whether the store is in use holds it for a moment.
    for (int tries = 1; ::flock(descriptor_, LOCK_EX | LOCK_NB) != 0; ++tries) {
        if (tries == lock_tries_max) {
            ::close(descriptor_);
            throw Failed(StoreFault::in_use, "lock file");
        }
        std::this_thread::sleep_for(lock_pause);
    }
}

FileLock::~FileLock() { ::close(descriptor_); }

SqliteConnection::SqliteConnection(const std::filesystem::path& file, Use use,
                                   const std::string& vfs)
    : database_(open_database(file, use, vfs)) {
    configure(use);
}

SqliteConnection::~SqliteConnection() = default;

void SqliteConnection::configure(Use use) {
    sqlite3* handle = database_->getHandle();
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_busy_timeout(handle, busy_milliseconds);
    if (const auto applied = vault::apply_open_pragmas(handle, vault::Sharing::one_process);
        !applied) {
        // The vault knows of no full disk; SQLite still does.
        const bool is_full = (sqlite3_errcode(handle) & 0xFF) == SQLITE_FULL;
        throw Failed(is_full ? StoreFault::storage_full : fault_of(applied.error().fault),
                     applied.error().place);
    }
    execute("PRAGMA trusted_schema=OFF");
    execute("PRAGMA cell_size_check=ON");
    if (use == Use::fresh) {
        execute("PRAGMA application_id=" + std::to_string(application_id));
    }
    {
        Query mark = query("PRAGMA application_id");
        if (!mark.step() || mark.integer(0) != application_id) {
            throw Failed(StoreFault::damaged, "application_id");
        }
    }
    if (use == Use::reader) {
        sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
        return;
    }
    execute("PRAGMA journal_size_limit=67108864");
    execute("PRAGMA cache_size=-65536");
    // SQLite's own checkpoint after a commit swallows its errors, a failed fsync among them.
    sqlite3_wal_hook(handle, &note_wal_pages, &wal_pages_);
}

Query SqliteConnection::query(const char* sql) {
    std::unique_ptr<SqliteStatement>& kept = statements_[sql];
    if (kept == nullptr) {
        kept = std::make_unique<SqliteStatement>(database_->getHandle(), sql);
    }
    if (kept->in_use) {
        return Query(std::unique_ptr<Statement>(
            std::make_unique<SqliteStatement>(database_->getHandle(), sql)));
    }
    return Query(*kept);
}

void SqliteConnection::execute(const std::string& sql) {
    translated([&] { database_->exec(sql); });
}

int SqliteConnection::rows_written() const { return database_->getChanges(); }

void SqliteConnection::begin_writing() { query("BEGIN IMMEDIATE").run(); }

void SqliteConnection::begin_reading() { query("BEGIN").run(); }

bool SqliteConnection::in_transaction() const {
    return sqlite3_get_autocommit(database_->getHandle()) == 0;
}

void SqliteConnection::roll_back() noexcept {
    if (in_transaction()) {
        static_cast<void>(database_->tryExec("ROLLBACK"));
    }
}

void SqliteConnection::commit() {
    query("COMMIT").run();
    if (wal_pages_ >= checkpoint_pages) {
        checkpoint();
    }
}

void SqliteConnection::checkpoint() {
    const int code = sqlite3_wal_checkpoint_v2(database_->getHandle(), nullptr,
                                               SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    end_if_sync_failed(code);
    // Other failures lose nothing: what is committed stands in the WAL, and the next commit tries
    // again. A full disk shows there too, as the WAL grows.
    if (code == SQLITE_OK) {
        wal_pages_ = 0;
    }
}

sqlite3* SqliteConnection::handle() { return database_->getHandle(); }

WithoutWaiting::WithoutWaiting(SqliteConnection& connection) : connection_{connection} {
    sqlite3_busy_timeout(connection_.handle(), 0);
}

WithoutWaiting::~WithoutWaiting() { sqlite3_busy_timeout(connection_.handle(), busy_milliseconds); }

void SqliteConnection::empty_wal() {
    sqlite3* handle = database_->getHandle();
    const int code =
        sqlite3_wal_checkpoint_v2(handle, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    if (code != SQLITE_OK) {
        throw_failure(sqlite3_extended_errcode(handle));
    }
}

}  // namespace zhibu::server::detail

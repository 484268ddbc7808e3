#include "client/replica/detail/connection.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Transaction.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <new>
#include <utility>

#include "client/replica/detail/failure.hpp"
#include "shared/record/check.hpp"
#include "shared/vault/open_pragmas.hpp"

namespace zhibu::client::detail {
namespace {

/// "zhib": says that the file is this program's.
constexpr int application_id = 0x7A686962;

struct ClosedBlob {
    void operator()(sqlite3_blob* blob) const noexcept { sqlite3_blob_close(blob); }
};

ReplicaFault fault_of(int code) {
    switch (code & 0xFF) {
        case SQLITE_FULL:
            return ReplicaFault::storage_full;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return ReplicaFault::in_use;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_SCHEMA:
        case SQLITE_MISMATCH:
        // A statement that does not compile, or a breach of a constraint, means that the tables
        // are not those that this program made.
        case SQLITE_ERROR:
        case SQLITE_CONSTRAINT:
            return ReplicaFault::damaged;
        default:
            return ReplicaFault::storage_failed;
    }
}

ReplicaFault fault_of(vault::VaultFault fault) {
    switch (fault) {
        case vault::VaultFault::storage_failed:
            return ReplicaFault::storage_failed;
        case vault::VaultFault::not_there:
            return ReplicaFault::not_there;
        case vault::VaultFault::malformed:
        case vault::VaultFault::wrong_key:
        case vault::VaultFault::damaged:
        case vault::VaultFault::refused:
            return ReplicaFault::damaged;
    }
    std::unreachable();
}

/// One for the process: SQLite keeps its VFSs by name until the end.
vault::Vfs& sealing_files() {
    static vault::Vfs vfs;
    return vfs;
}

vault::Vfs& files_of(const SealedPlace& place) {
    return place.volume == nullptr ? sealing_files() : place.volume->files;
}

std::unique_ptr<SQLite::Database> opened(const SealedPlace& place) {
    return std::make_unique<SQLite::Database>(place.file.string(),
                                              SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX, 0,
                                              files_of(place).name());
}

vault::KeyedFile keyed(const SealedPlace& place, record::Random& random,
                       std::uint64_t pages_sealed) {
    auto file = files_of(place).key(
        place.file, place.keys, vault::FileTerms{.random = random, .pages_sealed = pages_sealed});
    if (!file) {
        throw Failed(fault_of(file.error().fault), file.error().place);
    }
    return *std::move(file);
}

/// SQLite takes a null pointer for NULL, also where the size is 0.
const char* start_of(std::string_view text) { return text.empty() ? "" : text.data(); }

const void* start_of(std::span<const std::uint8_t> bytes) {
    return bytes.empty() ? static_cast<const void*>("") : bytes.data();
}

/// A row number is never negative here.
void answer_found(sqlite3_context* context, int /*count*/, sqlite3_value** values) {
    const auto& found = *static_cast<const std::vector<bool>*>(sqlite3_user_data(context));
    const auto row = static_cast<std::size_t>(sqlite3_value_int64(*values));
    sqlite3_result_int(context, row < found.size() && found[row] ? 1 : 0);
}

}  // namespace

ReplicaError translate_current() {
    try {
        throw;
    } catch (Failed& failed) {
        return std::move(failed.error());
    } catch (const SQLite::Exception& error) {
        const int code = error.getExtendedErrorCode();
        ZHIBU_CHECK(code != SQLITE_IOERR_FSYNC && code != SQLITE_IOERR_DIR_FSYNC);
        if ((error.getErrorCode() & 0xFF) == SQLITE_NOMEM) {
            throw std::bad_alloc{};
        }
        ReplicaError translated;
        translated.fault = fault_of(error.getErrorCode());
        translated.place = "sqlite " + std::to_string(code);
        return translated;
    }
}

void FinalizedStatement::operator()(sqlite3_stmt* statement) const noexcept {
    sqlite3_finalize(statement);
}

Query::Query(sqlite3_stmt* kept) : statement_(kept) {}

Query::Query(Prepared own) : own_(std::move(own)), statement_(own_.get()) {}

Query::~Query() {
    // The outcome of a reset repeats that of the last step, which has been reported.
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
}

void Query::check(int code) const {
    if (code != SQLITE_OK) {
        throw SQLite::Exception(sqlite3_db_handle(statement_), code);
    }
}

Query& Query::bind(std::int64_t number) {
    check(sqlite3_bind_int64(statement_, ++bound_, number));
    return *this;
}

Query& Query::bind(std::string_view text) {
    check(sqlite3_bind_text(statement_, ++bound_, start_of(text), static_cast<int>(text.size()),
                            SQLITE_TRANSIENT));
    return *this;
}

Query& Query::bind_kept(std::string_view text) {
    check(sqlite3_bind_text(statement_, ++bound_, start_of(text), static_cast<int>(text.size()),
                            SQLITE_STATIC));
    return *this;
}

Query& Query::bind(std::span<const std::uint8_t> bytes) {
    check(sqlite3_bind_blob(statement_, ++bound_, start_of(bytes), static_cast<int>(bytes.size()),
                            SQLITE_TRANSIENT));
    return *this;
}

Query& Query::bind_kept(std::span<const std::uint8_t> bytes) {
    check(sqlite3_bind_blob(statement_, ++bound_, start_of(bytes), static_cast<int>(bytes.size()),
                            SQLITE_STATIC));
    return *this;
}

Query& Query::bind_null() {
    check(sqlite3_bind_null(statement_, ++bound_));
    return *this;
}

bool Query::step() {
    const int code = sqlite3_step(statement_);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        check(code);
    }
    return code == SQLITE_ROW;
}

void Query::run() {
    while (step()) {
    }
}

bool Query::is_null(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

bool Query::is_integer(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_INTEGER;
}

std::int64_t Query::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Query::text(int column) const {
    const std::span<const std::uint8_t> value = view(column);
    return {value.begin(), value.end()};
}

std::span<const std::uint8_t> Query::view(int column) const {
    const auto* start = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
    const int size = sqlite3_column_bytes(statement_, column);
    return {start, start == nullptr ? 0 : static_cast<std::size_t>(size)};
}

Bytes Query::bytes(int column) const {
    const std::span<const std::uint8_t> value = view(column);
    return {value.begin(), value.end()};
}

record::Uuid Query::uuid(int column) const {
    const std::span<const std::uint8_t> value = view(column);
    record::Uuid uuid;
    if (value.size() != uuid.bytes.size()) {
        throw Failed(ReplicaFault::damaged, "id");
    }
    std::ranges::copy(value, uuid.bytes.begin());
    return uuid;
}

vault::Disk& disk_of(const SealedPlace& place) {
    static vault::SystemDisk system;
    return place.volume == nullptr ? system : place.volume->disk;
}

FileLock::FileLock(const std::filesystem::path& file)
    : descriptor_(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
    if (descriptor_ < 0) {
        throw Failed(errno == ENOENT ? ReplicaFault::not_there : ReplicaFault::storage_failed,
                     "lock file");
    }
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
        ::close(descriptor_);
        throw Failed(ReplicaFault::in_use, "lock file");
    }
}

FileLock::~FileLock() { ::close(descriptor_); }

Connection::Connection(const SealedPlace& place, record::Random& random, std::uint64_t pages_sealed)
    : keyed_{keyed(place, random, pages_sealed)}, database_{opened(place)} {
    prepare();
    Query mark = query("PRAGMA application_id");
    if (!mark.step() || mark.integer(0) != application_id) {
        throw Failed(ReplicaFault::damaged, "application_id");
    }
}

Connection::Connection(const SealedPlace& place, record::Random& random)
    : keyed_{keyed(place, random, 0)}, database_{opened(place)} {
    prepare();
    execute("PRAGMA application_id=" + std::to_string(application_id));
}

void Connection::prepare() {
    sqlite3* handle = database_->getHandle();
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    if (const auto applied = vault::apply_open_pragmas(handle); !applied) {
        throw Failed(fault_of(applied.error().fault), applied.error().place);
    }
    execute("PRAGMA trusted_schema=OFF");
    execute("PRAGMA cell_size_check=ON");
    // What left the account's scope must not be readable in the file by the key that still opens
    // it.
    execute("PRAGMA secure_delete=ON");
    // A long tail leaves a long WAL; after the next checkpoint it shrinks to this.
    execute("PRAGMA journal_size_limit=16777216");
    database_->createFunction(std::string{found_function}.c_str(), 1, false, &found_,
                              &answer_found);
}

Connection::~Connection() = default;

Prepared Connection::prepared(std::string_view sql, unsigned flags) {
    sqlite3_stmt* made = nullptr;
    const int code = sqlite3_prepare_v3(database_->getHandle(), sql.data(),
                                        static_cast<int>(sql.size()), flags, &made, nullptr);
    Prepared statement(made);
    if (code != SQLITE_OK) {
        throw SQLite::Exception(database_->getHandle(), code);
    }
    return statement;
}

Query Connection::query(std::string_view sql) {
    // To compare a long text costs less than to hash it, and each stands mostly in one place.
    const std::size_t address = std::hash<const void*>{}(sql.data());
    Recent& recent = recent_[(address ^ (address >> 8U)) % recent_kept];
    if (recent.text == nullptr || *recent.text != sql) {
        auto kept = statements_.find(sql);
        if (kept == statements_.end()) {
            kept = statements_.emplace(sql, prepared(sql, SQLITE_PREPARE_PERSISTENT)).first;
        }
        recent = {&kept->first, kept->second.get()};
    }
    return Query(recent.statement);
}

Query Connection::query_once(std::string_view sql) { return Query(prepared(sql, 0)); }

Bytes Connection::part_of_group(std::int64_t sequence, std::uint64_t at, std::size_t bytes_max) {
    sqlite3* handle = database_->getHandle();
    sqlite3_blob* opened = nullptr;
    const auto check = [handle](int code) {
        if (code != SQLITE_OK) {
            throw SQLite::Exception(handle, code);
        }
    };
    check(sqlite3_blob_open(handle, "main", "own_group", "sealed", sequence, 0, &opened));
    const std::unique_ptr<sqlite3_blob, ClosedBlob> blob(opened);
    const auto size = static_cast<std::uint64_t>(sqlite3_blob_bytes(blob.get()));
    if (at >= size) {
        throw Failed(ReplicaFault::damaged, "own_group");
    }
    Bytes bytes(static_cast<std::size_t>(std::min<std::uint64_t>(bytes_max, size - at)));
    check(sqlite3_blob_read(blob.get(), bytes.data(), static_cast<int>(bytes.size()),
                            static_cast<int>(at)));
    return bytes;
}

void Connection::empty_wal() {
    sqlite3* handle = database_->getHandle();
    const int code =
        sqlite3_wal_checkpoint_v2(handle, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    ZHIBU_CHECK(code != SQLITE_IOERR_FSYNC && code != SQLITE_IOERR_DIR_FSYNC);
}

void Connection::keep_pages(Pages pages) {
    if (pages != kept_) {
        execute(pages == Pages::many ? "PRAGMA cache_size=-131072" : "PRAGMA cache_size=-2000");
        kept_ = pages;
    }
}

void Connection::set_found(const std::vector<std::int64_t>& rows) {
    found_.clear();
    for (const std::int64_t row : rows) {
        const auto at = static_cast<std::size_t>(row);
        if (at >= found_.size()) {
            found_.resize(at + 1);
        }
        found_[at] = true;
    }
}

void Connection::execute(const std::string& sql) { database_->exec(sql); }

WriteTransaction::WriteTransaction(Connection& connection)
    : transaction_(std::make_unique<SQLite::Transaction>(connection.database(),
                                                         SQLite::TransactionBehavior::IMMEDIATE)) {}

WriteTransaction::~WriteTransaction() = default;

void WriteTransaction::commit() { transaction_->commit(); }

}  // namespace zhibu::client::detail

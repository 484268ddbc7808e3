#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "shared/record/change.hpp"
#include "shared/record/id.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace SQLite {
class Database;
}  // namespace SQLite

namespace zhibu::server::detail {

using Bytes = std::vector<std::uint8_t>;

/// A prepared statement and whether a Query is using it. Not SQLiteCpp's class, whose every column
/// read counts a reference: half of a wide record's reading time.
struct KeptStatement {
    struct Finalized {
        void operator()(sqlite3_stmt* statement) const noexcept;
    };

    KeptStatement(sqlite3* handle, const char* sql);

    std::unique_ptr<sqlite3_stmt, Finalized> statement;
    bool in_use = false;
};

/// A prepared statement in use. Parameters are bound in the order of the calls; texts and bytes are
/// not copied and must outlive the query. Columns are read by position from 0. Threads: none.
class Query {
public:
    explicit Query(KeptStatement& kept);
    /// For a statement that is used this once.
    explicit Query(std::unique_ptr<KeptStatement> own);
    ~Query();
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    Query& bind(std::int64_t number);
    Query& bind_position(std::uint64_t position);
    Query& bind(std::string_view text);
    Query& bind(std::span<const std::uint8_t> bytes);
    Query& bind_null();

    /// True: a row is there to be read. False: the statement is done.
    bool step();
    /// For statements without rows.
    void run();
    /// Ready to bind and run again.
    void again();

    [[nodiscard]] bool is_null(int column) const;
    [[nodiscard]] std::int64_t integer(int column) const;

    [[nodiscard]] std::uint64_t position(int column) const {
        return static_cast<std::uint64_t>(integer(column));
    }

    [[nodiscard]] std::string text(int column) const;
    /// Valid until the next step.
    [[nodiscard]] std::span<const std::uint8_t> view(int column) const;
    [[nodiscard]] Bytes bytes(int column) const;
    /// 16 bytes; anything else in the column is a damaged file.
    [[nodiscard]] record::Uuid uuid(int column) const;
    /// 32 bytes; anything else in the column is a damaged file.
    [[nodiscard]] record::Hash hash(int column) const;

private:
    void check(int code) const;

    std::unique_ptr<KeptStatement> own_;
    KeptStatement& kept_;
    sqlite3_stmt* statement_;
    int bound_ = 0;
};

/// Holds the lock file beside a store, so that a second program is told at once.
class FileLock {
public:
    /// Throws Failed{in_use} when another process, or another store of this one, holds it.
    explicit FileLock(const std::filesystem::path& file);
    ~FileLock();
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

private:
    int descriptor_;
};

/// One SQLite connection. Throws Failed and SQLiteCpp's exceptions, which guarded() translates.
/// Threads: confined to one at a time.
class Connection {
public:
    enum class Use : std::uint8_t {
        fresh,   // makes an empty file the kind that this class opens, and writes
        writer,  // the one that writes, and alone checkpoints
        reader,
    };

    /// @param vfs  through which the file is sealed
    Connection(const std::filesystem::path& file, Use use, const std::string& vfs);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Statements are prepared once and kept by the text's address: `sql` is a literal, or stands
    /// unchanged as long as the connection. Hashing a wide table's text would cost as much as some
    /// of its statements do.
    [[nodiscard]] Query query(const char* sql);
    /// One or more statements without parameters.
    void execute(const std::string& sql);
    /// The number of rows that the last statement wrote.
    [[nodiscard]] int rows_written() const;
    /// An error may have undone the transaction already.
    [[nodiscard]] bool in_transaction() const;
    /// Undoes the transaction, if one is open; an error here leaves nothing more to undo.
    void roll_back() noexcept;
    /// Commits, durable when it returns; then moves a long WAL into the file.
    void commit();
    /// Moves all of the WAL into the file, durably, so that the file can be taken by itself.
    void empty_wal();

    [[nodiscard]] sqlite3* handle();

private:
    void configure(Use use);
    void checkpoint();

    std::unique_ptr<SQLite::Database> database_;
    std::unordered_map<const char*, std::unique_ptr<KeptStatement>> statements_;
    /// As SQLite told after the last commit.
    int wal_pages_ = 0;
};

/// While it lives, the connection does not wait for readers.
class WithoutWaiting {
public:
    explicit WithoutWaiting(Connection& connection);
    ~WithoutWaiting();
    WithoutWaiting(const WithoutWaiting&) = delete;
    WithoutWaiting& operator=(const WithoutWaiting&) = delete;

private:
    Connection& connection_;
};

}  // namespace zhibu::server::detail

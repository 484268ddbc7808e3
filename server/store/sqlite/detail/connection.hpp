#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "server/store/rows/query.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace SQLite {
class Database;
}  // namespace SQLite

namespace zhibu::server::detail {

/// Throws what SQLite's extended code means. A failed fsync ends the process.
[[noreturn]] void throw_failure(int extended_code);

/// A prepared statement of SQLite's. Not SQLiteCpp's class, whose every column read counts a
/// reference: half of a wide record's reading time.
class SqliteStatement final : public Statement {
public:
    SqliteStatement(sqlite3* handle, const char* sql);

    void bind(int parameter, std::int64_t number) override;
    void bind(int parameter, std::string_view text) override;
    void bind(int parameter, std::span<const std::uint8_t> bytes) override;
    void bind_null(int parameter) override;
    /// The file is sealed as a whole.
    void bind_content(int parameter, std::span<const std::uint8_t> bytes,
                      const ContentName& name) override;
    bool step() override;
    void again() override;
    void finish() noexcept override;
    [[nodiscard]] bool is_null(int column) const override;
    [[nodiscard]] std::int64_t integer(int column) const override;
    [[nodiscard]] std::span<const std::uint8_t> view(int column) const override;
    [[nodiscard]] std::span<const std::uint8_t> content(int column,
                                                        const ContentName& name) override;

private:
    struct Finalized {
        void operator()(sqlite3_stmt* statement) const noexcept;
    };

    void check(int code) const;

    std::unique_ptr<sqlite3_stmt, Finalized> statement_;
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

/// One SQLite connection. Throws Failed. Threads: confined to one at a time.
class SqliteConnection final : public Connection {
public:
    enum class Use : std::uint8_t {
        fresh,   // makes an empty file the kind that this class opens, and writes
        writer,  // the one that writes, and alone checkpoints
        reader,
    };

    /// @param vfs  through which the file is sealed
    SqliteConnection(const std::filesystem::path& file, Use use, const std::string& vfs);
    ~SqliteConnection() override;

    [[nodiscard]] Query query(const char* sql) override;
    void execute(const std::string& sql) override;
    [[nodiscard]] int rows_written() const override;
    void begin_writing() override;
    void begin_reading() override;
    [[nodiscard]] bool in_transaction() const override;
    void roll_back() noexcept override;
    /// Then moves a long WAL into the file.
    void commit() override;
    /// Moves all of the WAL into the file, durably, so that the file can be taken by itself.
    void empty_wal();

    [[nodiscard]] sqlite3* handle();

private:
    void configure(Use use);
    void checkpoint();

    std::unique_ptr<SQLite::Database> database_;
    std::unordered_map<const char*, std::unique_ptr<SqliteStatement>> statements_;
    /// As SQLite told after the last commit.
    int wal_pages_ = 0;
};

/// While it lives, the connection does not wait for readers.
class WithoutWaiting {
public:
    explicit WithoutWaiting(SqliteConnection& connection);
    ~WithoutWaiting();
    WithoutWaiting(const WithoutWaiting&) = delete;
    WithoutWaiting& operator=(const WithoutWaiting&) = delete;

private:
    SqliteConnection& connection_;
};

}  // namespace zhibu::server::detail

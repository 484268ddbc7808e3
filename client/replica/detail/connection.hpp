#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "client/replica/replica.hpp"
#include "shared/record/id.hpp"
#include "shared/record/random.hpp"
#include "shared/vault/vfs.hpp"

namespace SQLite {
class Database;
class Transaction;
}  // namespace SQLite

struct sqlite3_stmt;

namespace zhibu::client::detail {

using Bytes = std::vector<std::uint8_t>;

struct FinalizedStatement {
    void operator()(sqlite3_stmt* statement) const noexcept;
};

using Prepared = std::unique_ptr<sqlite3_stmt, FinalizedStatement>;

/// A prepared statement in use. Parameters are bound in the order of the calls; when it goes, the
/// statement is reset and forgets what was bound. Columns are read by position from 0.
class Query {
public:
    /// @param kept  outlives this
    explicit Query(sqlite3_stmt* kept);
    explicit Query(Prepared own);
    ~Query();
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    Query& bind(std::int64_t number);

    Query& bind(std::uint64_t number) { return bind(static_cast<std::int64_t>(number)); }

    Query& bind(std::string_view text);
    Query& bind(std::span<const std::uint8_t> bytes);

    Query& bind(const record::Uuid& uuid) { return bind(std::span(uuid.bytes)); }

    Query& bind_null();

    /// As bind(), of what stays as it is until this goes: SQLite then copies nothing.
    Query& bind_kept(std::string_view text);
    Query& bind_kept(std::span<const std::uint8_t> bytes);

    Query& bind_kept(const record::Uuid& uuid) { return bind_kept(std::span(uuid.bytes)); }

    /// True: a row is there to be read. False: the statement is done.
    bool step();
    /// For statements without rows.
    void run();

    [[nodiscard]] bool is_null(int column) const;
    [[nodiscard]] bool is_integer(int column) const;
    [[nodiscard]] std::int64_t integer(int column) const;

    [[nodiscard]] std::uint64_t position(int column) const {
        return static_cast<std::uint64_t>(integer(column));
    }

    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] Bytes bytes(int column) const;
    /// The same without a copy; valid until the next step.
    [[nodiscard]] std::span<const std::uint8_t> view(int column) const;
    /// 16 bytes; anything else in the column is a damaged file.
    [[nodiscard]] record::Uuid uuid(int column) const;

private:
    void check(int code) const;

    Prepared own_;
    sqlite3_stmt* statement_;
    int bound_ = 0;
};

/// Where the place's names and small files stand.
[[nodiscard]] vault::Disk& disk_of(const SealedPlace& place);

/// Holds the lock file beside a replica, so that a second program is told at once.
class FileLock {
public:
    /// Throws Failed{in_use} when another process, or another replica of this one, holds it.
    explicit FileLock(const std::filesystem::path& file);
    ~FileLock();
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

private:
    int descriptor_;
};

/// The SQL function that set_found() answers.
inline constexpr std::string_view found_function = "zhibu_found";

/// The one SQLite connection, held exclusively. Throws Failed and SQLiteCpp's exceptions, which
/// guarded() translates.
class Connection {
public:
    /// Opens an existing file.
    /// @param pages_sealed  before, by the head record
    Connection(const SealedPlace& place, record::Random& random, std::uint64_t pages_sealed);
    /// Makes an empty file the kind that the other opens.
    Connection(const SealedPlace& place, record::Random& random);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Statements are prepared once and kept; one text is used by one Query at a time.
    [[nodiscard]] Query query(std::string_view sql);
    /// For texts made for one occasion, which are not kept.
    [[nodiscard]] Query query_once(std::string_view sql);
    /// One or more statements without parameters.
    void execute(const std::string& sql);

    /// Few: 2 MB, for what writes much. Many: 128 MiB at most, so that lists of a committee's
    /// 100,000 persons are not unsealed page by page each time.
    enum class Pages : std::uint8_t { few, many };
    void keep_pages(Pages pages);

    /// zhibu_found(rowid) is true of these, until it is set anew.
    void set_found(const std::vector<std::int64_t>& rows);

    /// Of the bytes of this device's group of that sequence those from `at` on, at most
    /// `bytes_max`; no more of them is held.
    [[nodiscard]] Bytes part_of_group(std::int64_t sequence, std::uint64_t at,
                                      std::size_t bytes_max);

    /// Moves all of the WAL into the file and cuts it off, and its older pages with it. Where the
    /// disk will not have it, the next checkpoint tries again: nothing is lost.
    void empty_wal();

    /// Pages sealed by the newest key so far, for the head record.
    [[nodiscard]] std::uint64_t pages_sealed() const { return keyed_.pages_sealed(); }

    [[nodiscard]] SQLite::Database& database() { return *database_; }

private:
    /// Finds a text without making a string of it.
    struct TextHash {
        using is_transparent = void;

        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>{}(text);
        }
    };

    /// Where a text was found by its address, which says less than the text.
    struct Recent {
        const std::string* text = nullptr;
        sqlite3_stmt* statement = nullptr;
    };

    static constexpr std::size_t recent_kept = 256;

    void prepare();
    [[nodiscard]] Prepared prepared(std::string_view sql, unsigned flags);

    /// Goes after the connection.
    vault::KeyedFile keyed_;
    std::unique_ptr<SQLite::Database> database_;
    /// By row number.
    std::vector<bool> found_;
    Pages kept_ = Pages::few;
    std::unordered_map<std::string, Prepared, TextHash, std::equal_to<>> statements_;
    /// By the address of the text that was asked for.
    std::array<Recent, recent_kept> recent_;
};

/// A write transaction; rolled back when it goes without commit().
class WriteTransaction {
public:
    explicit WriteTransaction(Connection& connection);
    ~WriteTransaction();
    WriteTransaction(const WriteTransaction&) = delete;
    WriteTransaction& operator=(const WriteTransaction&) = delete;

    /// Durable when it returns.
    void commit();

private:
    std::unique_ptr<SQLite::Transaction> transaction_;
};

}  // namespace zhibu::client::detail

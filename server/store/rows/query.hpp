#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/store/store.hpp"
#include "shared/record/change.hpp"
#include "shared/record/id.hpp"

/// What the tables of both stores need of their database: statements with parameters, and one
/// transaction. The statements are written in the SQL that SQLite and PostgreSQL share, with `?`
/// for a parameter.
namespace zhibu::server::detail {

using Bytes = std::vector<std::uint8_t>;

/// Which bytes of which row of which table: what sealed bytes are bound to, so that they open
/// nowhere else.
struct ContentName {
    std::string_view column;
    std::uint64_t position = 0;
    record::Uuid row;
};

/// A prepared statement. Parameters count from 1, columns from 0; texts and bytes are not copied
/// and must outlive the run. Throws Failed. Threads: its connection's.
class Statement {
public:
    Statement() = default;
    virtual ~Statement() = default;
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    virtual void bind(int parameter, std::int64_t number) = 0;
    virtual void bind(int parameter, std::string_view text) = 0;
    virtual void bind(int parameter, std::span<const std::uint8_t> bytes) = 0;
    virtual void bind_null(int parameter) = 0;
    /// Bytes that say something of a person: sealed where the database is not sealed as a whole.
    virtual void bind_content(int parameter, std::span<const std::uint8_t> bytes,
                              const ContentName& name) = 0;

    virtual bool step() = 0;
    virtual void again() = 0;
    /// Lets go of what was bound and read; whatever the last step reported has been reported.
    virtual void finish() noexcept = 0;

    [[nodiscard]] virtual bool is_null(int column) const = 0;
    /// 0 where the column is NULL.
    [[nodiscard]] virtual std::int64_t integer(int column) const = 0;
    /// Valid until the next step.
    [[nodiscard]] virtual std::span<const std::uint8_t> view(int column) const = 0;
    /// As view(), of what bind_content() took. Throws Failed{damaged} where it was not that.
    [[nodiscard]] virtual std::span<const std::uint8_t> content(int column,
                                                                const ContentName& name) = 0;

    bool in_use = false;
};

/// A statement in use. Parameters are bound in the order of the calls. Threads: none.
class Query {
public:
    explicit Query(Statement& kept);
    /// For a statement that is used this once.
    explicit Query(std::unique_ptr<Statement> own);
    ~Query();
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    Query& bind(std::int64_t number);
    Query& bind_position(std::uint64_t position);
    Query& bind(std::string_view text);
    Query& bind(std::span<const std::uint8_t> bytes);
    Query& bind_null();
    Query& bind_content(std::span<const std::uint8_t> bytes, const ContentName& name);

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
    /// 16 bytes; anything else in the column is a damaged store.
    [[nodiscard]] record::Uuid uuid(int column) const;
    /// 32 bytes; anything else in the column is a damaged store.
    [[nodiscard]] record::Hash hash(int column) const;
    /// What bind_content() took; valid until the next step.
    [[nodiscard]] std::span<const std::uint8_t> content(int column, const ContentName& name);
    [[nodiscard]] Bytes content_bytes(int column, const ContentName& name);

private:
    std::unique_ptr<Statement> own_;
    Statement& statement_;
    int bound_ = 0;
};

/// One connection to a database. Throws Failed. Threads: confined to one at a time.
class Connection {
public:
    Connection() = default;
    virtual ~Connection() = default;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Statements are prepared once and kept by the text's address: `sql` is a literal, or stands
    /// unchanged as long as the connection. Hashing a wide table's text would cost as much as some
    /// of its statements do.
    [[nodiscard]] virtual Query query(const char* sql) = 0;
    /// One or more statements without parameters.
    virtual void execute(const std::string& sql) = 0;
    /// The number of rows that the last statement wrote.
    [[nodiscard]] virtual int rows_written() const = 0;

    /// Begins the one writing transaction that there can be.
    virtual void begin_writing() = 0;
    /// Begins a transaction that sees one moment.
    virtual void begin_reading() = 0;
    /// An error may have undone the transaction already.
    [[nodiscard]] virtual bool in_transaction() const = 0;
    /// Undoes the transaction, if one is open; an error here leaves nothing more to undo.
    virtual void roll_back() noexcept = 0;
    /// Durable when it returns.
    virtual void commit() = 0;
};

}  // namespace zhibu::server::detail

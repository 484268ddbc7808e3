#include "server/store/postgres/detail/connection.hpp"

#include <poll.h>
#include <postgresql/libpq-fe.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/store/postgres/postgres_store.hpp"
#include "server/store/rows/failure.hpp"
#include "server/store/store.hpp"
#include "shared/record/check.hpp"
#include "shared/record/id.hpp"

namespace zhibu::server::detail {
namespace {

constexpr int binary = 1;
/// As checked() names it.
constexpr std::string_view read_only_host = "postgresql 25006";

/// Source: PostgreSQL's manual, "PostgreSQL Error Codes".
StoreFault fault_of(std::string_view code) {
    if (code == "53100") {
        return StoreFault::storage_full;
    }
    if (code == "55P03") {
        return StoreFault::in_use;
    }
    const std::string_view sort = code.substr(0, 2);
    // What does not fit the tables means that they are not those that this program made.
    if (sort == "22" || sort == "23" || sort == "42" || sort == "XX") {
        return StoreFault::damaged;
    }
    return StoreFault::storage_failed;
}

/// @param what  may be a statement without results too
Result checked(PGresult* what) {
    Result result{what};
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
        return result;
    }
    // Its message may quote what was bound, so it goes no further than its code.
    const char* code = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
    const std::string named = code == nullptr ? "connection" : code;
    throw Failed(fault_of(named), "postgresql " + named);
}

int rows_of(const Result& result) { return std::atoi(PQcmdTuples(result.get())); }

/// `?` as PostgreSQL counts it. No statement of ours has one in a literal.
std::string numbered(std::string_view sql) {
    std::string text;
    int number = 0;
    for (const char each : sql) {
        if (each == '?') {
            text += '$' + std::to_string(++number);
        } else {
            text += each;
        }
    }
    return text;
}

struct Released {
    void operator()(PGnotify* notice) const noexcept { PQfreemem(notice); }
};

struct OptionsFreed {
    void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};

void ignore_notice(void* /*nothing*/, const char* /*message*/) noexcept {}

class PostgresStatement final : public Statement {
public:
    PostgresStatement(Link& link, const Sealer& sealer, const char* sql, std::string name)
        : link_(link), sealer_(sealer), sql_(numbered(sql)), name_(std::move(name)) {}

    void bind(int parameter, std::int64_t number) override {
        Bytes bytes(sizeof number);
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            bytes[at] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(number) >>
                                                  (8 * (bytes.size() - 1 - at)));
        }
        keep(parameter, std::move(bytes));
    }

    void bind(int parameter, std::string_view text) override {
        put(parameter, text.empty() ? "" : text.data(), text.size());
    }

    void bind(int parameter, std::span<const std::uint8_t> bytes) override {
        put(parameter, bytes.empty() ? "" : static_cast<const void*>(bytes.data()), bytes.size());
    }

    void bind_null(int parameter) override { put(parameter, nullptr, 0); }

    void bind_content(int parameter, std::span<const std::uint8_t> bytes,
                      const ContentName& name) override {
        keep(parameter, sealer_.seal(bytes, name));
    }

    bool step() override {
        opened_.clear();
        if (result_ == nullptr) {
            run();
            row_ = 0;
        } else {
            ++row_;
        }
        return row_ < PQntuples(result_.get());
    }

    void again() override {
        result_.reset();
        opened_.clear();
    }

    void finish() noexcept override {
        result_.reset();
        opened_.clear();
        kept_.clear();
        values_.clear();
        sizes_.clear();
    }

    [[nodiscard]] bool is_null(int column) const override {
        return PQgetisnull(result_.get(), row_, column) != 0;
    }

    [[nodiscard]] std::int64_t integer(int column) const override {
        const std::span<const std::uint8_t> value = view(column);
        if (value.empty()) {
            return 0;
        }
        if (value.size() != 4 && value.size() != sizeof(std::int64_t)) {
            throw Failed(StoreFault::damaged, "number");
        }
        std::uint64_t number = (value.front() & 0x80U) != 0 ? ~std::uint64_t{0} : 0;
        for (const std::uint8_t each : value) {
            number = (number << 8U) | each;
        }
        return static_cast<std::int64_t>(number);
    }

    [[nodiscard]] std::span<const std::uint8_t> view(int column) const override {
        const void* start = PQgetvalue(result_.get(), row_, column);
        return {static_cast<const std::uint8_t*>(start),
                static_cast<std::size_t>(PQgetlength(result_.get(), row_, column))};
    }

    [[nodiscard]] std::span<const std::uint8_t> content(int column,
                                                        const ContentName& name) override {
        // What was dropped is empty, and nothing sealed is.
        if (view(column).empty()) {
            return {};
        }
        return opened_[column] = sealer_.open(view(column), name);
    }

private:
    void put(int parameter, const void* start, std::size_t size) {
        const auto count = static_cast<std::size_t>(parameter);
        if (values_.size() < count) {
            values_.resize(count);
            sizes_.resize(count);
        }
        values_[count - 1] = static_cast<const char*>(start);
        sizes_[count - 1] = static_cast<int>(size);
    }

    void keep(int parameter, Bytes bytes) {
        const Bytes& kept = kept_[parameter] = std::move(bytes);
        put(parameter, kept.data(), kept.size());
    }

    void run() {
        PGconn* connection = link_.connection.get();
        if (prepared_on_ != link_.number) {
            checked(PQprepare(connection, name_.c_str(), sql_.c_str(), 0, nullptr));
            prepared_on_ = link_.number;
        }
        const std::vector<int> formats(values_.size(), binary);
        result_ =
            checked(PQexecPrepared(connection, name_.c_str(), static_cast<int>(values_.size()),
                                   values_.data(), sizes_.data(), formats.data(), binary));
        link_.rows_written = rows_of(result_);
    }

    Link& link_;
    const Sealer& sealer_;
    std::string sql_;
    /// Empty for one that is used once.
    std::string name_;
    std::uint64_t prepared_on_ = 0;
    std::vector<const char*> values_;
    std::vector<int> sizes_;
    /// By parameter and by column; they stay where they are as the maps grow.
    std::map<int, Bytes> kept_;
    std::map<int, Bytes> opened_;
    Result result_;
    int row_ = 0;
};

}  // namespace

void ResultCleared::operator()(pg_result* result) const noexcept { PQclear(result); }

void Link::Finished::operator()(pg_conn* connection) const noexcept { PQfinish(connection); }

PostgresConnection::PostgresConnection(std::string address, const Sealer& sealer, SpaceClaim claim)
    : address_(std::move(address)), sealer_(sealer), claim_(claim) {
    connect();
}

PostgresConnection::~PostgresConnection() = default;

void PostgresConnection::connect() {
    // What stands before the address, it may say otherwise. A host that is gone without a word is
    // missed by its silence, also while it owes the answer to a commit.
    constexpr std::array<const char*, 8> names{
        "connect_timeout",  "tcp_user_timeout", "keepalives_idle",      "keepalives_interval",
        "keepalives_count", "dbname",           "target_session_attrs", nullptr};
    const std::array<const char*, 8> values{"10", "10000",          "5",          "2",
                                            "3",  address_.c_str(), "read-write", nullptr};
    link_.connection.reset(PQconnectdbParams(names.data(), values.data(), 1));
    ++link_.number;
    PGconn* connection = link_.connection.get();
    ZHIBU_CHECK(connection != nullptr);
    if (PQstatus(connection) != CONNECTION_OK) {
        throw Failed(StoreFault::storage_failed, "postgresql connection");
    }
    PQsetNoticeProcessor(connection, &ignore_notice, nullptr);
    const std::string space = record::to_text(sealer_.space());
    claim_space(space);
    execute(
        "SET search_path=zhibu, pg_catalog; SET synchronous_commit=on;"
        "SET client_encoding='UTF8'; SET lock_timeout='30s';"
        "SET idle_in_transaction_session_timeout='60s'");
    execute("SELECT set_config('zhibu.space', '" + space + "', false)");
    const Result durable =
        checked(PQexec(connection, "SELECT 1 WHERE current_setting('fsync')='on'"));
    if (PQntuples(durable.get()) != 1) {
        throw Failed(StoreFault::storage_failed, "postgresql fsync=off");
    }
}

void PostgresConnection::claim_space(const std::string& space) {
    if (claim_ == SpaceClaim::none) {
        return;
    }
    // What ended a moment ago may not have let go of it yet.
    execute("SET lock_timeout='3s'");
    const std::string lock =
        claim_ == SpaceClaim::alone ? "pg_advisory_lock" : "pg_advisory_lock_shared";
    execute("SELECT " + lock + "(2053663083, hashtext('" + space + "'))");
}

Query PostgresConnection::query(const char* sql) {
    std::unique_ptr<Statement>& kept = statements_[sql];
    if (kept == nullptr) {
        kept = std::make_unique<PostgresStatement>(link_, sealer_, sql,
                                                   "s" + std::to_string(statements_.size()));
    }
    if (kept->in_use) {
        return Query(std::unique_ptr<Statement>(
            std::make_unique<PostgresStatement>(link_, sealer_, sql, std::string{})));
    }
    return Query(*kept);
}

void PostgresConnection::execute(const std::string& sql) {
    link_.rows_written = rows_of(checked(PQexec(link_.connection.get(), sql.c_str())));
}

int PostgresConnection::rows_written() const { return link_.rows_written; }

void PostgresConnection::begin(const char* sql) {
    ZHIBU_CHECK(!in_transaction());
    is_writing_ = false;
    if (PQstatus(link_.connection.get()) == CONNECTION_OK) {
        Result result{PQexec(link_.connection.get(), sql)};
        if (PQresultStatus(result.get()) == PGRES_COMMAND_OK) {
            return;
        }
    }
    // Nothing of this transaction has happened yet, so a new link loses nothing.
    connect();
    execute(sql);
}

void PostgresConnection::begin() { begin("BEGIN"); }

void PostgresConnection::begin_writing() {
    try {
        begin_on_this_link();
    } catch (const Failed& failed) {
        if (failed.error().place != read_only_host) {
            throw;
        }
        // Another host has taken its place, and it let the link live.
        connect();
        begin_on_this_link();
    }
}

void PostgresConnection::begin_on_this_link() {
    begin();
    try {
        hold_space();
    } catch (...) {
        roll_back();
        throw;
    }
}

void PostgresConnection::hold_space() {
    // Each statement after it sees all that was committed before the row was let go.
    is_writing_ = true;
    Query row = query("SELECT catalog_version, epoch FROM zhibu_space FOR UPDATE");
    if (!row.step()) {
        throw Failed(StoreFault::not_there, "zhibu_space");
    }
    if (epoch_ && record::EpochId{row.uuid(1)} != *epoch_) {
        throw Failed(StoreFault::damaged, "zhibu_space epoch");
    }
    if (catalog_version_ && row.integer(0) > std::int64_t{*catalog_version_}) {
        throw Failed(StoreFault::other_version, "catalog " + std::to_string(row.integer(0)));
    }
}

void PostgresConnection::begin_reading() {
    begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
}

bool PostgresConnection::in_transaction() const {
    const PGTransactionStatusType status = PQtransactionStatus(link_.connection.get());
    return status == PQTRANS_ACTIVE || status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

void PostgresConnection::roll_back() noexcept {
    if (in_transaction()) {
        PQclear(PQexec(link_.connection.get(), "ROLLBACK"));
    }
}

void PostgresConnection::commit() {
    if (is_writing_) {
        // It goes out if the transaction commits, and not before it has.
        execute("SELECT pg_notify('zhibu_commit', current_setting('zhibu.space'))");
    }
    const Result result = checked(PQexec(link_.connection.get(), "COMMIT"));
    // Of a transaction that has failed, COMMIT is a ROLLBACK without an error.
    if (std::strcmp(PQcmdStatus(result.get()), "COMMIT") != 0) {
        throw Failed(StoreFault::storage_failed, "postgresql rollback");
    }
}

void PostgresConnection::listen() { execute("LISTEN zhibu_commit"); }

bool PostgresConnection::is_lost() const {
    return PQstatus(link_.connection.get()) != CONNECTION_OK;
}

bool PostgresConnection::hears(std::chrono::milliseconds at_most) {
    PGconn* connection = link_.connection.get();
    pollfd arriving{PQsocket(connection), POLLIN, 0};
    ::poll(&arriving, 1, static_cast<int>(at_most.count()));
    if (PQconsumeInput(connection) == 0) {
        throw Failed(StoreFault::storage_failed, "postgresql connection");
    }
    const std::string own = record::to_text(sealer_.space());
    bool is_ours = false;
    while (const std::unique_ptr<PGnotify, Released> notice{PQnotifies(connection)}) {
        is_ours = is_ours || own == notice->extra;
    }
    return is_ours;
}

}  // namespace zhibu::server::detail

namespace zhibu::server {

bool is_cluster_address(const std::string& address) {
    const std::unique_ptr<PQconninfoOption, detail::OptionsFreed> options{
        PQconninfoParse(address.c_str(), nullptr)};
    if (options == nullptr) {
        return false;
    }
    for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
        const std::string_view name = option->keyword;
        if ((name == "password" || name == "sslpassword") && option->val != nullptr) {
            return false;
        }
    }
    return true;
}

}  // namespace zhibu::server

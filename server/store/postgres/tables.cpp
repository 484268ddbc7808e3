#include "server/store/postgres/detail/tables.hpp"

#include <array>
#include <string>

#include "server/store/rows/failure.hpp"
#include "server/store/store.hpp"

namespace zhibu::server::detail {
namespace {

/// A table but for its space: that stands last, so that statements need not name it, and leads
/// every key, so that the tables can be spread by it.
struct Table {
    const char* name;
    const char* columns;
    /// Empty: the space alone.
    const char* key;
    const char* more = "";
};

constexpr std::array tables{
    Table{"zhibu_space",
          "format BIGINT NOT NULL, epoch BYTEA NOT NULL, name BYTEA NOT NULL, "
          "catalog_version BIGINT NOT NULL, arrangement BYTEA NOT NULL",
          ""},
    Table{"zhibu_meta", "name TEXT NOT NULL, value BIGINT NOT NULL", ", name"},
    Table{"zhibu_record", "kind BIGINT NOT NULL, id BYTEA NOT NULL, content BYTEA NOT NULL",
          ", kind, id"},
    Table{"zhibu_mark",
          "kind BIGINT NOT NULL, field BIGINT NOT NULL, mark BYTEA NOT NULL, id BYTEA NOT NULL",
          ", kind, field, mark, id"},
    Table{"zhibu_place", "organisation BYTEA NOT NULL, record BYTEA NOT NULL",
          ", organisation, record"},
    Table{"zhibu_waiting", "owner BYTEA NOT NULL, record BYTEA NOT NULL", ", owner, record"},
    Table{"zhibu_log",
          "idx BIGINT NOT NULL, device BYTEA NOT NULL, incarnation BYTEA NOT NULL, "
          "sequence BIGINT NOT NULL, group_hash BYTEA NOT NULL, is_fork BIGINT NOT NULL, "
          "outcome BIGINT NOT NULL, author BYTEA NOT NULL, action BYTEA NOT NULL, "
          "committed_at BIGINT NOT NULL, verbatim BIGINT NOT NULL, tree_changed BIGINT NOT NULL, "
          "verdict BYTEA NOT NULL, receipt_signature BYTEA NOT NULL, places BYTEA NOT NULL, "
          "effects BYTEA NOT NULL, signature BYTEA NOT NULL, sealed BYTEA NOT NULL",
          ", idx",
          "CREATE UNIQUE INDEX zhibu_log_name ON zhibu_log(space, device, incarnation, sequence, "
          "group_hash); CREATE INDEX zhibu_log_tree ON zhibu_log(space, idx) WHERE tree_changed=1"},
    Table{"zhibu_log_place", "place BYTEA NOT NULL, idx BIGINT NOT NULL", ", place, idx"},
    Table{"zhibu_chain",
          "device BYTEA NOT NULL, incarnation BYTEA NOT NULL, last_sequence BIGINT NOT NULL, "
          "last_hash BYTEA NOT NULL",
          ", device, incarnation"},
    Table{"zhibu_credential",
          "account BYTEA NOT NULL, public_key BYTEA NOT NULL, salt BYTEA NOT NULL, "
          "memory_kib BIGINT NOT NULL, passes BIGINT NOT NULL, lanes BIGINT NOT NULL, "
          "changed_at BIGINT NOT NULL",
          ", account"},
    Table{"zhibu_second_factor",
          "account BYTEA NOT NULL, is_pending BIGINT NOT NULL, secret BYTEA NOT NULL, "
          "last_step BIGINT NOT NULL, recovery_codes BYTEA NOT NULL",
          ", account, is_pending"},
    Table{"zhibu_device_key",
          "device BYTEA NOT NULL, account BYTEA NOT NULL, public_key BYTEA NOT NULL, "
          "certificate_fingerprint BYTEA NOT NULL",
          ", device"},
    Table{"zhibu_device_contact",
          "device BYTEA NOT NULL, at BIGINT NOT NULL, version BYTEA NOT NULL, "
          "incarnation BYTEA NOT NULL, newest BIGINT NOT NULL",
          ", device"},
    Table{"zhibu_enrolment_code",
          "code_hash BYTEA NOT NULL, account BYTEA NOT NULL, expires_at BIGINT NOT NULL, "
          "used_at BIGINT",
          ", code_hash"},
    Table{"zhibu_leaf",
          "idx BIGINT NOT NULL, group_commitment BYTEA NOT NULL, group_salt BYTEA, "
          "verdict_commitment BYTEA NOT NULL, verdict_salt BYTEA",
          ", idx"},
    Table{"zhibu_subtree", "level BIGINT NOT NULL, idx BIGINT NOT NULL, hash BYTEA NOT NULL",
          ", level, idx"},
    Table{"zhibu_staged",
          "device BYTEA NOT NULL, account BYTEA NOT NULL, incarnation BYTEA NOT NULL, "
          "sequence BIGINT NOT NULL, is_boxed BIGINT NOT NULL, bytes BIGINT NOT NULL, "
          "hash BYTEA NOT NULL, signature BYTEA NOT NULL, held BIGINT NOT NULL, "
          "touched_at BIGINT NOT NULL",
          ", device"},
    Table{"zhibu_staged_part", "device BYTEA NOT NULL, at BIGINT NOT NULL, content BYTEA NOT NULL",
          ", device, at"},
};

/// Of row security: what the connection says its space is, and nothing where it says none.
constexpr const char* own_space = "current_setting('zhibu.space')::uuid";

void create(Connection& connection, const Table& table) {
    const std::string name = table.name;
    connection.execute("CREATE TABLE " + name + "(" + table.columns +
                       ", space UUID NOT NULL DEFAULT " + own_space + ", PRIMARY KEY(space" +
                       table.key + "))");
    connection.execute("ALTER TABLE " + name + " ENABLE ROW LEVEL SECURITY");
    connection.execute("ALTER TABLE " + name + " FORCE ROW LEVEL SECURITY");
    connection.execute("CREATE POLICY own_space ON " + name + " USING (space = " + own_space + ")");
    if (*table.more != '\0') {
        connection.execute(table.more);
    }
}

bool are_there(Connection& connection) {
    Query row = connection.query("SELECT 1 FROM pg_class WHERE oid=to_regclass('zhibu_space')");
    return row.step();
}

}  // namespace

void create_missing_tables(Connection& connection) {
    // Two processes that found spaces at once make one set of tables.
    connection.execute("SELECT pg_advisory_xact_lock(2053663082)");
    if (are_there(connection)) {
        return;
    }
    connection.execute("CREATE SCHEMA IF NOT EXISTS zhibu");
    for (const Table& table : tables) {
        create(connection, table);
    }
}

void remove_retired_space(Connection& connection) {
    {
        Query row = connection.query("SELECT 1 FROM zhibu_space WHERE format=? FOR UPDATE");
        if (!row.bind(retired_format).step()) {
            return;
        }
    }
    for (const Table& table : tables) {
        connection.execute("DELETE FROM " + std::string(table.name));
    }
}

void check_confined(Connection& connection) {
    if (!are_there(connection)) {
        throw Failed(StoreFault::not_there, "zhibu_space");
    }
    for (const Table& table : tables) {
        Query row = connection.query("SELECT 1 WHERE row_security_active(CAST(? AS text))");
        if (!row.bind(std::string_view(table.name)).step()) {
            throw Failed(StoreFault::storage_failed, "postgresql role bypasses row security");
        }
    }
}

}  // namespace zhibu::server::detail

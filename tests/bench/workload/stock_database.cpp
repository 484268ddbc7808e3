#include <sqlite3.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "tests/bench/workload/limits.hpp"

namespace zhibu::bench {
namespace {

struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

Statement prepare(sqlite3* database, const std::string& sql) {
    sqlite3_stmt* made = nullptr;
    if (sqlite3_prepare_v2(database, sql.c_str(), -1, &made, nullptr) != SQLITE_OK) {
        throw std::runtime_error(sqlite3_errmsg(database));
    }
    return Statement{made};
}

void put(const Statement& statement, int place, std::string_view text) {
    sqlite3_bind_text(statement.get(), place, text.data(), static_cast<int>(text.size()),
                      SQLITE_STATIC);
}

void step(const Statement& statement) {
    if (sqlite3_step(statement.get()) != SQLITE_DONE) {
        throw std::runtime_error("stock SQLite failed");
    }
    sqlite3_reset(statement.get());
}

/// As a UUID's text, in the order of time.
std::string id_of(std::size_t number) {
    const std::string digits = std::to_string(100'000'000'000 + number);
    return "019ac000-0000-7000-8000-" + digits;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

StockDatabase::StockDatabase(const std::filesystem::path& file) {
    if (sqlite3_open(file.c_str(), &database_) != SQLITE_OK) {
        throw std::runtime_error("stock SQLite does not open");
    }
    run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
    std::string columns;
    for (int field = 1; field <= 40; ++field) {
        columns += ", f" + std::to_string(field) + " TEXT";
    }
    run(("CREATE TABLE person (id TEXT PRIMARY KEY" + columns +
         ") WITHOUT ROWID;"
         "CREATE TABLE log (number INTEGER PRIMARY KEY, id TEXT, field TEXT, value TEXT);")
            .c_str());
}

StockDatabase::~StockDatabase() { sqlite3_close(database_); }

void StockDatabase::run(const char* sql) {
    if (sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
        throw std::runtime_error(sqlite3_errmsg(database_));
    }
}

double StockDatabase::insert(const std::vector<MadePerson>& people, std::size_t group) {
    std::string places = "?";
    for (int field = 1; field <= 40; ++field) {
        places += ",?";
    }
    const Statement statement = prepare(database_, "INSERT INTO person VALUES (" + places + ")");
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t first = 0; first < people.size(); first += group) {
        run("BEGIN");
        for (std::size_t at = first; at < people.size() && at < first + group; ++at) {
            const std::string id = id_of(at);
            put(statement, 1, id);
            for (int field = 0; field < 40; ++field) {
                put(statement, field + 2, people[at].texts.at(static_cast<std::size_t>(field)));
            }
            step(statement);
        }
        run("COMMIT");
    }
    return seconds_since(start);
}

double StockDatabase::update_with_log(const std::vector<std::string>& values, std::size_t group) {
    const Statement update = prepare(database_, "UPDATE person SET f7 = ? WHERE id = ?");
    const Statement log =
        prepare(database_, "INSERT INTO log (id, field, value) VALUES (?, 'f7', ?)");
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t first = 0; first < values.size(); first += group) {
        run("BEGIN");
        for (std::size_t at = first; at < values.size() && at < first + group; ++at) {
            const std::string id = id_of(at);
            put(update, 1, values[at]);
            put(update, 2, id);
            step(update);
            put(log, 1, id);
            put(log, 2, values[at]);
            step(log);
        }
        run("COMMIT");
    }
    return seconds_since(start);
}

}  // namespace zhibu::bench

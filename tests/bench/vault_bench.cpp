#include <sqlite3.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "shared/keys/system.hpp"
#include "shared/record/check.hpp"
#include "shared/vault/data_key.hpp"
#include "shared/vault/head_record.hpp"
#include "shared/vault/key_ring.hpp"
#include "shared/vault/open_pragmas.hpp"
#include "shared/vault/vfs.hpp"
#include "tests/support/temporary_directory.hpp"

/// What sealing costs: the same statements on a sealed database and on one of stock SQLite with the
/// same settings, in turn, in one run. Then sealed once more with the head record written after
/// each group, as the replica does before it acknowledges: one more fdatasync.
namespace zhibu::bench {
namespace {

using namespace zhibu::vault;

constexpr std::int64_t rows = 100'000;
constexpr std::int64_t group_size = 100;
constexpr std::int64_t updates = 10'000;
constexpr std::int64_t random_reads = 100'000;
constexpr int rounds = 5;

/// What something took: by the clock on the wall, and of the processor, this program's and the
/// kernel's for it. On a machine with other work only the second can be compared.
struct Taken {
    double seconds = 0;
    double processor_seconds = 0;
};

double processor_seconds() {
    rusage used{};
    ZHIBU_CHECK(::getrusage(RUSAGE_SELF, &used) == 0);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

Taken taken_by(const auto& work) {
    const auto start = std::chrono::steady_clock::now();
    const double before = processor_seconds();
    work();
    const double after = processor_seconds();
    return {std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
            after - before};
}

struct Closed {
    void operator()(sqlite3* handle) const noexcept { sqlite3_close(handle); }

    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};

using Statement = std::unique_ptr<sqlite3_stmt, Closed>;

/// A connection with its statements, and after each group what the group's end costs.
class Database {
public:
    Database(const std::filesystem::path& file, const char* vfs) {
        sqlite3* opened = nullptr;
        ZHIBU_CHECK(sqlite3_open_v2(file.c_str(), &opened,
                                    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs) == SQLITE_OK);
        handle_.reset(opened);
        if (vfs == nullptr) {
            execute("PRAGMA temp_store=MEMORY; PRAGMA locking_mode=EXCLUSIVE");
            execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
        } else {
            ZHIBU_CHECK(apply_open_pragmas(handle_.get()).has_value());
        }
    }

    void write_head_to(HeadFile* head) { head_ = head; }

    void execute(const char* sql) {
        ZHIBU_CHECK(sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK);
    }

    Statement prepare(const char* sql) {
        sqlite3_stmt* made = nullptr;
        ZHIBU_CHECK(sqlite3_prepare_v2(handle_.get(), sql, -1, &made, nullptr) == SQLITE_OK);
        return Statement(made);
    }

    void make_tables() {
        execute(
            "CREATE TABLE person(id INTEGER PRIMARY KEY, name TEXT, number TEXT, phone TEXT, "
            "note TEXT, joined INTEGER); CREATE INDEX by_number ON person(number);"
            "CREATE TABLE log(at INTEGER PRIMARY KEY, id INTEGER, value TEXT)");
    }

    void insert(std::int64_t first, std::int64_t count, std::int64_t in_group) {
        const Statement add = prepare("INSERT INTO person VALUES(?,?,?,?,?,?)");
        for (std::int64_t id = first; id < first + count; id += in_group) {
            execute("BEGIN");
            for (std::int64_t i = id; i < id + in_group; ++i) {
                const std::string number = std::to_string(990'000'000'000 + i * 7919 % 1'000'003);
                bind(add, 1, i);
                bind(add, 2, "某某某" + std::to_string(i % 997));
                bind(add, 3, number);
                bind(add, 4, "139" + number);
                bind(add, 5,
                     "a note of some length, so that a row is as long as a person's row is");
                bind(add, 6, i % 20'000);
                step(add);
            }
            end_group();
        }
    }

    void update_with_log(std::int64_t count) {
        const Statement update = prepare("UPDATE person SET phone=? WHERE id=?");
        const Statement log = prepare("INSERT INTO log(id, value) VALUES(?, ?)");
        for (std::int64_t first = 0; first < count; first += group_size) {
            execute("BEGIN");
            for (std::int64_t i = first; i < first + group_size; ++i) {
                const std::int64_t id = i * 7919 % rows;
                bind(update, 1, "138" + std::to_string(i));
                bind(update, 2, id);
                step(update);
                bind(log, 1, id);
                bind(log, 2, "138" + std::to_string(i));
                step(log);
            }
            end_group();
        }
    }

    void scan() {
        const Statement read = prepare("SELECT count(*), sum(length(note)) FROM person");
        ZHIBU_CHECK(sqlite3_step(read.get()) == SQLITE_ROW);
        ZHIBU_CHECK(sqlite3_column_int64(read.get(), 0) >= rows);
    }

    void read_at_random(std::int64_t count) {
        const Statement read = prepare("SELECT name FROM person WHERE id=?");
        for (std::int64_t i = 0; i < count; ++i) {
            bind(read, 1, i * 7919 % rows);
            ZHIBU_CHECK(sqlite3_step(read.get()) == SQLITE_ROW);
            sqlite3_reset(read.get());
        }
    }

private:
    static void bind(const Statement& statement, int at, std::int64_t value) {
        sqlite3_bind_int64(statement.get(), at, value);
    }

    static void bind(const Statement& statement, int at, const std::string& value) {
        sqlite3_bind_text(statement.get(), at, value.data(), static_cast<int>(value.size()),
                          SQLITE_TRANSIENT);  // NOLINT(performance-no-int-to-ptr): SQLite's macro
    }

    static void step(const Statement& statement) {
        ZHIBU_CHECK(sqlite3_step(statement.get()) == SQLITE_DONE);
        sqlite3_reset(statement.get());
    }

    void end_group() {
        execute("COMMIT");
        if (head_ != nullptr) {
            HeadRecord next = head_->latest();
            ++next.sequence.position;
            ++next.log_index.position;
            ZHIBU_CHECK(head_->write(next).has_value());
        }
    }

    std::unique_ptr<sqlite3, Closed> handle_;
    HeadFile* head_ = nullptr;
};

constexpr std::array<const char*, 7> names = {"bulk insert, 100,000 rows in one group",
                                              "insert 10,000 rows in groups of 100",
                                              "10,000 updates with a log row, groups of 100",
                                              "scan from an empty cache",
                                              "100,000 random reads",
                                              "VACUUM",
                                              "open and first row"};
using Times = std::array<std::vector<Taken>, names.size()>;

void measure(const std::filesystem::path& file, const char* vfs, HeadFile* head, Times& times) {
    {
        Database database(file, vfs);
        database.write_head_to(head);
        database.make_tables();
        times[0].push_back(taken_by([&] { database.insert(0, rows, rows); }));
        times[1].push_back(taken_by([&] { database.insert(rows, rows / 10, group_size); }));
        times[2].push_back(taken_by([&] { database.update_with_log(updates); }));
    }
    {
        Database database(file, vfs);
        times[3].push_back(taken_by([&] { database.scan(); }));
        times[4].push_back(taken_by([&] { database.read_at_random(random_reads); }));
        times[5].push_back(taken_by([&] { database.execute("VACUUM"); }));
    }
    times[6].push_back(taken_by([&] {
        Database database(file, vfs);
        database.read_at_random(1);
    }));
}

void measure_sealed(Vfs& vfs, const std::filesystem::path& file,
                    const std::shared_ptr<const KeyRing>& ring, HeadFile* head, Times& times) {
    keys::SystemRandom random;
    const KeyedFile keyed = vfs.key(file, ring, FileTerms{random}).value();
    measure(file, vfs.name().c_str(), head, times);
}

double median(std::vector<Taken> times, double Taken::* which) {
    std::ranges::sort(times, {}, which);
    return times[times.size() / 2].*which;
}

void run() {
    keys::SystemRandom random;
    Vfs vfs;
    Times stock;
    Times sealed;
    Times with_head;
    for (int round = 0; round < rounds; ++round) {
        const support::TemporaryDirectory folder;
        measure(folder.path() / "stock", nullptr, nullptr, stock);
        const auto ring = std::make_shared<const KeyRing>(make_data_key(random));
        measure_sealed(vfs, folder.path() / "sealed", ring, nullptr, sealed);
        HeadFile head = HeadFile::create(create_storage_file(folder.path() / "head").value(), ring,
                                         HeadTerms{random}, HeadRecord{})
                            .value();
        measure_sealed(vfs, folder.path() / "with_head", ring, &head, with_head);
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto ratio = [&](const Times& times, double Taken::* which) {
            return median(times[i], which) / median(stock[i], which);
        };
        std::printf(
            "%-46s stock %7.2f ms, sealed %7.2f ms; ratio %.2f, with head record %.2f; of the "
            "processor %.2f and %.2f\n",
            names[i], median(stock[i], &Taken::seconds) * 1e3,
            median(sealed[i], &Taken::seconds) * 1e3, ratio(sealed, &Taken::seconds),
            ratio(with_head, &Taken::seconds), ratio(sealed, &Taken::processor_seconds),
            ratio(with_head, &Taken::processor_seconds));
    }
}

}  // namespace
}  // namespace zhibu::bench

int main() { zhibu::bench::run(); }

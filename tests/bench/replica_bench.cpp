#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>

#include "sync_protocol/codec/codec.hpp"
#include "tests/client/replica/fixture.hpp"

/// How long a replica takes over what its users wait for, beside stock SQLite doing the bare writes
/// in the same run on the same disk. Prints a table; fails only if an operation does.
namespace zhibu::client::test {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::uint16_t columns = 30;
/// More text columns beside the fixture's, so that a person is as wide as a roster's row.
constexpr std::uint16_t first_more = 9;

double milliseconds(const std::function<void()>& work) {
    const auto start = Steady::now();
    work();
    return std::chrono::duration<double, std::milli>(Steady::now() - start).count();
}

void require(bool held, const char* what) {
    if (!held) {
        std::fprintf(stderr, "failed: %s\n", what);
        std::exit(1);
    }
}

const catalog::Catalog& wide_catalog() {
    static std::deque<std::string> names;
    static const catalog::Catalog wide = [] {
        std::vector<catalog::Kind> made = kinds();
        for (std::uint16_t number = first_more; number <= columns; ++number) {
            catalog::Field field;
            field.number = number;
            field.name = names.emplace_back("column_" + std::to_string(number));
            field.label = {field.name, field.name};
            field.type = catalog::FieldType::text;
            field.width = 50;
            made[1].fields.push_back(field);
        }
        return catalog::Catalog(8, std::move(made), {});
    }();
    return wide;
}

/// A roster's row: names, numbers, dates, codes and some short texts.
std::vector<DraftField> row(std::uint64_t number, support::SeededRandom& random) {
    static constexpr const char* family[] = {"王", "李", "张", "刘", "陈", "杨", "赵", "黄"};
    static constexpr const char* given[] = {"伟", "芳", "秀英", "敏", "静", "丽华", "强", "建国"};
    std::vector<DraftField> fields{
        {name, std::string(family[random.below(8)]) + given[random.below(8)]},
        {id_number, "3101011987" + std::to_string(10'000'000 + number)},
        {mobile, "138" + std::to_string(10'000'000 + random.below(89'999'999))},
        {branch, record_id(1 + number % 50)},
        {birth_date, record::Date{static_cast<std::int16_t>(1950 + random.below(55)), 5, 3}},
        {tags, record::make_text_set({"骨干"})},
        {dues, static_cast<std::int64_t>(random.below(50'000))},
        {unreachable, random.chance(5)}};
    for (std::uint16_t each = first_more; each <= columns; ++each) {
        const std::string text = each % 3 == 0   ? "上海市黄浦区重庆南路"
                                 : each % 3 == 1 ? std::to_string(random.below(90))
                                                 : "2015-07-01";
        fields.push_back({record::FieldNumber{each}, text});
    }
    return fields;
}

std::vector<sync::TailEntry> entered(std::uint64_t count, support::SeededRandom& random) {
    std::vector<sync::TailEntry> entries(count);
    for (std::uint64_t i = 0; i < count; ++i) {
        record::RecordState state;
        state.key = {person, record_id(100'000 + i)};
        state.life_changed_at = {i + 1};
        for (const DraftField& field : row(i, random)) {
            state.set(field.field, field.value, {i + 1});
        }
        entries[i].entry.index = {i + 1};
        entries[i].entry.effects = {{record::Effect::Sort::entered, std::move(state)}};
    }
    return entries;
}

struct Bench {
    Bench()
        : replica(Replica::create(sealed(folder.file()), identity(), wide_catalog(), clock, random)
                      .value()) {
        require(replica->take_lease(lease_until({noon.milliseconds + 72 * hour}), noon).has_value(),
                "lease");
    }

    Folder folder;
    support::FixedClock clock{noon};
    support::SeededRandom random{1};
    std::unique_ptr<Replica> replica;
};

/// The same rows into the same columns by stock SQLite with the same durability.
class Stock {
public:
    Stock() {
        require(sqlite3_open(folder_.file().c_str(), &database_) == SQLITE_OK, "open");
        run("PRAGMA journal_mode=WAL");
        run("PRAGMA locking_mode=EXCLUSIVE");
        run("PRAGMA synchronous=FULL");
        std::string table = "CREATE TABLE t(id BLOB PRIMARY KEY";
        std::string insert = "REPLACE INTO t VALUES(?";
        for (std::uint16_t i = 1; i <= columns; ++i) {
            table += ", c" + std::to_string(i);
            insert += ",?";
        }
        run((table + ")").c_str());
        for (const char* indexed : {"c1", "c2", "c4"}) {
            run(("CREATE INDEX i" + std::string(indexed) + " ON t(" + indexed + ")").c_str());
        }
        sqlite3_prepare_v2(database_, (insert + ")").c_str(), -1, &insert_, nullptr);
    }

    ~Stock() {
        sqlite3_finalize(insert_);
        sqlite3_close(database_);
    }

    Stock(const Stock&) = delete;
    Stock& operator=(const Stock&) = delete;

    void run(const char* sql) {
        require(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sql);
    }

    void insert(const record::RecordState& state) {
        sqlite3_bind_blob(insert_, 1, state.key.id.uuid.bytes.data(), 16, SQLITE_STATIC);
        for (const record::FieldState& field : state.fields) {
            const std::string text = record::to_text(field.value);
            sqlite3_bind_text(insert_, field.field.number + 1, text.data(),
                              static_cast<int>(text.size()), SQLITE_TRANSIENT);
        }
        require(sqlite3_step(insert_) == SQLITE_DONE, "insert");
        sqlite3_reset(insert_);
    }

private:
    Folder folder_;
    sqlite3* database_ = nullptr;
    sqlite3_stmt* insert_ = nullptr;
};

void bench_tail() {
    Bench bench;
    const auto entries = entered(10'000, bench.random);
    const double ours = milliseconds(
        [&] { require(bench.replica->apply_tail(entries, {10'000}).has_value(), "apply_tail"); });
    Stock stock;
    const double bare = milliseconds([&] {
        stock.run("BEGIN");
        for (const sync::TailEntry& entry : entries) {
            stock.insert(entry.entry.effects.front().state);
        }
        stock.run("COMMIT");
    });
    std::printf("apply_tail, 10,000 entered      %8.0f ms   stock %6.0f ms   ratio %.2f\n", ours,
                bare, ours / bare);
}

void bench_commits() {
    Bench bench;
    const auto entries = entered(10'000, bench.random);
    require(bench.replica->apply_tail(entries, {10'000}).has_value(), "apply_tail");
    const double ours = milliseconds([&] {
        for (std::uint64_t group = 0; group < 100; ++group) {
            Draft draft{"edit", {}};
            for (std::uint64_t i = 0; i < 100; ++i) {
                draft.changes.push_back({{person, record_id(100'000 + group * 100 + i)},
                                         record::Operation::update,
                                         {{mobile, std::to_string(group)}}});
            }
            require(bench.replica->commit(draft, sign).has_value(), "commit");
        }
    });
    Stock stock;
    for (const sync::TailEntry& entry : entries) {
        stock.insert(entry.entry.effects.front().state);
        if (&entry - entries.data() == 0) {
            stock.run("BEGIN");
        }
    }
    stock.run("COMMIT");
    const double bare = milliseconds([&] {
        for (std::size_t group = 0; group < 100; ++group) {
            stock.run("BEGIN");
            for (std::size_t i = 0; i < 100; ++i) {
                stock.insert(entries[group * 100 + i].entry.effects.front().state);
            }
            stock.run("COMMIT");
        }
    });
    std::printf("commit, 100 groups of 100       %8.0f ms   stock %6.0f ms   ratio %.2f\n", ours,
                bare, ours / bare);
}

double p95(std::vector<double> times) {
    std::ranges::sort(times);
    return times[times.size() * 95 / 100];
}

void bench_list() {
    Bench bench;
    for (std::uint64_t part = 0; part < 10; ++part) {
        auto entries = entered(10'000, bench.random);
        for (std::size_t i = 0; i < entries.size(); ++i) {
            entries[i].entry.index = {part * 10'000 + i + 1};
            entries[i].entry.effects.front().state.key.id = record_id(part * 10'000 + i + 100'000);
        }
        require(bench.replica->apply_tail(entries, {(part + 1) * 10'000}).has_value(), "tail");
    }
    std::vector<std::pair<const char*, ListQuery>> queries(5);
    for (auto& [what, query] : queries) {
        query.kind = person;
    }
    queries[0].first = "first page by name";
    queries[0].second.order = {{name, false}};
    queries[1].first = "search by name";
    queries[1].second.search = "王建";
    queries[2].first = "one branch by birth date";
    queries[2].second.conditions = {{branch, Condition::Relation::equal, {record_id(7)}}};
    queries[2].second.order = {{birth_date, true}};
    queries[3].first = "page at 90,000 by name";
    queries[3].second.order = {{name, false}};
    queries[3].second.offset = 90'000;
    queries[4].first = "first page by an unindexed field";
    queries[4].second.order = {{dues, true}};
    for (const auto& [what, query] : queries) {
        std::vector<double> times;
        for (int i = 0; i < 40; ++i) {
            times.push_back(
                milliseconds([&] { require(bench.replica->list(query).has_value(), "list"); }));
        }
        std::printf("list of 100,000, %-32s p95 %6.1f ms\n", what, p95(times));
    }
    const double digest =
        milliseconds([&] { require(bench.replica->digest().has_value(), "digest"); });
    std::printf("digest of 100,000               %8.0f ms\n", digest);
}

void bench_import() {
    for (const std::uint64_t rows : {1'000U, 2'000U}) {
        Bench bench;
        Draft draft{"import", {}};
        for (std::uint64_t i = 0; i < rows; ++i) {
            draft.changes.push_back({{person, bench.replica->new_record_id()},
                                     record::Operation::create,
                                     row(i, bench.random)});
        }
        std::expected<Committed, ReplicaError> committed;
        const double time = milliseconds([&] { committed = bench.replica->commit(draft, sign); });
        if (!committed) {
            std::printf("import of %llu rows x 30          refused: %s\n",
                        static_cast<unsigned long long>(rows), committed.error().place.c_str());
            continue;
        }
        sync::Push push{bench.replica->waiting_after({0}, 1).value()};
        const std::size_t sealed = push.groups.front().bytes.size();
        std::printf("import of %llu rows x 30          %6.0f ms, %zu bytes, frame %zu bytes\n",
                    static_cast<unsigned long long>(rows), time, sealed,
                    sync::encode(sync::Message(std::move(push))).size());
    }
}

}  // namespace
}  // namespace zhibu::client::test

int main() {
    zhibu::client::test::bench_tail();
    zhibu::client::test::bench_commits();
    zhibu::client::test::bench_import();
    zhibu::client::test::bench_list();
}

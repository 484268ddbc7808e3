#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "server/ledger/proofs.hpp"
#include "server/store/placement.hpp"
#include "server/store/sqlite/sqlite_store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/keys/digest.hpp"
#include "shared/record/check.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "tests/bench/person_values.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/support/server_place.hpp"
#include "tests/support/temporary_directory.hpp"

/// What the store costs beside stock SQLite, measured in one run: 10,000 new persons in groups of
/// 100, each group a transaction (workload.md, W1), then 10,000 edits of them (W3), then all read
/// back in chunks. Stock SQLite keeps the same columns in one table and writes no log.
namespace zhibu::bench {
namespace {

using namespace zhibu::server;

constexpr std::size_t records = 10'000;
constexpr std::size_t group_size = 100;
constexpr int rounds = 5;

double seconds_of(const auto& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

struct GroupToWrite {
    std::vector<RecordState> states;
    LogRow row;
};

/// Builds the groups of one history: all creations, then all edits of one field.
class History {
public:
    History() : person_(catalog::standard_catalog().kind("person")) {
        for (int i = 0; i < 40; ++i) {
            branches_.push_back(RecordId{record::make_uuid_v7(Instant{1}, random_)});
        }
        for (std::uint64_t number = 0; number < records; ++number) {
            RecordState state;
            const Instant now{1'700'000'000'000 + static_cast<std::int64_t>(number)};
            state.key = {person_.id(), RecordId{record::make_uuid_v7(now, random_)}};
            states_.push_back(std::move(state));
        }
        for (std::size_t first = 0; first < records; first += group_size) {
            creations_.push_back(creation(first));
        }
        for (std::size_t first = 0; first < records; first += group_size) {
            edits_.push_back(edit(first));
        }
    }

    [[nodiscard]] const std::vector<GroupToWrite>& creations() const { return creations_; }

    [[nodiscard]] const std::vector<GroupToWrite>& edits() const { return edits_; }

    [[nodiscard]] const catalog::Kind& person() const { return person_; }

    [[nodiscard]] const RecordId& branch() const { return branches_.front(); }

private:
    GroupToWrite creation(std::size_t first) {
        record::Group group = next_group("import");
        ++head_;
        GroupToWrite made;
        for (std::size_t at = first; at < first + group_size; ++at) {
            RecordState& state = states_[at];
            record::Change change{state.key, record::Operation::create, {}};
            for (const catalog::Field& field : person_.fields) {
                record::Value value = value_for(field, at, branches_);
                change.fields.push_back({field.id(), value, {}, {}});
                state.set(field.id(), std::move(value), LogIndex{head_});
            }
            state.life_changed_at = LogIndex{head_};
            group.changes.push_back(std::move(change));
            made.states.push_back(state);
            place(made, {record::Effect::Sort::entered, state}, at, false);
        }
        finish(made, group);
        return made;
    }

    GroupToWrite edit(std::size_t first) {
        record::Group group = next_group("edit");
        ++head_;
        GroupToWrite made;
        const record::FieldNumber field = person_.field("mobile").id();
        for (std::size_t at = first; at < first + group_size; ++at) {
            RecordState& state = states_[at];
            const record::Value value = "139" + std::to_string(10'000'000 + at);
            state.set(field, value, LogIndex{head_});
            group.changes.push_back(
                {state.key, record::Operation::update, {{field, value, {}, {}}}});
            made.states.push_back(state);
            RecordState part{state.key, false, state.life_changed_at, {}};
            part.set(field, value, LogIndex{head_});
            place(made, {record::Effect::Sort::changed, part}, at, true);
        }
        finish(made, group);
        return made;
    }

    void place(GroupToWrite& made, record::Effect effect, std::size_t number, bool was_there) {
        PlacedEffect placed;
        placed.effect = std::move(effect);
        placed.placement.after = {branches_[number % branches_.size()]};
        if (was_there) {
            placed.placement.before = placed.placement.after;
        }
        made.row.effects.push_back(std::move(placed));
    }

    record::Group next_group(const char* action) {
        record::Group group;
        group.name = {DeviceId{states_[0].key.id.uuid}, IncarnationId{branches_[0].uuid},
                      Sequence{++sequence_}};
        group.action = action;
        group.author = branches_[1];
        return group;
    }

    void finish(GroupToWrite& made, const record::Group& group) {
        LogRow& row = made.row;
        row.index = LogIndex{head_};
        row.name = group.name;
        row.sealed.bytes = sync::encode(group);
        row.sealed.signature.assign(70, 1);
        row.group_hash = keys::sha256(row.sealed.bytes);
        row.receipt = {std::vector<std::uint8_t>(120, 2), std::vector<std::uint8_t>(64, 3)};
        row.author = group.author;
        row.action = group.action;
        row.verbatim = true;
        row.leaves = make_leaves(row, random_);
    }

    support::SeededRandom random_{7};
    const catalog::Kind& person_;
    std::vector<RecordId> branches_;
    std::vector<RecordState> states_;
    std::vector<GroupToWrite> creations_;
    std::vector<GroupToWrite> edits_;
    std::uint64_t head_ = 0;
    std::uint64_t sequence_ = 0;
};

/// As the committer does: so many groups as have gathered go into one transaction.
void write_all(Store& store, const std::vector<GroupToWrite>& groups, std::size_t gathered) {
    for (std::size_t first = 0; first < groups.size(); first += gathered) {
        const auto transaction = store.begin().value();
        for (std::size_t at = first; at < std::min(first + gathered, groups.size()); ++at) {
            for (const RecordState& state : groups[at].states) {
                ZHIBU_CHECK(transaction->put(state).has_value());
            }
            ZHIBU_CHECK(transaction->append(groups[at].row).has_value());
        }
        ZHIBU_CHECK(transaction->commit().has_value());
    }
}

std::size_t read_all(Store& store, const ScopeFilter& scope) {
    const auto reader = store.open_reader().value();
    RecordKey after;
    std::size_t count = 0;
    while (true) {
        const auto chunk = reader->chunk(after, scope, 256U << 10U).value();
        count += chunk.records.size();
        after = chunk.through;
        if (chunk.is_last) {
            return count;
        }
    }
}

struct Closed {
    void operator()(sqlite3* handle) const noexcept { sqlite3_close(handle); }

    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};

/// One table, one text column a field, WAL, synchronous=FULL: what a program could not do less of.
class StockSqlite {
public:
    StockSqlite(const std::filesystem::path& file, const catalog::Kind& person) {
        sqlite3* opened = nullptr;
        ZHIBU_CHECK(sqlite3_open(file.c_str(), &opened) == SQLITE_OK);
        handle_.reset(opened);
        execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
        std::string columns;
        std::string parameters;
        for (const catalog::Field& field : person.fields) {
            columns += ", " + std::string(field.name);
            parameters += ",?";
        }
        execute(("CREATE TABLE person(id BLOB PRIMARY KEY" + columns + ")").c_str());
        execute("CREATE TABLE log(idx INTEGER PRIMARY KEY, id BLOB, value TEXT)");
        insert_ = prepare("INSERT INTO person VALUES(?" + parameters + ")");
        update_ = prepare("UPDATE person SET mobile=? WHERE id=?");
        log_ = prepare("INSERT INTO log(id, value) VALUES(?, ?)");
    }

    void write_all(const std::vector<std::vector<std::vector<std::string>>>& groups) {
        for (const auto& group : groups) {
            execute("BEGIN");
            for (const auto& row : group) {
                run(insert_, row);
            }
            execute("COMMIT");
        }
    }

    void edit_all(const std::vector<std::vector<std::vector<std::string>>>& groups) {
        for (const auto& group : groups) {
            execute("BEGIN");
            for (const auto& row : group) {
                run(update_, {"13900000000", row[0]});
                run(log_, {row[0], "13900000000"});
            }
            execute("COMMIT");
        }
    }

private:
    using Statement = std::unique_ptr<sqlite3_stmt, Closed>;

    void execute(const char* sql) {
        ZHIBU_CHECK(sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK);
    }

    Statement prepare(const std::string& sql) {
        sqlite3_stmt* made = nullptr;
        ZHIBU_CHECK(sqlite3_prepare_v2(handle_.get(), sql.c_str(), -1, &made, nullptr) ==
                    SQLITE_OK);
        return Statement(made);
    }

    static void run(const Statement& statement, const std::vector<std::string>& values) {
        int at = 0;
        for (const std::string& value : values) {
            sqlite3_bind_text(statement.get(), ++at, value.data(), static_cast<int>(value.size()),
                              nullptr);
        }
        ZHIBU_CHECK(sqlite3_step(statement.get()) == SQLITE_DONE);
        sqlite3_reset(statement.get());
    }

    std::unique_ptr<sqlite3, Closed> handle_;
    Statement insert_;
    Statement update_;
    Statement log_;
};

/// The same records as texts, made before the clock starts.
std::vector<std::vector<std::vector<std::string>>> as_texts(const History& history) {
    std::vector<std::vector<std::vector<std::string>>> groups;
    for (const GroupToWrite& group : history.creations()) {
        std::vector<std::vector<std::string>>& rows = groups.emplace_back();
        for (const RecordState& state : group.states) {
            const auto& id = state.key.id.uuid.bytes;
            std::vector<std::string>& row = rows.emplace_back();
            row.emplace_back(id.begin(), id.end());
            for (const record::FieldState& field : state.fields) {
                row.push_back(to_text(field.value));
            }
        }
    }
    return groups;
}

double median(std::vector<double> times) {
    std::ranges::sort(times);
    return times[times.size() / 2];
}

std::unique_ptr<Store> new_store(const std::filesystem::path& file) {
    return create_sqlite_store(support::server_place(file), SpaceIdentity{{}, {}, "bench"},
                               catalog::standard_catalog())
        .value();
}

/// What the Merkle tree costs: positions of nothing else, then heads and proofs over them.
void run_ledger() {
    constexpr std::uint64_t positions = 20'000;
    constexpr std::uint64_t together = 200;
    constexpr std::uint64_t proofs = 200;
    support::TemporaryDirectory folder;
    support::SeededRandom random{11};
    const auto store = new_store(folder.path() / "ledger");
    LogRow row;
    row.sealed = {std::vector<std::uint8_t>(400, 1), record::Signature(70, 1)};
    row.receipt = {std::vector<std::uint8_t>(120, 2), record::Signature(64, 3)};
    const double appended = seconds_of([&] {
        while (row.index.position < positions) {
            const auto transaction = store->begin().value();
            for (std::uint64_t i = 0; i < together; ++i) {
                row.index.position += 1;
                row.name.sequence.position = row.index.position;
                row.leaves = make_leaves(row, random);
                ZHIBU_CHECK(transaction->append(row).has_value());
            }
            ZHIBU_CHECK(transaction->commit().has_value());
        }
    });
    const auto reader = store->open_reader().value();
    const HeadMaker maker{
        {}, {}, {}, [](std::span<const std::uint8_t>) { return record::Signature(64, 0); }};
    const double heads = seconds_of([&] {
        for (std::uint64_t i = 0; i < proofs; ++i) {
            const sync::TreeHeadRequest request{1 + random.below(2 * positions)};
            ZHIBU_CHECK(answer(request, *reader, maker).has_value());
        }
    });
    const double inclusions = seconds_of([&] {
        for (std::uint64_t i = 0; i < proofs; ++i) {
            const LogIndex index{1 + random.below(positions)};
            ZHIBU_CHECK(answer(sync::InclusionRequest{index, 2 * positions}, *reader, {})
                            .value()
                            .leaves.size() == 2);
        }
    });
    std::printf("%lu positions: append %.1f us, head with its proof %.0f us, inclusion %.0f us\n",
                positions, 1e6 * appended / positions, 1e6 * heads / proofs,
                1e6 * inclusions / proofs);
}

void run() {
    const History history;
    const auto texts = as_texts(history);
    ScopeFilter everything;
    everything.everything = true;
    ScopeFilter branch;
    branch.organisations = {history.branch()};
    std::array<std::vector<double>, 11> times;
    for (int round = 0; round < rounds; ++round) {
        support::TemporaryDirectory folder;
        StockSqlite stock(folder.path() / "stock", history.person());
        times[0].push_back(seconds_of([&] { stock.write_all(texts); }));
        const auto one = new_store(folder.path() / "one");
        times[1].push_back(seconds_of([&] { write_all(*one, history.creations(), 1); }));
        const auto many = new_store(folder.path() / "many");
        times[2].push_back(seconds_of([&] { write_all(*many, history.creations(), 16); }));
        times[3].push_back(seconds_of([&] { stock.edit_all(texts); }));
        times[4].push_back(seconds_of([&] { write_all(*one, history.edits(), 1); }));
        times[5].push_back(seconds_of([&] { write_all(*many, history.edits(), 16); }));
        times[6].push_back(seconds_of([&] { ZHIBU_CHECK(read_all(*one, everything) == records); }));
        times[7].push_back(
            seconds_of([&] { ZHIBU_CHECK(read_all(*one, branch) == records / 40); }));
        const auto reader = one->open_reader().value();
        const auto digest = [&](const ScopeFilter& scope) {
            return seconds_of([&] { ZHIBU_CHECK(reader->digest(scope).has_value()); });
        };
        times[8].push_back(digest(everything));
        times[9].push_back(digest(branch));
        times[10].push_back(digest(branch));
    }
    const auto report = [&](const char* what, std::size_t stock, std::size_t ours) {
        const double limit = median(times[stock]);
        const double time = median(times[ours]);
        std::printf("%-44s stock %.3f s, store %.3f s, ratio %.2f\n", what, limit, time,
                    time / limit);
    };
    std::printf("persons of %zu fields, in groups of %zu, %zu bytes a sealed group\n",
                history.person().fields.size(), group_size,
                history.creations()[0].row.sealed.bytes.size());
    report("10,000 new, a transaction each group", 0, 1);
    report("10,000 new, a transaction each 16 groups", 0, 2);
    report("10,000 edits, a transaction each group", 3, 4);
    report("10,000 edits, a transaction each 16 groups", 3, 5);
    std::printf("chunks of everything %.3f s, of one branch in 40 %.4f s\n", median(times[6]),
                median(times[7]));
    std::printf("digest of everything %.3f s, of one branch %.4f s, of it again %.6f s\n",
                median(times[8]), median(times[9]), median(times[10]));
}

}  // namespace
}  // namespace zhibu::bench

int main() {
    zhibu::bench::run();
    zhibu::bench::run_ledger();
}

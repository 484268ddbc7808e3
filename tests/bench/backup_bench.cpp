#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "server/backup/making.hpp"
#include "server/backup/restoring.hpp"
#include "server/founding/store_key.hpp"
#include "server/founding/store_place.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/keys/digest.hpp"
#include "shared/keys/ed25519.hpp"
#include "shared/keys/system.hpp"
#include "shared/record/check.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "tests/bench/person_values.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/support/temporary_directory.hpp"

/// What an increment costs beside a whole backup: 100,000 changes in the store (20,000 persons that
/// were imported, 80,000 edits of one field, each a group of its own), and 1,000 edits after.
namespace zhibu::bench {
namespace {

using namespace zhibu::server;

constexpr std::uint64_t persons = 20'000;
constexpr std::uint64_t edits_before = 80'000;
constexpr std::uint64_t edits_after = 1'000;
constexpr std::uint64_t imported_together = 100;
constexpr std::uint64_t groups_each_commit = 200;

double seconds_of(const auto& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

template <class T>
T held(std::expected<T, FoundingError> made) {
    if (!made) {
        std::fprintf(stderr, "%s\n", made.error().en.c_str());
    }
    ZHIBU_CHECK(made.has_value());
    return *std::move(made);
}

/// A branch's log, as the committer would write it.
class Log {
public:
    explicit Log(Store& store)
        : store_{store}, person_{catalog::standard_catalog().kind("person")} {
        for (int i = 0; i < 40; ++i) {
            branches_.push_back(RecordId{record::make_uuid_v7(Instant{1}, random_)});
        }
        for (std::uint64_t number = 0; number < persons; ++number) {
            const Instant now{1'700'000'000'000 + static_cast<std::int64_t>(number)};
            RecordState& state = states_.emplace_back();
            state.key = {person_.id(), RecordId{record::make_uuid_v7(now, random_)}};
        }
    }

    void import() {
        for (std::uint64_t first = 0; first < persons; first += imported_together) {
            begin("import");
            for (std::uint64_t at = first; at < first + imported_together; ++at) {
                RecordState& state = states_[at];
                record::Change change{state.key, record::Operation::create, {}};
                for (const catalog::Field& field : person_.fields) {
                    record::Value value = value_for(field, at, branches_);
                    change.fields.push_back({field.id(), value, {}, {}});
                    state.set(field.id(), std::move(value), row_.index);
                }
                state.life_changed_at = row_.index;
                add(std::move(change), {record::Effect::Sort::entered, state}, at);
            }
            append();
        }
        commit();
    }

    void edit(std::uint64_t count) {
        const record::FieldNumber field = person_.field("mobile").id();
        for (; count > 0; --count) {
            begin("edit");
            const std::uint64_t at = random_.below(persons);
            RecordState& state = states_[at];
            const record::Value value = "139" + std::to_string(10'000'000 + count);
            state.set(field, value, row_.index);
            RecordState part{state.key, false, state.life_changed_at, {}};
            part.set(field, value, row_.index);
            add({state.key, record::Operation::update, {{field, value, {}, {}}}},
                {record::Effect::Sort::changed, part}, at);
            append();
        }
        commit();
    }

private:
    void begin(const char* action) {
        if (!transaction_) {
            transaction_ = store_.begin().value();
        }
        row_.index.position += 1;
        row_.effects.clear();
        group_ = {};
        group_.name = {DeviceId{branches_[0].uuid}, IncarnationId{branches_[1].uuid},
                       Sequence{row_.index.position}};
        group_.action = action;
        group_.author = branches_[2];
    }

    void add(record::Change change, record::Effect effect, std::uint64_t number) {
        group_.changes.push_back(std::move(change));
        PlacedEffect placed;
        placed.effect = std::move(effect);
        placed.placement.after = {branches_[number % branches_.size()]};
        row_.effects.push_back(std::move(placed));
        ZHIBU_CHECK(transaction_->put(states_[number]).has_value());
    }

    void append() {
        row_.name = group_.name;
        row_.sealed = {sync::encode(group_), record::Signature(70, 1)};
        row_.group_hash = keys::sha256(row_.sealed.bytes);
        row_.receipt = {std::vector<std::uint8_t>(120, 2), record::Signature(64, 3)};
        row_.author = group_.author;
        row_.action = group_.action;
        row_.leaves = make_leaves(row_, random_);
        ZHIBU_CHECK(transaction_->append(row_).has_value());
        if (row_.index.position % groups_each_commit == 0) {
            commit();
        }
    }

    void commit() {
        if (transaction_) {
            ZHIBU_CHECK(transaction_->commit().has_value());
            transaction_.reset();
        }
    }

    Store& store_;
    const catalog::Kind& person_;
    support::SeededRandom random_{7};
    std::vector<RecordId> branches_;
    std::vector<RecordState> states_;
    std::unique_ptr<StoreTransaction> transaction_;
    record::Group group_;
    LogRow row_;
};

std::uintmax_t bytes_in(const std::filesystem::path& folder) {
    std::uintmax_t bytes = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        bytes += file.file_size();
    }
    return bytes;
}

void run() {
    const support::TemporaryDirectory folder;
    const auto& catalog = catalog::standard_catalog();
    keys::SystemRandom random;
    keys::SystemClock clock;
    const keys::Ed25519Key key = keys::Ed25519Key::generate();
    const StorePlace place{ServerFiles{folder.path() / "server"}};
    std::filesystem::create_directory(place.files.folder);
    ZHIBU_CHECK(make_store_key(place.files, place.store_key, random).has_value());
    OpenedStore opened =
        held(make_store(place, read_store_key(place.files, place.store_key).value(),
                        SpaceIdentity{record::SpaceId{record::Uuid{{1}}},
                                      record::EpochId{record::Uuid{{2}}}, "bench"},
                        catalog, random));
    const BackupMeans means{opened.sealed, &catalog, &clock,
                            [&](std::span<const std::uint8_t> bytes) { return key.sign(bytes); }};
    const auto back_up = [&](const char* name, const std::optional<BackupPoint>& since) {
        const auto target = folder.path() / name;
        return seconds_of([&] {
            const auto copy = held(prepare_copy(target, opened.keys, random));
            static_cast<void>(held(make_backup(means, since, copy, [] { return true; })));
        });
    };
    Log log{*opened.store};
    log.import();
    log.edit(edits_before);
    const double first = back_up("whole", std::nullopt);
    const auto point = held(read_point(folder.path() / "whole"));
    log.edit(edits_after);
    const double increment = back_up("increment", point);
    const double again = back_up("again", std::nullopt);
    const auto whole_bytes = static_cast<double>(bytes_in(folder.path() / "again"));
    const auto part_bytes = static_cast<double>(bytes_in(folder.path() / "increment"));
    std::printf(
        "whole %.1f MiB in %.2f and %.2f s, increment of %lu changes %.2f MiB in %.2f s: "
        "%.0f times smaller, %.0f times faster\n",
        whole_bytes / (1 << 20), first, again, edits_after, part_bytes / (1 << 20), increment,
        whole_bytes / part_bytes, again / increment);
    const StorePlace other{ServerFiles{folder.path() / "restored"}};
    std::filesystem::create_directory(other.files.folder);
    std::filesystem::copy_file(place.files.folder / "store_key", other.files.folder / "store_key");
    const double restored = seconds_of([&] {
        static_cast<void>(held(restore(
            other, {folder.path() / "whole", folder.path() / "increment"}, catalog, random)));
    });
    std::printf("both restored in %.2f s\n", restored);
}

}  // namespace
}  // namespace zhibu::bench

int main() {
    zhibu::bench::run();
    return 0;
}

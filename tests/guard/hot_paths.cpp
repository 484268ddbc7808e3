#include "tests/guard/hot_paths.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "client/replica/replica.hpp"
#include "server/store/sqlite/sqlite_store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/keys/x25519.hpp"
#include "shared/record/check.hpp"
#include "shared/vault/outbox_entry.hpp"
#include "shared/vault/page_cipher.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "tests/bench/workload/people.hpp"
#include "tests/server/committer/court.hpp"
#include "tests/support/fixed_clock.hpp"
#include "tests/support/hand_executor.hpp"
#include "tests/support/sealed_place.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/support/server_place.hpp"
#include "tests/support/temporary_directory.hpp"

namespace zhibu::guard {
namespace {

using record::Change;
using record::RecordId;
using server::test::Court;
using server::test::Desk;

constexpr std::uint64_t seed = 20'261'125;
constexpr std::size_t group_size = 50;

const catalog::Kind& person() { return catalog::standard_catalog().kind("person"); }

RecordId id_of(std::size_t number) {
    support::SeededRandom random{number};
    return RecordId{record::make_uuid_v7(server::test::noon, random)};
}

/// What the workloads enter: forty fields each.
std::vector<Change> entering(std::size_t first, std::size_t count, const RecordId& branch) {
    std::vector<Change> changes;
    for (std::size_t number = first; number < first + count; ++number) {
        Change& change = changes.emplace_back(
            Change{{person().id(), id_of(number)}, record::Operation::create, {}});
        for (client::DraftField& field : bench::make_person(seed, number, branch).fields) {
            change.fields.push_back({field.field, std::move(field.value), {}, {}});
        }
        std::ranges::sort(change.fields, {}, &record::FieldChange::field);
    }
    return changes;
}

/// One field of each of those.
std::vector<Change> editing(std::string_view field, std::size_t count, const std::string& prefix,
                            record::Base base) {
    std::vector<Change> changes;
    for (std::size_t number = 0; number < count; ++number) {
        changes.push_back(server::test::update(
            "person", id_of(number), base,
            {{field, server::test::text(prefix + std::to_string(10'000'000 + number))}}));
    }
    return changes;
}

/// A group that no server judges.
record::Group group_of(std::vector<Change> changes) {
    record::Group group;
    group.name.device.uuid.bytes.fill(3);
    group.name.incarnation.uuid.bytes.fill(4);
    group.name.sequence = {1};
    group.author = id_of(0);
    group.action = "import";
    group.changes = std::move(changes);
    return group;
}

/// A push's message and the groups in it; a tail's with as many records.
std::function<void()> prepare_decode() {
    const std::vector<Change> changes = entering(0, 4 * group_size, id_of(1));
    sync::Push push;
    for (std::size_t first = 0; first < changes.size(); first += group_size) {
        const auto from = changes.begin() + static_cast<std::ptrdiff_t>(first);
        push.groups.push_back(
            {sync::encode(group_of({from, from + group_size})), record::Signature(70, 1)});
    }
    sync::Tail tail{{}, {1}, {1}};
    tail.entries.emplace_back().entry.index = {1};
    for (const Change& change : changes) {
        record::RecordState state{change.record, false, {1}, {}};
        for (const record::FieldChange& field : change.fields) {
            state.set(field.field, field.value, {1});
        }
        tail.entries.front().entry.effects.push_back({record::Effect::Sort::entered, state});
    }
    return [pushed = sync::encode(sync::Message{push}), told = sync::encode(sync::Message{tail})] {
        const auto push_again = sync::decode_message(pushed);
        const auto& groups = std::get<sync::Push>(push_again.value()).groups;
        ZHIBU_CHECK(groups.size() == 4);
        for (const record::SealedGroup& group : groups) {
            ZHIBU_CHECK(sync::decode_group(group.bytes)->changes.size() == group_size);
        }
        const auto tail_again = sync::decode_message(told);
        const auto& effects = std::get<sync::Tail>(tail_again.value()).entries[0].entry.effects;
        ZHIBU_CHECK(effects.size() == 4 * group_size);
    };
}

/// The server without its sockets, over its SQLite store, on one thread.
class Server {
public:
    Server()
        : store_{server::create_sqlite_store(support::server_place(folder_.path() / "space"), {},
                                             catalog::standard_catalog())
                     .value()},
          court{store_.get()},
          one{court.enrol(court.secretary_a)},
          other{court.enrol(court.secretary_a)} {
        court.stop();
        court.parameters.extra_divisions = {"99"};
        server::Committer::Parts parts = court.parts();
        parts.executor = &executor_;
        court.committer = server::Committer::start(std::move(parts), {}).value();
    }

    /// Judges and commits them, which must end so.
    void push(const Desk& desk, std::vector<record::SealedGroup> groups, record::Outcome outcome) {
        const std::size_t count = groups.size();
        std::optional<server::PushResult> result;
        court.committer->push({desk.device, desk.incarnation, desk.account, std::move(groups)},
                              [&](server::PushResult made) { result = std::move(made); });
        ZHIBU_CHECK(executor_.run_until([&] { return result.has_value(); }));
        ZHIBU_CHECK(result->receipts.size() == count);
        for (const record::Receipt& receipt : result->receipts) {
            ZHIBU_CHECK(server::test::verdict_of(receipt).outcome == outcome);
        }
    }

    /// Of what a replica that is up to date has seen.
    [[nodiscard]] record::Base seen() const {
        return record::confirmed_base(store_->open_reader().value()->head().value());
    }

private:
    // The executor goes last, as the committer's work waits in it.
    support::HandExecutor executor_;
    support::TemporaryDirectory folder_;
    std::unique_ptr<server::Store> store_;

public:
    /// What it writes itself is written: its committer has no thread any more.
    Court court;
    /// Two devices of one branch.
    Desk one;
    Desk other;
};

/// A group of new people, and one of edits of them: judged, committed, answered.
std::function<void()> prepare_judge() {
    const auto server = std::make_shared<Server>();
    Desk& desk = server->one;
    const RecordId branch = server->court.branch_a;
    server->push(desk, {desk.seal(entering(0, group_size, branch))}, record::Outcome::accepted);
    std::vector<record::SealedGroup> groups{
        desk.seal(entering(group_size, group_size, branch)),
        desk.seal(editing("mobile", group_size, "158", server->seen()))};
    return [=] { server->push(server->one, groups, record::Outcome::accepted); };
}

/// A group of edits of what another has changed meanwhile.
std::function<void()> prepare_merge() {
    const auto server = std::make_shared<Server>();
    Desk& one = server->one;
    server->push(one, {one.seal(entering(0, group_size, server->court.branch_a))},
                 record::Outcome::accepted);
    const record::Base seen = server->seen();
    server->push(one, {one.seal(editing("mobile", group_size, "158", seen))},
                 record::Outcome::accepted);
    const record::SealedGroup late = server->other.seal(editing("mobile", group_size, "159", seen));
    return [=] { server->push(server->other, {late}, record::Outcome::merged); };
}

/// Pages as the database and its log are written and read; groups for the outbox.
std::function<void()> prepare_seal() {
    struct Work {
        support::SeededRandom random{1};
        vault::DataKey key = vault::make_data_key(random);
        vault::PageCipher cipher{support::replica_keys(), vault::FileKind::wal, random};
        keys::X25519Key server = keys::X25519Key::generate();
        record::SealedGroup group{sync::encode(group_of(entering(0, group_size, id_of(1)))),
                                  record::Signature(70, 1)};
    };

    const auto work = std::make_shared<Work>();
    return [work] {
        constexpr std::uint32_t pages = 500;
        std::array<std::uint8_t, vault::page_bytes> plain{};
        std::array<std::uint8_t, vault::page_bytes> sealed{};
        std::array<std::uint8_t, vault::page_bytes> opened{};
        std::fill(plain.begin(), plain.end() - vault::reserved_bytes, std::uint8_t{7});
        for (std::uint32_t page = 1; page <= pages; ++page) {
            work->cipher.seal(plain, {page, page, {}}, sealed);
            ZHIBU_CHECK(work->cipher.open(sealed, {page, page, {}}, opened) && opened == plain);
        }
        const record::GroupName name = group_of({}).name;
        for (int each = 0; each < 10; ++each) {
            ZHIBU_CHECK(vault::seal_entry(name, work->group, {},
                                          {work->server.public_key(), work->key}, work->random)
                            .has_value());
        }
    };
}

/// A replica with a committee, a branch and people in it, that may be edited.
class Replica {
public:
    Replica()
        : replica_{client::Replica::create(support::sealed(folder_.path() / "replica"), identity_,
                                           catalog::standard_catalog(), clock_, random_)
                       .value()} {
        rules::Parameters parameters;
        parameters.extra_divisions = {"99"};
        sync::Lease lease;
        lease.space = identity_.space;
        lease.device = identity_.device;
        lease.account = identity_.account;
        lease.scope = id_of(committee);
        lease.may_write = true;
        lease.always_open = true;
        lease.granted_at = server::test::noon;
        lease.expires_at = server::test::after(lease.granted_at, 72 * server::test::hour_ms);
        lease.rules = rules::to_list(parameters);
        ZHIBU_CHECK(replica_->take_lease(lease, lease.granted_at).has_value());
        const auto organisation = [](std::size_t number, const char* type, record::Value parent) {
            const std::string code = "D" + std::to_string(number);
            return server::test::create("organisation", id_of(number),
                                        {{"name", server::test::text(code)},
                                         {"code", server::test::text(code)},
                                         {"type", server::test::text(type)},
                                         {"parent", std::move(parent)}});
        };
        apply({told({organisation(committee, "10", {}),
                     organisation(branch, "30", record::Value{id_of(committee)})},
                    record::Effect::Sort::entered),
               told(entering(0, group_size, id_of(branch)), record::Effect::Sort::entered)});
    }

    /// The log's next entry, in which another device makes the changes.
    sync::TailEntry told(const std::vector<Change>& changes, record::Effect::Sort sort) {
        sync::TailEntry made;
        made.entry.index = {++head_};
        made.entry.action = "import";
        for (const Change& change : changes) {
            record::RecordState state{change.record, false, {head_}, {}};
            for (const record::FieldChange& field : change.fields) {
                state.set(field.field, field.value, {head_});
            }
            made.entry.effects.push_back({sort, std::move(state)});
        }
        return made;
    }

    void apply(const std::vector<sync::TailEntry>& entries) {
        ZHIBU_CHECK(replica_->apply_tail(entries, {entries.back().entry.index}).has_value());
    }

    /// What a person's action is, saved.
    void commit(const std::vector<Change>& changes) {
        client::Draft draft{"edit", {}};
        for (const Change& change : changes) {
            client::DraftChange& wish = draft.changes.emplace_back(
                client::DraftChange{change.record, change.operation, {}});
            for (const record::FieldChange& field : change.fields) {
                wish.fields.push_back({field.field, field.value});
            }
        }
        const auto committed =
            replica_->commit(draft, [](const record::Hash&) { return record::Signature(70, 1); });
        ZHIBU_CHECK(committed.has_value() && committed->sequence.position != 0);
    }

    /// The log's next entry, in which this device's own group stands as it was sent.
    sync::TailEntry own(std::uint64_t sequence) {
        sync::TailEntry made;
        made.own = true;
        made.entry.index = {++head_};
        made.entry.origin = {identity_.device, replica_->status().value().incarnation, {sequence}};
        made.entry.action = "edit";
        return made;
    }

    static constexpr std::size_t committee = 1'000'000;
    static constexpr std::size_t branch = 1'000'001;

private:
    support::TemporaryDirectory folder_;
    support::FixedClock clock_{server::test::noon};
    support::SeededRandom random_{1};
    client::ReplicaIdentity identity_;
    std::unique_ptr<client::Replica> replica_;
    std::uint64_t head_ = 0;
};

/// New people from the log, and edits of those that are there.
std::function<void()> prepare_apply() {
    const auto replica = std::make_shared<Replica>();
    const std::vector entries{
        replica->told(entering(group_size, 2 * group_size, id_of(Replica::branch)),
                      record::Effect::Sort::entered),
        replica->told(editing("mobile", group_size, "158", {}), record::Effect::Sort::changed)};
    return [=] { replica->apply(entries); };
}

/// New people typed here, and edits of those that are there.
std::function<void()> prepare_draft() {
    const auto replica = std::make_shared<Replica>();
    const auto people = entering(group_size, group_size, id_of(Replica::branch));
    const auto edits = editing("mobile", group_size, "158", {});
    return [=] {
        replica->commit(people);
        replica->commit(edits);
    };
}

/// What was typed here comes back from the server as it was sent.
std::function<void()> prepare_confirm() {
    const auto replica = std::make_shared<Replica>();
    replica->commit(entering(group_size, group_size, id_of(Replica::branch)));
    replica->commit(editing("mobile", group_size, "158", {}));
    const std::vector entries{replica->own(1), replica->own(2)};
    return [=] { replica->apply(entries); };
}

constexpr std::array<HotPath, 7> paths{{{"decode", &prepare_decode},
                                        {"judge", &prepare_judge},
                                        {"merge", &prepare_merge},
                                        {"seal", &prepare_seal},
                                        {"apply", &prepare_apply},
                                        {"draft", &prepare_draft},
                                        {"confirm", &prepare_confirm}}};

}  // namespace

std::span<const HotPath> hot_paths() { return paths; }

}  // namespace zhibu::guard

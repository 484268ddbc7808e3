#include "tests/client/casework/machine.hpp"

#include <gtest/gtest.h>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "client/casework/casework.hpp"
#include "client/replica/replica.hpp"
#include "server/committer/control.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "sync_protocol/message/message.hpp"
#include "tests/server/committer/court.hpp"
#include "tests/support/sealed_place.hpp"

namespace zhibu::client::test {
namespace {

constexpr std::size_t much = std::size_t{1} << 24U;
constexpr std::int64_t lease_ms = std::int64_t{72} * 3'600'000;

std::uint64_t seed_of(const record::RecordId& id) {
    return id.uuid.bytes[15] + 256U * id.uuid.bytes[14];
}

Draft draft_of(std::string_view action, std::string_view kind_name, const record::RecordId& id,
               record::Operation operation, const Values& values) {
    const catalog::Kind& kind = words().kind(kind_name);
    DraftChange change{{kind.id(), id}, operation, {}};
    for (const auto& [field, value] : values) {
        change.fields.push_back({kind.field(field).id(), value});
    }
    return {std::string{action}, {std::move(change)}};
}

}  // namespace

const catalog::Catalog& words() { return catalog::standard_catalog(); }

Draft creation(std::string_view kind, const record::RecordId& id, const Values& values) {
    return draft_of("create", kind, id, record::Operation::create, values);
}

Draft edit(std::string_view kind, const record::RecordId& id, const Values& values) {
    return draft_of("edit", kind, id, record::Operation::update, values);
}

Machine::Machine(Court& court, const record::RecordId& account)
    : clock{court.clock.now()},
      court_{court},
      random_{seed_of(account)},
      desk_{court.enrol(account)} {
    const ReplicaIdentity identity{court.store.identity().space, desk_.device, account};
    auto made = Replica::create(support::sealed(folder_.path() / "replica"), identity, words(),
                                clock, random_);
    ZHIBU_CHECK(made.has_value());
    replica = *std::move(made);
    desk_.incarnation = replica->status()->incarnation;
    const server::Account& who = *court.committer->control()->account(account);
    sync::Lease lease;
    lease.serial = 1;
    lease.account = account;
    lease.device = desk_.device;
    lease.scope = who.scope;
    lease.may_write = who.may_write;
    lease.manages = who.manages;
    lease.always_open = true;
    lease.granted_at = clock.now();
    lease.expires_at = {clock.now().milliseconds + lease_ms};
    ZHIBU_CHECK(replica->take_lease(lease, clock.now()).has_value());
    auto reader = court.store.open_reader();
    take_snapshot(**reader, court.committer->control()->scope_filter(who));
}

void Machine::take_snapshot(server::StoreReader& reader, const server::ScopeFilter& scope) {
    const auto chunk = reader.chunk({}, scope, much);
    ASSERT_TRUE(chunk && chunk->is_last);
    ASSERT_TRUE(replica->stage({}, *chunk));
    ASSERT_TRUE(replica->swap_in());
}

void Machine::synchronise() {
    const auto waiting = replica->waiting_after(replica->status()->last_verdict, much);
    ASSERT_TRUE(waiting);
    const auto result = court_.push(desk_, *waiting);
    ASSERT_FALSE(result.refusal);
    ASSERT_TRUE(replica->take_verdicts(result.receipts));
    auto reader = court_.store.open_reader();
    const server::Account& who = *court_.committer->control()->account(desk_.account);
    const server::ScopeFilter scope = court_.committer->control()->scope_filter(who);
    const auto tail =
        (*reader)->tail(replica->status()->confirmed, scope, desk_.device, desk_.incarnation, much);
    ASSERT_TRUE(tail);
    if (const std::optional<sync::Tail>& known = *tail) {
        ASSERT_TRUE(replica->apply_tail(known->entries, known->through));
    } else {
        take_snapshot(**reader, scope);
    }
    const auto own = replica->digest();
    const auto theirs = (*reader)->digest(scope);
    ASSERT_TRUE(own && theirs);
    EXPECT_EQ(own->at, theirs->at);
    EXPECT_EQ(own->records, theirs->records);
    EXPECT_EQ(own->digest, theirs->digest);
}

std::expected<Committed, ReplicaError> Machine::try_commit(const Draft& draft) {
    return replica->commit(draft,
                           [this](const record::Hash& hash) { return desk_.key->sign(hash); });
}

void Machine::commit(const Draft& draft) {
    const auto committed = try_commit(draft);
    ASSERT_TRUE(committed) << static_cast<int>(committed.error().fault) << ' '
                           << committed.error().place;
    ASSERT_NE(committed->sequence.position, 0U);
}

QuarantineCase Machine::only_case() {
    auto found = list_cases(*replica, words(), false, 10);
    ZHIBU_CHECK(found && found->size() == 1);
    return std::move(found->front());
}

FieldConflict Machine::only_conflict() {
    auto found = list_conflicts(*replica, words(), true, 10);
    ZHIBU_CHECK(found && found->size() == 1);
    return std::move(found->front());
}

OwnGroup Machine::newest() {
    auto groups = replica->own_groups(1);
    ZHIBU_CHECK(groups && groups->size() == 1);
    return std::move(groups->front());
}

record::Value Machine::value(const record::RecordId& person, std::string_view field) {
    const catalog::Kind& kind = words().kind("person");
    const auto found = replica->find({kind.id(), person});
    return found && *found ? (*found)->value(kind.field(field).id())
                           : record::Value{std::string{"not there"}};
}

bool Machine::holds(std::string_view kind, const record::RecordId& id) {
    const auto found = replica->find({words().kind(kind).id(), id});
    return found && *found;
}

}  // namespace zhibu::client::test

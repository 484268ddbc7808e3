#include <gtest/gtest.h>

#include <set>

#include "sync_protocol/codec/codec.hpp"
#include "tests/client/replica/fixture.hpp"

namespace zhibu::client::test {
namespace {

using record::Operation;
using record::Outcome;

const record::RecordId lin = record_id(11);
const record::RecordId wang = record_id(12);
const record::RecordKey lin_key{person, lin};
const record::EpochId epoch{record_id(700).uuid};

Draft edit(record::RecordId id, record::FieldNumber field, record::Value value) {
    return one({person, id}, Operation::update, {{field, std::move(value)}});
}

/// A device and a server that both know 林一, confirmed at 1.
class ReplicaSync : public testing::Test {
protected:
    ReplicaSync() {
        server.change(lin_key, Operation::create, {{name, "林一", {}}, {mobile, "1", {}}});
        pull();
    }

    void pull() {
        const record::LogIndex from = device.replica->status()->confirmed;
        ASSERT_TRUE(device.replica->apply_tail(server.tail(from, server.head()), server.head()));
    }

    record::Receipt judge(record::Sequence sequence, Outcome wish) {
        return server.judge(
            device.replica->waiting_after({sequence.position - 1}, 1).value().front(), wish);
    }

    void take(const record::Receipt& receipt) {
        ASSERT_TRUE(device.replica->take_verdicts({&receipt, 1}));
    }

    /// @param held  of this device's groups, by the server of that epoch
    void swap_in_whole(record::EpochId in, record::Sequence held = {}) {
        ASSERT_TRUE(device.replica->adopt_epoch(in, held));
        ASSERT_TRUE(device.replica->stage({}, server.chunk({}, 100)));
        ASSERT_TRUE(device.replica->swap_in());
    }

    Device device;
    ModelServer server;
};

TEST_F(ReplicaSync, PendingValueStaysOnTopOfWhatOthersCommit) {
    device.commit(edit(lin, mobile, "mine"));
    server.change(lin_key, Operation::update, {{mobile, "theirs", {}}, {name, "林二", {}}});
    pull();
    EXPECT_EQ(device.text(lin, mobile), "mine");
    EXPECT_EQ(device.text(lin, name), "林二");
    EXPECT_EQ(device.replica->digest()->digest, server.digest().digest);
}

TEST_F(ReplicaSync, AcceptedGroupStaysVisibleUntilTheTailConfirmsIt) {
    const record::Sequence sequence = device.commit(edit(lin, mobile, "mine"));
    take(judge(sequence, Outcome::accepted));
    EXPECT_EQ(device.stage(sequence), GroupStage::accepted);
    EXPECT_EQ(device.text(lin, mobile), "mine");
    EXPECT_NE(device.replica->digest()->digest, server.digest().digest);
    pull();
    EXPECT_EQ(device.text(lin, mobile), "mine");
    EXPECT_EQ(device.find(person, lin)->find(mobile)->changed_at, server.head());
    EXPECT_EQ(device.replica->digest()->digest, server.digest().digest);
}

TEST_F(ReplicaSync, TailAloneAcceptsAGroupWhoseVerdictWasLost) {
    const record::Sequence sequence = device.commit(edit(lin, mobile, "mine"));
    const record::Receipt late = judge(sequence, Outcome::accepted);
    pull();
    EXPECT_EQ(device.stage(sequence), GroupStage::accepted);
    EXPECT_EQ(device.replica->status()->last_verdict, record::Sequence{0});
    take(late);
    EXPECT_EQ(device.stage(sequence), GroupStage::accepted);
    EXPECT_EQ(device.replica->status()->last_verdict, sequence);
    EXPECT_EQ(device.replica->digest()->digest, server.digest().digest);
}

TEST_F(ReplicaSync, MergedGroupGivesWayToWhatTheServerMadeOfIt) {
    const record::Sequence sequence =
        device.commit(one(lin_key, Operation::update, {{name, "林三"}, {mobile, "mine"}}));
    take(judge(sequence, Outcome::merged));
    EXPECT_EQ(device.text(lin, name), "林三");
    pull();
    EXPECT_EQ(device.stage(sequence), GroupStage::merged);
    EXPECT_EQ(device.text(lin, name), "林一");
    EXPECT_EQ(device.text(lin, mobile), "mine");
    EXPECT_EQ(device.replica->digest()->digest, server.digest().digest);
}

TEST_F(ReplicaSync, QuarantinedAndRejectedGroupsLeaveAtOnceAndAreKept) {
    const record::Sequence first = device.commit(edit(lin, mobile, "first"));
    const record::Sequence second = device.commit(edit(lin, name, "second"));
    take(judge(first, Outcome::quarantined));
    EXPECT_EQ(device.text(lin, mobile), "1");
    EXPECT_EQ(device.text(lin, name), "second");
    take(judge(second, Outcome::rejected));
    EXPECT_EQ(device.text(lin, name), "林一");
    const ReplicaStatus status = device.replica->status().value();
    EXPECT_EQ(status.quarantined, 1U);
    EXPECT_EQ(status.rejected, 1U);
    EXPECT_EQ(status.waiting, 0U);
    EXPECT_EQ(device.replica->own_groups(10)->size(), 2U);
    EXPECT_EQ(device.replica->own_group(second).value()->stage, GroupStage::rejected);
    EXPECT_TRUE(device.replica->own_groups(10)->front().verdict);
}

TEST_F(ReplicaSync, VerdictThatComesTwiceChangesNothing) {
    const record::Sequence sequence = device.commit(edit(lin, mobile, "mine"));
    const record::Receipt receipt = judge(sequence, Outcome::quarantined);
    take(receipt);
    const std::string once = device.fingerprint();
    take(receipt);
    EXPECT_EQ(device.fingerprint(), once);
}

/// Keeps the names alone, while it has room.
class NamesOnly final : public Escrow {
public:
    [[nodiscard]] bool holds(const record::GroupName& name) const override {
        return names.contains(name);
    }

    [[nodiscard]] bool make_room(std::size_t /*group_bytes*/) override { return finds_room; }

    [[nodiscard]] bool keep(const record::GroupName& name,
                            const record::SealedGroup& /*group*/) override {
        return has_room && names.insert(name).second;
    }

    std::set<record::GroupName> names;
    bool finds_room = true;
    bool has_room = true;
};

TEST_F(ReplicaSync, NothingIsAcknowledgedThatTheEscrowHasNoRoomFor) {
    const auto escrow = std::make_shared<NamesOnly>();
    device.replica.reset();
    SealedPlace place = sealed(device.folder.file());
    place.escrow = escrow;
    device.replica = Replica::open(place, small_catalog(), device.clock, device.random).value();
    const std::string before = device.fingerprint();

    escrow->finds_room = false;
    const auto refused = device.replica->commit(edit(lin, mobile, "2"), sign);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault, ReplicaFault::storage_full);
    EXPECT_EQ(device.fingerprint(), before) << "nothing has changed";

    escrow->finds_room = true;
    escrow->has_room = false;
    ASSERT_TRUE(device.replica->commit(edit(lin, mobile, "3"), sign))
        << "a failure after the room was taken";
    EXPECT_FALSE(device.replica->commit(edit(lin, mobile, "4"), sign))
        << "but no further one until that is kept";
    escrow->has_room = true;
    EXPECT_TRUE(device.replica->commit(edit(lin, mobile, "4"), sign));
    EXPECT_EQ(escrow->names.size(), 2U);
}

TEST_F(ReplicaSync, AReplicaThatWasPutBackSaysThatItIsForkedOnceTheEscrowHoldsAll) {
    const auto escrow = std::make_shared<NamesOnly>();
    const auto reopen = [&] {
        device.replica.reset();
        SealedPlace place = sealed(device.folder.file());
        place.escrow = escrow;
        device.replica = Replica::open(place, small_catalog(), device.clock, device.random).value();
    };
    reopen();
    device.commit(edit(lin, mobile, "2"));
    record::Receipt receipt = judge({1}, Outcome::accepted);
    auto verdict = sync::decode_verdict(receipt.verdict).value();
    verdict.name.sequence = {7};  // made before the copy was put back
    receipt.verdict = sync::encode(verdict);
    escrow->has_room = false;
    device.commit(edit(lin, mobile, "3"));
    EXPECT_EQ(device.replica->take_verdicts({&receipt, 1}).error().fault,
              ReplicaFault::storage_failed)
        << "a group that nothing else holds must not be given up";
    escrow->has_room = true;
    EXPECT_EQ(device.replica->take_verdicts({&receipt, 1}).error().fault, ReplicaFault::forked);
    EXPECT_EQ(escrow->names.size(), 2U);
}

TEST_F(ReplicaSync, VerdictOnAnotherGroupIsAContradiction) {
    const record::Sequence sequence = device.commit(edit(lin, mobile, "mine"));
    const std::string before = device.fingerprint();
    record::Verdict verdict =
        sync::decode_verdict(judge(sequence, Outcome::accepted).verdict).value();
    const auto fault_of = [&](const record::Verdict& told) {
        const record::Receipt receipt{sync::encode(told), {1}};
        return device.replica->take_verdicts({&receipt, 1}).error().fault;
    };
    record::Verdict other_hash = verdict;
    other_hash.group_hash[0] ^= 1;
    EXPECT_EQ(fault_of(other_hash), ReplicaFault::contradiction);
    record::Verdict unknown = verdict;
    unknown.name.sequence = {9};
    EXPECT_EQ(fault_of(unknown), ReplicaFault::contradiction);
    record::Verdict other_device = verdict;
    other_device.name.device = {};
    EXPECT_EQ(fault_of(other_device), ReplicaFault::contradiction);
    const record::Receipt garbage{{1, 2, 3}, {1}};
    EXPECT_EQ(device.replica->take_verdicts({&garbage, 1}).error().fault,
              ReplicaFault::contradiction);
    EXPECT_EQ(device.fingerprint(), before);
}

TEST_F(ReplicaSync, PendingGroupOnAnEvictedRecordIsParkedWithItsReasonAndStillSent) {
    const record::Sequence sequence = device.commit(edit(lin, mobile, "mine"));
    server.evict(lin_key);
    pull();
    EXPECT_FALSE(device.find(person, lin));
    const OwnGroup own = device.replica->own_groups(1).value().front();
    EXPECT_EQ(own.stage, GroupStage::parked);
    ASSERT_EQ(own.parked_because.size(), 1U);
    EXPECT_EQ(own.parked_because.front().rule, "evicted");
    EXPECT_EQ(own.parked_because.front().record, lin_key);
    EXPECT_EQ(device.replica->status()->parked, 1U);
    EXPECT_EQ(device.replica->waiting_after({0}, 1)->size(), 1U);
    take(judge(sequence, Outcome::accepted));
    EXPECT_EQ(device.stage(sequence), GroupStage::quarantined);
}

TEST_F(ReplicaSync, ParkingOneRecordOfAGroupTakesBackTheGroupsOthers) {
    server.change({person, wang}, Operation::create, {{name, "王一", {}}});
    pull();
    Draft draft = edit(lin, mobile, "mine");
    draft.changes.push_back(edit(wang, mobile, "mine").changes.front());
    device.commit(draft);
    const record::Sequence other = device.commit(edit(wang, name, "王二"));
    server.change(lin_key, Operation::retire, {});
    pull();
    EXPECT_EQ(device.text(wang, mobile), "");
    EXPECT_EQ(device.text(wang, name), "王二");
    EXPECT_EQ(device.stage(other), GroupStage::waiting);
    EXPECT_EQ(device.replica->own_groups(2)->back().parked_because.front().rule, "record_retired");
}

TEST_F(ReplicaSync, CreationOfWhatIsThereMeanwhileIsParked) {
    device.commit(new_person(wang, "王一"));
    server.change({person, wang}, Operation::create, {{name, "王二", {}}});
    pull();
    EXPECT_EQ(device.text(wang, name), "王二");
    EXPECT_EQ(device.replica->own_groups(1)->front().parked_because.front().rule, "record_exists");
}

TEST_F(ReplicaSync, TailThatComesAgainChangesNothing) {
    server.change(lin_key, Operation::update, {{mobile, "2", {}}});
    server.evict(lin_key);
    pull();
    const std::string once = device.fingerprint();
    ASSERT_TRUE(device.replica->apply_tail(server.tail({0}, {2}), {2}));
    ASSERT_TRUE(device.replica->apply_tail(server.tail({1}, {3}), {3}));
    EXPECT_EQ(device.fingerprint(), once);
}

TEST_F(ReplicaSync, TailOutOfOrderIsAContradictionAndChangesNothing) {
    server.change(lin_key, Operation::update, {{mobile, "2", {}}});
    server.change(lin_key, Operation::update, {{mobile, "3", {}}});
    const std::string before = device.fingerprint();
    std::vector<sync::TailEntry> entries = server.tail({1}, {3});
    std::swap(entries[0], entries[1]);
    EXPECT_EQ(device.replica->apply_tail(entries, {3}).error().fault, ReplicaFault::contradiction);
    std::swap(entries[0], entries[1]);
    EXPECT_EQ(device.replica->apply_tail(entries, {2}).error().fault, ReplicaFault::contradiction);
    entries[1].own = true;
    EXPECT_EQ(device.replica->apply_tail(entries, {3}).error().fault, ReplicaFault::contradiction);
    EXPECT_EQ(device.fingerprint(), before);
}

TEST_F(ReplicaSync, RecordThatComesIntoScopeArrivesWhole) {
    record::RecordState state;
    state.key = {person, wang};
    state.life_changed_at = {1};
    state.set(name, "王一", {1});
    server.enter(state);
    pull();
    EXPECT_EQ(device.find(person, wang), state);
}

TEST_F(ReplicaSync, SnapshotReplacesTheConfirmedStateAndKeepsWhatIsPending) {
    const record::Sequence sequence = device.commit(edit(lin, mobile, "mine"));
    device.commit(new_person(wang, "王一"));
    server.change({person, record_id(30)}, Operation::create, {{name, "赵一", {}}});
    pull();
    server.evict({person, record_id(30)});
    server.change(lin_key, Operation::update, {{name, "林九", {}}});
    swap_in_whole(epoch);
    EXPECT_FALSE(device.find(person, record_id(30)));
    EXPECT_EQ(device.text(lin, name), "林九");
    EXPECT_EQ(device.text(lin, mobile), "mine");
    EXPECT_EQ(device.text(wang, name), "王一");
    EXPECT_EQ(device.stage(sequence), GroupStage::waiting);
    const ReplicaStatus status = device.replica->status().value();
    EXPECT_EQ(status.confirmed, server.head());
    EXPECT_EQ(status.epoch, epoch);
    EXPECT_FALSE(status.staged);
    EXPECT_EQ(device.replica->digest()->digest, server.digest().digest);
}

TEST_F(ReplicaSync, SnapshotInProgressSurvivesReopeningAndResumes) {
    for (std::uint64_t i = 0; i < 5; ++i) {
        server.change({person, record_id(40 + i)}, Operation::create, {{name, "甲", {}}});
    }
    const sync::SnapshotChunk first = server.chunk({}, 3);
    ASSERT_TRUE(device.replica->stage({}, first));
    device.reopen();
    const auto staged = device.replica->status()->staged;
    ASSERT_TRUE(staged);
    EXPECT_EQ(staged->through, first.through);
    EXPECT_EQ(staged->read_at, first.read_at);
    EXPECT_EQ(staged->scope, device.replica->status()->lease->scope);
    EXPECT_FALSE(staged->is_whole);
    EXPECT_EQ(device.replica->swap_in().error().fault, ReplicaFault::contradiction);
    const sync::SnapshotChunk second = server.chunk(first.through, 10);
    EXPECT_EQ(device.replica->stage(second.through, second).error().fault,
              ReplicaFault::contradiction);
    ASSERT_TRUE(device.replica->stage(first.through, second));
    EXPECT_TRUE(device.replica->status()->staged->is_whole);
    EXPECT_EQ(device.replica->stage(second.through, second).error().fault,
              ReplicaFault::contradiction);
    device.reopen();
    ASSERT_TRUE(device.replica->swap_in());
    EXPECT_EQ(device.replica->digest()->digest, server.digest().digest);
}

TEST_F(ReplicaSync, FirstChunkDropsWhatAnUnfinishedSnapshotLeft) {
    server.change({person, wang}, Operation::create, {{name, "王一", {}}});
    ASSERT_TRUE(device.replica->stage({}, server.chunk({}, 1)));
    server.evict(lin_key);
    swap_in_whole(epoch);
    EXPECT_FALSE(device.find(person, lin));
    EXPECT_TRUE(device.find(person, wang));
}

TEST_F(ReplicaSync, ChunkThatIsNotInOrderIsAContradiction) {
    server.change({person, wang}, Operation::create, {{name, "王一", {}}});
    sync::SnapshotChunk chunk = server.chunk({}, 10);
    std::swap(chunk.records[0], chunk.records[1]);
    EXPECT_EQ(device.replica->stage({}, chunk).error().fault, ReplicaFault::contradiction);
    EXPECT_FALSE(device.replica->status()->staged);
}

TEST_F(ReplicaSync, GroupsThatARestoredServerNeverSawAreOfferedAgain) {
    swap_in_whole(epoch);
    const record::Sequence kept = device.commit(edit(lin, mobile, "kept"));
    take(judge(kept, Outcome::accepted));
    pull();
    ModelServer restored = server;  // the backup
    const record::Sequence lost = device.commit(edit(lin, mobile, "lost"));
    take(judge(lost, Outcome::accepted));
    pull();
    EXPECT_EQ(device.text(lin, mobile), "lost");
    server = restored;
    swap_in_whole(record::EpochId{record_id(701).uuid}, kept);
    EXPECT_EQ(device.stage(kept), GroupStage::accepted);
    EXPECT_EQ(device.stage(lost), GroupStage::waiting);
    EXPECT_EQ(device.text(lin, mobile), "lost");
    EXPECT_EQ(device.replica->status()->last_verdict, record::Sequence{0});
    take(judge(lost, Outcome::accepted));
    pull();
    EXPECT_EQ(device.stage(lost), GroupStage::accepted);
    EXPECT_EQ(device.replica->digest()->digest, server.digest().digest);
}

TEST_F(ReplicaSync, FieldsAndKindsOfANewerCatalogAreKeptAndPassedOn) {
    record::RecordState future;
    future.key = {person, wang};
    future.life_changed_at = {1};
    future.set(name, "王一", {1});
    future.set(dues, "of another type", {1});
    future.set(record::FieldNumber{200}, "微信", {1});
    server.enter(future);
    record::RecordState unknown;
    unknown.key = {record::KindNumber{88}, record_id(88)};
    unknown.life_changed_at = {1};
    unknown.set(record::FieldNumber{1}, std::int64_t{4}, {1});
    server.enter(unknown);
    pull();
    device.commit(edit(wang, mobile, "2"));
    device.reopen();
    EXPECT_EQ(device.find(person, wang)->value(record::FieldNumber{200}), record::Value("微信"));
    EXPECT_EQ(device.replica->find(unknown.key).value(), unknown);
    EXPECT_EQ(device.replica->digest()->digest, server.digest().digest);
}

TEST_F(ReplicaSync, UpgradedCatalogTakesUpWhatWasKept) {
    record::RecordState future;
    future.key = {person, wang};
    future.life_changed_at = {1};
    future.set(name, "王一", {1});
    future.set(record::FieldNumber{9}, "微信", {1});
    server.enter(future);
    pull();
    std::vector<catalog::Kind> newer = kinds();
    catalog::Field wechat = newer[1].fields.front();
    wechat.number = 9;
    wechat.name = "wechat";
    wechat.required = catalog::Required::no;
    newer[1].fields.push_back(wechat);
    const catalog::Catalog upgraded(8, newer, {});
    device.replica.reset();
    device.replica =
        Replica::open(sealed(device.folder.file()), upgraded, device.clock, device.random).value();
    ListQuery query;
    query.kind = person;
    query.conditions = {{record::FieldNumber{9}, Condition::Relation::equal, {"微信"}}};
    EXPECT_EQ(device.replica->list(query)->total, 1U);
    EXPECT_EQ(device.find(person, wang), future);
}

TEST_F(ReplicaSync, CatalogThatGrewBeforeItsVersionDidGetsItsColumn) {
    std::vector<catalog::Kind> grown = kinds();
    catalog::Field wechat = grown[1].fields.front();
    wechat.number = 9;
    wechat.name = "wechat";
    wechat.required = catalog::Required::no;
    grown[1].fields.push_back(wechat);
    const catalog::Catalog same_version(7, grown, {});
    ASSERT_EQ(same_version.version(), small_catalog().version());
    device.replica.reset();
    device.replica =
        Replica::open(sealed(device.folder.file()), same_version, device.clock, device.random)
            .value();
    ListQuery query;
    query.kind = person;
    query.conditions = {{record::FieldNumber{9}, Condition::Relation::equal, {"微信"}}};
    const auto page = device.replica->list(query);
    ASSERT_TRUE(page);
    EXPECT_EQ(page->total, 0U);
}

TEST_F(ReplicaSync, FieldIsNeverSetBackToAnOlderIndex) {
    const record::LogIndex from = server.head();
    server.change(lin_key, Operation::update, {{mobile, "older", {}}});
    server.change(lin_key, Operation::update, {{mobile, "newer", {}}});
    sync::SnapshotChunk late = server.chunk({}, 10);
    late.read_at = from;  // as if an earlier chunk had been read before both changes
    ASSERT_TRUE(device.replica->stage({}, late));
    ASSERT_TRUE(device.replica->swap_in());
    const record::LogIndex middle{from.position + 1};
    ASSERT_TRUE(device.replica->apply_tail(server.tail(from, middle), middle));
    EXPECT_EQ(device.text(lin, mobile), "newer");
}

TEST_F(ReplicaSync, SnapshotOlderThanAnAcceptedGroupKeepsItVisible) {
    const sync::SnapshotChunk old = server.chunk({}, 10);
    take(judge(device.commit(edit(lin, mobile, "mine")), Outcome::accepted));
    pull();
    ASSERT_TRUE(device.replica->stage({}, old));
    ASSERT_TRUE(device.replica->swap_in());
    EXPECT_EQ(device.text(lin, mobile), "mine");
    pull();
    EXPECT_EQ(device.replica->digest()->digest, server.digest().digest);
}

TEST_F(ReplicaSync, AcceptedGroupGoesOnceTheTailHasPassedItWithoutAnEntry) {
    take(judge(device.commit(edit(lin, mobile, "mine")), Outcome::accepted));
    ASSERT_TRUE(device.replica->apply_tail({}, server.head()));
    EXPECT_EQ(device.text(lin, mobile), "1");
}

TEST_F(ReplicaSync, LeaseOfAnotherDeviceIsAContradiction) {
    sync::Lease lease = lease_until({noon.milliseconds + hour});
    lease.device = {};
    EXPECT_EQ(device.replica->take_lease(lease, noon).error().fault, ReplicaFault::contradiction);
}

TEST_F(ReplicaSync, WaitingGroupsComeInOrderAndWithinTheBytesAskedFor) {
    for (int i = 0; i < 5; ++i) {
        device.commit(edit(lin, mobile, std::to_string(i + 10)));
    }
    const auto all = device.replica->waiting_after({0}, 1 << 20).value();
    ASSERT_EQ(all.size(), 5U);
    const std::size_t two = 2 * (all[0].bytes.size() + all[0].signature.size()) + 20;
    EXPECT_EQ(device.replica->waiting_after({0}, two)->size(), 2U);
    EXPECT_EQ(device.replica->waiting_after({3}, 1)->front(), all[3]);
    EXPECT_TRUE(device.replica->waiting_after({5}, 1)->empty());
}

}  // namespace
}  // namespace zhibu::client::test

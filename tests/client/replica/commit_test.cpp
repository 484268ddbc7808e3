#include <gtest/gtest.h>

#include "shared/keys/digest.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "tests/client/replica/fixture.hpp"

namespace zhibu::client::test {
namespace {

using record::Operation;

const record::RecordId lin = record_id(11);
const record::RecordId wang = record_id(12);

Draft edit(record::RecordId id, record::FieldNumber field, record::Value value) {
    return one({person, id}, Operation::update, {{field, std::move(value)}});
}

record::Group newest(Device& device) { return device.replica->own_groups(1).value().front().group; }

TEST(ReplicaCommit, IsRefusedWithoutALease) {
    Device device(false);
    EXPECT_EQ(device.fault_of(new_person(lin, "林一")), ReplicaFault::no_lease);
}

TEST(ReplicaCommit, IsRefusedFromTheMomentTheLeaseEnds) {
    Device device;
    const record::Instant end{noon.milliseconds + 72 * hour};
    device.clock.set({end.milliseconds - 1});
    device.commit(new_person(lin, "林一"));
    device.clock.set(end);
    EXPECT_EQ(device.fault_of(edit(lin, name, "林二")), ReplicaFault::lease_over);
}

TEST(ReplicaCommit, IsRefusedToAnAccountThatOnlyReads) {
    Device device;
    sync::Lease lease = lease_until({noon.milliseconds + hour});
    lease.may_write = false;
    ASSERT_TRUE(device.replica->take_lease(lease, noon));
    EXPECT_EQ(device.fault_of(new_person(lin, "林一")), ReplicaFault::read_only);
}

TEST(ReplicaCommit, WindowOpensAndClosesToTheMillisecond) {
    Device device;
    sync::Lease lease = lease_until({noon.milliseconds + 72 * hour});
    lease.always_open = false;
    const record::Instant opens{noon.milliseconds + hour};
    const record::Instant closes{noon.milliseconds + 2 * hour};
    const record::Instant opens_again{noon.milliseconds + 5 * hour};
    lease.periods = {{opens, closes}, {opens_again, {noon.milliseconds + 6 * hour}}};
    ASSERT_TRUE(device.replica->take_lease(lease, noon));

    device.clock.set({opens.milliseconds - 1});
    const auto early = device.replica->commit(new_person(lin, "林一"), sign);
    ASSERT_FALSE(early);
    EXPECT_EQ(early.error().fault, ReplicaFault::outside_window);
    EXPECT_EQ(early.error().opens_next, opens);
    device.clock.set(opens);
    device.commit(new_person(lin, "林一"));
    device.clock.set({closes.milliseconds - 1});
    device.commit(new_person(wang, "王一"));
    device.clock.set(closes);
    const auto late = device.replica->commit(edit(lin, name, "林二"), sign);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().fault, ReplicaFault::outside_window);
    EXPECT_EQ(late.error().opens_next, opens_again);
}

TEST(ReplicaCommit, StopsWhenTheClockWentBackAndSaysBehindWhichTime) {
    Device device;
    const record::Instant later{noon.milliseconds + 10 * hour};
    device.clock.set(later);
    device.commit(new_person(lin, "林一"));
    device.clock.set({later.milliseconds - 120'000});
    device.commit(edit(lin, name, "林二"));
    device.clock.set({later.milliseconds - 120'001});
    const auto refused = device.replica->commit(edit(lin, name, "林三"), sign);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault, ReplicaFault::clock_went_back);
    EXPECT_EQ(refused.error().seen, later);
    device.reopen();
    EXPECT_EQ(device.fault_of(edit(lin, name, "林三")), ReplicaFault::clock_went_back);
}

TEST(ReplicaCommit, ServersTimeCountsAsSeen) {
    Device device;
    ASSERT_TRUE(device.replica->take_lease(lease_until({noon.milliseconds + 72 * hour}),
                                           {noon.milliseconds + hour}));
    EXPECT_EQ(device.fault_of(new_person(lin, "林一")), ReplicaFault::clock_went_back);
}

TEST(ReplicaCommit, NamesWhatDoesNotFit) {
    Device device;
    device.commit(new_person(lin, "林一"));
    const record::RecordKey key{person, lin};
    EXPECT_EQ(device.fault_of(one({record::KindNumber{99}, lin}, Operation::create, {})),
              ReplicaFault::unknown_kind);
    EXPECT_EQ(device.fault_of(edit(lin, record::FieldNumber{99}, "x")),
              ReplicaFault::unknown_field);
    EXPECT_EQ(device.fault_of(edit(lin, name, std::int64_t{1})), ReplicaFault::wrong_value);
    EXPECT_EQ(device.fault_of(edit(lin, name, record::Empty{})), ReplicaFault::wrong_value);
    EXPECT_EQ(device.fault_of(edit(wang, name, "王一")), ReplicaFault::unknown_record);
    EXPECT_EQ(device.fault_of(new_person(lin, "林二")), ReplicaFault::record_exists);
    EXPECT_EQ(device.fault_of(one({person, wang}, Operation::create, {{name, "王一"}})),
              ReplicaFault::wrong_value);
    EXPECT_EQ(device.fault_of(one(key, Operation::update, {{mobile, "1"}, {mobile, "2"}})),
              ReplicaFault::named_twice);
    Draft twice = edit(lin, mobile, "1");
    twice.changes.push_back(twice.changes.front());
    EXPECT_EQ(device.fault_of(twice), ReplicaFault::named_twice);
    Draft wrong_action = edit(lin, mobile, "1");
    wrong_action.action = "Edit!";
    EXPECT_EQ(device.fault_of(wrong_action), ReplicaFault::wrong_value);
    device.commit(one(key, Operation::retire, {}));
    EXPECT_EQ(device.fault_of(edit(lin, mobile, "1")), ReplicaFault::record_retired);
    EXPECT_EQ(device.replica->status()->last_sequence, record::Sequence{2});
}

TEST(ReplicaCommit, RefusesTextThatIsNotUtf8) {
    Device device;
    EXPECT_EQ(device.fault_of(new_person(lin, "\xff\xfe")), ReplicaFault::wrong_value);
    EXPECT_FALSE(device.find(person, lin));
}

TEST(ReplicaCommit, OneBadChangeLeavesAllOthersUndone) {
    Device device;
    Draft draft = new_person(lin, "林一");
    draft.changes.push_back(edit(wang, name, "王一").changes.front());
    EXPECT_EQ(device.fault_of(draft), ReplicaFault::unknown_record);
    EXPECT_FALSE(device.find(person, lin));
}

TEST(ReplicaCommit, AnOwnGroupIsFoundByItsSequenceAlone) {
    Device device;
    const record::Sequence first = device.commit(new_person(lin, "林一"));
    const record::Sequence second = device.commit(edit(lin, name, "林二"));
    EXPECT_EQ(device.replica->own_group(first).value()->group.name.sequence, first);
    EXPECT_EQ(device.replica->own_group(second).value()->group.changes.size(), 1U);
    EXPECT_FALSE(device.replica->own_group({second.position + 1}).value());
    EXPECT_FALSE(device.replica->own_group({0}).value());
}

TEST(ReplicaCommit, DropsWhatDoesNotChangeAndWritesNothingIfNothingIsLeft) {
    Device device;
    device.commit(new_person(lin, "林一"));
    const auto idle = device.replica->commit(edit(lin, name, "林一"), sign);
    ASSERT_TRUE(idle);
    EXPECT_EQ(idle->sequence, record::Sequence{0});
    EXPECT_EQ(device.replica->status()->last_sequence, record::Sequence{1});
    device.commit(one({person, lin}, Operation::update, {{name, "林一"}, {mobile, "13800000000"}}));
    ASSERT_EQ(newest(device).changes.front().fields.size(), 1U);
    EXPECT_EQ(newest(device).changes.front().fields.front().field, mobile);
}

TEST(ReplicaCommit, BaseIsTheConfirmedIndexAndThenTheNewestOwnGroupOfThatField) {
    Device device;
    ModelServer server;
    server.change({person, lin}, Operation::create, {{name, "林一", {}}, {mobile, "1", {}}});
    server.change({person, lin}, Operation::update, {{mobile, "2", {}}});
    ASSERT_TRUE(device.replica->apply_tail(server.tail({0}, {2}), {2}));

    const record::Sequence first = device.commit(edit(lin, mobile, "3"));
    const record::FieldChange on_confirmed = newest(device).changes.front().fields.front();
    EXPECT_EQ(on_confirmed.base, record::confirmed_base({2}));
    EXPECT_EQ(on_confirmed.previous, record::Value("2"));
    device.commit(edit(lin, name, "林二"));
    EXPECT_EQ(newest(device).changes.front().fields.front().base, record::confirmed_base({1}));
    device.commit(edit(lin, mobile, "4"));
    const record::FieldChange on_own = newest(device).changes.front().fields.front();
    EXPECT_EQ(on_own.base, record::own_base(first));
    EXPECT_EQ(on_own.previous, record::Value("3"));
}

TEST(ReplicaCommit, DependsOnOwnWaitingGroupsOfTheSameRecordsAndOfNewOnesItRefersTo) {
    Device device;
    const record::Sequence of_lin = device.commit(new_person(lin, "林一"));
    const record::Sequence of_wang = device.commit(new_person(wang, "王一"));
    device.commit(edit(lin, mobile, "1"));
    EXPECT_EQ(newest(device).depends_on, std::vector{of_lin});
    device.commit(one({study, record_id(50)}, Operation::create, {{owner, wang}, {school, "甲"}}));
    EXPECT_EQ(newest(device).depends_on, std::vector{of_wang});
}

TEST(ReplicaCommit, GroupsFormASignedChainWithRisingTimes) {
    Device device;
    device.commit(new_person(lin, "林一"));
    device.commit(edit(lin, mobile, "1"));
    const auto groups = device.replica->waiting_after({0}, 1 << 20).value();
    ASSERT_EQ(groups.size(), 2U);
    const record::Group first = sync::decode_group(groups[0].bytes).value();
    const record::Group second = sync::decode_group(groups[1].bytes).value();
    EXPECT_EQ(first.previous, record::Hash{});
    EXPECT_EQ(second.previous, keys::sha256(groups[0].bytes));
    EXPECT_EQ(groups[1].signature, sign(keys::sha256(groups[1].bytes)));
    EXPECT_EQ(second.name.sequence, record::Sequence{2});
    EXPECT_EQ(second.name.incarnation, device.replica->status()->incarnation);
    EXPECT_LT(first.made_at, second.made_at);
    EXPECT_EQ(first.lease_serial, 5U);
    EXPECT_EQ(first.catalog_version, 7U);
}

TEST(ReplicaCommit, RefusesAGroupBeyondTheBound) {
    Device device;
    std::vector<catalog::Kind> wider = kinds();
    catalog::Field remark = wider[1].fields[2];
    remark.number = 9;
    remark.name = "remark";
    remark.width = 65'535;
    wider[1].fields.push_back(remark);
    const catalog::Catalog catalog(8, wider, {});
    device.replica.reset();
    device.replica =
        Replica::open(sealed(device.folder.file()), catalog, device.clock, device.random).value();
    Draft draft{"import", {}};
    for (std::uint64_t i = 0; i < 1'100; ++i) {
        draft.changes.push_back(new_person(record_id(1000 + i), "林一").changes.front());
        draft.changes.back().fields.push_back({record::FieldNumber{9}, std::string(62'000, 'm')});
    }
    const auto refused = device.replica->commit(draft, sign);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault, ReplicaFault::group_too_large);
    EXPECT_NE(refused.error().place.find("at most"), std::string::npos);
    EXPECT_EQ(device.replica->status()->waiting, 0U);
}

TEST(ReplicaCommit, PreviewWritesNothing) {
    Device device;
    const std::string before = device.fingerprint();
    EXPECT_TRUE(device.replica->preview(new_person(lin, "林一")));
    EXPECT_EQ(device.fingerprint(), before);
    device.clock.set({noon.milliseconds + 100 * hour});
    EXPECT_FALSE(device.replica->preview(new_person(lin, "林一")));
}

TEST(ReplicaCommit, SurvivesReopening) {
    Device device;
    Draft draft = new_person(lin, "林一");
    auto& fields = draft.changes.front().fields;
    fields.push_back({birth_date, record::Date{1987, 5, 3}});
    fields.push_back({tags, record::make_text_set({"乙", "甲"})});
    fields.push_back({dues, std::int64_t{1250}});
    fields.push_back({unreachable, true});
    device.commit(draft);
    const auto before = device.find(person, lin);
    const std::string whole = device.fingerprint();
    device.reopen();
    EXPECT_EQ(device.find(person, lin), before);
    EXPECT_EQ(device.fingerprint(), whole);
    EXPECT_EQ(before->value(birth_date), record::Value(record::Date{1987, 5, 3}));
    EXPECT_EQ(before->value(tags), record::Value(record::make_text_set({"甲", "乙"})));
    EXPECT_EQ(before->value(dues), record::Value(std::int64_t{1250}));
    EXPECT_EQ(before->value(unreachable), record::Value(true));
}

}  // namespace
}  // namespace zhibu::client::test

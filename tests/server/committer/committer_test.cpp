#include "server/committer/committer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/keys/ed25519.hpp"
#include "shared/keys/p256.hpp"
#include "shared/record/change.hpp"
#include "shared/record/value.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/message/message.hpp"
#include "tests/server/committer/court.hpp"

namespace zhibu::server::test {
namespace {

using record::Outcome;
using sync::RefusalReason;

class CommitterOf : public testing::Test {
public:
    record::Change applicant_in_a() {
        return create("person", court.new_id(), applicant(court.branch_a, ++number));
    }

    void expect_refused(const PushResult& result, RefusalReason reason) {
        ASSERT_TRUE(result.refusal);
        EXPECT_EQ(result.refusal->reason, reason);
    }

    [[nodiscard]] std::size_t persons() const {
        return static_cast<std::size_t>(
            std::ranges::count_if(court.store.contents()->records, [](const auto& entry) {
                return entry.first.kind == catalog::standard_catalog().kind("person").id();
            }));
    }

    Court court;
    Desk desk = court.enrol(court.secretary_a);
    unsigned number = 0;
};

TEST_F(CommitterOf, AReceiptIsSignedAndStored) {
    const auto sealed = desk.seal({applicant_in_a()});
    const auto result = court.push(desk, {sealed});
    ASSERT_EQ(result.receipts.size(), 1U);
    const record::Receipt& receipt = result.receipts[0];
    EXPECT_TRUE(
        keys::verify_ed25519(court.receipt_key.public_key(), receipt.verdict, receipt.signature));
    const auto verdict = verdict_of(receipt);
    EXPECT_EQ(verdict.name, (GroupName{desk.device, desk.incarnation, Sequence{1}}));
    EXPECT_EQ(verdict.group_hash, desk.last_hash);
    EXPECT_EQ(verdict.decided_at, court.clock.now());
    const LogRow& row = *court.store.contents()->rows.back();
    EXPECT_EQ(row.receipt, receipt);
    EXPECT_EQ(row.sealed, sealed);
    EXPECT_EQ(row.author, court.secretary_a);
    EXPECT_EQ(row.action, "edit");
}

TEST_F(CommitterOf, ASecondDeliveryChangesNothingAndIsAnsweredByteForByte) {
    const std::vector groups{desk.seal({applicant_in_a()}), desk.seal({applicant_in_a()})};
    const auto first = court.push(desk, groups);
    const auto contents = court.store.contents();
    const auto commits = court.store.commits();
    court.clock.advance(day_ms);
    court.restart();
    const auto again = court.push(desk, groups);
    EXPECT_FALSE(again.refusal);
    EXPECT_EQ(again.receipts, first.receipts);
    EXPECT_EQ(court.store.contents(), contents);
    EXPECT_EQ(court.store.commits(), commits);
}

TEST_F(CommitterOf, AQuarantinedGroupIsHeldLikeAnyOther) {
    const std::vector groups{
        desk.seal({create("person", court.new_id(), applicant(court.branch_b, 1))})};
    const auto first = court.push(desk, groups);
    EXPECT_EQ(verdict_of(first.receipts.at(0)).outcome, Outcome::quarantined);
    EXPECT_EQ(court.push(desk, groups).receipts, first.receipts);
}

TEST_F(CommitterOf, AGapIsRefusedWithTheSequenceExpected) {
    const auto first = desk.seal({applicant_in_a()});
    const auto second = desk.seal({applicant_in_a()});
    const auto third = desk.seal({applicant_in_a()});
    const auto result = court.push(desk, {first, third});
    EXPECT_EQ(result.receipts.size(), 1U);
    expect_refused(result, RefusalReason::sequence_gap);
    EXPECT_EQ(result.refusal->expected, Sequence{2});
    const auto rest = court.push(desk, {second, third});
    EXPECT_FALSE(rest.refusal);
    EXPECT_EQ(rest.receipts.size(), 2U);
}

TEST_F(CommitterOf, ABrokenChainIsRefused) {
    court.judge(desk, {applicant_in_a()});
    record::Group next = desk.next({applicant_in_a()});
    next.previous[0] ^= 1;
    expect_refused(court.push(desk, {desk.sign(next)}), RefusalReason::chain_broken);
    EXPECT_EQ(persons(), 1U);
}

TEST_F(CommitterOf, AForkIsKeptAndTheDeviceSuspended) {
    const Desk before = desk;
    court.judge(desk, {applicant_in_a()});
    Desk clone = before;
    const auto rows = court.store.contents()->rows.size();
    const auto forked = clone.seal({applicant_in_a()});
    const auto result = court.push(clone, {forked, clone.seal({applicant_in_a()})});
    EXPECT_TRUE(result.receipts.empty());
    expect_refused(result, RefusalReason::device_not_active);
    const auto contents = court.store.contents();
    ASSERT_EQ(contents->rows.size(), rows + 3);
    const LogRow& fork = *contents->rows[rows];
    EXPECT_EQ(fork.sealed, forked);
    EXPECT_EQ(fork.outcome, Outcome::quarantined);
    EXPECT_TRUE(names(verdict_of(fork.receipt), "fork"));
    EXPECT_EQ(contents->rows[rows + 1]->action, "suspend_device");
    EXPECT_EQ(persons(), 1U);
    // Both copies are shut out until an officer has looked.
    const auto own = court.push(desk, {desk.seal({applicant_in_a()})});
    expect_refused(own, RefusalReason::device_not_active);
    EXPECT_EQ(court.committer->control()
                  ->session_refusal(desk.account, RecordId{desk.device.uuid}, court.clock.now())
                  ->reason,
              RefusalReason::device_not_active);
}

TEST_F(CommitterOf, WhatACopyDidAfterItsForkIsKeptOnceAnOfficerHasLetTheDeviceIn) {
    const Desk before = desk;
    court.judge(desk, {applicant_in_a()});
    Desk clone = before;
    // One beside a name that is held, and two after the end of the chain.
    const std::vector<record::SealedGroup> copied{clone.seal({applicant_in_a()}),
                                                  clone.seal({applicant_in_a()}),
                                                  clone.seal({applicant_in_a()})};
    expect_refused(court.push(clone, copied), RefusalReason::device_not_active);
    court.write({update("device", RecordId{desk.device.uuid}, {}, {{"state", text("2")}})});
    const auto result = court.push(clone, copied);
    EXPECT_FALSE(result.refusal);
    ASSERT_EQ(result.receipts.size(), 3U);
    for (const record::Receipt& receipt : result.receipts) {
        EXPECT_EQ(verdict_of(receipt).outcome, Outcome::quarantined);
        EXPECT_TRUE(names(verdict_of(receipt), "fork"));
    }
    EXPECT_EQ(court.push(clone, copied).receipts, result.receipts) << "sent again";
    EXPECT_EQ(court.store.contents()->chains.at({desk.device, desk.incarnation}).last, Sequence{3})
        << "what is told as held is not behind what was acknowledged";
    EXPECT_EQ(persons(), 1U);
    EXPECT_TRUE(court.committer->control()->device(RecordId{desk.device.uuid})->active)
        << "suspended for each group anew";
}

TEST_F(CommitterOf, ADevicesNewKeyCountsFromItsCommitOnAndTheOldOneNoMore) {
    court.judge(desk, {applicant_in_a()});
    const Desk before = desk;
    desk.key = std::make_shared<keys::P256Key>(keys::P256Key::generate());
    ServerWrite write;
    write.action = "enrol";
    write.device_keys = {DeviceKey{desk.device, desk.account, desk.key->public_key(), {}}};
    ASSERT_TRUE(court.try_write(std::move(write)));
    const auto next = before.next({applicant_in_a()});
    expect_refused(court.push(desk, {before.sign(next)}), RefusalReason::signature_wrong);
    EXPECT_EQ(court.push(desk, {desk.sign(next)}).receipts.size(), 1U);
}

TEST_F(CommitterOf, HostileGroupsEndTheSessionAndWriteNothing) {
    const auto rows = court.store.contents()->rows.size();
    record::SealedGroup garbage;
    garbage.bytes = {1, 2, 3};
    expect_refused(court.push(desk, {garbage}), RefusalReason::malformed_message);
    auto forged = desk.sign(desk.next({applicant_in_a()}));
    forged.signature[10] ^= 1;
    expect_refused(court.push(desk, {forged}), RefusalReason::signature_wrong);
    Desk other = court.enrol(court.secretary_a);
    record::Group theirs = desk.next({applicant_in_a()});
    expect_refused(court.push(other, {desk.sign(theirs)}), RefusalReason::malformed_message);
    theirs.author = court.secretary_b;
    expect_refused(court.push(desk, {desk.sign(theirs)}), RefusalReason::malformed_message);
    theirs = desk.next({applicant_in_a()});
    theirs.name.incarnation.uuid.bytes[0] ^= 1;
    expect_refused(court.push(desk, {desk.sign(theirs)}), RefusalReason::malformed_message);
    Desk unknown = desk;
    unknown.device.uuid = court.new_id().uuid;
    expect_refused(court.push(unknown, {unknown.seal({})}), RefusalReason::unknown_device);
    EXPECT_EQ(court.store.contents()->rows.size(), rows + 1) << "the other device's enrolment";
}

TEST_F(CommitterOf, WhatStoodBeforeAHostileGroupIsCommitted) {
    auto forged = desk.seal({applicant_in_a()});
    const auto second_key = keys::P256Key::generate();
    const auto good = forged;
    auto bad = desk.seal({applicant_in_a()});
    bad.signature = second_key.sign(Hash{});
    const auto result = court.push(desk, {good, bad});
    EXPECT_EQ(result.receipts.size(), 1U);
    expect_refused(result, RefusalReason::signature_wrong);
}

TEST_F(CommitterOf, ManySessionsShareOneTransaction) {
    std::vector<Desk> desks;
    for (int i = 0; i < 20; ++i) {
        desks.push_back(court.enrol(court.secretary_a));
    }
    // Holds the committer's thread in a callback while the others queue up behind it.
    std::mutex mutex;
    std::condition_variable wakes;
    bool may_go_on = false;
    std::size_t answered = 0;
    court.committer->push({desk.device, desk.incarnation, desk.account, {desk.seal({})}},
                          [&](const PushResult&) {
                              std::unique_lock lock{mutex};
                              wakes.wait(lock, [&] { return may_go_on; });
                          });
    for (Desk& each : desks) {
        court.committer->push(
            {each.device, each.incarnation, each.account, {each.seal({applicant_in_a()})}},
            [&](const PushResult& result) {
                const std::lock_guard lock{mutex};
                answered += result.receipts.size();
            });
    }
    const auto before = court.store.commits();
    {
        const std::lock_guard lock{mutex};
        may_go_on = true;
    }
    wakes.notify_all();
    court.stop();
    EXPECT_EQ(answered, 20U);
    EXPECT_LE(court.store.commits() - before, 2U);
    EXPECT_EQ(persons(), 20U);
}

TEST_F(CommitterOf, AFullQueueSaysBusy) {
    court.stop();
    auto started = Committer::start(court.parts(), {.groups_max = 1, .queued_bytes_max = 1});
    ASSERT_TRUE(started);
    std::mutex mutex;
    std::condition_variable wakes;
    bool may_go_on = false;
    bool is_held = false;
    (*started)->push({desk.device, desk.incarnation, desk.account, {desk.seal({})}},
                     [&](const PushResult&) {
                         std::unique_lock lock{mutex};
                         is_held = true;
                         wakes.notify_all();
                         wakes.wait(lock, [&] { return may_go_on; });
                     });
    {
        std::unique_lock lock{mutex};
        wakes.wait(lock, [&] { return is_held; });
    }
    const PushJob job{desk.device, desk.incarnation, desk.account, {desk.seal({})}};
    std::size_t receipts = 0;
    (*started)->push(job, [&](const PushResult& result) { receipts = result.receipts.size(); });
    std::optional<sync::Refusal> refusal;
    (*started)->push(job, [&](const PushResult& result) { refusal = result.refusal; });
    ASSERT_TRUE(refusal) << "answered on this thread, at once";
    EXPECT_EQ(refusal->reason, RefusalReason::server_busy);
    {
        const std::lock_guard lock{mutex};
        may_go_on = true;
    }
    wakes.notify_all();
    started->reset();
    EXPECT_EQ(receipts, 1U);
}

TEST_F(CommitterOf, ControlIsOfTheNewestCommitAndNeverChangesUnderItsReader) {
    const auto before = court.committer->control();
    ASSERT_TRUE(before->account(court.secretary_a)->active);
    court.write({update("account", court.secretary_a, {}, {{"state", text("2")}})});
    EXPECT_TRUE(before->account(court.secretary_a)->active);
    EXPECT_FALSE(court.committer->control()->account(court.secretary_a)->active);
    court.restart();
    EXPECT_FALSE(court.committer->control()->account(court.secretary_a)->active);
}

TEST_F(CommitterOf, NoticesSayWhetherControlChanged) {
    court.stop();
    court.notices.clear();
    court.restart();
    court.judge(desk, {applicant_in_a()});
    court.write({update("account", court.secretary_b, {}, {{"state", text("2")}})});
    // Nothing new: no notice.
    static_cast<void>(court.push(desk, {}));
    court.stop();
    ASSERT_EQ(court.notices.size(), 2U);
    EXPECT_FALSE(court.notices[0].control_changed);
    EXPECT_TRUE(court.notices[1].control_changed);
    EXPECT_EQ(court.notices[1].head, court.head());
}

TEST_F(CommitterOf, ADisabledAccountIsSeenByTheGroupsBehindIt) {
    court.write({update("account", court.secretary_a, {}, {{"state", text("2")}})});
    EXPECT_TRUE(names(court.judge(desk, {applicant_in_a()}), "account_disabled"));
}

/// A code of the branch's account, and the write that consumes it.
class EnrolmentCodeOf : public CommitterOf {
public:
    EnrolmentCodeOf() {
        court.write({create("enrolment_code", code,
                            {{"account", Value{court.secretary_a}},
                             {"organisation", Value{court.branch_a}},
                             {"number", text(std::string(64, 'a'))},
                             {"expires_at", Value{expires_at}}})});
        consume.action = "enrol";
        consume.consumes = key(code);
        consume.changes = {update("enrolment_code", code, {}, {{"used_at", Value{noon}}})};
    }

    static RecordKey key(const RecordId& id) {
        return {catalog::standard_catalog().kind("enrolment_code").id(), id};
    }

    [[nodiscard]] bool used() const {
        return !record::is_empty(court.value("enrolment_code", code, "used_at"));
    }

    RecordId code = court.new_id();
    Instant expires_at = after(noon, hour_ms);
    ServerWrite consume;
};

TEST_F(EnrolmentCodeOf, IsConsumedOnce) {
    ASSERT_TRUE(court.try_write(consume));
    EXPECT_TRUE(used());
    EXPECT_EQ(court.try_write(consume).error().fault, ServerWriteFault::code_unknown_or_used);
}

TEST_F(EnrolmentCodeOf, ARefusedWriteLeavesTheRestOfItsTransactionBe) {
    ASSERT_TRUE(court.try_write(consume));
    const auto sealed = desk.seal({applicant_in_a()});
    // All three wait while the committer's thread is held, and come to stand in one transaction.
    std::promise<void> gate;
    ServerWrite first;
    first.action = "note";
    court.committer->write(first, [&](const auto&) { gate.get_future().wait(); });
    std::vector<std::optional<ServerWriteFault>> refused;
    const auto note = [&](const auto& result) {
        refused.push_back(result ? std::nullopt : std::optional{result.error().fault});
    };
    PushResult pushed;
    court.committer->write(consume, note);
    court.committer->push({desk.device, desk.incarnation, desk.account, {sealed}},
                          [&](PushResult result) { pushed = std::move(result); });
    court.committer->write(consume, note);
    const auto commits = court.store.commits();
    gate.set_value();
    court.stop();
    EXPECT_EQ(refused, (std::vector<std::optional<ServerWriteFault>>(
                           2, ServerWriteFault::code_unknown_or_used)));
    EXPECT_EQ(pushed.receipts.size(), 1U);
    EXPECT_LE(court.store.commits() - commits, 2U);
    EXPECT_EQ(persons(), 1U);
}

TEST_F(EnrolmentCodeOf, MustBeThereAndNotExpired) {
    const auto head = court.head();
    consume.consumes = key(court.new_id());
    EXPECT_EQ(court.try_write(consume).error().fault, ServerWriteFault::code_unknown_or_used);
    consume.consumes = key(code);
    court.clock.set(expires_at);
    EXPECT_EQ(court.try_write(consume).error().fault, ServerWriteFault::code_expired);
    EXPECT_EQ(court.head(), head);
    court.clock.set(after(expires_at, -1));
    EXPECT_TRUE(court.try_write(consume));
}

TEST_F(EnrolmentCodeOf, IsNotConsumedByARefusedWrite) {
    consume.changes.push_back(create("device", court.new_id(),
                                     {{"account", Value{court.secretary_a}},
                                      {"organisation", Value{court.branch_a}},
                                      {"label", text("名\xff")},
                                      {"state", text("2")}}));
    EXPECT_EQ(court.try_write(consume).error().fault, ServerWriteFault::refused);
    consume.changes.back() = create("device", court.new_id(), {{"state", text("2")}});
    EXPECT_EQ(court.try_write(consume).error().fault, ServerWriteFault::refused);
    EXPECT_FALSE(used());
}

TEST_F(CommitterOf, TheServersOwnGroupsAreAChainToo) {
    ServerWrite write;
    write.action = "note";
    const auto first = court.try_write(write);
    const auto second = court.try_write(write);
    ASSERT_TRUE(first && second);
    const auto contents = court.store.contents();
    const LogRow& one = *contents->rows[first->position - 1];
    const LogRow& two = *contents->rows[second->position - 1];
    EXPECT_EQ(one.name.incarnation, two.name.incarnation);
    EXPECT_EQ(one.name.sequence.position + 1, two.name.sequence.position);
    const auto group = sync::decode_group(two.sealed.bytes);
    ASSERT_TRUE(group);
    EXPECT_EQ(group->previous, one.group_hash);
    EXPECT_TRUE(group->author.is_none());
    const auto verifier = keys::P256Verifier::from_public_key(court.server_key.public_key());
    EXPECT_TRUE(verifier->verify(two.group_hash, two.sealed.signature));
    court.restart();
    const auto third = court.try_write(write);
    EXPECT_NE(court.store.contents()->rows[third->position - 1]->name.incarnation,
              one.name.incarnation);
}

}  // namespace
}  // namespace zhibu::server::test

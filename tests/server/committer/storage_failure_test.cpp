#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <future>
#include <utility>

#include "server/committer/committer.hpp"
#include "server/store/store.hpp"
#include "shared/record/change.hpp"
#include "sync_protocol/message/message.hpp"
#include "tests/server/committer/court.hpp"

namespace zhibu::server::test {
namespace {

using sync::RefusalReason;

/// What was acknowledged is in the store, as it was acknowledged; and nothing half of a group.
void expect_kept(const Court& court, const PushResult& result) {
    const auto contents = court.store.contents();
    for (const record::Receipt& receipt : result.receipts) {
        const auto verdict = verdict_of(receipt);
        ASSERT_LE(verdict.index.position, contents->rows.size());
        EXPECT_EQ(contents->rows[verdict.index.position - 1]->receipt, receipt);
    }
}

/// Fails the n-th call for every n until a push gets through untouched; each time what is sent
/// again afterwards must come out as if nothing had happened.
void fail_at_every_call(bool from_then_on) {
    Court court;
    Desk desk = court.enrol(court.secretary_a);
    unsigned number = 0;
    bool reached_the_end = false;
    for (std::uint64_t call = 0; !reached_the_end; ++call) {
        ASSERT_LT(call, 500U);
        const RecordId person = court.new_id();
        const auto first =
            desk.seal({create("person", person, applicant(court.branch_a, ++number)),
                       create("person_education", court.new_id(),
                              {{"owner", Value{person}}, {"education", text("10")}})});
        const auto second = desk.seal({update("person", person, record::own_base(desk.last),
                                              {{"mobile", text("13800000000")}})});
        const auto calls_before = court.store.calls();
        court.store.fail_after(call, StoreFault::storage_full, from_then_on);
        const auto result = court.push(desk, {first, second});
        reached_the_end = court.store.calls() - calls_before <= call;
        court.store.heal();
        expect_kept(court, result);
        if (!reached_the_end) {
            ASSERT_TRUE(result.refusal) << "call " << call;
            EXPECT_EQ(result.refusal->reason, RefusalReason::server_storage_failed);
            EXPECT_LT(result.receipts.size(), 2U);
        }
        const auto again = court.push(desk, {first, second});
        ASSERT_FALSE(again.refusal) << "call " << call;
        ASSERT_EQ(again.receipts.size(), 2U);
        EXPECT_TRUE(std::ranges::equal(
            result.receipts, std::vector(again.receipts.begin(),
                                         again.receipts.begin() +
                                             static_cast<std::ptrdiff_t>(result.receipts.size()))));
        EXPECT_EQ(verdict_of(again.receipts[1]).outcome, record::Outcome::accepted);
        EXPECT_EQ(court.value("person", person, "mobile"), text("13800000000"));
    }
}

TEST(StorageFailure, AtAnyOneCallLosesNothingAcknowledged) { fail_at_every_call(false); }

TEST(StorageFailure, FromAnyCallOnLosesNothingAcknowledged) { fail_at_every_call(true); }

TEST(StorageFailure, OfAServersWriteChangesNeitherStoreNorControlNorChain) {
    Court court;
    for (std::uint64_t call = 0;; ++call) {
        ASSERT_LT(call, 500U);
        ServerWrite write;
        write.action = "disable";
        write.changes = {
            update("account", court.secretary_a, {}, {{"state", text(call % 2 == 0 ? "2" : "1")}})};
        const auto contents = court.store.contents();
        const bool was_active = court.committer->control()->account(court.secretary_a)->active;
        const auto calls_before = court.store.calls();
        court.store.fail_after(call, StoreFault::storage_failed, true);
        const auto written = court.try_write(write);
        const bool reached_the_end = court.store.calls() - calls_before <= call;
        court.store.heal();
        if (reached_the_end) {
            EXPECT_TRUE(written);
            break;
        }
        ASSERT_FALSE(written);
        EXPECT_EQ(written.error().fault, ServerWriteFault::storage);
        EXPECT_EQ(court.store.contents(), contents);
        EXPECT_EQ(court.committer->control()->account(court.secretary_a)->active, was_active);
        ASSERT_TRUE(court.try_write(write)) << "call " << call;
        EXPECT_NE(court.committer->control()->account(court.secretary_a)->active, was_active);
    }
}

TEST(StorageFailure, WhatCouldNotBeSetAsideDoesNotCountAsWaiting) {
    Court court;
    court.settings.waiting_groups_max = 1;
    court.restart();
    Desk desk = court.enrol(court.secretary_a);
    court.judge(desk, {});
    const auto elsewhere =
        desk.seal({create("person", court.new_id(), applicant(court.branch_b, 1))});
    std::uint64_t failed = 0;
    for (bool is_taken = false; !is_taken; ++failed) {
        court.store.fail_after(failed, StoreFault::storage_failed);
        const auto result = court.push(desk, {elsewhere});
        court.store.heal();
        is_taken = !result.refusal;
        if (result.refusal) {
            ASSERT_EQ(result.refusal->reason, sync::RefusalReason::server_storage_failed)
                << "after " << failed << " calls";
        } else {
            EXPECT_EQ(verdict_of(result.receipts.at(0)).outcome, record::Outcome::quarantined);
        }
    }
    EXPECT_GT(failed, 5U);
}

TEST(StorageFailure, OfOneGroupLeavesOtherSessionsBe) {
    Court court;
    Desk poisoned = court.enrol(court.secretary_a);
    Desk healthy = court.enrol(court.secretary_b);
    // Warm: the devices' keys are read and kept.
    court.judge(poisoned, {});
    court.judge(healthy, {});
    const RecordId sealed_person = court.new_id();
    const auto sealed =
        poisoned.seal({create("person", sealed_person, applicant(court.branch_a, 1))});
    const auto good =
        healthy.seal({create("person", court.new_id(), applicant(court.branch_b, 2))});
    // Both wait behind a third, so that they come to stand in one transaction.
    Desk third = court.enrol(court.secretary_a);
    std::promise<void> gate;
    court.committer->push({third.device, third.incarnation, third.account, {third.seal({})}},
                          [&](const PushResult&) { gate.get_future().wait(); });
    PushResult bad_result;
    PushResult good_result;
    court.committer->push({poisoned.device, poisoned.incarnation, poisoned.account, {sealed}},
                          [&](PushResult result) { bad_result = std::move(result); });
    court.committer->push({healthy.device, healthy.incarnation, healthy.account, {good}},
                          [&](PushResult result) { good_result = std::move(result); });
    court.store.refuse_record(sealed_person);
    gate.set_value();
    court.stop();
    ASSERT_TRUE(bad_result.refusal);
    EXPECT_EQ(bad_result.refusal->reason, RefusalReason::server_storage_failed);
    EXPECT_TRUE(bad_result.receipts.empty());
    EXPECT_EQ(good_result.receipts.size(), 1U);
    court.store.heal();
    court.restart();
    EXPECT_EQ(court.push(poisoned, {sealed}).receipts.size(), 1U);
}

TEST(StorageFailure, AtTheStartIsAnError) {
    Court court;
    court.stop();
    court.store.fail_after(0, StoreFault::in_use);
    const auto started = Committer::start(court.parts(), {});
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().fault, StoreFault::in_use);
}

}  // namespace
}  // namespace zhibu::server::test

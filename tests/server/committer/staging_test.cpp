#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "shared/keys/digest.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "tests/server/committer/court.hpp"

/// Groups that no message holds: staged in parts, judged as one.
namespace zhibu::server::test {
namespace {

using record::Outcome;
using sync::RefusalReason;

class Staging : public testing::Test {
protected:
    /// So many applicants in one group, all of branch A.
    record::SealedGroup large(unsigned count) {
        std::vector<record::Change> changes;
        for (unsigned i = 0; i < count; ++i) {
            changes.push_back(create("person", court.new_id(),
                                     with(applicant(court.branch_a, ++number),
                                          {{"remark", text(std::string(1'900, 'r'))}})));
        }
        last_of_large = changes.back().record.id;
        return desk.seal(std::move(changes));
    }

    static sync::GroupOffer offer_of(const record::SealedGroup& group, const Desk& desk) {
        const auto decoded = sync::decode_group(group.bytes);
        return {desk.account,   desk.incarnation,   decoded ? decoded->name.sequence : Sequence{1},
                false,          group.bytes.size(), keys::sha256(group.bytes),
                group.signature};
    }

    StageResult stage(StageJob job) {
        std::promise<StageResult> done;
        court.committer->stage(std::move(job),
                               [&](StageResult result) { done.set_value(std::move(result)); });
        return done.get_future().get();
    }

    StageResult offer(const sync::GroupOffer& offered) {
        return stage({desk.device, offered, std::nullopt});
    }

    StageResult part(const sync::GroupOffer& offered, const std::vector<std::uint8_t>& bytes,
                     std::size_t at, std::size_t count) {
        const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(at);
        return stage({desk.device, offered,
                      sync::GroupPart{at, {from, from + static_cast<std::ptrdiff_t>(count)}}});
    }

    /// From what is held on, a quarter of a mebibyte at a time.
    void send_all(const sync::GroupOffer& offered, const std::vector<std::uint8_t>& bytes) {
        auto held = offer(offered);
        ASSERT_TRUE(held.has_value());
        while (*held < bytes.size()) {
            const auto at = static_cast<std::size_t>(*held);
            held = part(offered, bytes, at,
                        std::min<std::size_t>(std::size_t{1} << 18U, bytes.size() - at));
            ASSERT_TRUE(held.has_value());
        }
    }

    PushResult judge_staged(const sync::GroupOffer& offered) {
        std::promise<PushResult> done;
        PushJob job{desk.device, desk.incarnation, desk.account, {}};
        job.staged = offered;
        court.committer->push(std::move(job),
                              [&](PushResult result) { done.set_value(std::move(result)); });
        return done.get_future().get();
    }

    [[nodiscard]] bool holds_anything() const {
        return court.store.contents()->stagings.contains(desk.device);
    }

    Court court;
    Desk desk = court.enrol(court.secretary_a);
    unsigned number = 0;
    RecordId last_of_large;
};

TEST_F(Staging, AGroupOfManyMebibytesIsOneGroupWithOneVerdict) {
    const auto group = large(800);
    ASSERT_GT(group.bytes.size(), sync::frame_bytes_max);
    const auto offered = offer_of(group, desk);
    send_all(offered, group.bytes);
    const LogIndex before = court.head();
    const auto result = judge_staged(offered);
    ASSERT_FALSE(result.refusal);
    ASSERT_EQ(result.receipts.size(), 1U);
    EXPECT_EQ(verdict_of(result.receipts.front()).outcome, Outcome::accepted);
    EXPECT_EQ(court.head().position, before.position + 1);
    EXPECT_TRUE(court.exists("person", last_of_large));
    EXPECT_FALSE(holds_anything());
    const auto again = court.push(desk, {group});
    ASSERT_EQ(again.receipts.size(), 1U);
    EXPECT_EQ(again.receipts.front(), result.receipts.front()) << "byte for byte";
}

TEST_F(Staging, GoesOnWhereItWasCutAlsoAfterARestart) {
    const auto group = large(20);
    const auto offered = offer_of(group, desk);
    ASSERT_EQ(offer(offered), StageResult{0});
    ASSERT_EQ(part(offered, group.bytes, 0, 1'000), StageResult{1'000});
    court.restart();
    EXPECT_EQ(offer(offered), StageResult{1'000});
    send_all(offered, group.bytes);
    EXPECT_EQ(judge_staged(offered).receipts.size(), 1U);
}

TEST_F(Staging, PartsThatAreNotWhatWasOfferedAreRefusedAndDropped) {
    const auto group = large(20);
    const auto offered = offer_of(group, desk);
    auto other = group.bytes;
    other[500] ^= 1U;
    send_all(offered, other);
    const auto result = judge_staged(offered);
    ASSERT_TRUE(result.refusal);
    EXPECT_EQ(result.refusal->reason, RefusalReason::malformed_message);
    EXPECT_EQ(result.refusal->detail, "parts are not what was offered");
    EXPECT_FALSE(holds_anything());
    send_all(offered, group.bytes);
    EXPECT_EQ(judge_staged(offered).receipts.size(), 1U) << "sent as offered it is taken";
}

TEST_F(Staging, WhatAnotherKeySignedTakesNoRoom) {
    auto offered = offer_of(large(2), desk);
    offered.signature[9] ^= 1U;
    EXPECT_EQ(offer(offered).error().reason, RefusalReason::signature_wrong);
    EXPECT_FALSE(holds_anything());
}

TEST_F(Staging, AGapATwiceSentPartAndOneOfAnotherOfferAreRefusedWithThePlace) {
    const auto group = large(20);
    const auto offered = offer_of(group, desk);
    ASSERT_TRUE(offer(offered).has_value());
    EXPECT_EQ(part(offered, group.bytes, 10, 10).error().detail, "part at 10, held 0");
    ASSERT_TRUE(part(offered, group.bytes, 0, 10).has_value());
    EXPECT_EQ(part(offered, group.bytes, 0, 10).error().detail, "part at 0, held 10");
    auto other = offered;
    other.sequence.position += 1;
    EXPECT_EQ(part(other, group.bytes, 10, 10).error().reason, RefusalReason::unexpected_message);
    EXPECT_EQ(part(offered, group.bytes, 10, 10), StageResult{20}) << "nothing is lost by it";
}

TEST_F(Staging, AGroupBeyondTheBoundIsRefusedBeforeAnyOfItIsSent) {
    auto offered = offer_of(large(2), desk);
    court.settings.group_bytes_max = offered.bytes - 1;
    court.restart();
    const auto refused = offer(offered);
    EXPECT_EQ(refused.error().reason, RefusalReason::message_too_large);
    EXPECT_EQ(refused.error().detail, "group of " + std::to_string(offered.bytes) +
                                          " bytes, at most " + std::to_string(offered.bytes - 1));
}

TEST_F(Staging, AllDevicesTogetherHaveAQuotaAndEachReplacesItsOwn) {
    const auto group = large(20);
    const auto offered = offer_of(group, desk);
    court.settings.staged_bytes_max = offered.bytes + 10;
    court.restart();
    ASSERT_TRUE(offer(offered).has_value());
    Desk other = court.enrol(court.secretary_b);
    const auto theirs =
        other.seal({create("person", court.new_id(), applicant(court.branch_b, 900))});
    const auto refused = stage({other.device, offer_of(theirs, other), std::nullopt});
    EXPECT_EQ(refused.error().reason, RefusalReason::server_busy);
    const auto second = offer_of(large(19), desk);
    EXPECT_TRUE(offer(second).has_value());
    EXPECT_EQ(court.store.contents()->stagings.size(), 1U);
}

TEST_F(Staging, WhatIsNeverFinishedIsDroppedInTime) {
    const auto group = large(20);
    const auto offered = offer_of(group, desk);
    ASSERT_TRUE(offer(offered).has_value());
    ASSERT_TRUE(part(offered, group.bytes, 0, 100).has_value());
    court.clock.set(after(noon, 6 * day_ms));
    static_cast<void>(court.add_account(court.branch_b, "3"));
    EXPECT_TRUE(holds_anything());
    court.clock.set(after(noon, 7 * day_ms + 1));
    static_cast<void>(court.add_account(court.branch_b, "3"));
    EXPECT_FALSE(holds_anything());
}

TEST_F(Staging, ARevokedDeviceStagesNothing) {
    const auto offered = offer_of(large(2), desk);
    court.write(
        {update("device", RecordId{desk.device.uuid}, court.seen(), {{"state", text("3")}})});
    EXPECT_EQ(offer(offered).error().reason, RefusalReason::device_not_active);
}

TEST_F(Staging, AStoreThatFailsAcknowledgesNothingAndLosesNothingThatItDid) {
    const auto group = large(20);
    const auto offered = offer_of(group, desk);
    ASSERT_TRUE(offer(offered).has_value());
    ASSERT_EQ(part(offered, group.bytes, 0, 500), StageResult{500});
    for (std::uint64_t call = 0; call < 12; ++call) {
        court.store.fail_after(call, StoreFault::storage_full);
        const auto held = court.store.contents()->stagings.at(desk.device).held;
        const auto staged = part(offered, group.bytes, static_cast<std::size_t>(held), 100);
        court.store.heal();
        const auto now = court.store.contents()->stagings.at(desk.device).held;
        EXPECT_EQ(now, staged ? held + 100 : held) << call;
    }
    send_all(offered, group.bytes);
    EXPECT_EQ(judge_staged(offered).receipts.size(), 1U);
}

TEST_F(Staging, AQuarantinedOneIsFiledWholeAndAcceptedAsOne) {
    auto group = desk.next({});
    for (unsigned i = 0; i < 800; ++i) {
        group.changes.push_back(create("person", court.new_id(),
                                       with(applicant(court.branch_a, ++number),
                                            {{"remark", text(std::string(1'900, 'r'))}})));
    }
    // A clock that runs ahead: an officer decides.
    group.made_at = record::next_hybrid_time({}, after(noon, day_ms));
    const auto sealed = desk.sign(group);
    const auto offered = offer_of(sealed, desk);
    send_all(offered, sealed.bytes);
    const auto result = judge_staged(offered);
    ASSERT_EQ(result.receipts.size(), 1U);
    const auto verdict = verdict_of(result.receipts.front());
    ASSERT_EQ(verdict.outcome, Outcome::quarantined);
    EXPECT_FALSE(holds_anything());
    Desk officer = court.enrol(court.general_administrator);
    const auto accepted =
        court.judge(officer, {update("case", court.case_of(verdict), court.seen(),
                                     {{"state", text("2")}}, {{"state", text("1")}})});
    EXPECT_EQ(accepted.outcome, Outcome::accepted);
    EXPECT_TRUE(court.exists("person", group.changes.back().record.id));
}

}  // namespace
}  // namespace zhibu::server::test

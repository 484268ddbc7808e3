#include <gtest/gtest.h>

#include <algorithm>

#include "server/committer/reasons.hpp"
#include "shared/keys/digest.hpp"
#include "tests/server/committer/court.hpp"

/// What is handed in behind a group that its device has lost.
namespace zhibu::server::test {
namespace {

using record::Outcome;
using sync::RefusalReason;

class BehindGap : public testing::Test {
protected:
    record::SealedGroup sealed() {
        changes.push_back(create("person", court.new_id(), applicant(court.branch_a, ++number)));
        return desk.seal({changes.back()});
    }

    [[nodiscard]] bool applied(std::size_t which) {
        return court.exists("person", changes[which].record.id);
    }

    [[nodiscard]] std::size_t rows() { return court.store.contents()->rows.size(); }

    [[nodiscard]] HeldChain chain() {
        const auto contents = court.store.contents();
        return contents->chains.at({desk.device, desk.incarnation});
    }

    static void expect_behind_gap(const record::Receipt& receipt) {
        const auto verdict = verdict_of(receipt);
        EXPECT_EQ(verdict.outcome, Outcome::quarantined);
        EXPECT_TRUE(names(verdict, reasons::behind_gap));
    }

    Court court;
    Desk desk = court.enrol(court.secretary_a);
    std::vector<record::Change> changes;
    unsigned number = 0;
    const record::SealedGroup first = sealed();
    const record::SealedGroup lost = sealed();
    const record::SealedGroup third = sealed();
    const record::SealedGroup fourth = sealed();
};

TEST_F(BehindGap, IsKeptInQuarantineAndNotApplied) {
    const auto result = court.hand_in(desk, {first, third, fourth});
    EXPECT_FALSE(result.refusal);
    ASSERT_EQ(result.receipts.size(), 3U);
    EXPECT_EQ(verdict_of(result.receipts[0]).outcome, Outcome::accepted);
    expect_behind_gap(result.receipts[1]);
    expect_behind_gap(result.receipts[2]);
    EXPECT_TRUE(applied(0));
    EXPECT_FALSE(applied(2) || applied(3));
    EXPECT_EQ(chain().last, Sequence{1}) << "the chain still waits for what is missing";
    const LogRow& row =
        *court.store.contents()->rows[verdict_of(result.receipts[2]).index.position - 1];
    EXPECT_EQ(row.sealed, fourth) << "whole, with its signature";
}

TEST_F(BehindGap, IsTakenOnce) {
    const auto before = court.hand_in(desk, {first, third});
    ASSERT_EQ(before.receipts.size(), 2U);
    const std::size_t rows_before = rows();
    const auto again = court.hand_in(desk, {first, third});
    EXPECT_EQ(again.receipts, before.receipts) << "the stored verdicts, byte for byte";
    EXPECT_EQ(rows(), rows_before);
}

TEST_F(BehindGap, APushIsStillToldWhatIsExpected) {
    const auto pushed = court.push(desk, {first, third});
    ASSERT_TRUE(pushed.refusal);
    EXPECT_EQ(pushed.refusal->reason, RefusalReason::sequence_gap);
    EXPECT_EQ(pushed.refusal->expected, Sequence{2});
    ASSERT_EQ(court.hand_in(desk, {third}).receipts.size(), 1U);
    EXPECT_EQ(court.push(desk, {third}).refusal->reason, RefusalReason::sequence_gap);
}

TEST_F(BehindGap, TheMissingOneIsJudgedAsEverAndTheChainGoesOn) {
    const auto behind = court.hand_in(desk, {first, third, fourth});
    ASSERT_EQ(behind.receipts.size(), 3U);
    const auto fifth = sealed();
    const std::size_t rows_before = rows();
    const auto late = court.push(desk, {lost, third, fourth, fifth});
    EXPECT_FALSE(late.refusal);
    ASSERT_EQ(late.receipts.size(), 4U);
    EXPECT_EQ(verdict_of(late.receipts[0]).outcome, Outcome::accepted);
    EXPECT_EQ(late.receipts[1], behind.receipts[1]) << "the verdict that it has";
    EXPECT_EQ(late.receipts[2], behind.receipts[2]);
    EXPECT_EQ(verdict_of(late.receipts[3]).outcome, Outcome::accepted);
    EXPECT_TRUE(applied(1) && applied(4));
    EXPECT_FALSE(applied(2) || applied(3)) << "only a person applies what is in quarantine";
    EXPECT_EQ(rows(), rows_before + 2);
    EXPECT_EQ(chain().last, Sequence{5});
    EXPECT_EQ(court.hand_in(desk, {lost, third}).receipts,
              (std::vector{late.receipts[0], late.receipts[1]}));
}

TEST_F(BehindGap, AnotherGroupOfItsNumberIsAFork) {
    ASSERT_EQ(court.hand_in(desk, {first, third}).receipts.size(), 2U);
    Desk clone = desk;
    clone.last = Sequence{2};
    const auto other =
        clone.seal({create("person", court.new_id(), applicant(court.branch_a, 77))});
    const auto result = court.hand_in(desk, {other});
    ASSERT_TRUE(result.refusal);
    EXPECT_EQ(result.refusal->reason, RefusalReason::device_not_active);
    const auto contents = court.store.contents();
    EXPECT_TRUE(std::ranges::any_of(contents->rows, [&](const auto& row) {
        return row->sealed == other && names(verdict_of(row->receipt), reasons::fork);
    })) << "both are kept";
    EXPECT_EQ(chain().last, Sequence{1});
}

TEST_F(BehindGap, OnceTheGapHasClosedAnotherGroupOfItsNumberIsAForkToo) {
    ASSERT_EQ(court.hand_in(desk, {first, third}).receipts.size(), 2U);
    Desk clone = desk;
    ASSERT_EQ(court.push(desk, {lost}).receipts.size(), 1U);
    // It goes on from what closed the gap, as the one does that waits outside of the chain.
    clone.last = Sequence{2};
    clone.last_hash = chain().last_hash;
    const auto other =
        clone.seal({create("person", court.new_id(), applicant(court.branch_a, 77))});
    const auto result = court.push(desk, {other});
    ASSERT_TRUE(result.refusal);
    EXPECT_EQ(result.refusal->reason, RefusalReason::device_not_active);
    EXPECT_EQ(chain().last, Sequence{2});
    EXPECT_FALSE(applied(2));
}

TEST_F(BehindGap, IsAlsoWhatGoesOnFromACopysLostGroup) {
    Desk copy = desk;
    copy.last = Sequence{1};
    copy.last_hash = keys::sha256(first.bytes);
    const auto of_the_copy =
        copy.seal({create("person", court.new_id(), applicant(court.branch_a, 77))});
    ASSERT_EQ(court.push(desk, {first, of_the_copy}).receipts.size(), 2U);
    // `lost` has the number of the copy's group, and was dropped: a lost server's backup held it.
    const auto behind = court.hand_in(desk, {third, fourth});
    EXPECT_FALSE(behind.refusal);
    ASSERT_EQ(behind.receipts.size(), 2U);
    expect_behind_gap(behind.receipts[0]);
    expect_behind_gap(behind.receipts[1]);
    EXPECT_EQ(court.hand_in(desk, {third, fourth}).receipts, behind.receipts);
    EXPECT_EQ(court.push(desk, {third}).refusal->reason, RefusalReason::chain_broken);
    EXPECT_EQ(chain().last, Sequence{2});
}

TEST_F(BehindGap, AForgedOneIsRefused) {
    record::SealedGroup forged = third;
    forged.signature[9] ^= 1U;
    const std::size_t rows_before = rows();
    const auto result = court.hand_in(desk, {forged});
    ASSERT_TRUE(result.refusal);
    EXPECT_EQ(result.refusal->reason, RefusalReason::signature_wrong);
    EXPECT_EQ(rows(), rows_before);
}

}  // namespace
}  // namespace zhibu::server::test

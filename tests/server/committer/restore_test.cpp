#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "tests/server/committer/court.hpp"
#include "tests/support/hand_executor.hpp"

/// A server that goes on from a backup, and is brought what came after it.
namespace zhibu::server::test {
namespace {

using record::Outcome;

class RestoredServer : public testing::Test {
public:
    RestoredServer() {
        judge(first, {create("person", person, applicant(court.branch_a, 1))});
        backup = court.store.contents();
    }

    /// The backup of before is the store again.
    void restore() {
        court.stop();
        court.store.publish(backup);
        ASSERT_TRUE(court.store.begin_epoch(record::EpochId{court.new_id().uuid}));
        court.restart();
        head_at_restore = court.head();
    }

    /// Keeps the groups, for they may have to come again.
    record::Verdict judge(Desk& desk, std::vector<record::Change> changes) {
        pushed.emplace_back(&desk, desk.seal(std::move(changes)));
        return again(pushed.size() - 1);
    }

    record::Verdict again(std::size_t number) {
        const auto& [desk, group] = pushed.at(number);
        const auto result = court.push(*desk, {group});
        EXPECT_FALSE(result.refusal);
        return verdict_of(result.receipts.at(0));
    }

    [[nodiscard]] record::Change mobile(const char* now, record::Base base, const char* before) {
        return update("person", person, base, {{"mobile", text(now)}}, {{"mobile", text(before)}});
    }

    [[nodiscard]] Value value(std::string_view field) const {
        return court.value("person", person, field);
    }

    Court court;
    Desk first = court.enrol(court.secretary_a);
    Desk second = court.enrol(court.secretary_a);
    RecordId person = court.new_id();
    std::vector<std::pair<Desk*, record::SealedGroup>> pushed;
    std::shared_ptr<const support::MemoryStore::Contents> backup;
    LogIndex head_at_restore;
};

TEST_F(RestoredServer, EditsThatStoodOnLostPositionsAreTakenAgainWithoutAConflict) {
    judge(second, {create("person", court.new_id(), applicant(court.branch_a, 2))});
    judge(first, {mobile("13800000001", court.seen(), "")});
    judge(first, {mobile("13800000002", court.seen(), "13800000001")});
    const auto lost_head = court.head();
    restore();
    ASSERT_LT(court.head(), lost_head);
    // Only the first device comes back at first: its bases lie behind the log's end.
    for (const std::size_t number : {2U, 3U}) {
        const auto verdict = again(number);
        EXPECT_EQ(verdict.outcome, Outcome::accepted);
        EXPECT_TRUE(verdict.decisions.empty());
        EXPECT_TRUE(verdict.reasons.empty());
    }
    EXPECT_EQ(value("mobile"), text("13800000002"));
    EXPECT_EQ(again(1).outcome, Outcome::accepted);
    EXPECT_EQ(again(1).index, court.head()) << "once";
}

TEST_F(RestoredServer, WhatTheBackupHoldsIsAnsweredByteForByte) {
    const auto held = court.push(first, {pushed[0].second}).receipts;
    restore();
    EXPECT_EQ(court.push(first, {pushed[0].second}).receipts, held);
    EXPECT_EQ(court.head(), head_at_restore);
}

TEST_F(RestoredServer, TwoThatChangedOneFieldUnseenAreStillConcurrent) {
    const auto seen = court.seen();
    judge(first, {mobile("13800000001", seen, "")});
    for (unsigned number = 2; number < 9; ++number) {
        judge(first, {create("person", court.new_id(), applicant(court.branch_a, number))});
    }
    // The second had seen the first's, at a position that the log after the restoring has not
    // reached when a third value comes.
    const std::size_t of_second = pushed.size();
    judge(second, {mobile("13800000002", court.seen(), "13800000001")});
    restore();
    Desk third = court.enrol(court.secretary_a);
    judge(third, {mobile("13800000003", court.seen(), "")});
    const auto verdict = again(of_second);
    ASSERT_EQ(verdict.decisions.size(), 1U);
    EXPECT_EQ(verdict.decisions[0].committed, text("13800000003"));
    EXPECT_EQ(verdict.decisions[0].offered, text("13800000002"));
}

TEST_F(RestoredServer, WhatWasLearntAfterTheRestoringIsJudgedAsEver) {
    restore();
    judge(first, {mobile("13800000001", court.seen(), "")});
    const auto seen = court.seen();
    judge(second, {mobile("13800000002", seen, "13800000001")});
    const auto verdict = judge(first, {mobile("13800000003", seen, "13800000001")});
    EXPECT_EQ(verdict.decisions.size(), 1U);
    EXPECT_EQ(judge(first, {mobile("13800000004", court.seen(), "13800000003")}).decisions.size(),
              0U);
}

TEST_F(RestoredServer, WithoutARestoringABaseBehindTheEndIsUnknown) {
    const auto verdict =
        judge(first, {mobile("13800000001", record::confirmed_base(LogIndex{9'999}), "")});
    EXPECT_EQ(verdict.outcome, Outcome::quarantined);
    EXPECT_TRUE(names(verdict, "base_unknown"));
}

TEST_F(RestoredServer, ABackupIsNotedAndToldOnce) {
    court.stop();
    court.notices.clear();
    court.restart();
    court.committer->note_backup(court.head());
    court.stop();
    EXPECT_EQ(court.store.contents()->backed_up, court.head());
    ASSERT_EQ(court.notices.size(), 1U);
    EXPECT_EQ(court.notices[0].backed_up, court.head());
    EXPECT_EQ(court.notices[0].head, LogIndex{}) << "the log did not grow";
}

TEST_F(RestoredServer, ABackupIsNotedOnAnExecutorToo) {
    court.stop();
    court.notices.clear();
    support::HandExecutor executor;
    auto parts = court.parts();
    parts.executor = &executor;
    const auto committer = Committer::start(std::move(parts), court.settings).value();
    committer->note_backup(court.head());
    executor.run_ready();
    EXPECT_EQ(court.store.contents()->backed_up, court.head());
    EXPECT_EQ(court.notices.size(), 1U);
}

TEST_F(RestoredServer, WhatIsBackedUpAndOldIsCompactedAsTheLogGrows) {
    const LogIndex old = court.head();
    court.committer->note_backup(old);
    judge(first, {mobile("13800000001", court.seen(), "")});
    EXPECT_EQ(court.store.contents()->compacted, LogIndex{0}) << "a device may still need it";
    court.clock.advance(3 * day_ms);
    judge(first, {mobile("13800000002", court.seen(), "13800000001")});
    EXPECT_EQ(court.store.contents()->compacted, LogIndex{0}) << "to the last of its 72 hours";
    court.clock.advance(1);
    judge(first, {mobile("13800000003", court.seen(), "13800000002")});
    EXPECT_EQ(court.store.contents()->compacted, old) << "and not what no backup holds";
}

}  // namespace
}  // namespace zhibu::server::test

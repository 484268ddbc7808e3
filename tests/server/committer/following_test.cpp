#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "server/committer/committer.hpp"
#include "server/store/sqlite/sqlite_store.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "sync_protocol/message/message.hpp"
#include "tests/server/committer/court.hpp"
#include "tests/support/server_place.hpp"
#include "tests/support/temporary_directory.hpp"

/// Several committers over one store, as the processes are that share a cluster.
namespace zhibu::server::test {
namespace {

using sync::RefusalReason;

/// A second process's committer over the court's store, and what it was told.
class Other {
public:
    explicit Other(Court& court) : court_{court} {
        Committer::Parts parts = court.parts();
        parts.on_commit = [this](const CommitNotice& notice) {
            const std::lock_guard lock{mutex_};
            notices_.push_back(notice);
        };
        committer_ = Committer::start(std::move(parts), court.settings).value();
    }

    /// What the court does from now on goes to this one, and back again.
    void swap() { std::swap(court_.committer, committer_); }

    Committer& committer() { return *committer_; }

    /// The first notice, which must come.
    CommitNotice wait_for_notice() {
        for (int left = 2000; left > 0; --left) {
            {
                const std::lock_guard lock{mutex_};
                if (!notices_.empty()) {
                    return notices_.front();
                }
            }
            std::this_thread::sleep_for(std::chrono::milliseconds{5});
        }
        ADD_FAILURE() << "no notice";
        return {};
    }

    std::size_t notices() {
        const std::lock_guard lock{mutex_};
        return notices_.size();
    }

private:
    Court& court_;
    std::mutex mutex_;
    std::vector<CommitNotice> notices_;
    std::unique_ptr<Committer> committer_;
};

void set_state(Court& court, const RecordId& account, const char* state) {
    court.write({update("account", account, {}, {{"state", text(state)}})});
}

TEST(Following, AnAccountDisabledElsewhereIsRefusedByTheNextTransaction) {
    Court court;
    Desk desk = court.enrol(court.secretary_a);
    Other other{court};
    court.judge(desk, {create("person", court.new_id(), applicant(court.branch_a, 1))});
    other.swap();
    set_state(court, court.secretary_a, "2");
    other.swap();
    ASSERT_TRUE(court.committer->control()->account(court.secretary_a)->active)
        << "this one has heard of nothing";
    const auto late =
        court.judge(desk, {create("person", court.new_id(), applicant(court.branch_a, 2))});
    EXPECT_EQ(late.outcome, record::Outcome::quarantined);
    EXPECT_FALSE(court.committer->control()->account(court.secretary_a)->active);
    court.stop();
    EXPECT_TRUE(court.notices.back().control_changed);
}

TEST(Following, IsToldWhatAnotherHasCommitted) {
    Court court;
    Desk desk = court.enrol(court.secretary_a);
    Other other{court};
    other.committer().follow();
    set_state(court, court.secretary_a, "2");
    other.committer().follow();
    const CommitNotice disabled = other.wait_for_notice();
    EXPECT_EQ(disabled.head, court.head());
    EXPECT_TRUE(disabled.control_changed);
    EXPECT_FALSE(other.committer().control()->account(court.secretary_a)->active);
}

TEST(Following, ARecordThatControlDoesNotReadIsNoChangeOfIt) {
    Court court;
    Desk desk = court.enrol(court.secretary_a);
    Other other{court};
    court.judge(desk, {create("person", court.new_id(), applicant(court.branch_a, 1))});
    other.committer().follow();
    const CommitNotice person = other.wait_for_notice();
    EXPECT_EQ(person.head, court.head());
    EXPECT_FALSE(person.control_changed);
}

TEST(Following, HearsOfABackupThatAnotherHasMade) {
    Court court;
    Other other{court};
    {
        const auto transaction = court.used_store->begin().value();
        ASSERT_TRUE(transaction->set_backed_up(court.head()));
        ASSERT_TRUE(transaction->commit());
    }
    other.committer().follow();
    EXPECT_EQ(other.wait_for_notice().backed_up, court.head());
}

TEST(Following, TwoCommittersAppendToOneLog) {
    Court court;
    Desk first = court.enrol(court.secretary_a);
    Other other{court};
    other.swap();
    Desk second = court.enrol(court.secretary_b);
    other.swap();
    LogIndex before = court.head();
    for (unsigned number = 1; number <= 20; ++number) {
        Desk& desk = number % 2 == 0 ? first : second;
        const RecordId& branch = number % 2 == 0 ? court.branch_a : court.branch_b;
        const auto verdict =
            court.judge(desk, {create("person", court.new_id(), applicant(branch, number))});
        EXPECT_EQ(verdict.outcome, record::Outcome::accepted);
        EXPECT_EQ(verdict.index.position, before.position + 1);
        before = verdict.index;
        if (number % 3 == 0) {
            other.swap();
        }
    }
}

/// More positions than are read one by one.
TEST(Following, ALongStretchIsReadWhole) {
    Court court;
    Desk desk = court.enrol(court.secretary_a);
    Other other{court};
    set_state(court, court.secretary_b, "2");
    std::vector<record::SealedGroup> groups;
    for (int number = 0; number < 1100; ++number) {
        groups.push_back(desk.seal({}));
    }
    ASSERT_FALSE(court.push(desk, std::move(groups)).refusal);
    other.committer().follow();
    EXPECT_TRUE(other.wait_for_notice().control_changed);
    EXPECT_FALSE(other.committer().control()->account(court.secretary_b)->active);
}

TEST(Following, WhatIsNoLongerToldByTheLogIsReadWhole) {
    const support::TemporaryDirectory directory;
    const auto store = create_sqlite_store(support::server_place(directory.path() / "space.db"),
                                           SpaceIdentity{}, catalog::standard_catalog())
                           .value();
    Court court{store.get()};
    court.settings.tail_kept = std::chrono::hours{1};
    court.restart();
    Desk desk = court.enrol(court.secretary_a);
    Other other{court};
    set_state(court, court.secretary_b, "2");
    court.clock.set(after(court.clock.now(), 2 * hour_ms));
    const auto reader = store->open_reader().value();
    court.committer->note_backup(reader->head().value());
    court.judge(desk, {});
    court.judge(desk, {});
    ASSERT_GT(reader->compacted().value(), LogIndex{});
    other.committer().follow();
    static_cast<void>(other.wait_for_notice());
    EXPECT_FALSE(other.committer().control()->account(court.secretary_b)->active);
}

TEST(Following, AGroupWhoseCommitWasNotAnsweredIsKeptOnce) {
    Court court;
    Desk desk = court.enrol(court.secretary_a);
    const LogIndex before = court.head();
    const auto sealed = desk.seal({create("person", court.new_id(), applicant(court.branch_a, 1))});
    court.store.lose_next_answer();
    auto result = court.push(desk, {sealed});
    if (result.refusal) {
        EXPECT_EQ(result.refusal->reason, RefusalReason::server_storage_failed);
        result = court.push(desk, {sealed});
    }
    ASSERT_EQ(result.receipts.size(), 1U);
    EXPECT_EQ(verdict_of(result.receipts.front()).index.position, before.position + 1);
    EXPECT_EQ(court.head().position, before.position + 1);
}

TEST(Following, TheServersOwnChainGoesOnFromACommitThatWasNotAnswered) {
    Court court;
    ServerWrite write;
    write.action = "disable";
    write.changes = {update("account", court.secretary_a, {}, {{"state", text("2")}})};
    court.store.lose_next_answer();
    static_cast<void>(court.try_write(write));
    const auto is_active = [&] {
        return court.committer->control()->account(court.secretary_a)->active;
    };
    for (int left = 2000; left > 0 && is_active(); --left) {
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    EXPECT_FALSE(is_active()) << "what the store has is heard of by itself";
    for (const char* state : {"1", "2"}) {
        const auto written =
            court.write({update("account", court.secretary_a, {}, {{"state", text(state)}})});
        EXPECT_EQ(written, court.head());
    }
    std::set<record::GroupName> names;
    for (const auto& row : court.store.contents()->rows) {
        EXPECT_TRUE(names.insert(row->name).second) << row->index.position;
    }
}

TEST(Following, AStoreThatLostWhatWasAcknowledgedIsNotWrittenOn) {
    Court court;
    Desk desk = court.enrol(court.secretary_a);
    const auto older = court.store.contents();
    court.judge(desk, {});
    court.store.publish(older);
    const auto result = court.push(desk, {desk.seal({})});
    ASSERT_TRUE(result.refusal);
    EXPECT_EQ(result.refusal->reason, RefusalReason::server_storage_failed);
    EXPECT_EQ(court.store.contents(), older);
}

}  // namespace
}  // namespace zhibu::server::test

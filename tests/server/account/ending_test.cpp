#include "server/account/ending.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "server/committer/control.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/date.hpp"
#include "tests/server/committer/court.hpp"
#include "tests/support/hand_executor.hpp"

namespace zhibu::server::test {
namespace {

class Ending : public testing::Test {
public:
    RecordId temporary_account(record::Date last_day) {
        return court.add_account(court.branch_a, "3",
                                 {{"nature", text("3")}, {"expires_on", Value{last_day}}});
    }

    /// Lets the next timer fire at that moment, and what it does be written.
    void look_at(Instant now, std::size_t endings) {
        court.clock.set(now);
        executor.advance(std::chrono::minutes{1});
        ASSERT_TRUE(executor.run_until([&] { return events.size() >= endings; }));
    }

    Value state_of(const RecordId& account) { return court.value("account", account, "state"); }

    Court court;
    support::HandExecutor executor;
    std::vector<std::string> events;
    AccountEnding ending{
        {&executor, court.committer.get(), &catalog::standard_catalog(), &court.clock,
         [this](std::string_view event, std::string_view) { events.emplace_back(event); }}};
    /// The first moment after the day on which the tests begin.
    Instant midnight = record::shanghai_midnight({2026, 6, 13});
};

TEST_F(Ending, ATemporaryAccountIsDeletedByTheServerWhenItsLastDayIsOver) {
    const RecordId account = temporary_account({2026, 6, 12});
    const RecordId later = temporary_account({2026, 6, 14});
    ending.look();
    look_at(after(midnight, -1), 0);
    EXPECT_EQ(state_of(account), text("1"));
    look_at(midnight, 1);
    EXPECT_EQ(events, std::vector<std::string>{"account_ended"});
    EXPECT_EQ(state_of(account), text("3"));
    EXPECT_EQ(state_of(later), text("1"));
    const auto& row = *court.store.contents()->rows.back();
    EXPECT_EQ(row.action, "end_account");
    EXPECT_TRUE(row.author.is_none());
    // Everybody whose scope holds the account is told.
    ASSERT_EQ(row.effects.size(), 1U);
    EXPECT_EQ(row.effects.front().placement.after, std::vector{court.branch_a});
}

TEST_F(Ending, NothingIsWrittenTwice) {
    temporary_account({2026, 6, 12});
    court.clock.set(midnight);
    ending.look();
    ending.look();
    ASSERT_TRUE(executor.run_until([&] { return events.size() == 1; }));
    const LogIndex head = court.head();
    ending.look();
    look_at(after(midnight, day_ms), 1);
    EXPECT_EQ(court.head(), head);
}

TEST_F(Ending, AStoppedOneLeavesNoWork) {
    ending.look();
    EXPECT_EQ(executor.timers(), 1U);
    ending.stop();
    EXPECT_EQ(executor.timers(), 0U);
    ending.look();
    EXPECT_EQ(executor.timers(), 0U);
}

TEST_F(Ending, LongAndShortTermAccountsStay) {
    const LogIndex head = court.head();
    look_at(after(noon, 1000 * day_ms), 0);
    ending.look();
    executor.run_posted();
    EXPECT_EQ(court.head(), head);
}

}  // namespace
}  // namespace zhibu::server::test

#include "server/committer/genesis.hpp"

#include <gtest/gtest.h>

#include "server/committer/committer.hpp"
#include "server/committer/control.hpp"
#include "server/store/store.hpp"
#include "shared/record/change.hpp"
#include "tests/server/committer/court.hpp"

namespace zhibu::server::test {
namespace {

TEST(FoundSpace, MakesTheRootAndItsAdministrator) {
    Court court;
    EXPECT_EQ(court.value("organisation", court.root, "name"), text("中共第一中学委员会"));
    EXPECT_EQ(court.value("organisation", court.root, "type"), text("10"));
    EXPECT_EQ(court.committer->control()->depth(court.root), 0U);
    const Account* account = court.committer->control()->account(court.administrator);
    ASSERT_NE(account, nullptr);
    EXPECT_EQ(account->scope, court.root);
    EXPECT_TRUE(account->active && account->long_term && account->may_write && account->manages);
    const LogRow& first = *court.store.contents()->rows.front();
    EXPECT_EQ(first.action, "found_space");
    EXPECT_EQ(first.outcome, record::Outcome::accepted);
    EXPECT_TRUE(first.author.is_none());
}

TEST(FoundSpace, IsDoneOnce) {
    Court court;
    court.stop();
    const auto head = court.head();
    const auto again = found_space(court.parts(), Founding{.organisation_name = "二",
                                                           .organisation_code = "2",
                                                           .account_name = "二",
                                                           .account_holder = {}});
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().fault, ServerWriteFault::refused);
    EXPECT_EQ(court.head(), head);
}

TEST(FoundSpace, RefusesWhatTheCatalogForbids) {
    Court court;
    support::MemoryStore empty{SpaceIdentity{}};
    auto parts = court.parts();
    parts.store = &empty;
    parts.on_commit = [](const CommitNotice&) {};
    const auto founded = found_space(parts, Founding{.organisation_name = "一\n二",
                                                     .organisation_code = "1",
                                                     .account_name = "党委",
                                                     .account_holder = {}});
    ASSERT_FALSE(founded);
    EXPECT_EQ(founded.error().fault, ServerWriteFault::refused);
    EXPECT_EQ(founded.error().reasons.at(0).rule, "not_one_line");
    EXPECT_TRUE(empty.contents()->rows.empty());
}

}  // namespace
}  // namespace zhibu::server::test

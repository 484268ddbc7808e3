#include "client/cli/workplace.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>

#include "tests/client/cli/open_office.hpp"

namespace zhibu::client::test {
namespace {

constexpr std::int64_t minute_ms = 60'000;

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

class WorkplaceOf : public testing::Test {
protected:
    [[nodiscard]] bool replica_is_there() const {
        return std::filesystem::exists(at.office.device.files.replica());
    }

    void pass_minutes(std::int64_t minutes) {
        at.office.clock.advance(minutes * minute_ms);
        at.workplace->tick();
    }

    std::string save_mobile(const std::string& number) {
        return at
            .ask("POST", "/api/groups",
                 R"({"action":"edit","changes":[{"kind":"person","id":")" + id_text(20) +
                     R"(","operation":"update","fields":{"mobile":")" + number + R"("}}]})")
            .body;
    }

    OpenOffice at;
};

TEST_F(WorkplaceOf, LockedItAnswersThatItIsAndNothingElse) {
    EXPECT_EQ(at.get("/api/records/person"), 423U);
    EXPECT_EQ(at.get("/api/catalog"), 423U);
    EXPECT_EQ(at.get("/api/groups"), 423U);
    EXPECT_EQ(at.post("/api/groups"), 423U);
    EXPECT_EQ(at.post("/api/lock"), 423U);
    const boost::json::value status = at.status();
    EXPECT_TRUE(status.at("locked").as_bool());
    EXPECT_EQ(status.at("account").as_string(), "第一支部书记");
    EXPECT_FALSE(status.as_object().contains("scope"));
    EXPECT_EQ(at.locked_because(), "") << "nobody has opened it yet";
}

TEST_F(WorkplaceOf, ThePasswordOpensItAndNoOther) {
    EXPECT_EQ(at.unlock("not the password at all"), 403U);
    EXPECT_TRUE(at.is_locked());
    EXPECT_EQ(at.locked_because(), "wrong_password");
    EXPECT_TRUE(has(std::string{at.status("zh").at("message").as_string()}, "密码不对"));
    EXPECT_EQ(at.unlock(), 200U);
    EXPECT_FALSE(at.is_locked());
    EXPECT_EQ(at.get("/api/records/person"), 200U);
    EXPECT_EQ(at.unlock(), 409U) << "open already";
}

TEST_F(WorkplaceOf, BodiesThatAreNoPasswordAreRefusedBeforeAnyWork) {
    for (const std::string& body :
         {std::string{}, std::string{"{"}, std::string{"[]"}, std::string{R"({"password":1})"},
          std::string{R"({"word":"x"})"}, R"({"password":")" + std::string(2000, 'x') + R"("})"}) {
        EXPECT_EQ(at.post("/api/unlock", body), 400U) << body.substr(0, 40);
    }
    EXPECT_EQ(at.locked_because(), "");
}

TEST_F(WorkplaceOf, StaysOpenWhileSomebodyWorks) {
    at.open();
    for (int i = 0; i < 4; ++i) {
        pass_minutes(10);
        EXPECT_EQ(at.post("/api/activity"), 200U);
    }
    EXPECT_FALSE(at.is_locked());
    pass_minutes(10);
    EXPECT_TRUE(has(save_mobile("13900000005"), "sequence"));
    pass_minutes(10);
    EXPECT_FALSE(at.is_locked()) << "saving is work";
}

TEST_F(WorkplaceOf, LocksOnceNobodyHasWorkedForAWhile) {
    at.open();
    pass_minutes(15);
    EXPECT_FALSE(at.is_locked());
    const int before = at.news;
    at.office.clock.advance(1);
    at.workplace->tick();
    EXPECT_TRUE(at.is_locked());
    EXPECT_GT(at.news, before) << "pages are told to blank";
    EXPECT_EQ(at.locked_because(), "");
    EXPECT_TRUE(replica_is_there()) << "locked, not erased: the password opens it again";
    EXPECT_EQ(at.unlock(), 200U);
}

TEST_F(WorkplaceOf, WhatPagesFetchByThemselvesKeepsNothingOpen) {
    at.open();
    for (int i = 0; i < 16; ++i) {
        pass_minutes(1);
        static_cast<void>(at.get("/api/status"));
        static_cast<void>(at.get("/api/records/person"));
        static_cast<void>(at.get("/api/groups"));
    }
    EXPECT_TRUE(at.is_locked());
}

TEST_F(WorkplaceOf, AClockThatIsSetBackDoesNotKeepItOpen) {
    at.open();
    at.office.clock.advance(-24 * 60 * minute_ms);
    at.workplace->tick();
    pass_minutes(16);
    EXPECT_TRUE(at.is_locked());
}

TEST_F(WorkplaceOf, LocksWhenAskedAndTellsItsOtherPages) {
    at.open();
    const int before = at.news;
    EXPECT_EQ(at.post("/api/lock"), 200U);
    EXPECT_TRUE(at.is_locked()) << "before anything has ended";
    EXPECT_GT(at.news, before);
    EXPECT_EQ(at.get("/api/records/person"), 423U);
    EXPECT_EQ(at.unlock(), 409U) << "its files are not closed yet";
    at.workplace->tick();
    EXPECT_EQ(at.unlock(), 200U);
    EXPECT_EQ(at.get("/api/records/person"), 200U);
}

TEST_F(WorkplaceOf, TheEndOfTheLeaseLocksAndErases) {
    at.open();
    EXPECT_TRUE(has(save_mobile("13900000005"), "sequence"));
    at.office.clock.set(hours_later(72));
    at.workplace->tick();
    EXPECT_EQ(at.locked_because(), "lease_over");
    EXPECT_TRUE(has(std::string{at.status("zh").at("message").as_string()}, "离线许可已到期"));
    EXPECT_FALSE(replica_is_there());
    EXPECT_GT(std::filesystem::file_size(at.office.device.files.outbox()), 0U);
    EXPECT_EQ(at.unlock(), 403U);
    EXPECT_EQ(at.locked_because(), "lease_over");
}

TEST_F(WorkplaceOf, TheLeaseEndsWhileItIsLockedToo) {
    at.open();
    EXPECT_EQ(at.post("/api/lock"), 200U);
    at.workplace->tick();
    const int before = at.news;
    at.office.clock.set(hours_later(71));
    at.workplace->tick();
    EXPECT_TRUE(replica_is_there());
    at.office.clock.set(hours_later(72));
    at.workplace->tick();
    EXPECT_FALSE(replica_is_there()) << "nobody has to ask for it";
    EXPECT_EQ(at.locked_because(), "lease_over");
    EXPECT_GT(at.news, before);
}

TEST_F(WorkplaceOf, ALeaseThatIsOverBeforeAnybodyOpensIt) {
    at.office.clock.set(hours_later(100));
    EXPECT_EQ(at.unlock(), 403U);
    EXPECT_EQ(at.locked_because(), "lease_over");
    EXPECT_FALSE(replica_is_there());
}

TEST_F(WorkplaceOf, EachReasonHasItsOwnCodeAndWords) {
    ASSERT_TRUE(at.office.device.safe.erase(vault::LeaseEnding::account_disabled));
    EXPECT_EQ(at.unlock(), 403U);
    EXPECT_EQ(at.locked_because(), "account_disabled");
    EXPECT_TRUE(has(std::string{at.status("zh").at("message").as_string()}, "账号已被禁用"));
}

TEST_F(WorkplaceOf, ADamagedReplicaIsSaidAndOfflineNotReplaced) {
    std::ofstream{at.office.device.files.replica(), std::ios::binary} << "not a replica";
    EXPECT_EQ(at.unlock(), 403U);
    EXPECT_EQ(at.locked_because(), "damaged");
    EXPECT_TRUE(replica_is_there());
}

TEST_F(WorkplaceOf, ReplicaThatAnotherProgramHoldsIsSaidInWords) {
    auto access = at.office.device.open(password);
    const auto held = Replica::open({at.office.device.files.replica(), access->ring(), nullptr},
                                    catalog::standard_catalog(), at.office.clock, at.office.random);
    ASSERT_TRUE(held);
    EXPECT_EQ(at.unlock(), 403U);
    EXPECT_EQ(at.locked_because(), "replica");
    EXPECT_TRUE(has(std::string{at.status("zh").at("message").as_string()}, "另一个程序"));
}

}  // namespace
}  // namespace zhibu::client::test

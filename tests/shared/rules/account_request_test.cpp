#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/record/id.hpp"
#include "shared/rules/rules.hpp"
#include "tests/shared/rules/bench.hpp"

namespace zhibu::rules {
namespace {

using catalog::Language;
using Ids = std::vector<std::string>;

TEST(AccountRequest, R910TwoWeeksAhead) {
    Bench bench{"account_request"};
    const auto asked = [&](const char* on, const char* effective) {
        return bench.on_creation({{"requested_on", on}, {"effective_on", effective}});
    };
    EXPECT_EQ(asked("2026-02-14", "2026-02-28"), Ids{});
    EXPECT_EQ(asked("2026-02-15", "2026-02-28"), Ids{"R-910"});
    bench.parameters.account_notice_days = 13;
    EXPECT_EQ(asked("2026-02-15", "2026-02-28"), Ids{});
}

TEST(AccountRequest, R911ANewAccountIsDescribed) {
    Bench bench{"account_request"};
    const Plain sound{{"request_kind", "1"}, {"reason", "新设支部"}, {"account_name", "一支部"},
                      {"nature", "2"},       {"level", "3"},         {"permission", "1"},
                      {"holder", "王某"},    {"post", "书记"},       {"phone", "1"}};
    EXPECT_EQ(bench.on_creation(sound), Ids{});
    for (const char* field :
         {"reason", "account_name", "nature", "level", "permission", "holder", "post", "phone"}) {
        Plain lacking = sound;
        lacking.push_back({field, ""});
        EXPECT_EQ(bench.on_creation(lacking), Ids{"R-911"}) << field;
    }
    EXPECT_EQ(bench.text("R-911", Language::zh), "增设账号须填写：联系方式。");
    EXPECT_EQ(bench.on_creation({{"request_kind", "4"}}), Ids{});
}

TEST(AccountRequest, R911AnApprovalSaysWhoAndWhen) {
    Bench bench{"account_request"};
    EXPECT_EQ(bench.on_creation({{"state", "2"}, {"approved_by", "组织部"}}), Ids{"R-911a"});
    EXPECT_EQ(bench.on_creation(
                  {{"state", "2"}, {"approved_by", "组织部"}, {"approved_on", "2026-11-01"}}),
              Ids{});
}

TEST(AccountRequest, R911WhatWasApprovedIsWhatWasOpened) {
    Bench bench{"account_request"};
    const Plain account{{"name", "一支部"}, {"nature", "2"}, {"level", "3"}, {"permission", "1"}};
    const auto opened = bench.shelf.put("account", account);
    const Plain before{{"request_kind", "1"}, {"state", "1"}, {"account_name", "一支部"},
                       {"nature", "2"},       {"level", "3"}, {"permission", "1"}};
    const Plain approval{{"state", "2"}, {"account", record::to_text(opened)}};
    EXPECT_FALSE(bench.change_breaks("R-911b", before, approval));
    EXPECT_TRUE(bench.change_breaks("R-911b", before, {{"state", "2"}}));
    for (const auto& [field, value] :
         Plain{{"name", "二支部"}, {"nature", "1"}, {"level", "2"}, {"permission", "2"}}) {
        bench.shelf.set(opened, {{field, value}});
        EXPECT_TRUE(bench.change_breaks("R-911b", before, approval)) << field;
        bench.shelf.set(opened, account);
    }
    EXPECT_FALSE(bench.change_breaks("R-911b", before, {{"state", "3"}}));
    EXPECT_FALSE(
        bench.change_breaks("R-911b", {{"request_kind", "4"}, {"state", "1"}}, {{"state", "2"}}));
}

TEST(AccountRequest, R911AnAnswerStands) {
    Bench bench{"account_request"};
    EXPECT_FALSE(bench.change_breaks("R-911c", {{"state", "1"}}, {{"state", "3"}}));
    EXPECT_TRUE(bench.change_breaks("R-911c", {{"state", "2"}}, {{"state", "3"}}));
    EXPECT_TRUE(bench.change_breaks("R-911c", {{"state", "3"}}, {{"state", "1"}}));
}

TEST(Holder, R912AnAccountIsNamedAfterItsOrganisation) {
    Bench bench{"account"};
    const std::string branch = record::to_text(
        bench.shelf.put("organisation", {{"name", "外科第一党支部"}, {"short_name", "外一"}}));
    const auto named = [&](const char* name) {
        return bench.creation_breaks("R-912", {{"organisation", branch}, {"name", name}});
    };
    EXPECT_FALSE(named("外科第一党支部"));
    EXPECT_FALSE(named("外一-2"));
    EXPECT_TRUE(named("内科"));
}

TEST(Holder, R913IsSecretaryOrOrganisationOfficer) {
    Bench bench{"account"};
    EXPECT_FALSE(bench.creation_breaks("R-913", {{"post", "支部书记"}}));
    EXPECT_FALSE(bench.creation_breaks("R-913", {{"post", "组织委员"}}));
    EXPECT_TRUE(bench.creation_breaks("R-913", {{"post", "宣传委员"}}));
    EXPECT_FALSE(bench.creation_breaks("R-913", {}));
}

TEST(Holder, R914ANewOneStartsAnew) {
    Bench bench{"account"};
    const auto device =
        bench.shelf.put("device", {{"account", record::to_text(bench.id)}, {"state", "3"}});
    const Plain before{{"holder", "王某"}, {"phone", "1"}};
    EXPECT_FALSE(bench.change_breaks("R-914", before, {{"holder", "李某"}, {"phone", "2"}}));
    EXPECT_TRUE(bench.change_breaks("R-914", before, {{"holder", "李某"}}));
    bench.shelf.set(device, {{"state", "2"}});
    EXPECT_TRUE(bench.change_breaks("R-914", before, {{"holder", "李某"}, {"phone", "2"}}));
    EXPECT_FALSE(bench.change_breaks("R-914", before, {{"phone", "2"}}));
}

TEST(Holder, R915APasswordOfNinetyDays) {
    Bench bench{"account"};
    const Plain account{{"state", "1"}, {"password_changed_on", "2026-01-01"}};
    bench.today = date("2026-04-01");
    EXPECT_FALSE(bench.day_breaks("R-915", account));
    bench.today = date("2026-04-02");
    EXPECT_TRUE(bench.day_breaks("R-915", account));
    EXPECT_FALSE(
        bench.day_breaks("R-915", {{"state", "2"}, {"password_changed_on", "2026-01-01"}}));
}

}  // namespace
}  // namespace zhibu::rules

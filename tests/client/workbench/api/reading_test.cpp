#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/client/workbench/api/workbench.hpp"

namespace zhibu::client::test {
namespace {

const std::string people = "/api/records/person";

std::string person_path(std::uint64_t number) { return people + "/" + to_text(record_id(number)); }

std::vector<std::string> names(const Answer& answer) {
    std::vector<std::string> found;
    const boost::json::value records = answer.at("/records");
    for (const auto& each : records.as_array()) {
        found.emplace_back(each.at_pointer("/fields/name/value").as_string());
    }
    return found;
}

using Names = std::vector<std::string>;

TEST(ApiPaths, AnUnknownOperationAndAnotherMethodAreRefusedInBothLanguages) {
    Workbench workbench;
    for (const std::string path : {"", "/", "/api", "/api/nothing", "/api/records",
                                   "/api/records/person/1/2", "/API/status", "api/status"}) {
        const Answer answer = workbench.get(path);
        EXPECT_EQ(answer.status, 404U) << path;
        EXPECT_EQ(answer.text("/error/code"), "not_found");
    }
    EXPECT_EQ(workbench.get("/nothing").text("/error/message"), "没有这项操作。");
    EXPECT_EQ(workbench.get("/nothing", {{"lang", "en"}}).text("/error/message"),
              "There is no such operation.");
    const Answer wrong_method = workbench.ask("DELETE", person_path(20));
    EXPECT_EQ(wrong_method.status, 405U);
    EXPECT_EQ(wrong_method.text("/error/message"), "这项操作不能这样使用。");
    EXPECT_EQ(workbench.ask("PUT", "/api/status", {{"lang", "en"}}).text("/error/message"),
              "This operation has other methods.");
    EXPECT_EQ(workbench.ask("get", "/api/status").status, 405U);
}

TEST(ApiCatalog, IsTheWholeCatalog) {
    Workbench workbench;
    const Answer answer = workbench.get("/api/catalog");
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.at("/kinds").as_array().size(), catalog::standard_catalog().kinds().size());
    EXPECT_EQ(answer.at("/version").to_number<std::uint32_t>(),
              catalog::standard_catalog().version());
}

TEST(ApiStatus, SaysWhoseReplicaThisIsAndWhereItStands) {
    Workbench workbench;
    const Answer answer = workbench.get("/api/status");
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.text("/account"), "第一支部书记");
    EXPECT_EQ(answer.text("/scope"), "第一党支部");
    EXPECT_EQ(answer.text("/confirmed"), "7");
    EXPECT_EQ(answer.text("/waiting"), "0");
    EXPECT_EQ(answer.text("/now"), std::to_string(noon.milliseconds));
    EXPECT_EQ(answer.text("/last_contact"), std::to_string(noon.milliseconds));
    EXPECT_EQ(answer.text("/editing/may_write"), "true");
    EXPECT_EQ(answer.text("/editing/manages"), "false");
    EXPECT_EQ(answer.text("/editing/always_open"), "true");
    EXPECT_EQ(answer.text("/editing/lease_ends_at"), std::to_string(noon.milliseconds + 72 * hour));
    EXPECT_FALSE(answer.has("/editing/open_until"));
    EXPECT_EQ(answer.text("/sync/phase_text"), "离线");
    EXPECT_EQ(answer.text("/sync/message"), "");
    workbench.set(20, "native_place", "宁波");
    EXPECT_EQ(workbench.get("/api/status").text("/waiting"), "1");
}

TEST(ApiStatus, TellsWhenEditingEndsAndWhenItOpensNext) {
    Workbench workbench;
    sync::Lease lease = lease_until({noon.milliseconds + 72 * hour});
    lease.always_open = false;
    lease.periods = {{{noon.milliseconds - hour}, {noon.milliseconds + hour}},
                     {{noon.milliseconds + 10 * hour}, {noon.milliseconds + 11 * hour}},
                     {{noon.milliseconds + 20 * hour}, {noon.milliseconds + 21 * hour}}};
    workbench.give_lease(lease);
    const Answer inside = workbench.get("/api/status");
    EXPECT_EQ(inside.text("/editing/open_until"), std::to_string(noon.milliseconds + hour));
    EXPECT_EQ(inside.text("/editing/opens_next"), std::to_string(noon.milliseconds + 10 * hour));
    // The end of a period is the first moment outside.
    workbench.clock.advance(hour);
    const Answer outside = workbench.get("/api/status");
    EXPECT_FALSE(outside.has("/editing/open_until"));
    EXPECT_EQ(outside.text("/editing/opens_next"), std::to_string(noon.milliseconds + 10 * hour));
}

TEST(ApiStatus, HoldsTheAgentsNewestReport) {
    Workbench workbench;
    SyncReport report;
    report.refusal.emplace().reason = sync::RefusalReason::account_disabled;
    report.phase = SyncPhase::ended;
    workbench.api->set_report(report);
    const Answer answer = workbench.get("/api/status", {{"lang", "en"}});
    EXPECT_EQ(answer.text("/sync/phase"), "4");
    EXPECT_EQ(answer.text("/sync/phase_text"), "not connected");
    EXPECT_EQ(answer.text("/sync/message").find("The account is disabled."), 0U);
    EXPECT_EQ(workbench.news, std::vector{ApiNews::sync});
}

TEST(ApiRecords, GivesEachRecordWithWhatIsHeldAndWhatIsShown) {
    Workbench workbench;
    const Answer answer = workbench.get(people, {{"order", "-name"}, {"lang", "en"}});
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.text("/total"), "2");
    EXPECT_EQ(names(answer), (Names{"李四", "张三"}));
    EXPECT_EQ(answer.text("/records/1/id"), to_text(record_id(20)));
    EXPECT_EQ(answer.text("/records/1/kind"), "person");
    EXPECT_EQ(answer.text("/records/1/retired"), "false");
    EXPECT_EQ(answer.text("/records/1/fields/organisation/value"), to_text(record_id(1)));
    EXPECT_EQ(answer.text("/records/1/fields/organisation/shown"), "第一党支部");
    EXPECT_EQ(answer.text("/records/1/fields/name/changed_at"), "3");
    // Neither name nor id of what lies outside this account's scope.
    EXPECT_EQ(answer.text("/records/0/fields/organisation/shown"), "(elsewhere)");
    EXPECT_FALSE(answer.has("/records/1/fields/email"));
}

TEST(ApiRecords, AreSearchedFilteredAndPaged) {
    Workbench workbench;
    EXPECT_EQ(names(workbench.get(people, {{"search", "张"}})), Names{"张三"});
    EXPECT_EQ(names(workbench.get(people, {{"search", "0038"}})), Names{"李四"});
    EXPECT_EQ(names(workbench.get(people, {{"search", "%"}})), Names{});
    EXPECT_EQ(names(workbench.get(people, {{"native_place", "杭州"}})), Names{"张三"});
    EXPECT_EQ(names(workbench.get(people, {{"organisation", to_text(record_id(2))}})),
              Names{"李四"});
    // An empty value asks for records that have none.
    EXPECT_EQ(names(workbench.get(people, {{"native_place", ""}})), Names{"李四"});
    EXPECT_EQ(workbench.get(people, {{"retired", "true"}}).text("/total"), "3");
    EXPECT_EQ(workbench.get(people, {{"retired", "false"}}).text("/total"), "2");
    const Answer second = workbench.get(
        people, {{"retired", "true"}, {"order", "id_number"}, {"offset", "1"}, {"limit", "1"}});
    EXPECT_EQ(second.text("/total"), "3");
    EXPECT_EQ(names(second), Names{"李四"});
    EXPECT_EQ(names(workbench.get(people, {{"offset", "10000000"}})), Names{});
    EXPECT_EQ(workbench.get(people, {{"limit", "1000"}}).status, 200U);
}

TEST(ApiRecords, EveryWrongParameterIsNamed) {
    Workbench workbench;
    const Parameters wrong{{"limit", "0"},
                           {"limit", "1001"},
                           {"limit", "-1"},
                           {"limit", ""},
                           {"limit", "1e3"},
                           {"limit", "5 "},
                           {"limit", "18446744073709551616"},
                           {"offset", "-1"},
                           {"offset", "10000001"},
                           {"offset", "x"},
                           {"order", ""},
                           {"order", "-"},
                           {"order", "--name"},
                           {"order", "name,sex"},
                           {"order", "name; DROP TABLE person"},
                           {"retired", "yes"},
                           {"retired", ""},
                           {"no_such_field", "1"},
                           {"", "1"},
                           {"birth_date", "1987-13-01"},
                           {"sex", "neither"},
                           {"organisation", "第一党支部"},
                           {"search", std::string(201, 'x')},
                           {"id", to_text(record_id(20))}};
    for (const auto& [word, value] : wrong) {
        const Answer answer = workbench.get(people, {{word, value}});
        EXPECT_EQ(answer.status, 400U) << word << "=" << value;
        EXPECT_EQ(answer.text("/error/code"), "bad_parameter");
        EXPECT_EQ(answer.text("/error/message"), "参数“" + word + "”不对。");
        EXPECT_EQ(workbench.get(people, {{word, value}, {"lang", "en"}}).text("/error/message"),
                  "The parameter \"" + word + "\" is wrong.");
    }
    EXPECT_EQ(workbench.get(people, {{"search", std::string(200, 'x')}}).status, 200U);
}

TEST(ApiRecords, MoreConditionsThanAnyFormAsksAreAWrongParameter) {
    Workbench workbench;
    Parameters many;
    for (int i = 0; i < 64; ++i) {
        many.emplace("native_place", "杭州");
    }
    EXPECT_EQ(names(workbench.get(people, many)), Names{"张三"});
    many.emplace("native_place", "杭州");
    const Answer answer = workbench.get(people, many);
    EXPECT_EQ(answer.status, 400U);
    EXPECT_EQ(answer.text("/error/message"), "参数“native_place”不对。");
    Parameters orders;
    for (int i = 0; i < 65; ++i) {
        orders.emplace("order", "name");
    }
    EXPECT_EQ(workbench.get(people, orders).text("/error/message"), "参数“order”不对。");
}

TEST(ApiRecords, ANameThatIsNoTextIsRefusedWithAnswerThatIs) {
    Workbench workbench;
    // ask() parses the answer: it must be JSON, whatever was asked.
    EXPECT_EQ(workbench.get(people, {{"\xFF\xFE\"", "1"}}).status, 400U);
    EXPECT_EQ(names(workbench.get(people, {{"name", "\xFF"}})), Names{});
    EXPECT_EQ(names(workbench.get(people, {{"search", "\xFF"}})), Names{});
    EXPECT_EQ(workbench.get("/api/records/\xC3\x28").status, 404U);
}

TEST(ApiRecords, AnUnknownKindIsSaidInBothLanguages) {
    Workbench workbench;
    const Answer answer = workbench.get("/api/records/ghost");
    EXPECT_EQ(answer.status, 404U);
    EXPECT_EQ(answer.text("/error/code"), "unknown_kind");
    EXPECT_EQ(answer.text("/error/message"), "没有这种记录。");
    EXPECT_EQ(workbench.get("/api/records/ghost", {{"lang", "en"}}).text("/error/message"),
              "There is no such kind of record.");
}

TEST(ApiRecord, IsTheOneThatIsNamed) {
    Workbench workbench;
    const Answer answer = workbench.get(person_path(20));
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.text("/fields/name/value"), "张三");
    EXPECT_EQ(workbench.get(person_path(22)).text("/retired"), "true");
}

TEST(ApiRecord, WhatIsNotHereIsSaid) {
    Workbench workbench;
    for (const std::string& path :
         {person_path(99), people + "/20", people + "/" + to_text(record_id(20)) + "x",
          "/api/records/organisation/" + to_text(record_id(20)),
          people + "/00000000-0000-0000-0000-000000000000"}) {
        const Answer answer = workbench.get(path);
        EXPECT_EQ(answer.status, 404U) << path;
        EXPECT_EQ(answer.text("/error/code"), "unknown_record") << path;
        EXPECT_EQ(answer.text("/error/message"), "本机副本中没有这条记录。");
    }
    EXPECT_EQ(workbench.get("/api/records/ghost/" + to_text(record_id(20))).text("/error/code"),
              "unknown_kind");
}

TEST(ApiSync, AsksTheAgentToTryNow) {
    Workbench workbench;
    const Answer answer = workbench.ask("POST", "/api/sync");
    EXPECT_EQ(answer.status, 202U);
    EXPECT_EQ(workbench.syncs_asked, 1);
    EXPECT_EQ(workbench.ask("GET", "/api/sync").status, 405U);
    EXPECT_EQ(workbench.syncs_asked, 1);
}

TEST(ApiSync, TakesTheSecondFactorsCodeAlong) {
    Workbench workbench;
    EXPECT_EQ(workbench.ask("POST", "/api/sync", {}, R"({"code": "123456"})").status, 202U);
    EXPECT_EQ(workbench.code_given, "123456");
    for (const char* const wrong : {R"({"code": ""})", R"({"code": 123456})", R"({"pin": "1"})"}) {
        EXPECT_EQ(workbench.ask("POST", "/api/sync", {}, wrong).status, 400U) << wrong;
    }
    EXPECT_EQ(workbench.syncs_asked, 1);
    EXPECT_EQ(workbench.ask("POST", "/api/sync", {}, "{}").status, 202U);
    EXPECT_EQ(workbench.code_given, "");
}

}  // namespace
}  // namespace zhibu::client::test

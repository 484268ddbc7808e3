#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>

#include "tests/client/workbench/api/workbench.hpp"

namespace zhibu::client::test {
namespace {

namespace json = boost::json;

/// {"action": "edit", "changes": […]} with these changes, given as JSON.
std::string body_of(const std::string& changes) {
    return R"({"action":"edit","changes":[)" + changes + "]}";
}

std::string retirement(std::uint64_t number) {
    return body_of(R"({"kind":"person","operation":"retire","id":")" + to_text(record_id(number)) +
                   R"("})");
}

/// A new person with these fields beside the required ones.
std::string new_person_with(const std::string& id_number, const std::string& birth_date) {
    return body_of(R"({"kind":"person","operation":"create","fields":{"name":"赵六","sex":"男",)"
                   R"("stage":"10","organisation":")" +
                   to_text(record_id(1)) + R"(","id_number":")" + id_number +
                   R"(","birth_date":")" + birth_date + R"("}})");
}

std::string person_path(const std::string& id) { return "/api/records/person/" + id; }

TEST(ApiGroup, AnEditIsSavedShownAndTold) {
    Workbench workbench;
    const std::string revision = workbench.get("/api/status").text("/revision");
    const Answer saved = workbench.set(20, "native_place", "宁波");
    EXPECT_EQ(saved.status, 201U);
    EXPECT_EQ(saved.text("/sequence"), "1");
    EXPECT_EQ(saved.text("/records/0"), to_text(record_id(20)));
    EXPECT_TRUE(saved.at("/warnings").as_array().empty());
    EXPECT_EQ(workbench.get(person_path(to_text(record_id(20)))).text("/fields/native_place/value"),
              "宁波");
    EXPECT_EQ(workbench.groups_made, std::vector{record::Sequence{1}});
    EXPECT_EQ(workbench.news, std::vector{ApiNews::changed});
    EXPECT_NE(workbench.get("/api/status").text("/revision"), revision);
}

TEST(ApiGroup, AnEditThatChangesNothingIsNoGroupAndNoNews) {
    Workbench workbench;
    const std::string revision = workbench.get("/api/status").text("/revision");
    const Answer same = workbench.set(20, "native_place", "杭州");
    EXPECT_EQ(same.status, 201U);
    EXPECT_EQ(same.text("/sequence"), "0");
    EXPECT_TRUE(workbench.groups_made.empty());
    EXPECT_TRUE(workbench.news.empty());
    EXPECT_EQ(workbench.get("/api/status").text("/revision"), revision);
    EXPECT_TRUE(workbench.get("/api/groups").at("").as_array().empty());
}

TEST(ApiGroup, ANewRecordIsGivenAnId) {
    Workbench workbench;
    const Answer saved = workbench.post(new_person_with("110105200001011238", "2000-01-01"));
    ASSERT_EQ(saved.status, 201U) << saved.body;
    const std::string id = saved.text("/records/0");
    EXPECT_EQ(workbench.get(person_path(id)).text("/fields/name/value"), "赵六");
    // A code given by its label is kept as the code.
    EXPECT_EQ(workbench.get(person_path(id)).text("/fields/sex/shown"), "男");
}

TEST(ApiGroup, WhatIsSavedWithAFindingSaysSo) {
    Workbench workbench;
    const std::string odd = new_person_with("110105200001011238", "2001-01-01");
    const Answer saved = workbench.post(odd, {{"lang", "en"}});
    ASSERT_EQ(saved.status, 201U) << saved.body;
    EXPECT_EQ(saved.text("/warnings/0/rule"), "R-105");
    EXPECT_EQ(saved.text("/warnings/0/severity"), "needs_explanation");
    EXPECT_EQ(saved.text("/warnings/0/field"), "birth_date");
    EXPECT_EQ(saved.text("/warnings/0/record"), saved.text("/records/0"));
    EXPECT_EQ(saved.text("/warnings/0/message").find("The birth date differs"), 0U);
}

TEST(ApiGroup, ABrokenRuleIsNotSavedAndStandsBesideItsField) {
    Workbench workbench;
    const Answer zh = workbench.set(20, "id_number", "123");
    EXPECT_EQ(zh.status, 422U);
    EXPECT_EQ(zh.text("/error/code"), "refused");
    EXPECT_EQ(zh.text("/error/findings/0/rule"), "R-101");
    EXPECT_EQ(zh.text("/error/findings/0/severity"), "refuse");
    EXPECT_EQ(zh.text("/error/findings/0/field"), "id_number");
    EXPECT_EQ(zh.text("/error/findings/0/record"), to_text(record_id(20)));
    EXPECT_EQ(zh.text("/error/message").find("没有保存：身份证号"), 0U);
    const Answer en = workbench.set(20, "id_number", "123", {{"lang", "en"}});
    EXPECT_EQ(en.text("/error/findings/0/message").find("An id number has 18"), 0U);
    EXPECT_EQ(en.text("/error/message").find("Not saved: An id number"), 0U);
    EXPECT_EQ(workbench.status().last_sequence.position, 0U);
    EXPECT_TRUE(workbench.groups_made.empty());
    EXPECT_TRUE(workbench.news.empty());
}

TEST(ApiGroup, OnlyWhatRefusesIsNamedAsTheReasonNotToSave) {
    Workbench workbench;
    // The number's birth date differs too, which alone would be saved with an explanation.
    const Answer answer =
        workbench.post(new_person_with("11010520000101122X", "2001-01-01"), {{"lang", "en"}});
    EXPECT_EQ(answer.status, 422U);
    EXPECT_EQ(answer.text("/error/message"), "Not saved: The sex differs from the id number.");
    EXPECT_EQ(answer.at("/error/findings").as_array().size(), 2U);
}

TEST(ApiGroup, AValueThatDoesNotFitOrIsMissingNamesItsField) {
    Workbench workbench;
    const Answer too_long = workbench.set(20, "name", std::string(60, 'x'), {{"lang", "en"}});
    EXPECT_EQ(too_long.status, 422U);
    EXPECT_EQ(too_long.text("/error/findings/0/rule"), "too_long");
    EXPECT_EQ(too_long.text("/error/findings/0/field"), "name");
    const Answer emptied = workbench.set(20, "name", "");
    EXPECT_EQ(emptied.status, 422U);
    EXPECT_EQ(emptied.text("/error/findings/0/rule"), "required_missing");
    const Answer escape = workbench.set(20, "native_place", "\x1B]0;x\x07");
    EXPECT_EQ(escape.status, 422U);
    EXPECT_EQ(escape.text("/error/findings/0/rule"), "not_one_line");
    const Answer unreadable = workbench.set(20, "birth_date", "张三生于五月", {{"lang", "en"}});
    EXPECT_EQ(unreadable.status, 422U);
    EXPECT_EQ(unreadable.text("/error/code"), "unreadable_value");
    EXPECT_EQ(unreadable.text("/error/message"), "What stands in \"Birth date\" cannot be read.");
    EXPECT_EQ(workbench.set(20, "birth_date", "?").text("/error/message"),
              "“出生日期”的内容无法识别。");
}

TEST(ApiGroup, ARefusalTellsNothingOfOtherPeople) {
    Workbench workbench;
    // 李四's number, typed into 张三's form.
    const Answer taken = workbench.set(20, "id_number", "110105194912310038", {{"lang", "en"}});
    EXPECT_EQ(taken.status, 422U);
    EXPECT_EQ(taken.text("/error/findings/0/rule"), "R-107");
    const std::string zh = workbench.set(20, "id_number", "110105194912310038").body;
    for (const std::string& text : {taken.body, zh}) {
        EXPECT_EQ(text.find("李四"), std::string::npos) << text;
        EXPECT_EQ(text.find("110105194912310038"), std::string::npos) << text;
        EXPECT_EQ(text.find("张三"), std::string::npos) << text;
        EXPECT_EQ(text.find(to_text(record_id(21))), std::string::npos) << text;
    }
}

TEST(ApiGroup, EveryWrongBodyIsRefusedAtItsPlace) {
    const std::string id = to_text(record_id(20));
    const std::string good =
        R"({"kind":"person","operation":"update","id":")" + id + R"(","fields":{"address":"1"}})";
    const std::vector<std::pair<std::string, std::string>> bodies{
        {"", "JSON"},
        {"[]", "JSON"},
        {"{", "JSON"},
        {R"({"action":"edit","changes":[]} x)", "JSON"},
        {R"({"action":"edit","changes":)" + std::string(40, '[') + std::string(40, ']') + "}",
         "JSON"},
        {R"({"action":")"
         "\xFF"
         R"(","changes":[]})",
         "JSON"},
        {R"({"changes":[]})", "action"},
        {R"({"action":7,"changes":[]})", "action"},
        {R"({"action":"","changes":[]})", "action"},
        {R"({"action":"Edit it","changes":[)" + good + "]}", "action"},
        {R"({"action":")" + std::string(65, 'a') + R"(","changes":[]})", "action"},
        {R"({"action":"edit","changes":[)" + good + R"(],"sequence":7})", "sequence"},
        {R"({"action":"edit"})", "changes"},
        {R"({"action":"edit","changes":{}})", "changes"},
        {R"({"action":"edit","changes":[]})", "changes"},
        {body_of("1"), "changes[0]"},
        {body_of(good + ",null"), "changes[1]"},
        {body_of("{}"), "changes[0].kind"},
        {body_of(R"({"kind":1})"), "changes[0].kind"},
        {body_of(R"({"kind":"ghost"})"), "changes[0].kind"},
        {body_of(R"({"kind":"person"})"), "changes[0].operation"},
        {body_of(R"({"kind":"person","operation":"delete"})"), "changes[0].operation"},
        {body_of(R"({"kind":"person","operation":"update"})"), "changes[0].id"},
        {body_of(R"({"kind":"person","operation":"update","id":20})"), "changes[0].id"},
        {body_of(R"({"kind":"person","operation":"create","id":20})"), "changes[0].id"},
        {body_of(R"({"kind":"person","operation":"create","id":null})"), "changes[0].id"},
        {body_of(R"({"kind":"person","operation":"update","id":"20"})"), "changes[0].id"},
        {body_of(R"({"kind":"person","operation":"update","id":)"
                 R"("00000000-0000-0000-0000-000000000000"})"),
         "changes[0].id"},
        {body_of(good + R"(,{"kind":"person","operation":"create","fields":[]})"),
         "changes[1].fields"},
        {body_of(R"({"kind":"person","operation":"create","fields":{"colour":"red"}})"),
         "changes[0].fields.colour"},
        {body_of(R"({"kind":"person","operation":"create","fields":{"name":7}})"),
         "changes[0].fields.name"},
        {body_of(R"({"kind":"person","operation":"create","retired":true})"), "changes[0].retired"},
    };
    Workbench workbench;
    for (const auto& [body, place] : bodies) {
        const Answer answer = workbench.post(body, {{"lang", "en"}});
        EXPECT_EQ(answer.status, 400U) << body;
        EXPECT_EQ(answer.text("/error/code"), "bad_body");
        EXPECT_EQ(answer.text("/error/message"), "The request is wrong at: " + place) << body;
        EXPECT_EQ(workbench.post(body).text("/error/message"), "请求内容不对：" + place);
    }
    EXPECT_EQ(workbench.status().last_sequence.position, 0U);
    EXPECT_EQ(workbench.post(body_of(good)).status, 201U);
}

TEST(ApiGroup, OneRecordTwiceInAGroupIsRefused) {
    Workbench workbench;
    const std::string one =
        R"({"kind":"person","operation":"retire","id":")" + to_text(record_id(20)) + R"("},)";
    EXPECT_EQ(workbench.post(body_of(one + one.substr(0, one.size() - 1))).status, 409U);
    EXPECT_EQ(workbench.status().last_sequence.position, 0U);
}

TEST(ApiGroup, WhatDoesNotFitTheRecordsLifeIsAConflictOrUnknown) {
    Workbench workbench;
    EXPECT_EQ(workbench.set(99, "name", "x").status, 404U);
    EXPECT_EQ(workbench.set(22, "name", "x", {{"lang", "en"}}).text("/error/message"),
              "Not saved: the record is out of use. Restore it first.");
    EXPECT_EQ(workbench.set(22, "name", "x").status, 409U);
    EXPECT_EQ(workbench
                  .post(body_of(R"({"kind":"person","operation":"create","id":")" +
                                to_text(record_id(20)) + R"("})"))
                  .status,
              409U);
    EXPECT_EQ(workbench.post(retirement(20)).status, 201U);
    EXPECT_EQ(workbench.get(person_path(to_text(record_id(20)))).text("/retired"), "true");
}

TEST(ApiGroup, OutsideTheWindowItSaysWhenTheNextOneOpens) {
    Workbench workbench;
    sync::Lease lease = lease_until({noon.milliseconds + 72 * hour});
    lease.always_open = false;
    workbench.give_lease(lease);
    const Answer none_planned = workbench.set(20, "address", "1", {{"lang", "en"}});
    EXPECT_EQ(none_planned.status, 403U);
    EXPECT_EQ(none_planned.text("/error/message"),
              "This is outside the edit window, so nothing can be edited. Saved changes are safe.");
    lease.periods = {{{noon.milliseconds + hour}, {noon.milliseconds + 2 * hour}}};
    workbench.give_lease(lease);
    // noon is 16:00 in Shanghai.
    const std::string opens = local_minute({noon.milliseconds + hour});
    const Answer closed = workbench.set(20, "address", "1");
    EXPECT_EQ(closed.status, 403U);
    EXPECT_EQ(
        closed.text("/error/message"),
        "当前不在维护时段内，不能修改。已保存的修改不受影响。下次维护时段开始：" + opens + "。");
    workbench.clock.advance(hour);
    EXPECT_EQ(workbench.set(20, "address", "1").status, 201U);
    workbench.clock.advance(hour);
    EXPECT_EQ(workbench.set(20, "address", "2").status, 403U);
}

TEST(ApiGroup, ALeaseThatEndedOrOnlyReadsOrAClockThatWentBackStopsEditing) {
    Workbench workbench;
    sync::Lease lease = lease_until({noon.milliseconds + hour});
    lease.may_write = false;
    workbench.give_lease(lease);
    const Answer read_only = workbench.set(20, "address", "1", {{"lang", "en"}});
    EXPECT_EQ(read_only.status, 403U);
    EXPECT_EQ(read_only.text("/error/message"), "This account may read only; it cannot edit.");
    lease.may_write = true;
    workbench.give_lease(lease);
    EXPECT_EQ(workbench.set(20, "address", "1").status, 201U);
    workbench.clock.advance(hour);
    const Answer over = workbench.set(20, "address", "2", {{"lang", "en"}});
    EXPECT_EQ(over.status, 403U);
    EXPECT_EQ(over.text("/error/message").find("The permission to work offline has ended"), 0U);
    workbench.clock.advance(-3 * hour);
    const Answer back = workbench.set(20, "address", "2", {{"lang", "en"}});
    EXPECT_EQ(back.status, 403U);
    EXPECT_NE(back.text("/error/message").find("The time seen: "), std::string::npos);
    // Reading goes on.
    EXPECT_EQ(workbench.get("/api/records/person").text("/total"), "2");
}

TEST(ApiGroup, ASectionThatTheAccountOnlyReadsIsNotWritten) {
    const auto account = [](std::string_view permission) {
        return standard_record(
            "account", identity().account,
            {{"organisation", record_id(1)}, {"members_permission", std::string{permission}}});
    };
    Workbench closed{{account("2")}};
    EXPECT_EQ(closed.set(20, "address", "1").status, 403U);
    EXPECT_EQ(closed.status().waiting, 0U);
    // The page offers no editing of these, entries of theirs included.
    const auto only_read = closed.get("/api/status").at("/editing/only_read").as_array();
    const auto is_listed = [&](const char* kind) {
        return std::ranges::find(only_read, json::value(kind)) != only_read.end();
    };
    EXPECT_TRUE(is_listed("person") && is_listed("person_education") && is_listed("letter"));
    EXPECT_FALSE(is_listed("organisation") || is_listed("person_appraisal"));
    const std::string phone = R"({"action":"edit","changes":[{"kind":"organisation","id":")" +
                              to_text(record_id(1)) +
                              R"(","operation":"update","fields":{"phone":"1"}}]})";
    EXPECT_EQ(closed.post(phone).status, 201U);
    Workbench open{{account("1")}};
    EXPECT_EQ(open.set(20, "address", "1").status, 201U);
    EXPECT_TRUE(open.get("/api/status").at("/editing/only_read").as_array().empty());
}

TEST(ApiGroups, ShowWhatWasDoneAndWhatBecameOfIt) {
    Workbench workbench;
    workbench.set(20, "address", "1");
    workbench.set(20, "address", "2");
    const Answer waiting = workbench.get("/api/groups");
    ASSERT_EQ(waiting.at("").as_array().size(), 2U);
    EXPECT_EQ(waiting.text("/0/sequence"), "2");
    EXPECT_EQ(waiting.text("/0/action"), "edit");
    EXPECT_EQ(waiting.text("/0/changes"), "1");
    EXPECT_EQ(waiting.text("/0/stage"), "waiting");
    EXPECT_EQ(waiting.text("/0/stage_text"), "待上传");
    EXPECT_EQ(waiting.text("/0/made_at"), std::to_string(noon.milliseconds));
    EXPECT_EQ(waiting.text("/0/log_index"), "0");
}

TEST(ApiCheck, SaysWhatTheRulesSayAndWritesNothing) {
    Workbench workbench;
    const auto body = [](const std::string& mobile) {
        return R"({"action":"edit","changes":[{"kind":"person","operation":"update","id":")" +
               to_text(record_id(20)) + R"(","fields":{"mobile":")" + mobile + "\"}}]}";
    };
    const Answer wrong = workbench.ask("POST", "/api/check", {}, body("12345"));
    EXPECT_EQ(wrong.status, 200U);
    EXPECT_EQ(wrong.text("/findings/0/severity"), "refuse");
    EXPECT_EQ(wrong.text("/findings/0/field"), "mobile");
    EXPECT_EQ(workbench.ask("POST", "/api/check", {}, body("13900000002")).status, 200U);
    EXPECT_EQ(workbench.status().waiting, 0U);
    EXPECT_EQ(
        workbench.get("/api/records/person/" + to_text(record_id(20))).text("/fields/mobile/value"),
        "13900000001");
    const Answer unreadable = workbench.set(20, "birth_date", "1990-02-31");
    EXPECT_EQ(unreadable.status, 422U);
    EXPECT_EQ(unreadable.text("/error/findings/0/field"), "birth_date");
    EXPECT_EQ(unreadable.text("/error/findings/0/message"), unreadable.text("/error/message"));
    EXPECT_EQ(workbench.ask("POST", "/api/check", {}, "{}").status, 400U);
}

}  // namespace
}  // namespace zhibu::client::test

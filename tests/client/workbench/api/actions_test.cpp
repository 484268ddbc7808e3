#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "client/agent/replica_desk.hpp"
#include "client/workflow/action.hpp"
#include "sync_protocol/message/message.hpp"
#include "tests/client/workbench/api/actions_table.hpp"

namespace zhibu::client::test {
namespace {

namespace json = boost::json;

json::object object_of(const Texts& texts) {
    json::object object;
    for (const auto& [called, text] : texts) {
        object[called] = text;
    }
    return object;
}

json::object body_of(const Shown& row) {
    json::object body{{"inputs", object_of(row.inputs)}};
    if (!row.subject.empty()) {
        body["records"] = json::array{row.subject};
        if (!row.each.empty()) {
            body["each"] = json::object{{row.subject, object_of(row.each)}};
        }
    }
    return body;
}

json::array rules_at(const Answer& answer, std::string_view pointer) {
    return answer.has(pointer) ? answer.at(pointer).as_array() : json::array{};
}

/// Done with every warning accepted that its preview names.
Answer do_it(Workbench& workbench, const Shown& row) {
    json::object body = body_of(row);
    const std::string path = "/api/actions/" + row.action;
    const Answer preview = workbench.ask("POST", path + "/preview", {}, json::serialize(body));
    EXPECT_EQ(preview.status, 200U) << preview.body;
    EXPECT_EQ(workbench.status().last_sequence.position, 0U) << "a preview writes nothing";
    body["accept_warnings"] = rules_at(preview, "/warnings");
    return workbench.ask("POST", path, {}, json::serialize(body));
}

TEST(ApiAction, EveryActionDoesWhatItSays) {
    std::set<std::string> done;
    for (const Shown& row : shown_actions()) {
        SCOPED_TRACE(row.action);
        done.insert(row.action);
        Workbench workbench{with_members(row.there)};
        const Answer answer = do_it(workbench, row);
        ASSERT_EQ(answer.status, 201U) << answer.body;
        EXPECT_EQ(answer.text("/sequence"), "1") << "one group";
        EXPECT_EQ(workbench.groups_made.size(), 1U);
        const std::string kind{find_action(row.action)->kind};
        const std::string subject = answer.text("/records/0");
        for (const auto& [where, text] : row.then) {
            const auto slash = where.find('/');
            const std::string pointer = "/fields/" + where.substr(slash + 1) + "/value";
            if (slash == std::string::npos) {
                const Answer record = workbench.get("/api/records/" + kind + "/" + subject);
                EXPECT_EQ(record.has(pointer) ? record.text(pointer) : "", text) << where;
            } else {
                const Answer list = workbench.get("/api/records/" + where.substr(0, slash),
                                                  {{where.substr(slash + 1), text}});
                EXPECT_EQ(list.text("/total"), "1") << where << ' ' << list.body;
            }
        }
    }
    for (const Action* action : actions()) {
        EXPECT_TRUE(done.contains(std::string{action->name})) << action->name << " is not shown";
    }
}

TEST(ApiAction, TheTableSaysWhatAFormNeeds) {
    Workbench workbench;
    const json::value all = workbench.get("/api/actions").at("");
    ASSERT_EQ(all.as_array().size(), actions().size());
    for (const json::value& each : all.as_array()) {
        const std::string called{each.at("name").as_string()};
        EXPECT_FALSE(each.at("label").at("en").as_string().empty()) << called;
        EXPECT_FALSE(each.at("place").at("zh").as_string().empty()) << called;
        std::set<std::string> inputs;
        for (const json::value& input : each.at("inputs").as_array()) {
            EXPECT_TRUE(inputs.insert(std::string{input.at("name").as_string()}).second)
                << called << " asks twice for " << input.at("name").as_string();
        }
        for (const json::value& need : each.at("needs").as_array()) {
            EXPECT_FALSE(need.at("codes").as_array().empty()) << called;
        }
    }
}

// The number of an entry's field is another field's of the person.
TEST(ApiAction, AnInputOfAnEntryThatLacksIsNamedAsTheEntrysField) {
    Workbench workbench{with_members({man(60, "50")})};
    const json::object body{{"records", json::array{id(60)}}, {"inputs", json::object{}}};
    const Answer preview = workbench.ask("POST", "/api/actions/check_in/preview", {{"lang", "en"}},
                                         json::serialize(body));
    EXPECT_EQ(preview.text("/records/0/findings/0/rule"), "required_missing");
    EXPECT_EQ(preview.text("/records/0/findings/0/field"), "community");
}

TEST(ApiAction, WhatIsNotForARecordOrLacksAnInputSaysSoBesideIt) {
    Workbench workbench{with_members({man(60, "10"), man(61, "35", ready())})};
    const json::object body{{"records", json::array{id(60), id(61)}},
                            {"inputs", json::object{{"join_date", "2026-05-20"}}}};
    const Answer preview = workbench.ask("POST", "/api/actions/admit/preview", {{"lang", "en"}},
                                         json::serialize(body));
    EXPECT_EQ(preview.text("/refused"), "true");
    EXPECT_EQ(preview.text("/records/0/findings/0/rule"), "action_not_for");
    EXPECT_EQ(preview.text("/records/0/findings/0/message"),
              "\"Admit\" is not for this record: its Stage is \"Applicant\".");
    EXPECT_TRUE(preview.at("/records/0/changes").as_array().empty());
    EXPECT_EQ(preview.text("/records/1/findings/0/rule"), "required_missing");
    EXPECT_EQ(preview.text("/records/1/findings/0/field"), "approval_date");
    EXPECT_EQ(preview.text("/records/1/findings/1/field"), "form_number");
    const Answer refused = workbench.ask("POST", "/api/actions/admit", {}, json::serialize(body));
    EXPECT_EQ(refused.status, 422U);
    EXPECT_EQ(refused.text("/plan/records/0/name"), "张60");
    EXPECT_EQ(workbench.status().last_sequence.position, 0U);
}

TEST(ApiAction, AWarningIsSavedOnlyWhenItIsAccepted) {
    // Before 28, and yet not recommended by the Youth League.
    Workbench workbench{with_members({man(60, "35", ready()), passed_training(80, 60)})};
    json::object body{{"records", json::array{id(60)}},
                      {"inputs", json::object{{"join_date", "2026-05-20"},
                                              {"approval_date", "2026-05-28"},
                                              {"join_type", "01"}}},
                      {"each", json::object{{id(60), json::object{{"form_number", "A-100"}}}}}};
    const Answer asked = workbench.ask("POST", "/api/actions/admit", {}, json::serialize(body));
    EXPECT_EQ(asked.status, 409U);
    EXPECT_EQ(asked.text("/error/code"), "warnings_not_accepted");
    EXPECT_EQ(asked.text("/plan/warnings/0"), "R-304");
    EXPECT_EQ(workbench.status().last_sequence.position, 0U);
    body["accept_warnings"] = json::array{"R-304"};
    EXPECT_EQ(workbench.ask("POST", "/api/actions/admit", {}, json::serialize(body)).status, 201U);
}

TEST(ApiAction, TwoPeopleInOneGroupWithTheSameFormNumberAreRefused) {
    Workbench workbench{with_members({man(60, "35", ready()), passed_training(80, 60),
                                      man(61, "35", ready()), passed_training(81, 61)})};
    const json::object number{{"form_number", "A-100"}};
    const json::object body{
        {"records", json::array{id(60), id(61)}},
        {"inputs", json::object{{"join_date", "2026-05-20"}, {"approval_date", "2026-05-28"}}},
        {"each", json::object{{id(60), number}, {id(61), number}}}};
    const Answer refused = workbench.ask("POST", "/api/actions/admit", {}, json::serialize(body));
    EXPECT_EQ(refused.status, 422U);
    EXPECT_EQ(refused.text("/error/findings/0/rule"), "R-307");
}

TEST(ApiAction, TheBirthdayItselfDecidesTheJoinType) {
    for (const auto& [born, type] :
         {std::pair{"1998-05-20", "01"}, std::pair{"1998-05-21", "02"}}) {
        NamedValues values = ready();
        values.emplace_back("birth_date", day(born));
        Workbench workbench{with_members({man(60, "35", values), passed_training(80, 60)})};
        const json::object body{
            {"records", json::array{id(60)}},
            {"inputs", json::object{{"join_date", "2026-05-20"}, {"approval_date", "2026-05-28"}}},
            {"each", json::object{{id(60), json::object{{"form_number", "A-1"}}}}}};
        EXPECT_EQ(workbench.ask("POST", "/api/actions/admit", {}, json::serialize(body)).status,
                  201U);
        EXPECT_EQ(workbench.get("/api/records/person/" + id(60)).text("/fields/join_type/value"),
                  type)
            << born;
    }
}

TEST(ApiAction, ConversionFallsOnTheDueDayAlsoAtTheEndOfFebruary) {
    Workbench workbench{with_members({man(60, "40", probationary("2024-02-29"))})};
    const std::string body = json::serialize(json::object{{"records", json::array{id(60)}}});
    EXPECT_EQ(workbench.ask("POST", "/api/actions/convert", {}, body).status, 201U);
    EXPECT_EQ(workbench.get("/api/records/person/" + id(60)).text("/fields/conversion_date/value"),
              "2025-02-28");
}

TEST(ApiAction, AReportThatDiffersFromThePersonsEnteredIsHeldBackWithBothFigures) {
    Workbench workbench{with_members({man(60, "35", target({{"plan_year", std::int64_t{2027}}}))})};
    const json::object body{
        {"inputs",
         json::object{{"organisation", id(51)}, {"reported", "2"}, {"reviewed_by", "李书记"}}}};
    const Answer refused =
        workbench.ask("POST", "/api/actions/report_plan", {}, json::serialize(body));
    EXPECT_EQ(refused.status, 422U);
    EXPECT_EQ(refused.text("/error/findings/0/rule"), "R-218");
    EXPECT_NE(refused.text("/error/findings/0/message").find("（2）"), std::string::npos);
    EXPECT_NE(refused.text("/error/findings/0/message").find("（1）"), std::string::npos);
}

TEST(ApiAction, ASecondReportOfTheYearChangesTheFirst) {
    Workbench workbench{with_members(
        {man(60, "35", target({{"plan_year", std::int64_t{2027}}})), passed_training(80, 60)})};
    for (const char* reviewer : {"李书记", "王书记"}) {
        const json::object body{
            {"inputs",
             json::object{{"organisation", id(51)}, {"reported", "1"}, {"reviewed_by", reviewer}}}};
        EXPECT_EQ(
            workbench.ask("POST", "/api/actions/report_plan", {}, json::serialize(body)).status,
            201U);
    }
    const Answer plans = workbench.get("/api/records/plan");
    EXPECT_EQ(plans.text("/total"), "1");
    EXPECT_EQ(plans.text("/records/0/fields/reviewed_by/value"), "王书记");
}

TEST(ApiAction, EveryWrongBodyIsRefusedAtItsPlace) {
    Workbench workbench{with_members({man(60, "40", probationary())})};
    const std::string p = id(60);
    const std::vector<std::pair<std::string, std::string>> bodies{
        {"[]", "JSON"},
        {"{}", "records"},
        {R"({"records":[]})", "records"},
        {R"({"records":7})", "records"},
        {R"({"records":["x"]})", "records[0]"},
        {R"({"records":[")" + p + R"(",")" + p + R"("]})", "records[1]"},
        {R"({"records":[")" + p + R"("],"input":{}})", "input"},
        {R"({"records":[")" + p + R"("],"inputs":[]})", "inputs"},
        {R"({"records":[")" + p + R"("],"inputs":{"colour":"red"}})", "inputs.colour"},
        {R"({"records":[")" + p + R"("],"inputs":{"conversion_date":7}})",
         "inputs.conversion_date"},
        {R"({"records":[")" + p + R"("],"each":[]})", "each"},
        {R"({"records":[")" + p + R"("],"each":{")" + id(70) + R"(":{}}})", "each." + id(70)},
        {R"({"records":[")" + p + R"("],"each":{")" + p +
             R"(":{"conversion_meeting_date":"2026-05-01"}}})",
         "each." + p + ".conversion_meeting_date"},
        {R"({"records":[")" + p + R"("],"accept_warnings":"R-304"})", "accept_warnings"},
        {R"({"records":[")" + p + R"("],"accept_warnings":[7]})", "accept_warnings"},
    };
    for (const auto& [body, place] : bodies) {
        const Answer answer = workbench.ask("POST", "/api/actions/convert", {{"lang", "en"}}, body);
        EXPECT_EQ(answer.status, 400U) << body;
        EXPECT_EQ(answer.text("/error/message"), "The request is wrong at: " + place) << body;
    }
    EXPECT_EQ(workbench.ask("POST", "/api/actions/fly", {}, "{}").status, 404U);
    EXPECT_EQ(
        workbench.ask("POST", "/api/actions/convert", {}, R"({"records":[")" + id(99) + R"("]})")
            .status,
        404U);
    EXPECT_EQ(workbench
                  .ask("POST", "/api/actions/convert", {},
                       R"({"records":[")" + p + R"("],"inputs":{"conversion_meeting_date":"?"}})")
                  .text("/error/code"),
              "unreadable_value");
    EXPECT_EQ(workbench.status().last_sequence.position, 0U);
}

/// What the action makes of `records` with `inputs`, every warning accepted.
Answer perform(Workbench& workbench, const std::string& action, const json::array& records,
               const json::object& inputs) {
    json::object body{{"records", records}, {"inputs", inputs}};
    const std::string path = "/api/actions/" + action;
    const Answer preview = workbench.ask("POST", path + "/preview", {}, json::serialize(body));
    body["accept_warnings"] = rules_at(preview, "/warnings");
    return workbench.ask("POST", path, {}, json::serialize(body));
}

std::string total(Workbench& workbench, const std::string& kind, const std::string& field,
                  const std::string& value) {
    return workbench.get("/api/records/" + kind, {{field, value}}).text("/total");
}

TEST(ApiAction, AMergerTakesMembersLettersAndAccountsAlong) {
    Workbench workbench{
        with_members({man(60, "10"), man(61, "70", {{"leaving_reason", std::string{"10"}}}),
                      standard_record("letter", record_id(90),
                                      {{"type", std::string{"22"}},
                                       {"person", record_id(61)},
                                       {"receiving_organisation", record_id(51)},
                                       {"issued_on", day("2026-05-20")},
                                       {"valid_days", std::string{"30"}},
                                       {"state", std::string{"20"}}}),
                      standard_record("account", record_id(95),
                                      {{"name", std::string{"甲一支部"}},
                                       {"organisation", record_id(51)},
                                       {"level", std::string{"3"}},
                                       {"nature", std::string{"2"}},
                                       {"permission", std::string{"1"}},
                                       {"state", std::string{"1"}}})})};
    const Answer merged = perform(workbench, "merge_organisation", {id(51)}, {{"other", id(52)}});
    ASSERT_EQ(merged.status, 201U) << merged.body;
    EXPECT_EQ(merged.text("/sequence"), "1") << "one group";
    // Former members stay where they were last.
    EXPECT_EQ(total(workbench, "person", "organisation", id(51)), "1");
    EXPECT_EQ(total(workbench, "person", "organisation", id(52)), "3");
    EXPECT_EQ(total(workbench, "letter", "receiving_organisation", id(52)), "1");
    EXPECT_EQ(workbench.get("/api/records/account/" + id(95)).text("/fields/state/value"), "2");
    EXPECT_EQ(workbench.get("/api/records/organisation/" + id(51)).text("/retired"), "true");
    const Answer undone = workbench.ask("POST", "/api/groups/1/undo", {}, "{}");
    ASSERT_EQ(undone.status, 201U) << undone.body;
    EXPECT_EQ(total(workbench, "person", "organisation", id(51)), "4");
    EXPECT_EQ(workbench.get("/api/records/organisation/" + id(51)).text("/retired"), "false");
}

TEST(ApiAction, AnOrganisationWithMembersIsNotAbolishedUnlessTheyGoSomewhere) {
    Workbench workbench{with_members({man(60, "10")})};
    const Answer refused = perform(workbench, "abolish_organisation", {id(51)}, {});
    EXPECT_EQ(refused.status, 422U);
    EXPECT_EQ(refused.text("/error/findings/0/rule"), "R-712");
    const Answer itself = perform(workbench, "abolish_organisation", {id(51)}, {{"other", id(51)}});
    EXPECT_EQ(itself.text("/error/findings/0/rule"), "organisation_into_itself");
    EXPECT_EQ(perform(workbench, "abolish_organisation", {id(51)}, {{"other", id(52)}}).status,
              201U);
}

TEST(ApiAction, AJoinIsUndoneAsAWhole) {
    Workbench workbench{
        with_members({man(60, "10"), man(61, "10", {{"native_place", std::string{"江苏"}}}),
                      passed_training(80, 61)})};
    EXPECT_EQ(perform(workbench, "join_records", {id(60)}, {{"joined_from", id(60)}})
                  .text("/error/findings/0/rule"),
              "nothing_to_join");
    ASSERT_EQ(perform(workbench, "join_records", {id(60)}, {{"joined_from", id(61)}}).status, 201U);
    EXPECT_EQ(total(workbench, "person_training", "owner", id(60)), "1");
    EXPECT_EQ(workbench.get("/api/records/person/" + id(61)).text("/retired"), "true");
    const Answer undone = workbench.ask("POST", "/api/groups/1/undo", {}, "{}");
    ASSERT_EQ(undone.status, 201U) << undone.body;
    EXPECT_EQ(total(workbench, "person_training", "owner", id(61)), "1");
    EXPECT_EQ(workbench.get("/api/records/person/" + id(61)).text("/retired"), "false");
    EXPECT_FALSE(workbench.get("/api/records/person/" + id(60)).has("/fields/native_place"));
}

TEST(ApiAction, IssuingFindsWhoWasAskedForByNumberAndNobodyElse) {
    const auto request = [](const std::string& name) {
        return standard_record("letter", record_id(90),
                               {{"type", std::string{"21"}},
                                {"state", std::string{"10"}},
                                {"person_name", name},
                                {"person_id_number", id_number_of(day("2000-05-03"), 60)},
                                {"sending_code", std::string{"C50"}},
                                {"sending_organisation", record_id(50)},
                                {"receiving_organisation", record_id(55)},
                                {"receiving_code", std::string{"C55"}}});
    };
    const NamedValues checked{
        {"join_date", day("2005-06-01")},       {"birth_date", day("2000-05-03")},
        {"mobile", std::string{"13900000001"}}, {"phones", record::make_text_set({"021-1"})},
        {"work_post", std::string{"10"}},       {"dues_paid_until", day("2026-05-31")},
        {"confirmed_on", day("2026-06-01")}};
    for (const auto& [name, is_found] : {std::pair{"张60", true}, std::pair{"张某", false}}) {
        Workbench workbench{with_members({man(60, "50", checked), request(name)})};
        const Answer issued = perform(workbench, "issue_requested", {id(90)}, {});
        EXPECT_EQ(issued.status, is_found ? 201U : 422U) << issued.body;
        if (is_found) {
            EXPECT_EQ(total(workbench, "letter", "person", id(60)), "1");
            EXPECT_EQ(
                workbench.get("/api/records/person/" + id(60)).text("/fields/moving_to/value"),
                id(55));
        } else {
            EXPECT_EQ(issued.text("/error/findings/0/rule"), "nobody_asked_for");
        }
    }
}

TEST(ApiAbove, IsOfferedNamedAndTakenForTheApproval) {
    // A branch alone: what is above it is known by name.
    const auto branch = [](const record::RecordState& each) {
        return each.key.id == record_id(51);
    };
    auto all = with_members({man(60, "35", ready()), passed_training(80, 60)});
    const record::KindNumber organisations = catalog::standard_catalog().kind("organisation").id();
    std::erase_if(all, [&](const record::RecordState& each) {
        return each.key.kind == organisations && !branch(each);
    });
    Workbench workbench{all};
    const std::vector<sync::OrganisationAbove> above{{record_id(201), "临床总支", "20"},
                                                     {record_id(202), "临床党委", "10"}};
    EXPECT_TRUE(ask_and_wait(
        *workbench.desk, [&](Replica& replica) { return replica.keep_above(above).has_value(); }));
    const std::string list = "/api/records/organisation";
    const std::size_t own = workbench.get(list).at("/records").as_array().size();
    EXPECT_EQ(workbench.get(list, {{"above", "true"}}).at("/records").as_array().size(), own + 2);
    EXPECT_EQ(workbench.get(list, {{"above", "true"}, {"search", "党委"}}).text("/records/0/id"),
              id(202));
    EXPECT_EQ(workbench.get(list, {{"above", "perhaps"}}).status, 400U);
    EXPECT_EQ(workbench.get("/api/records/person", {{"above", "true"}}).status, 400U);
    const Answer named = workbench.get(list + "/" + id(202));
    EXPECT_EQ(named.text("/fields/name/shown"), "临床党委");
    EXPECT_EQ(named.text("/above"), "true");
    EXPECT_FALSE(named.has("/fields/code"));
    const Answer admitted = perform(
        workbench, "admit", {id(60)},
        {{"join_date", "2026-05-20"}, {"approval_date", "2026-05-28"}, {"form_number", "A-1"}});
    ASSERT_EQ(admitted.status, 201U) << admitted.body;
    const Answer member = workbench.get("/api/records/person/" + id(60));
    EXPECT_EQ(member.text("/fields/approved_by/value"), id(202));
    EXPECT_EQ(member.text("/fields/approved_by/shown"), "临床党委");
}

TEST(ApiContacts, AreTheServersOrNobodys) {
    Workbench workbench{with_members(
        {standard_record("device", record_id(96), {{"label", std::string{"支部电脑"}}})})};
    EXPECT_EQ(workbench.get("/api/contacts").status, 409U);
    sync::ErrandReply reply;
    reply.sort = sync::ErrandSort::list_contacts;
    reply.is_done = true;
    reply.contacts = {{record::DeviceId{record_id(96).uuid}, noon, true, "0.1.0", 4}};
    workbench.server_says = reply;
    const Answer told = workbench.get("/api/contacts");
    EXPECT_EQ(told.text("/0/name"), "支部电脑");
    EXPECT_EQ(told.text("/0/missing"), "4");
    EXPECT_EQ(told.text("/0/connected"), "true");
}

}  // namespace
}  // namespace zhibu::client::test

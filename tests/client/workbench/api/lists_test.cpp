#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "client/workflow/named_filters.hpp"
#include "shared/rules/computed.hpp"
#include "tests/client/workbench/api/actions_table.hpp"

namespace zhibu::client::test {
namespace {

namespace json = boost::json;

std::set<std::string> names_in(const Answer& list) {
    std::set<std::string> found;
    EXPECT_EQ(list.status, 200U) << list.body;
    const json::value records = list.at("/records");
    for (const json::value& each : records.as_array()) {
        found.insert(std::string{each.at("fields").at("name").at("value").as_string()});
    }
    return found;
}

using Names = std::set<std::string>;

TEST(NamedFilters, ADayIsTheLastFromWhichTheMonthsReachIt) {
    for (const auto& [until, months, last] :
         {std::tuple{"2025-02-28", 12, "2024-02-29"}, std::tuple{"2025-02-27", 12, "2024-02-27"},
          std::tuple{"2024-02-28", 12, "2023-02-28"}, std::tuple{"2024-02-29", 12, "2023-02-28"},
          std::tuple{"2026-04-30", 1, "2026-03-31"}, std::tuple{"2026-05-01", 1, "2026-04-01"},
          std::tuple{"2026-06-01", 12, "2025-06-01"}}) {
        EXPECT_EQ(to_text(last_day_before(day(until), months)), last) << until;
    }
}

// Whatever day a person joined and however long probation was extended, the filter says what the
// rules compute.
TEST(NamedFilters, NeedConversionAgreesWithTheRulesOnEveryDay) {
    std::vector<record::RecordState> people;
    const std::vector<std::string> joined{"2025-05-31", "2025-06-01", "2025-06-02", "2024-02-29",
                                          "2024-11-30", "2024-12-01", "2024-12-02", "2024-06-01"};
    std::uint64_t number = 200;
    for (const std::string& join : joined) {
        for (const std::int64_t months : {0, 6, 12}) {
            NamedValues values{{"join_date", day(join)}};
            if (months > 0) {
                values.emplace_back("extension_months", months);
                values.emplace_back("conversion_outcome", std::string{"04"});
            }
            people.push_back(man(number++, "40", values));
        }
    }
    Names due;
    for (const record::RecordState& each : people) {
        const auto on = rules::conversion_due(catalog::standard_catalog(), {}, each);
        if (on && *on <= day("2026-06-01")) {
            due.insert(record::to_text(each.value(standard_kind("person").field("name").id())));
        }
    }
    ASSERT_GT(due.size(), 4U);
    ASSERT_LT(due.size(), people.size());
    Workbench workbench{with_members(people)};
    EXPECT_EQ(names_in(workbench.get("/api/records/person", {{"filter", "need_conversion"}})), due);
}

TEST(NamedFilters, TheUsersOwnWordsShowTheirPeople) {
    Workbench workbench{
        with_members({man(60, "10"), man(61, "20"), man(62, "30"), man(63, "35", planned()),
                      man(64, "35", target({{"plan_year", std::int64_t{2025}}})), man(65, "80"),
                      man(66, "70", {{"leaving_reason", std::string{"10"}}}),
                      man(67, "50", {{"unreachable", true}}),
                      man(68, "40", {{"join_date", day("2026-01-01")}}), man(69, "60")})};
    const auto shown = [&](const std::string& filter) {
        return names_in(
            workbench.get("/api/records/person", {{"filter", filter}, {"organisation", id(51)}}));
    };
    EXPECT_EQ(shown("planned"), (Names{"张63", "张64"}));
    EXPECT_EQ(shown("applicants"), Names{"张60"});
    EXPECT_EQ(shown("activists"), Names{"张61"});
    EXPECT_EQ(shown("targets"), Names{"张62"});
    EXPECT_EQ(shown("planned_before"), Names{"张64"});
    EXPECT_EQ(shown("cultivation_ended"), Names{"张65"});
    EXPECT_EQ(shown("transferred_away"), Names{"张66"});
    EXPECT_EQ(shown("unreachable"), Names{"张67"});
    EXPECT_EQ(shown("probationary_members"), Names{"张68"});
    EXPECT_EQ(shown("need_conversion"), Names{});
    EXPECT_EQ(shown("suspended"), Names{"张69"});
    EXPECT_EQ(shown("full_members"), (Names{"张67", "张70", "张71"}));
}

TEST(NamedFilters, EveryOneIsListedAndAnswers) {
    Workbench workbench{with_members({})};
    std::set<std::string> listed;
    for (const char* kind : {"person", "letter", "plan", "organisation"}) {
        const json::value filters = workbench.get("/api/filters/" + std::string{kind}).at("");
        for (const json::value& each : filters.as_array()) {
            const std::string called{each.at("name").as_string()};
            listed.insert(called);
            EXPECT_EQ(
                workbench.get("/api/records/" + std::string{kind}, {{"filter", called}}).status,
                200U)
                << called;
        }
    }
    EXPECT_EQ(listed.size(), named_filters().size());
    EXPECT_EQ(workbench.get("/api/filters/ghost").status, 404U);
    EXPECT_EQ(workbench.get("/api/records/person", {{"filter", "ghost"}}).status, 400U);
    EXPECT_EQ(workbench.get("/api/records/letter", {{"filter", "planned"}}).status, 400U);
}

TEST(NamedFilters, ALetterIsOverdueTheDayAfterItsLast) {
    std::vector<record::RecordState> letters;
    std::uint64_t number = 300;
    for (const auto& [issued, days] :
         {std::pair{"2026-05-02", "30"}, std::pair{"2026-05-01", "30"},
          std::pair{"2026-04-02", "60"}, std::pair{"2026-04-01", "60"},
          std::pair{"2026-03-31", "30"}, std::pair{"2026-04-02", "30"}}) {
        letters.push_back(standard_record("letter", record_id(number++),
                                          {{"number", std::string{issued} + "+" + days},
                                           {"person", record_id(70)},
                                           {"sending_organisation", record_id(51)},
                                           {"type", std::string{"21"}},
                                           {"state", std::string{"20"}},
                                           {"issued_on", day(issued)},
                                           {"valid_days", std::string{days}}}));
    }
    Workbench workbench{with_members(letters)};
    const auto numbers = [&](const std::string& filter) {
        Names found;
        const Answer list = workbench.get("/api/records/letter", {{"filter", filter}});
        const json::value records = list.at("/records");
        for (const json::value& each : records.as_array()) {
            found.insert(std::string{each.at("fields").at("number").at("value").as_string()});
        }
        return found;
    };
    // 1 June 2026: 2 May and 30 days is today, 1 May was yesterday.
    EXPECT_EQ(numbers("overdue_letters"),
              (Names{"2026-05-01+30", "2026-04-01+60", "2026-03-31+30", "2026-04-02+30"}));
    EXPECT_EQ(numbers("long_overdue_letters"), Names{"2026-03-31+30"});
    EXPECT_EQ(numbers("out_letters").size(), 6U);
    EXPECT_TRUE(numbers("in_letters").empty());
}

TEST(ComposedConditions, AndOrNotAndComparisons) {
    Workbench workbench{with_members(
        {man(60, "10", {{"birth_date", day("1990-01-01")}, {"native_place", std::string{"宁波"}}}),
         man(61, "20", {{"birth_date", day("1995-01-01")}, {"native_place", std::string{"杭州"}}}),
         man(62, "30", {{"birth_date", day("2000-01-01")}})})};
    const auto shown = [&](const std::string& where) {
        return names_in(workbench.get("/api/records/person", {{"where", where}, {"stage", "10"}}));
    };
    const auto any_stage = [&](const std::string& where) {
        return names_in(workbench.get(
            "/api/records/person",
            {{"where", R"({"all":[{"field":"stage","is":"any_of","values":["10","20","30"]},)"
                       R"({"field":"organisation","is":"equal","value":")" +
                           id(51) + R"("},)" + where + "]}"}}));
    };
    EXPECT_EQ(any_stage(R"({"field":"birth_date","is":"greater","value":"1990-01-01"})"),
              (Names{"张61", "张62"}));
    EXPECT_EQ(any_stage(R"({"field":"birth_date","is":"not_less","value":"1990-01-01"})").size(),
              3U);
    EXPECT_EQ(any_stage(R"({"field":"birth_date","is":"less","value":"1990-01-02"})"),
              Names{"张60"});
    EXPECT_EQ(any_stage(R"({"any":[{"field":"stage","is":"equal","value":"10"},)"
                        R"({"field":"native_place","is":"contains","value":"杭"}]})"),
              (Names{"张60", "张61"}));
    // Who has no native place is not from 杭州 either.
    EXPECT_EQ(any_stage(R"({"none":[{"field":"native_place","is":"contains","value":"杭"}]})"),
              (Names{"张60", "张62"}));
    EXPECT_EQ(any_stage(R"({"field":"native_place","is":"empty"})"), Names{"张62"});
    EXPECT_EQ(any_stage(R"({"field":"native_place","is":"not_empty"})"), (Names{"张60", "张61"}));
    EXPECT_EQ(any_stage(R"({"field":"organisation","is":"in_reach"})").size(), 3U);
    EXPECT_EQ(any_stage(R"({"any":[]})"), Names{});
    EXPECT_EQ(any_stage(R"({"all":[]})").size(), 3U);
    EXPECT_EQ(shown(R"({"field":"native_place","is":"equal","value":"宁波"})"), Names{"张60"});
}

TEST(ComposedConditions, EveryWrongOneIsRefused) {
    Workbench workbench;
    std::string deep = R"({"field":"name","is":"empty"})";
    for (int level = 0; level < 20; ++level) {
        deep = R"({"all":[)" + deep + "]}";
    }
    std::string many = R"({"field":"name","is":"empty"})";
    for (int each = 0; each < 300; ++each) {
        many += R"(,{"field":"name","is":"empty"})";
    }
    for (const std::string& where : std::vector<std::string>{
             "", "x", "[]", "{}", R"({"all":{}})", R"({"all":[],"any":[]})", R"({"most":[]})",
             R"({"field":"ghost","is":"empty"})", R"({"field":7,"is":"empty"})",
             R"({"field":"name"})", R"({"field":"name","is":"like"})",
             R"({"field":"name","is":"empty","value":"x"})", R"({"field":"name","is":"equal"})",
             R"({"field":"name","is":"equal","value":7})",
             R"({"field":"name","is":"any_of","values":7})",
             R"({"field":"name","is":"equal","value":"x","colour":"red"})",
             R"({"field":"birth_date","is":"less","value":"yesterday"})", deep}) {
        EXPECT_EQ(workbench.get("/api/records/person", {{"where", where}}).status, 400U) << where;
    }
    EXPECT_EQ(workbench
                  .get("/api/records/person",
                       {{"where", R"({"field":"birth_date","is":"contains","value":"1"})"}})
                  .status,
              422U);
    EXPECT_EQ(workbench.get("/api/records/person", {{"where", R"({"all":[)" + many + "]}"}}).status,
              422U);
}

TEST(Lists, OnlyTheChosenColumnsAreSent) {
    Workbench workbench;
    const Answer list =
        workbench.get("/api/records/person", {{"columns", "name,sex"}, {"order", "name"}});
    EXPECT_EQ(list.at("/records/0/fields").as_object().size(), 2U);
    EXPECT_EQ(workbench.get("/api/records/person", {{"columns", "name,ghost"}}).status, 400U);
}

TEST(Lists, ASearchFindsByPinyinInitialsAndNumbers) {
    Workbench workbench{{man(60, "10", {{"name", std::string{"单雄信"}}}),
                         man(61, "10", {{"name", std::string{"曾国藩"}}})}};
    for (const auto& [typed, found] :
         std::vector<std::pair<std::string, std::string>>{{"shan", "单雄信"},
                                                          {"sxx", "单雄信"},
                                                          {"雄", "单雄信"},
                                                          {"zenggf", "曾国藩"},
                                                          {"zgf", "曾国藩"},
                                                          {"13900000001", "张三"},
                                                          {"zhang", "张三"}}) {
        EXPECT_EQ(names_in(workbench.get("/api/records/person", {{"search", typed}})), Names{found})
            << typed;
    }
    // A new name is found at once, and the old one no more.
    EXPECT_EQ(workbench.set(60, "name", "仇英").status, 201U);
    EXPECT_EQ(names_in(workbench.get("/api/records/person", {{"search", "qiu"}})), Names{"仇英"});
    EXPECT_TRUE(names_in(workbench.get("/api/records/person", {{"search", "shan"}})).empty());
    EXPECT_TRUE(names_in(workbench.get("/api/records/person", {{"search", "%' OR 1"}})).empty());
}

TEST(Settings, AreKeptByNameAndDropped) {
    Workbench workbench;
    const std::string path = "/api/settings/filters.person.1";
    EXPECT_EQ(
        workbench.ask("POST", path, {}, R"({"value":{"label":"我的筛选","where":[1]}})").status,
        200U);
    EXPECT_EQ(
        workbench.ask("POST", "/api/settings/columns.person", {}, R"({"value":["name"]})").status,
        200U);
    const Answer kept = workbench.get("/api/settings", {{"prefix", "filters."}});
    EXPECT_EQ(kept.at("").as_object().size(), 1U);
    EXPECT_EQ(kept.at("").at("filters.person.1").at("label"), "我的筛选");
    EXPECT_EQ(workbench.ask("POST", path, {}, R"({"value":null})").status, 200U);
    EXPECT_EQ(workbench.get("/api/settings").at("").as_object().size(), 1U);
    for (const auto& [where, body] : std::vector<std::pair<std::string, std::string>>{
             {"/api/settings/a b", R"({"value":1})"},
             {"/api/settings/A", R"({"value":1})"},
             {path, "{}"},
             {path, "[]"},
             {path, R"({"value":1,"more":2})"},
             {path, R"({"value":")" + std::string(40'000, 'x') + R"("})"}}) {
        EXPECT_EQ(workbench.ask("POST", where, {}, body).status, 400U)
            << where << body.substr(0, 40);
    }
}

TEST(NamedFilters, LettersFromOtherProvincesOfThisMonth) {
    const auto letter = [](std::uint64_t number, const std::string& type,
                           std::string_view received) {
        return standard_record("letter", record_id(number),
                               {{"type", type},
                                {"person", record_id(70)},
                                {"number", "J-" + std::to_string(number)},
                                {"receiving_organisation", record_id(51)},
                                {"received_on", day(received)},
                                {"state", std::string{"40"}}});
    };
    Workbench workbench{
        with_members({letter(90, "32", "2026-06-01"), letter(91, "32", "2026-05-31"),
                      letter(92, "22", "2026-06-01")})};
    const auto listed = [&](const char* filter) {
        return workbench.get("/api/records/letter", {{"filter", filter}}).text("/total");
    };
    EXPECT_EQ(listed("from_provinces"), "2");
    EXPECT_EQ(listed("from_provinces_this_month"), "1");
}

}  // namespace
}  // namespace zhibu::client::test

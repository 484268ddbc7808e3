#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "tests/client/workbench/api/actions_table.hpp"

namespace zhibu::client::test {
namespace {

namespace json = boost::json;

/// Asked until every organisation has been looked through.
Answer reminders(Workbench& workbench, const Parameters& query = {}) {
    for (int asked = 0; asked < 50; ++asked) {
        Answer answer = workbench.get("/api/reminders", query);
        EXPECT_EQ(answer.status, 200U) << answer.body;
        if (answer.status != 200U || answer.text("/complete") == "true") {
            return answer;
        }
    }
    ADD_FAILURE() << "the survey does not end";
    return {};
}

const json::object* item(const json::value& items, std::string_view rule) {
    for (const json::value& each : items.as_array()) {
        if (each.at("rule").as_string() == rule) {
            return &each.as_object();
        }
    }
    return nullptr;
}

std::vector<record::RecordState> people() {
    return with_members({man(60, "40", {{"join_date", day("2025-05-20")}}),
                         man(61, "40", {{"join_date", day("2025-06-20")}}),
                         man(62, "40", {{"join_date", day("2026-01-20")}}),
                         man(63, "35", target({{"plan_year", std::int64_t{2025}}})),
                         man(64, "50", {{"dues_paid_until", day("2025-06-30")}})});
}

TEST(Reminders, CountsEqualTheListsThatTheyOpen) {
    Workbench workbench{people()};
    const Answer answer = reminders(workbench);
    const json::value items = answer.at("/items");
    ASSERT_GT(items.as_array().size(), 5U);
    for (const json::value& each : items.as_array()) {
        const json::object& query = each.at("query").as_object();
        const Answer list =
            workbench.get("/api/records/" + std::string{query.at("kind").as_string()},
                          {{"finding", std::string{query.at("finding").as_string()}}});
        EXPECT_EQ(list.text("/total"), std::to_string(each.at("count").to_number<int>()))
            << json::serialize(each);
        EXPECT_FALSE(each.at("text").as_string().empty());
        EXPECT_EQ(std::string{each.at("text").as_string()}.find('{'), std::string::npos)
            << json::serialize(each);
    }
}

TEST(Reminders, ADeadlineIsNamedAndPassed) {
    Workbench workbench{people()};
    const json::value items = reminders(workbench, {{"lang", "en"}}).at("/items");
    // Due on 20 May (passed) and on 20 June (within 30 days).
    const json::object* due = item(items, "R-414");
    ASSERT_NE(due, nullptr);
    EXPECT_EQ(due->at("count"), 2);
    EXPECT_EQ(due->at("deadline"), "2026-05-20");
    EXPECT_EQ(due->at("overdue"), true);
    EXPECT_EQ(due->at("sort"), "reminder");
    const json::object* unpaid = item(items, "R-610");
    ASSERT_NE(unpaid, nullptr);
    EXPECT_EQ(workbench.get("/api/records/person", {{"filter", "unpaid"}}).text("/total"),
              std::to_string(unpaid->at("count").to_number<int>()));
}

TEST(Reminders, AChangeIsCountedTheNextTimeAndTheNextDayAnew) {
    Workbench workbench{people()};
    const auto count = [&] {
        const json::value items = reminders(workbench).at("/items");
        const json::object* due = item(items, "R-414");
        return due == nullptr ? 0 : due->at("count").to_number<int>();
    };
    EXPECT_EQ(count(), 2);
    const std::string body = R"({"records":[")" + id(60) + R"("]})";
    EXPECT_EQ(workbench.ask("POST", "/api/actions/convert", {}, body).status, 201U);
    EXPECT_EQ(count(), 1);
    // 30 days before 20 January 2027 and not a day sooner; the lease is over, reading goes on.
    workbench.clock.advance(hour * 24 * 202);
    EXPECT_EQ(count(), 1) << "20 December";
    workbench.clock.advance(hour * 24);
    EXPECT_EQ(count(), 2) << "21 December";
}

TEST(Reminders, TheRequiredFieldsRateIsCountedExactly) {
    Workbench workbench{people()};
    const Answer answer = reminders(workbench);
    const json::value required = answer.at("/required");
    std::int64_t filled = 0;
    std::int64_t due = 0;
    for (const char* kind : {"person", "organisation"}) {
        const json::object& of = required.at(kind).as_object();
        for (const json::value& field : of.at("fields").as_array()) {
            filled += field.at("filled").to_number<int>();
            due += of.at("records").to_number<int>();
        }
    }
    EXPECT_EQ(required.at("filled"), filled);
    EXPECT_EQ(required.at("due"), due);
    EXPECT_GT(due, filled);
    const Answer members = workbench.get("/api/records/person", {{"filter", "all_members"}});
    EXPECT_EQ(required.at("person").at("records").to_number<int>(),
              members.at("/total").to_number<int>());
}

}  // namespace
}  // namespace zhibu::client::test

#include "shared/rules/computed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "shared/catalog/catalog.hpp"
#include "shared/record/value.hpp"
#include "shared/rules/rules.hpp"
#include "tests/shared/rules/bench.hpp"

namespace zhibu::rules {
namespace {

using record::Value;

/// The computed field's value, as text.
std::string computed(std::string_view kind_name, std::string_view name, const Plain& values,
                     std::string_view today = "2026-11-24") {
    const catalog::Catalog& catalog = catalog::standard_catalog();
    Shelf shelf;
    const auto id = shelf.put(kind_name, values);
    const auto state = shelf.find({catalog.kind(kind_name).id(), id});
    EXPECT_TRUE(state.has_value());
    const auto all = computed_fields();
    const auto field = std::ranges::find_if(all, [&](const ComputedField& each) {
        return each.kind == kind_name && each.name == name;
    });
    EXPECT_NE(field, all.end()) << name;
    return record::to_text(field->compute(catalog, Parameters{}, state.value(), date(today)));
}

TEST(ComputedFields, AreNoStoredFields) {
    std::set<std::pair<std::string_view, std::string_view>> names;
    for (const ComputedField& field : computed_fields()) {
        const catalog::Kind& kind = catalog::standard_catalog().kind(field.kind);
        EXPECT_EQ(kind.find(field.name), nullptr) << field.name;
        EXPECT_TRUE(names.emplace(field.kind, field.name).second) << field.name;
        EXPECT_FALSE(field.label.zh.empty() || field.label.en.empty()) << field.name;
    }
}

TEST(ComputedFields, OfAnEmptyRecordAreEmpty) {
    for (const ComputedField& field : computed_fields()) {
        EXPECT_EQ(computed(field.kind, field.name, {}), "") << field.name;
    }
}

TEST(Age, IsReachedOnTheBirthday) {
    EXPECT_EQ(computed("person", "age", {{"birth_date", "1990-11-25"}}), "35");
    EXPECT_EQ(computed("person", "age", {{"birth_date", "1990-11-24"}}), "36");
    EXPECT_EQ(computed("person", "age", {{"birth_date", "2027-01-01"}}), "");
}

TEST(PartyAge, CountsFromTheConversion) {
    EXPECT_EQ(
        computed("person", "party_age",
                 {{"stage", "50"}, {"join_date", "2010-07-01"}, {"conversion_date", "2011-07-01"}}),
        "15");
    EXPECT_EQ(computed("person", "party_age", {{"stage", "50"}, {"join_date", "2010-07-01"}}), "");
    EXPECT_EQ(computed("person", "party_age",
                       {{"stage", "50"}, {"join_date", "2010-07-01"}, {"join_type", "04"}}),
              "16");
    EXPECT_EQ(computed("person", "party_age", {{"stage", "40"}, {"conversion_date", "2011-07-01"}}),
              "");
}

TEST(ConversionDue, IsAYearAfterJoining) {
    const auto due = [](const char* joined) {
        return computed("person", "conversion_due", {{"stage", "40"}, {"join_date", joined}});
    };
    EXPECT_EQ(due("2024-02-29"), "2025-02-28");
    EXPECT_EQ(due("2023-02-28"), "2024-02-28");
    EXPECT_EQ(due("2025-12-31"), "2026-12-31");
    EXPECT_EQ(computed("person", "conversion_due", {{"stage", "50"}, {"join_date", "2024-02-29"}}),
              "");
}

TEST(ConversionDue, IsPutOffByAnExtension) {
    const auto due = [](const char* months) {
        return computed(
            "person", "conversion_due",
            {{"stage", "40"}, {"join_date", "2024-08-31"}, {"extension_months", months}});
    };
    EXPECT_EQ(due("6"), "2026-02-28");
    EXPECT_EQ(due("12"), "2026-08-31");
    EXPECT_EQ(due("9000000000000000000"), "2025-08-31");
}

TEST(TermEnd, IsTheElectionAndItsYears) {
    const auto end = [](const char* years) {
        return computed("organisation_election", "term_end",
                        {{"elected_on", "2024-02-29"}, {"term_years", years}});
    };
    EXPECT_EQ(end("3"), "2027-02-28");
    EXPECT_EQ(end("0"), "");
    EXPECT_EQ(end("9000000000000000000"), "");
}

TEST(ValidUntil, IsTheIssueAndItsDays) {
    const auto until = [](const char* days) {
        return computed("letter", "valid_until",
                        {{"issued_on", "2024-01-31"}, {"valid_days", days}});
    };
    EXPECT_EQ(until("30"), "2024-03-01");
    EXPECT_EQ(until("60"), "2024-03-31");
    EXPECT_EQ(until("90"), "2024-04-30");
}

TEST(DuesOf, AreRoundedToTheNearestFen) {
    EXPECT_EQ(dues_for("10", 0)->least_fen, 0);
    EXPECT_EQ(dues_for("10", 99)->least_fen, 0);
    EXPECT_EQ(dues_for("10", 100)->least_fen, 1);
    EXPECT_EQ(dues_for("10", 300'000)->least_fen, 1'500);
    EXPECT_EQ(dues_for("10", 300'001)->per_mille, 10);
    EXPECT_EQ(dues_for("40", 500'000)->least_fen, 2'500);
    EXPECT_EQ(dues_for("40", 500'001)->least_fen, 5'000);
}

TEST(DuesOf, WhatNoIncomeReachesIsNotComputed) {
    EXPECT_TRUE(dues_for("10", 1'000'000'000'000'000));
    EXPECT_FALSE(dues_for("10", 1'000'000'000'000'001));
    EXPECT_FALSE(dues_for("10", -1));
    EXPECT_FALSE(dues_for("80", 300'000));
    EXPECT_FALSE(dues_for("", 300'000));
}

TEST(Calendar, TheNextLastFridayIsTodayAtTheEarliest) {
    EXPECT_EQ(next_last_friday(date("2026-11-27")), date("2026-11-27"));
    EXPECT_EQ(next_last_friday(date("2026-11-28")), date("2026-12-25"));
    EXPECT_EQ(next_last_friday(date("2026-12-31")), date("2027-01-29"));
    EXPECT_EQ(next_last_friday(date("2027-01-31")), date("2027-02-26"));
}

TEST(Calendar, ThePlanIsInByTheTenthOfDecember) {
    EXPECT_EQ(plan_deadline(2027), date("2026-12-10"));
}

TEST(Calendar, ConfirmationIsDueTwiceAYear) {
    EXPECT_EQ(confirmation_due(date("2026-04-30")), date("2025-11-01"));
    EXPECT_EQ(confirmation_due(date("2026-05-01")), date("2026-05-01"));
    EXPECT_EQ(confirmation_due(date("2026-10-31")), date("2026-05-01"));
    EXPECT_EQ(confirmation_due(date("2026-11-01")), date("2026-11-01"));
}

}  // namespace
}  // namespace zhibu::rules

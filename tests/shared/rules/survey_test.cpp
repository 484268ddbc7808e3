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

TEST(Explanation, R1009FiveCharactersThatAreNoMarks) {
    for (const char* kind :
         {"person_explanation", "organisation_explanation", "letter_explanation"}) {
        Bench bench{kind};
        const auto says = [&](const char* text) {
            return bench.on_creation({{"rule", "R-105"}, {"explanation", text}});
        };
        EXPECT_EQ(says("以档案为准"), Ids{}) << kind;
        EXPECT_EQ(says("档案为准"), Ids{"R-1009a"});
        EXPECT_EQ(says("。。。。。！！"), Ids{"R-1009a"});
        EXPECT_EQ(says("……——“”、，；"), Ids{"R-1009a"});
        EXPECT_EQ(says("A B1.2-3"), Ids{});
        EXPECT_EQ(says("A B1.2"), Ids{"R-1009a"});
    }
}

TEST(Explanation, OnlyWhatNeedsOneIsExplained) {
    Bench bench{"person_explanation"};
    EXPECT_EQ(bench.on_creation({{"rule", "R-101"}, {"explanation", "以档案为准"}}),
              Ids{"R-1009b"});
}

TEST(Survey, ABreachThatWouldBeRefusedIsCounted) {
    Bench bench{"person"};
    const Plain imported{{"id_number", "123"}};
    EXPECT_TRUE(bench.creation_breaks("R-101", imported));
    EXPECT_EQ(bench.finding("R-101").severity, Severity::refuse);
    EXPECT_TRUE(bench.day_breaks("R-101", imported));
    EXPECT_EQ(bench.finding("R-101").severity, Severity::not_allowed);
    EXPECT_TRUE(bench.day_breaks("R-116", {{"join_date", "2099-01-01"}}));
    EXPECT_EQ(bench.finding("R-116").severity, Severity::not_allowed);
}

TEST(Survey, StepsAreNotAskedForAgain) {
    Bench bench{"person"};
    EXPECT_EQ(
        bench.on_the_day(
            {{"stage", "40"}, {"join_date", "2026-01-01"}, {"dues_paid_until", "2026-10-31"}}),
        Ids{});
}

TEST(Survey, AnExplanationStandsBesideItsRecord) {
    Bench bench{"person"};
    const Plain differs{{"id_number", nobodys_number("1990-05-10", 1)},
                        {"birth_date", "1990-05-11"}};
    EXPECT_TRUE(bench.day_breaks("R-105", differs));
    EXPECT_FALSE(bench.finding("R-105").explained);
    const auto explanation = bench.shelf.put(
        "person_explanation",
        {{"owner", record::to_text(bench.id)}, {"rule", "R-115"}, {"explanation", "以档案为准"}});
    EXPECT_TRUE(bench.day_breaks("R-105", differs));
    EXPECT_FALSE(bench.finding("R-105").explained);
    bench.shelf.set(explanation, {{"rule", "R-105"}});
    EXPECT_TRUE(bench.day_breaks("R-105", differs));
    EXPECT_TRUE(bench.finding("R-105").explained);
    bench.shelf.retire(explanation);
    EXPECT_TRUE(bench.day_breaks("R-105", differs));
    EXPECT_FALSE(bench.finding("R-105").explained);
}

TEST(Survey, AnEntryIsExplainedByItself) {
    Bench bench{"person_appraisal"};
    const std::string person = record::to_text(bench.shelf.put("person", {{"stage", "50"}}));
    const Plain entry{{"owner", person}, {"year", "2025"}, {"result", "4"}};
    const auto explanation =
        bench.shelf.put("person_explanation",
                        {{"owner", person}, {"rule", "R-805"}, {"explanation", "正在研究处置"}});
    EXPECT_TRUE(bench.day_breaks("R-805", entry));
    EXPECT_FALSE(bench.finding("R-805").explained);
    bench.shelf.set(explanation, {{"about", record::to_text(bench.id)}});
    EXPECT_TRUE(bench.day_breaks("R-805", entry));
    EXPECT_TRUE(bench.finding("R-805").explained);
}

TEST(Survey, R108BothSidesOfADuplicate) {
    Bench bench{"person"};
    const std::string number = nobodys_number("1990-05-10", 1);
    const Plain person{{"name", "张三"}, {"id_number", number}};
    EXPECT_FALSE(bench.day_breaks("R-108", person));
    const auto other = bench.shelf.put("person", {{"name", "李四光"}, {"id_number", number}});
    EXPECT_TRUE(bench.day_breaks("R-108", person));
    EXPECT_EQ(bench.finding("R-108").severity, Severity::not_allowed);
    EXPECT_EQ(bench.text("R-108", Language::zh).find("李四光"), std::string::npos);
    bench.shelf.retire(other);
    EXPECT_FALSE(bench.day_breaks("R-108", person));
}

TEST(SurveyOfAnOrganisation, LooksThroughEverythingPlacedInIt) {
    Shelf shelf;
    const auto branch = shelf.put(
        "organisation",
        {{"name", "一支部"}, {"type", "39"}, {"keeper", "王老师"}, {"confirmed_on", "2026-11-01"}});
    const std::string here = record::to_text(branch);
    const auto person = shelf.put("person", {{"organisation", here}, {"id_number", "123"}});
    const auto appraisal =
        shelf.put("person_appraisal",
                  {{"owner", record::to_text(person)}, {"result", "4"}, {"year", "2025"}});
    const auto letter = shelf.put("letter", {{"receiving_organisation", here},
                                             {"state", "20"},
                                             {"issued_on", "2026-10-01"},
                                             {"valid_days", "30"}});
    shelf.put("person", {{"id_number", "456"}});
    const auto gone = shelf.put("person", {{"organisation", here}, {"id_number", "123"}});
    shelf.retire(gone);
    const Parameters parameters;
    std::vector<std::string> found;
    for (const Finding& finding : survey_organisation(
             Round{catalog::standard_catalog(), parameters, shelf, branch, date("2026-11-24")})) {
        found.push_back(finding.rule + " " + record::to_text(finding.record.id));
    }
    EXPECT_EQ(found,
              (Ids{"R-523 " + here, "R-101 " + record::to_text(person),
                   "R-805 " + record::to_text(appraisal), "R-511 " + record::to_text(letter)}));
}

}  // namespace
}  // namespace zhibu::rules

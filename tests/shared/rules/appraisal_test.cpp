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

TEST(Appraisal, R801EveryMemberAndTheBranchItself) {
    Bench bench{"organisation"};
    const std::string here = record::to_text(bench.id);
    const auto incomplete = [&](const char* day) {
        bench.today = date(day);
        return bench.day_breaks("R-801", {{"name", "一支部"}, {"type", "30"}});
    };
    EXPECT_FALSE(incomplete("2026-12-01"));
    const auto person = bench.shelf.put(
        "person", {{"organisation", here}, {"stage", "50"}, {"join_date", "2025-12-31"}});
    bench.shelf.put("person",
                    {{"organisation", here}, {"stage", "40"}, {"join_date", "2026-01-01"}});
    EXPECT_TRUE(incomplete("2026-11-30"));
    EXPECT_EQ(bench.text("R-801", Language::zh), "一支部 2025年民主评议尚未登记完整。");
    bench.shelf.put("person_appraisal", {{"owner", record::to_text(person)}, {"year", "2025"}});
    EXPECT_TRUE(incomplete("2026-11-30"));
    bench.shelf.put("organisation_appraisal", {{"owner", here}, {"year", "2025"}});
    EXPECT_FALSE(incomplete("2026-11-30"));
    EXPECT_TRUE(incomplete("2026-12-01"));
}

TEST(Appraisal, R802OneResultAYear) {
    Bench bench{"person_appraisal"};
    const std::string person = record::to_text(bench.shelf.put("person", {}));
    bench.shelf.put("person_appraisal", {{"owner", person}, {"year", "2025"}});
    EXPECT_EQ(bench.on_creation({{"owner", person}, {"year", "2025"}}), Ids{"R-802"});
    EXPECT_EQ(bench.on_creation({{"owner", person}, {"year", "2026"}}), Ids{});
}

TEST(Appraisal, R803OneThirdIsExcellent) {
    Bench bench{"organisation_appraisal"};
    EXPECT_EQ(bench.on_creation({{"excellent", "3"}, {"participants", "9"}}), Ids{});
    EXPECT_EQ(bench.on_creation({{"excellent", "3"}, {"participants", "8"}}), Ids{"R-803"});
    EXPECT_EQ(bench.on_creation({{"excellent", "9223372036854775807"}, {"participants", "8"}}),
              Ids{});
}

TEST(Appraisal, R804AndR805GradesOfMembers) {
    Bench bench{"person_appraisal"};
    const auto graded = [&](const char* stage, const char* result, const char* disposition) {
        return bench.on_creation(
            {{"owner", record::to_text(bench.shelf.put("person", {{"stage", stage}}))},
             {"result", result},
             {"disposition", disposition}});
    };
    EXPECT_EQ(graded("40", "1", ""), Ids{"R-804"});
    EXPECT_EQ(graded("50", "1", ""), Ids{});
    EXPECT_EQ(graded("40", "2", ""), Ids{});
    EXPECT_EQ(graded("50", "4", ""), Ids{"R-805"});
    EXPECT_EQ(graded("50", "4", "1"), Ids{});
}

}  // namespace
}  // namespace zhibu::rules

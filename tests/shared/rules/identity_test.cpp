#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/rules/rules.hpp"
#include "tests/shared/rules/bench.hpp"

namespace zhibu::rules {
namespace {

using catalog::Language;
using Ids = std::vector<std::string>;

class Identity : public testing::Test {
protected:
    Bench bench_{"person"};

    /// The whole of a sound person, with some values replaced or added.
    static Plain person(const Plain& other = {}) {
        Plain values{{"name", "张三"},
                     {"sex", "1"},
                     {"birth_date", "1990-05-10"},
                     {"id_number", nobodys_number("1990-05-10", 1)},
                     {"stage", "50"}};
        for (const auto& [name, text] : other) {
            const auto at = std::ranges::find(values, name, &Plain::value_type::first);
            if (at == values.end()) {
                values.emplace_back(name, text);
            } else {
                at->second = text;
            }
        }
        return values;
    }

    void expect_number(const Ids& broken, const std::string& number) {
        EXPECT_EQ(bench_.on_creation({{"id_number", number}}), broken) << number;
    }
};

TEST_F(Identity, ASoundPersonBreaksNothing) { EXPECT_EQ(bench_.on_creation(person()), Ids{}); }

TEST_F(Identity, R101WantsEighteenCharacters) {
    expect_number({"R-101"}, "990000199005100");
    expect_number({"R-101"}, "9900001990051000X1");
    expect_number({"R-101"}, "99000019900510001");
    expect_number({"R-101"}, "男");
}

TEST_F(Identity, R102FindsAWrongCheckCharacter) {
    std::string number = nobodys_number("1990-05-10", 1);
    number.back() = number.back() == '0' ? '1' : '0';
    expect_number({"R-102"}, number);
}

TEST_F(Identity, R103KnowsTheProvinces) {
    expect_number({}, "11010519491231002X");
    expect_number({}, nobodys_number("1990-05-10", 1));
    bench_.parameters.extra_divisions = {};
    expect_number({"R-103"}, nobodys_number("1990-05-10", 1));
}

TEST_F(Identity, R103LetsATaiwanPermitThroughWithAWarning) {
    std::string number = "83" + nobodys_number("1990-05-10", 1).substr(2);
    const auto checked = [&number](char last) {
        number.back() = last;
        return number;
    };
    Ids broken{"R-102"};
    for (const char last : std::string{"0123456789X"}) {
        broken = bench_.on_creation({{"id_number", checked(last)}});
        if (std::ranges::find(broken, "R-102") == broken.end()) {
            break;
        }
    }
    EXPECT_EQ(broken, Ids{"R-103a"});
    EXPECT_EQ(bench_.finding("R-103a").severity, Severity::warn);
}

TEST_F(Identity, R104WantsARealPastDay) {
    expect_number({"R-104"}, nobodys_number("2001-02-29", 1));
    expect_number({}, nobodys_number("2000-02-29", 1));
    expect_number({"R-104"}, nobodys_number("1899-12-31", 1));
    expect_number({}, nobodys_number("1900-01-01", 1));
    expect_number({}, nobodys_number("2026-11-24", 1));
    expect_number({"R-104"}, nobodys_number("2026-11-25", 1));
}

TEST_F(Identity, R105WantsAnExplanationForAnotherBirthDate) {
    EXPECT_EQ(bench_.on_creation(person({{"birth_date", "1990-05-11"}})), Ids{"R-105"});
    EXPECT_EQ(bench_.finding("R-105").severity, Severity::needs_explanation);
}

TEST_F(Identity, R106ComparesDigit17WithTheSex) {
    EXPECT_EQ(bench_.on_creation(person({{"sex", "2"}})), Ids{"R-106"});
    EXPECT_EQ(
        bench_.on_creation(person({{"sex", "2"}, {"id_number", nobodys_number("1990-05-10", 2)}})),
        Ids{});
}

TEST_F(Identity, R107FindsTheNumberElsewhereAndNamesNobody) {
    bench_.shelf.put("person", person({{"name", "李四光"}, {"stage", "70"}}));
    EXPECT_EQ(bench_.on_creation(person()), Ids{"R-107"});
    for (const Language language : {Language::zh, Language::en}) {
        EXPECT_EQ(bench_.text("R-107", language).find("李四光"), std::string::npos);
    }
    EXPECT_NE(bench_.text("R-107", Language::zh).find("其他组织"), std::string::npos);
}

TEST_F(Identity, R107DoesNotFindTheRecordItself) {
    bench_.id = bench_.shelf.put("person", person());
    EXPECT_EQ(bench_.on_change(person({{"id_number", ""}}), person()), Ids{});
}

TEST_F(Identity, R117AJoinedRecordIsOutOfUseAndHasNothingLeft) {
    const auto other = bench_.shelf.put("person", person({{"name", "李四光"}}));
    const auto breaks = [&](const std::string& from) {
        return bench_.creation_breaks("R-117", person({{"joined_from", from}}));
    };
    EXPECT_TRUE(breaks(to_text(other))) << "still in use";
    bench_.shelf.retire(other);
    EXPECT_FALSE(breaks(to_text(other)));
    EXPECT_TRUE(breaks(to_text(bench_.id))) << "itself";
    for (const auto& [kind, field] :
         {std::pair{"person_training", "owner"}, std::pair{"letter", "person"},
          std::pair{"dues_payment", "person"}}) {
        const auto left = bench_.shelf.put(kind, {{field, to_text(other)}});
        EXPECT_TRUE(breaks(to_text(other))) << kind;
        bench_.shelf.retire(left);
        EXPECT_FALSE(breaks(to_text(other))) << kind;
    }
}

TEST_F(Identity, R109WarnsOfSameNameAndBirthDate) {
    bench_.shelf.put("person", person({{"id_number", nobodys_number("1990-05-10", 3)}}));
    EXPECT_EQ(bench_.on_creation(person()), Ids{"R-109"});
    EXPECT_EQ(bench_.finding("R-109").severity, Severity::warn);
    EXPECT_EQ(bench_.on_creation(person({{"name", "张珊"}})), Ids{});
}

TEST_F(Identity, R110TakesNamesAsPeopleHaveThem) {
    for (const char* name : {"张三", "欧阳娜娜", "阿卜杜勒·买买提", "𠮷田", "〇一"}) {
        EXPECT_EQ(bench_.on_creation({{"name", name}}), Ids{}) << name;
    }
    for (const char* name : {"张",       "张3",   " 张三",     "张三 ",          "张 三",
                             "·张三",    "张三·", "张··三",    "张三“联系不上”", "联系不上",
                             "张三(大)", "张A",   "×÷",        "张三，李四",     "䷀䷁",
                             "A",        "9",     "van  Gogh", "-Anna",          "Anna "}) {
        EXPECT_EQ(bench_.on_creation({{"name", name}}), Ids{"R-110"}) << name;
    }
}

TEST_F(Identity, R110TakesLatinLettersWithANote) {
    EXPECT_EQ(bench_.on_creation({{"name", "Anna-Marie O'Neill"}}), Ids{"R-110a"});
    EXPECT_EQ(bench_.on_creation({{"name", "José"}, {"remark", "外籍院士"}}), Ids{});
}

TEST_F(Identity, R111WantsAMobileNumber) {
    EXPECT_EQ(bench_.on_creation({{"mobile", "13000000000"}}), Ids{});
    EXPECT_EQ(bench_.on_creation({{"mobile", "19999999999"}}), Ids{});
    for (const char* mobile : {"12000000000", "1300000000", "23000000000", "02164370045",
                               "1300000000a", "+8613000000"}) {
        EXPECT_EQ(bench_.on_creation({{"mobile", mobile}}), Ids{"R-111"}) << mobile;
    }
}

TEST_F(Identity, R113WantsAMembersSex) {
    const Plain unknown{{"sex", "0"}, {"stage", "40"}};
    EXPECT_EQ(bench_.on_creation(unknown), Ids{"R-113"});
    EXPECT_EQ(bench_.finding("R-113").severity, Severity::not_allowed);
    EXPECT_EQ(bench_.on_creation({{"sex", "9"}, {"stage", "50"}}), Ids{"R-113"});
    EXPECT_EQ(bench_.on_creation({{"sex", "0"}, {"stage", "10"}}), Ids{});
    EXPECT_EQ(bench_.on_change({{"sex", "0"}, {"stage", "35"}}, {{"name", "张三"}}), Ids{});
}

TEST_F(Identity, R114WantsAMembersEthnicGroupExplained) {
    for (const char* group : {"97", "98"}) {
        EXPECT_EQ(bench_.on_creation({{"ethnic_group", group}, {"stage", "50"}}), Ids{"R-114"});
    }
    EXPECT_EQ(bench_.on_creation({{"ethnic_group", "56"}, {"stage", "50"}}), Ids{});
    EXPECT_EQ(bench_.on_creation({{"ethnic_group", "97"}, {"stage", "10"}}), Ids{});
}

TEST_F(Identity, R115CountsWorkFromTheSixteenthBirthday) {
    const auto work = [this](const char* birth, const char* start) {
        return bench_.on_creation({{"birth_date", birth}, {"work_start_date", start}});
    };
    EXPECT_EQ(work("1990-05-10", "2006-05-09"), Ids{"R-115"});
    EXPECT_EQ(work("1990-05-10", "2006-05-10"), Ids{});
    EXPECT_EQ(work("1990-05-10", "2006-05"), Ids{});
    EXPECT_EQ(work("1990-05-10", "2006-04"), Ids{"R-115"});
    EXPECT_EQ(work("2004-02-29", "2020-02-28"), Ids{"R-115"});
    EXPECT_EQ(work("2004-02-29", "2020-02-29"), Ids{});
}

TEST_F(Identity, R115IsForStaffAndNotForStudents) {
    EXPECT_EQ(bench_.on_creation({{"category", "1"}}), Ids{"R-115"});
    EXPECT_EQ(bench_.on_creation({{"category", "2"}}), Ids{});
    EXPECT_EQ(bench_.on_creation({{"category", "2"}, {"work_start_date", "2020-01"}}),
              (Ids{"R-115", "R-806"}));
}

TEST_F(Identity, R116LetsNothingDoneLieAhead) {
    EXPECT_EQ(bench_.on_creation({{"birth_date", "2026-11-24"}}), Ids{});
    EXPECT_EQ(bench_.on_creation({{"birth_date", "2026-11-25"}}), Ids{"R-116"});
    EXPECT_EQ(bench_.on_creation({{"post_start_date", "2026-11"}}), Ids{});
    EXPECT_EQ(bench_.on_creation({{"post_start_date", "2026-12"}}), Ids{"R-116"});
    EXPECT_NE(bench_.text("R-116", Language::zh).find("“岗位开始日期”"), std::string::npos);
    EXPECT_NE(bench_.text("R-116", Language::en).find("\"In post since\""), std::string::npos);
}

TEST_F(Identity, R116SpeaksOfEachFieldBesideThatField) {
    EXPECT_EQ(bench_.on_creation({{"left_on", "2027-01-01"}, {"oath_date", "2027-01-01"}}),
              (Ids{"R-116", "R-116"}));
    EXPECT_NE(bench_.findings()[0].field, bench_.findings()[1].field);
}

TEST_F(Identity, R116IsForEveryKind) {
    Bench training{"person_training"};
    EXPECT_EQ(training.on_creation({{"trained_on", "2026-11-25"}}), Ids{"R-116"});
    Bench payment{"dues_payment"};
    EXPECT_EQ(payment.on_creation({{"paid_on", "2026-11-25"}, {"to_month", "2027-06"}}),
              Ids{"R-116"});
}

TEST_F(Identity, R116LetsWhatIsPlannedLieAhead) {
    EXPECT_EQ(bench_.on_creation({{"dues_paid_until", "2027-06-30"}, {"notice_end", "2026-12-01"}}),
              Ids{});
}

// Old data can still be edited: what was wrong before and is not touched is left to the report.
TEST_F(Identity, AnUntouchedBreachDoesNotStopAnotherEdit) {
    const Plain wrong =
        person({{"id_number", "123"}, {"mobile", "5"}, {"birth_date", "2027-01-01"}});
    EXPECT_EQ(bench_.on_change(wrong, {{"address", "延安路1号"}}), Ids{});
    EXPECT_EQ(bench_.on_change(wrong, {{"mobile", "6"}}), Ids{"R-111"});
}

}  // namespace
}  // namespace zhibu::rules

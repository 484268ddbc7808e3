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

class Admission : public testing::Test {
protected:
    Ids joined(const char* birth, const char* day, const char* type) {
        return bench_.on_creation({{"birth_date", birth}, {"join_date", day}, {"join_type", type}});
    }

    Bench bench_{"person"};
};

TEST_F(Admission, R302NotBeforeListedAsATarget) {
    EXPECT_EQ(bench_.on_creation({{"target_date", "2024-05-05"}, {"join_date", "2024-05-04"}}),
              Ids{"R-302"});
    EXPECT_EQ(bench_.on_creation({{"target_date", "2024-05-05"}, {"join_date", "2024-05-05"}}),
              Ids{});
}

TEST_F(Admission, R303AMemberIsEighteen) {
    EXPECT_EQ(joined("2000-05-10", "2018-05-09", "02"), Ids{"R-303"});
    EXPECT_EQ(joined("2000-05-10", "2018-05-10", "02"), Ids{});
    EXPECT_EQ(joined("2004-02-29", "2022-02-28", "02"), Ids{"R-303"});
    EXPECT_EQ(joined("2004-02-29", "2022-03-01", "02"), Ids{});
}

TEST_F(Admission, R304AndR305TurnOnThe28thBirthday) {
    EXPECT_EQ(joined("1996-05-10", "2024-05-09", "02"), Ids{});
    EXPECT_EQ(joined("1996-05-10", "2024-05-09", "01"), Ids{"R-304"});
    EXPECT_EQ(bench_.finding("R-304").severity, Severity::warn);
    EXPECT_EQ(joined("1996-05-10", "2024-05-10", "02"), Ids{"R-305"});
    EXPECT_EQ(bench_.finding("R-305").severity, Severity::refuse);
    EXPECT_EQ(joined("1996-05-10", "2024-05-10", "01"), Ids{});
}

TEST_F(Admission, R304AndR305KnowWhoWasBornOn29February) {
    EXPECT_EQ(joined("1996-02-29", "2024-02-28", "02"), Ids{});
    EXPECT_EQ(joined("1996-02-29", "2024-02-29", "02"), Ids{"R-305"});
    bench_.parameters.youth_league_age = 27;
    EXPECT_EQ(joined("1996-02-29", "2023-02-28", "02"), Ids{});
    EXPECT_EQ(joined("1996-02-29", "2023-03-01", "02"), Ids{"R-305"});
    EXPECT_NE(bench_.text("R-305", Language::zh).find("27周岁"), std::string::npos);
}

TEST_F(Admission, R306WantsTheFormNumberAtAdmission) {
    EXPECT_TRUE(bench_.change_breaks("R-306", {{"stage", "35"}}, {{"stage", "40"}}));
    EXPECT_FALSE(bench_.change_breaks("R-306", {{"stage", "35"}},
                                      {{"stage", "40"}, {"form_number", "2026001"}}));
    // Members of old are entered as they are: their forms lie in paper files.
    EXPECT_EQ(bench_.on_creation({{"stage", "40"}}), Ids{});
}

TEST_F(Admission, R306ChecksTheNumbersForm) {
    EXPECT_EQ(bench_.on_creation({{"form_number", "sh-2026 001"}}), Ids{});
    for (const char* number : {"编号1", "A/1", "SH", "---", "1.0"}) {
        EXPECT_EQ(bench_.on_creation({{"form_number", number}}), Ids{"R-306a"}) << number;
    }
}

TEST_F(Admission, R307FindsTheNumberHoweverItWasTypedAndNamesNobody) {
    bench_.shelf.put("person", {{"name", "李四光"}, {"form_number", "sh 2026001"}});
    EXPECT_EQ(bench_.on_creation({{"form_number", "ＳＨ2026 001"}}), Ids{"R-307"});
    for (const Language language : {Language::zh, Language::en}) {
        EXPECT_EQ(bench_.text("R-307", language).find("李四光"), std::string::npos);
        EXPECT_NE(bench_.text("R-307", language).find("SH2026001"), std::string::npos);
    }
}

TEST_F(Admission, R307DoesNotFindTheRecordItself) {
    bench_.id = bench_.shelf.put("person", {{"form_number", "2026001"}});
    EXPECT_EQ(bench_.on_change({{"form_number", "2026002"}}, {{"form_number", "2026001"}}), Ids{});
}

TEST_F(Admission, R308OnlyACommitteeApproves) {
    for (const char* type : {"10", "15"}) {
        const auto committee = bench_.shelf.put("organisation", {{"type", type}});
        EXPECT_EQ(bench_.on_creation({{"approved_by", record::to_text(committee)}}), Ids{}) << type;
    }
    for (const char* type : {"20", "30", "31", "32", "39", "40", "50", "60"}) {
        const auto other = bench_.shelf.put("organisation", {{"type", type}});
        EXPECT_EQ(bench_.on_creation({{"approved_by", record::to_text(other)}}), Ids{"R-308"})
            << type;
    }
}

TEST_F(Admission, R308LeavesWhatIsOutOfSightToTheServer) {
    EXPECT_EQ(bench_.on_creation({{"approved_by", "0190163d-8694-739b-aea5-966c26f8ad91"}}), Ids{});
}

TEST_F(Admission, R311ApprovalWithinSixMonths) {
    const auto approved = [this](const char* meeting, const char* approval) {
        return bench_.on_creation({{"meeting_date", meeting}, {"approval_date", approval}});
    };
    EXPECT_EQ(approved("2023-08-31", "2024-02-29"), Ids{"R-310"});
    EXPECT_EQ(approved("2023-08-31", "2024-03-01"), Ids{"R-311"});
    EXPECT_EQ(approved("2024-05-15", "2024-11-15"), Ids{"R-310"});
    EXPECT_EQ(approved("2024-05-15", "2024-11-16"), Ids{"R-311"});
}

TEST_F(Admission, R314OnlyATargetIsAdmitted) {
    const auto from = [this](const char* stage, const char* type) {
        return bench_.change_breaks("R-314", {{"stage", stage}},
                                    {{"stage", "40"}, {"join_type", type}});
    };
    EXPECT_FALSE(from("30", "01"));
    EXPECT_FALSE(from("35", "01"));
    for (const char* stage : {"10", "20", "70", "80"}) {
        EXPECT_TRUE(from(stage, "01")) << stage;
        EXPECT_FALSE(from(stage, "06")) << stage;
    }
    EXPECT_TRUE(from("50", "06"));
}

TEST_F(Admission, R402NotConvertedBeforeProbationEnds) {
    const auto converted = [this](const char* joined, const char* day) {
        return bench_.on_creation(
            {{"join_date", joined}, {"conversion_date", day}, {"conversion_outcome", "01"}});
    };
    EXPECT_EQ(converted("2024-02-29", "2025-02-27"), Ids{"R-402"});
    EXPECT_EQ(bench_.text("R-402", Language::zh), "转正日期不能早于预备期满日（2025-02-28）。");
    EXPECT_EQ(converted("2024-02-29", "2025-02-28"), Ids{});
    EXPECT_EQ(converted("2023-02-28", "2024-02-27"), Ids{"R-402"});
    EXPECT_EQ(converted("2023-02-28", "2024-02-28"), Ids{});
    EXPECT_EQ(converted("2024-12-31", "2025-12-30"), Ids{"R-402"});
    EXPECT_EQ(converted("2024-12-31", "2025-12-31"), Ids{});
}

TEST_F(Admission, R402IsAboutConversionsAlone) {
    EXPECT_EQ(bench_.on_creation({{"join_date", "2026-01-01"},
                                  {"conversion_date", "2026-03-01"},
                                  {"conversion_outcome", "06"}}),
              Ids{"R-410"});
}

}  // namespace
}  // namespace zhibu::rules

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

class AdmissionSteps : public testing::Test {
protected:
    AdmissionSteps() {
        committee_ = record::to_text(bench_.shelf.put("organisation", {{"type", "10"}}));
        branch_ = record::to_text(
            bench_.shelf.put("organisation", {{"type", "30"}, {"parent", committee_}}));
        first_ = record::to_text(bench_.shelf.put("person", {{"stage", "50"}}));
        second_ = record::to_text(bench_.shelf.put("person", {{"stage", "50"}}));
        training_ = bench_.shelf.put("person_training",
                                     {{"owner", record::to_text(bench_.id)}, {"result", "1"}});
    }

    /// Everything that an admission asks for, and `more`.
    Plain admission(const Plain& more = {}) {
        Plain values{{"stage", "40"},
                     {"organisation", branch_},
                     {"meeting_date", "2026-11-10"},
                     {"join_date", "2026-11-10"},
                     {"join_type", "01"},
                     {"approved_by", committee_},
                     {"approval_date", "2026-11-20"},
                     {"form_number", "2026001"},
                     {"review_date", "2026-10-01"},
                     {"review_result", "合格"},
                     {"introducer_1", first_},
                     {"introducer_2", second_}};
        values.insert(values.end(), more.begin(), more.end());
        return values;
    }

    std::vector<std::string> admitted(const Plain& more = {}) {
        return bench_.on_change({{"stage", "35"}}, admission(more));
    }

    Bench bench_{"person"};
    std::string committee_;
    std::string branch_;
    std::string first_;
    std::string second_;
    record::RecordId training_;
};

TEST_F(AdmissionSteps, ACompleteAdmissionBreaksNothing) { EXPECT_EQ(admitted(), Ids{}); }

TEST_F(AdmissionSteps, MembersOfOldAreEnteredWithoutTheStepsPapers) {
    EXPECT_EQ(bench_.on_creation({{"stage", "50"}, {"join_date", "1975-07-01"}}), Ids{});
    EXPECT_EQ(bench_.on_creation({{"stage", "40"}, {"join_date", "2026-07-01"}}), Ids{});
}

TEST_F(AdmissionSteps, R212ATrainingWasPassed) {
    for (const char* result : {"2", "4", "5"}) {
        bench_.shelf.set(training_, {{"result", result}});
        EXPECT_EQ(admitted(), Ids{"R-212"}) << result;
    }
    bench_.shelf.set(training_, {{"result", "5"}, {"remark", "上级批准免训"}});
    EXPECT_EQ(admitted(), Ids{});
    bench_.shelf.set(training_, {{"result", "3"}});
    EXPECT_EQ(admitted(), Ids{});
    bench_.shelf.retire(training_);
    EXPECT_EQ(admitted(), Ids{"R-212"});
}

TEST_F(AdmissionSteps, R216ThePoliticalReviewWasPassed) {
    EXPECT_EQ(admitted({{"review_date", ""}}), Ids{"R-216"});
    EXPECT_EQ(admitted({{"review_result", ""}}), Ids{"R-216"});
    EXPECT_EQ(admitted({{"review_result", "审查不合格"}}), Ids{"R-216"});
}

TEST_F(AdmissionSteps, R217TwoFullMembersIntroduce) {
    EXPECT_EQ(admitted({{"introducer_2", ""}}), Ids{"R-217"});
    EXPECT_EQ(admitted({{"introducer_2", first_}}), Ids{"R-217"});
    EXPECT_EQ(admitted({{"introducer_2", record::to_text(bench_.id)}}), Ids{"R-217"});
    const std::string other = record::to_text(bench_.shelf.put("person", {{"stage", "40"}}));
    EXPECT_EQ(admitted({{"introducer_2", other}}), Ids{"R-217"});
    // Of a member of old, the introducer may have left since, but was one.
    const std::string left = record::to_text(bench_.shelf.put("person", {{"stage", "70"}}));
    EXPECT_EQ(bench_.on_creation({{"stage", "50"}, {"introducer_1", left}}), Ids{});
    EXPECT_EQ(bench_.on_creation({{"stage", "50"}, {"introducer_1", other}}), Ids{"R-217"});
    EXPECT_EQ(admitted({{"introducer_1", left}}), Ids{"R-217"});
}

TEST_F(AdmissionSteps, R217NoneUnderProbationWithinTheParty) {
    const auto action = bench_.shelf.put("person_award", {{"owner", first_},
                                                          {"award_kind", "2"},
                                                          {"name", "留党察看一年"},
                                                          {"given_on", "2025-11-10"},
                                                          {"ends_on", "2026-11-10"}});
    EXPECT_EQ(admitted(), Ids{"R-217"});
    bench_.shelf.set(action, {{"ends_on", "2026-11-09"}});
    EXPECT_EQ(admitted(), Ids{});
    bench_.shelf.set(action, {{"ends_on", ""}});
    EXPECT_EQ(admitted(), Ids{"R-217"});
    bench_.shelf.set(action, {{"given_on", "2026-11-11"}});
    EXPECT_EQ(admitted(), Ids{});
}

TEST_F(AdmissionSteps, R301TheJoiningDateIsTheMeetings) {
    EXPECT_EQ(admitted({{"join_date", "2026-11-11"}}), Ids{"R-301"});
    EXPECT_EQ(admitted({{"join_date", ""}}), Ids{"R-301a"});
    EXPECT_EQ(bench_.text("R-301a", Language::zh), "办理“吸收”请填写：加入中共组织日期。");
}

TEST_F(AdmissionSteps, R309TheCommitteeStandsAboveTheBranch) {
    const std::string other = record::to_text(bench_.shelf.put("organisation", {{"type", "10"}}));
    EXPECT_EQ(admitted({{"approved_by", other}}), Ids{"R-309"});
    EXPECT_EQ(admitted({{"organisation", "0190163d-8694-739b-aea5-966c26f8ad91"}}), Ids{});
}

TEST_F(AdmissionSteps, R310ApprovedWithinThreeMonthsOrExplained) {
    const auto approved = [this](const char* meeting, const char* approval) {
        return bench_.creation_breaks("R-310",
                                      {{"meeting_date", meeting}, {"approval_date", approval}});
    };
    EXPECT_FALSE(approved("2024-11-30", "2025-02-28"));
    EXPECT_TRUE(approved("2024-11-30", "2025-03-01"));
    EXPECT_TRUE(approved("2024-11-30", "2025-05-30"));
    EXPECT_FALSE(approved("2024-11-30", "2025-05-31"));
    EXPECT_EQ(severity_of("R-310"), Severity::needs_explanation);
}

TEST_F(AdmissionSteps, R310GoesOnWhileTheApprovalIsOut) {
    const Plain waiting{{"stage", "35"}, {"meeting_date", "2026-08-24"}};
    bench_.today = date("2026-11-24");
    EXPECT_FALSE(bench_.day_breaks("R-310", waiting));
    bench_.today = date("2026-11-25");
    EXPECT_TRUE(bench_.day_breaks("R-310", waiting));
}

TEST_F(AdmissionSteps, R312TheBranchMeetsWithinAMonth) {
    const auto met = [this](const char* review, const char* meeting) {
        return bench_.creation_breaks("R-312",
                                      {{"pre_review_date", review}, {"meeting_date", meeting}});
    };
    EXPECT_FALSE(met("2026-01-31", "2026-02-28"));
    EXPECT_TRUE(met("2026-01-31", "2026-03-01"));
}

TEST_F(AdmissionSteps, R313EnteredWithinTwoWeeks) {
    bench_.today = date("2026-12-04");
    EXPECT_EQ(admitted(), Ids{});
    bench_.today = date("2026-12-05");
    EXPECT_EQ(admitted(), Ids{"R-313"});
    EXPECT_EQ(bench_.finding("R-313").severity, Severity::warn);
}

TEST_F(AdmissionSteps, R315OtherJoinTypesCarryADocument) {
    for (const char* type : {"03", "04", "05", "06", "07"}) {
        EXPECT_TRUE(bench_.creation_breaks("R-315", {{"join_type", type}})) << type;
        EXPECT_FALSE(
            bench_.creation_breaks("R-315", {{"join_type", type}, {"document_number", "1号"}}));
    }
    EXPECT_FALSE(bench_.creation_breaks("R-315", {{"join_type", "01"}}));
}

TEST_F(AdmissionSteps, R316TheOathWithinAMonth) {
    const auto oath = [this](const char* approval, const char* day) {
        return bench_.creation_breaks(
            "R-316", {{"stage", "40"}, {"approval_date", approval}, {"oath_date", day}});
    };
    EXPECT_FALSE(oath("2026-01-31", "2026-02-28"));
    EXPECT_TRUE(oath("2026-01-31", "2026-03-01"));
    bench_.today = date("2026-02-28");
    EXPECT_FALSE(oath("2026-01-31", ""));
    bench_.today = date("2026-03-01");
    EXPECT_TRUE(oath("2026-01-31", ""));
    EXPECT_FALSE(
        bench_.creation_breaks("R-316", {{"stage", "50"}, {"approval_date", "1990-01-01"}}));
}

}  // namespace
}  // namespace zhibu::rules

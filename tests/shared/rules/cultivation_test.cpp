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

class Cultivation : public testing::Test {
protected:
    std::string full_member(const Plain& more = {}) {
        Plain values{{"stage", "50"}};
        values.insert(values.end(), more.begin(), more.end());
        return record::to_text(bench_.shelf.put("person", values));
    }

    /// What a training of the judged kind breaks, whose owner has these values.
    bool training_breaks(std::string_view rule, const Plain& owner, const Plain& training) {
        Bench bench{"person_training"};
        Plain values{{"owner", record::to_text(bench.shelf.put("person", owner))}};
        values.insert(values.end(), training.begin(), training.end());
        return bench.creation_breaks(rule, values);
    }

    Bench bench_{"person"};
};

TEST_F(Cultivation, R206AnActivistHasAMentorAndThePlanTwo) {
    const std::string one = full_member();
    const std::string two = full_member();
    const auto moved = [&](const char* stage, const Plain& mentors) {
        return bench_.change_breaks("R-206", mentors, {{"stage", stage}});
    };
    EXPECT_TRUE(moved("20", {}));
    EXPECT_FALSE(moved("20", {{"mentor_1", one}}));
    EXPECT_FALSE(moved("30", {{"mentor_2", one}}));
    EXPECT_TRUE(moved("35", {{"mentor_1", one}}));
    EXPECT_FALSE(moved("35", {{"mentor_1", one}, {"mentor_2", two}}));
    EXPECT_FALSE(moved("10", {}));
    // Taken off the plan, whatever was forgotten before.
    EXPECT_FALSE(bench_.change_breaks("R-206", {{"stage", "35"}}, {{"stage", "30"}}));
    EXPECT_FALSE(moved("50", {}));
}

TEST_F(Cultivation, R206ARosterOfActivistsIsKeptAndCounted) {
    EXPECT_TRUE(bench_.creation_breaks("R-206a", {{"stage", "20"}}));
    EXPECT_EQ(bench_.finding("R-206a").severity, Severity::not_allowed);
    EXPECT_FALSE(bench_.creation_breaks("R-206", {{"stage", "20"}}));
    // Who is entered on the plan is not: the plan is made by hand.
    EXPECT_TRUE(bench_.creation_breaks("R-206", {{"stage", "35"}}));
    // Other fields of such a record can still be edited.
    EXPECT_EQ(bench_.on_change({{"stage", "20"}}, {{"email", "a@example.org"}}),
              std::vector<std::string>{});
}

TEST_F(Cultivation, R207AMentorIsAFullMemberAndSomebodyElse) {
    const auto mentored_by = [this](const std::string& mentor) {
        return bench_.creation_breaks("R-207", {{"stage", "20"}, {"mentor_1", mentor}});
    };
    EXPECT_FALSE(mentored_by(full_member()));
    for (const char* stage : {"10", "20", "30", "35", "40", "60", "70", "80"}) {
        EXPECT_TRUE(mentored_by(record::to_text(bench_.shelf.put("person", {{"stage", stage}}))))
            << stage;
    }
    const std::string twice = full_member();
    EXPECT_TRUE(bench_.creation_breaks("R-207", {{"mentor_1", twice}, {"mentor_2", twice}}));
    bench_.id = bench_.shelf.put("person", {{"stage", "50"}});
    EXPECT_TRUE(mentored_by(record::to_text(bench_.id)));
    // Out of sight: the server's to judge.
    EXPECT_FALSE(mentored_by("0190163d-8694-739b-aea5-966c26f8ad91"));
}

TEST_F(Cultivation, R207LooksAtAppointmentsAlone) {
    const std::string left = record::to_text(bench_.shelf.put("person", {{"stage", "70"}}));
    EXPECT_FALSE(
        bench_.change_breaks("R-207", {{"mentor_1", left}}, {{"mentor_2", full_member()}}));
    EXPECT_FALSE(bench_.day_breaks("R-207", {{"mentor_1", left}}));
}

TEST_F(Cultivation, R208AMentorOfAnotherBranchIsConfirmed) {
    const std::string here = record::to_text(bench_.shelf.put("organisation", {{"type", "30"}}));
    const std::string there = record::to_text(bench_.shelf.put("organisation", {{"type", "30"}}));
    const auto from = [&](const std::string& branch) {
        return bench_.creation_breaks(
            "R-208",
            {{"organisation", here}, {"mentor_1", full_member({{"organisation", branch}})}});
    };
    EXPECT_FALSE(from(here));
    EXPECT_TRUE(from(there));
}

TEST_F(Cultivation, R209ExaminedEveryHalfYear) {
    const Plain activist{{"name", "张三"}, {"stage", "20"}, {"activist_date", "2025-08-31"}};
    bench_.today = date("2026-02-28");
    EXPECT_FALSE(bench_.day_breaks("R-209", activist));
    bench_.today = date("2026-03-01");
    EXPECT_TRUE(bench_.day_breaks("R-209", activist));
    EXPECT_EQ(bench_.text("R-209", Language::zh), "张三 本半年的培养考察尚未登记。");
    const auto examined =
        bench_.shelf.put("person_examination",
                         {{"owner", record::to_text(bench_.id)}, {"examined_on", "2026-02-01"}});
    EXPECT_FALSE(bench_.day_breaks("R-209", activist));
    bench_.today = date("2026-08-02");
    EXPECT_TRUE(bench_.day_breaks("R-209", activist));
    bench_.shelf.retire(examined);
    bench_.today = date("2026-03-01");
    EXPECT_TRUE(bench_.day_breaks("R-209", activist));
    EXPECT_FALSE(bench_.day_breaks("R-209", {{"stage", "50"}, {"activist_date", "2000-01-01"}}));
}

TEST_F(Cultivation, R210WhoIsPlannedHasBeenTrained) {
    EXPECT_TRUE(bench_.creation_breaks("R-210", {{"stage", "35"}}));
    EXPECT_TRUE(bench_.change_breaks("R-210", {{"stage", "30"}}, {{"stage", "35"}}));
    EXPECT_FALSE(bench_.creation_breaks("R-210", {{"stage", "30"}}));
    bench_.shelf.put("person_training", {{"owner", record::to_text(bench_.id)}});
    EXPECT_FALSE(bench_.creation_breaks("R-210", {{"stage", "35"}}));
}

TEST_F(Cultivation, R211ATargetsTrainingIsTheSchoolsClass) {
    EXPECT_TRUE(training_breaks("R-211", {{"stage", "30"}}, {{"training_kind", "40"}}));
    EXPECT_FALSE(training_breaks("R-211", {{"stage", "30"}}, {{"training_kind", "10"}}));
    EXPECT_FALSE(training_breaks("R-211", {{"stage", "50"}}, {{"training_kind", "30"}}));
}

TEST_F(Cultivation, R213TrainedBetweenListingAndMeeting) {
    const Plain owner{{"activist_date", "2024-02-29"}, {"meeting_date", "2025-06-30"}};
    const auto on = [&](const char* day, const char* kind) {
        return training_breaks("R-213", owner, {{"training_kind", kind}, {"trained_on", day}});
    };
    EXPECT_TRUE(on("2024-02-28", "10"));
    EXPECT_FALSE(on("2024-02-29", "10"));
    EXPECT_FALSE(on("2025-06-30", "10"));
    EXPECT_TRUE(on("2025-07-01", "10"));
    EXPECT_FALSE(on("2026-01-01", "30"));
}

TEST_F(Cultivation, R214ThreeDaysOrTwentyFourHours) {
    const auto lasted = [&](const char* days, const char* hours) {
        return training_breaks("R-214", {},
                               {{"training_kind", "10"}, {"days", days}, {"hours", hours}});
    };
    EXPECT_FALSE(lasted("3", ""));
    EXPECT_TRUE(lasted("2", ""));
    EXPECT_FALSE(lasted("", "24"));
    EXPECT_TRUE(lasted("", "23"));
    EXPECT_FALSE(lasted("2", "24"));
    EXPECT_FALSE(lasted("", ""));
}

TEST_F(Cultivation, R215FiveWorkingDaysOfNoticeSinceTheRevision) {
    const auto notice = [this](const char* from, const char* until) {
        return bench_.creation_breaks("R-215", {{"notice_start", from}, {"notice_end", until}});
    };
    // Monday to Friday; Monday to Thursday; Friday to the next Thursday.
    EXPECT_FALSE(notice("2026-06-01", "2026-06-05"));
    EXPECT_TRUE(notice("2026-06-01", "2026-06-04"));
    EXPECT_FALSE(notice("2026-06-05", "2026-06-11"));
    EXPECT_TRUE(notice("2026-06-05", "2026-06-10"));
    EXPECT_FALSE(notice("2026-05-17", "2026-05-18"));
    EXPECT_TRUE(notice("2026-05-18", "2026-05-19"));
}

}  // namespace
}  // namespace zhibu::rules

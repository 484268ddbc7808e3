#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/rules/rules.hpp"
#include "tests/shared/rules/bench.hpp"

namespace zhibu::rules {
namespace {

using catalog::Language;
using Ids = std::vector<std::string>;

class Development : public testing::Test {
protected:
    /// Broken by two days in the order of the fields' names given.
    Ids between(const char* first, const char* first_day, const char* second,
                const char* second_day) {
        return bench_.on_creation({{first, first_day}, {second, second_day}});
    }

    Ids activist(const char* applied, const char* listed) {
        return between("application_date", applied, "activist_date", listed);
    }

    Ids target(const char* activist, const char* listed) {
        return between("activist_date", activist, "target_date", listed);
    }

    Bench bench_{"person"};
};

TEST_F(Development, R201AnApplicantIsEighteenOnTheDay) {
    const auto applied = [this](const char* birth, const char* day) {
        return between("birth_date", birth, "application_date", day);
    };
    EXPECT_EQ(applied("2000-05-10", "2018-05-09"), Ids{"R-201"});
    EXPECT_EQ(applied("2000-05-10", "2018-05-10"), Ids{});
    EXPECT_EQ(applied("2004-02-29", "2022-02-28"), Ids{"R-201"});
    EXPECT_EQ(applied("2004-02-29", "2022-03-01"), Ids{});
    bench_.parameters.admission_age = 20;
    EXPECT_EQ(applied("2000-05-10", "2018-05-10"), Ids{"R-201"});
    EXPECT_NE(bench_.text("R-201", Language::zh).find("20周岁"), std::string::npos);
}

TEST_F(Development, R202AnActivistAfterHalfAYear) {
    EXPECT_EQ(activist("2024-01-15", "2024-07-14"), Ids{"R-202"});
    EXPECT_EQ(activist("2024-01-15", "2024-07-15"), Ids{});
    EXPECT_EQ(activist("2023-08-31", "2024-02-28"), Ids{"R-202"});
    EXPECT_EQ(activist("2023-08-31", "2024-02-29"), Ids{});
    EXPECT_EQ(activist("2022-08-31", "2023-02-28"), Ids{});
    EXPECT_EQ(activist("2024-02-29", "2024-08-28"), Ids{"R-202"});
    EXPECT_EQ(activist("2024-02-29", "2024-08-29"), Ids{});
}

TEST_F(Development, R202SaysTheFirstDayThatWouldDo) {
    EXPECT_EQ(activist("2023-08-31", "2024-02-28"), Ids{"R-202"});
    EXPECT_EQ(bench_.text("R-202", Language::zh),
              "列为入党积极分子日期应在申请入党日期满6个月之后（最早 2024-02-29）。");
    EXPECT_NE(bench_.text("R-202", Language::en).find("2024-02-29"), std::string::npos);
    EXPECT_EQ(bench_.finding("R-202").field,
              catalog::standard_catalog().kind("person").field("activist_date").id());
}

TEST_F(Development, R202ACommitteeMayChooseItsMonths) {
    bench_.parameters.activist_after_months = 3;
    EXPECT_EQ(activist("2024-01-15", "2024-04-15"), Ids{});
    EXPECT_EQ(activist("2024-01-15", "2024-04-14"), Ids{"R-202"});
}

TEST_F(Development, R203ATargetAfterAYear) {
    EXPECT_EQ(target("2024-02-29", "2025-02-27"), Ids{"R-203"});
    EXPECT_EQ(target("2024-02-29", "2025-02-28"), Ids{});
    EXPECT_EQ(target("2023-02-28", "2024-02-28"), Ids{});
    EXPECT_EQ(target("2023-03-01", "2024-02-29"), Ids{"R-203"});
    EXPECT_EQ(target("2023-12-31", "2024-12-30"), Ids{"R-203"});
    EXPECT_EQ(target("2023-12-31", "2024-12-31"), Ids{});
}

TEST_F(Development, R204StepsMayShareADayButForTheTarget) {
    EXPECT_EQ(between("application_date", "2026-11-01", "talk_date", "2026-11-01"), Ids{});
    EXPECT_EQ(between("application_date", "2026-11-02", "talk_date", "2026-11-01"), Ids{"R-204"});
    EXPECT_EQ(between("meeting_date", "2024-05-05", "approval_date", "2024-05-05"), Ids{});
    EXPECT_EQ(between("target_date", "2024-05-05", "pre_review_date", "2024-05-05"), Ids{});
    EXPECT_EQ(between("talk_date", "2024-05-05", "target_date", "2024-05-05"), Ids{"R-204"});
    EXPECT_EQ(between("talk_date", "2024-05-05", "target_date", "2024-05-06"), Ids{});
}

TEST_F(Development, R204NamesBothDates) {
    EXPECT_EQ(between("pre_review_date", "2024-05-06", "approval_date", "2024-05-05"),
              Ids{"R-204"});
    EXPECT_EQ(bench_.text("R-204", Language::zh), "“审批日期”不能早于“预审日期”。");
    EXPECT_EQ(bench_.text("R-204", Language::en),
              "\"Approved on\" cannot be before \"Pre-review on\".");
}

TEST_F(Development, R204StandsBesideTheDateThatWasTouched) {
    const Plain sound{{"pre_review_date", "2024-05-05"}, {"approval_date", "2024-06-05"}};
    const catalog::Kind& person = catalog::standard_catalog().kind("person");
    EXPECT_EQ(bench_.on_change(sound, {{"pre_review_date", "2024-07-01"}}), Ids{"R-204"});
    EXPECT_EQ(bench_.finding("R-204").field, person.field("pre_review_date").id());
    EXPECT_EQ(bench_.on_change(sound, {{"approval_date", "2024-05-01"}}), Ids{"R-204"});
    EXPECT_EQ(bench_.finding("R-204").field, person.field("approval_date").id());
}

TEST_F(Development, R204LeavesOldDisorderThatIsNotTouched) {
    const Plain disordered{{"application_date", "2020-05-05"}, {"talk_date", "2020-05-01"}};
    EXPECT_EQ(bench_.on_change(disordered, {{"meeting_date", "2024-01-01"}}), Ids{});
    EXPECT_EQ(bench_.on_change(disordered, {{"talk_date", "2020-05-02"}}), Ids{"R-204"});
}

TEST_F(Development, R205ATalkWithinAMonth) {
    const auto applicant = [this](const Plain& other) {
        Plain values{{"stage", "10"}, {"application_date", "2026-01-31"}};
        values.insert(values.end(), other.begin(), other.end());
        return bench_.on_creation(values);
    };
    EXPECT_EQ(applicant({{"talk_date", "2026-02-28"}}), Ids{});
    EXPECT_EQ(applicant({{"talk_date", "2026-03-01"}}), Ids{"R-205"});
    EXPECT_EQ(bench_.finding("R-205").severity, Severity::warn);
    EXPECT_EQ(applicant({}), Ids{"R-205"});
    bench_.today = date("2026-02-28");
    EXPECT_EQ(applicant({}), Ids{});
    bench_.today = date("2026-11-24");
    EXPECT_EQ(bench_.on_creation({{"stage", "50"}, {"application_date", "1990-01-31"}}), Ids{});
}

}  // namespace
}  // namespace zhibu::rules

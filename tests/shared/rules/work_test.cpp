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

class Work : public testing::Test {
protected:
    bool disagrees(const Plain& values) { return bench_.creation_breaks("R-806", values); }

    bool differs(const char* education, const char* degree, const char* remark = "") {
        return bench_.creation_breaks(
            "R-807", {{"education", education}, {"degree", degree}, {"remark", remark}});
    }

    Bench bench_{"person"};
};

TEST_F(Work, R806ARetiredPersonIsOldEnoughOrNoted) {
    const auto retired = [&](const char* sex, const char* birth, const char* remark) {
        return disagrees({{"category", "3"},
                          {"work_post", "82"},
                          {"sex", sex},
                          {"birth_date", birth},
                          {"remark", remark}});
    };
    EXPECT_FALSE(retired("1", "1966-11-24", ""));
    EXPECT_TRUE(retired("1", "1966-11-25", ""));
    EXPECT_FALSE(retired("1", "1966-11-25", "提前退休"));
    EXPECT_FALSE(retired("2", "1976-11-24", ""));
    EXPECT_TRUE(retired("2", "1976-11-25", ""));
    EXPECT_TRUE(disagrees({{"category", "1"}, {"work_post", "82"}}));
    EXPECT_TRUE(disagrees({{"category", "3"}, {"work_post", "21"}}));
}

TEST_F(Work, R806AStudentHasNoTitle) {
    EXPECT_FALSE(disagrees({{"category", "2"}, {"work_post", "71"}}));
    EXPECT_TRUE(disagrees({{"category", "1"}, {"work_post", "71"}}));
    EXPECT_TRUE(disagrees({{"category", "2"}, {"work_post", "71"}, {"title", "011"}}));
    EXPECT_TRUE(disagrees({{"category", "2"}, {"work_start_date", "2020-01"}}));
}

TEST_F(Work, R807ADegreeNeedsItsEducation) {
    EXPECT_FALSE(differs("11", "2"));
    EXPECT_TRUE(differs("14", "2"));
    EXPECT_FALSE(differs("14", "3"));
    EXPECT_FALSE(differs("19", "3"));
    EXPECT_TRUE(differs("20", "3"));
    EXPECT_FALSE(differs("21", "4"));
    EXPECT_TRUE(differs("22", "4"));
    EXPECT_TRUE(differs("31", "4"));
    EXPECT_FALSE(differs("31", "4", "同等学力"));
    EXPECT_FALSE(differs("31", "1"));
    Bench entry{"person_education"};
    EXPECT_TRUE(entry.creation_breaks("R-807a", {{"education", "31"}, {"degree", "4"}}));
    EXPECT_FALSE(entry.creation_breaks("R-807a", {{"education", "21"}, {"degree", "4"}}));
    const auto noted = entry.shelf.put("person", {{"remark", "同等学力"}});
    EXPECT_FALSE(entry.creation_breaks(
        "R-807a", {{"owner", record::to_text(noted)}, {"education", "31"}, {"degree", "4"}}));
}

}  // namespace
}  // namespace zhibu::rules

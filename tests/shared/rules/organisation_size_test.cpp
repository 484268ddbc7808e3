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

class Size : public testing::Test {
protected:
    void put_people(int count, const char* stage, const std::string& branch,
                    const char* post = "") {
        for (int left = count; left > 0; --left) {
            bench_.shelf.put("person",
                             {{"organisation", branch}, {"stage", stage}, {"party_post", post}});
        }
    }

    std::string here() { return record::to_text(bench_.id); }

    bool day_breaks(const char* rule, const char* type) {
        return bench_.day_breaks(rule, {{"name", "一支部"}, {"type", type}});
    }

    Bench bench_{"organisation"};
};

TEST_F(Size, R701ThreeFullMembers) {
    put_people(2, "50", here());
    put_people(5, "40", here());
    EXPECT_TRUE(day_breaks("R-701", "30"));
    EXPECT_FALSE(day_breaks("R-701", "39"));
    EXPECT_FALSE(day_breaks("R-701", "31"));
    put_people(1, "50", here());
    EXPECT_FALSE(day_breaks("R-701", "30"));
}

TEST_F(Size, R702FiftyMembers) {
    put_people(49, "50", here());
    put_people(1, "40", here());
    put_people(9, "10", here());
    EXPECT_FALSE(day_breaks("R-702", "30"));
    put_people(1, "40", here());
    EXPECT_TRUE(day_breaks("R-702", "30"));
    EXPECT_EQ(bench_.text("R-702", Language::zh), "党支部党员人数一般不超过50人。");
}

TEST_F(Size, R703AndR704CountAllBelow) {
    bench_.parameters.general_branch_members_min = 2;
    bench_.parameters.general_branch_members_max = 3;
    bench_.parameters.committee_members_above = 3;
    const std::string below =
        record::to_text(bench_.shelf.put("organisation", {{"type", "30"}, {"parent", here()}}));
    put_people(1, "50", below);
    EXPECT_TRUE(day_breaks("R-703", "20"));
    put_people(1, "40", below);
    EXPECT_FALSE(day_breaks("R-703", "20"));
    put_people(1, "50", below);
    EXPECT_FALSE(day_breaks("R-703", "20"));
    EXPECT_TRUE(day_breaks("R-704", "10"));
    put_people(1, "50", below);
    EXPECT_TRUE(day_breaks("R-703", "20"));
    EXPECT_FALSE(day_breaks("R-704", "10"));
}

TEST_F(Size, R705FiveUnits) {
    EXPECT_FALSE(bench_.creation_breaks("R-705", {{"type", "31"}, {"units", "5"}}));
    EXPECT_TRUE(bench_.creation_breaks("R-705", {{"type", "31"}, {"units", "6"}}));
    EXPECT_FALSE(bench_.creation_breaks("R-705", {{"type", "30"}, {"units", "6"}}));
}

TEST_F(Size, R706SevenFullMembersHaveACommittee) {
    put_people(4, "50", here());
    put_people(2, "50", here(), "30");
    EXPECT_FALSE(day_breaks("R-706", "30"));
    put_people(1, "50", here());
    EXPECT_TRUE(day_breaks("R-706", "30"));
    put_people(1, "50", here(), "32");
    EXPECT_FALSE(day_breaks("R-706", "30"));
    put_people(4, "50", here(), "33");
    EXPECT_FALSE(day_breaks("R-706", "30"));
    put_people(1, "50", here(), "33");
    EXPECT_TRUE(day_breaks("R-706", "30"));
}

TEST_F(Size, R707AndR708TheSecretaryIsAMemberWithAMobile) {
    const std::string below =
        record::to_text(bench_.shelf.put("organisation", {{"type", "30"}, {"parent", here()}}));
    const std::string elsewhere = record::to_text(bench_.shelf.put("organisation", {}));
    const auto chosen = [&](const char* stage, const std::string& branch, const char* mobile) {
        const auto person = bench_.shelf.put(
            "person", {{"stage", stage}, {"organisation", branch}, {"mobile", mobile}});
        return bench_.on_change({{"type", "20"}}, {{"secretary", record::to_text(person)}});
    };
    EXPECT_EQ(chosen("50", here(), "13800000000"), Ids{});
    EXPECT_EQ(chosen("50", below, "13800000000"), Ids{});
    EXPECT_EQ(chosen("40", below, "13800000000"), Ids{"R-707"});
    EXPECT_EQ(chosen("50", elsewhere, "13800000000"), Ids{"R-707"});
    EXPECT_EQ(chosen("50", below, ""), Ids{"R-708"});
}

TEST_F(Size, R722ConfirmedInMayAndNovember) {
    const auto confirmed = [this](const char* day, const char* on) {
        bench_.today = date(on);
        return !bench_.day_breaks("R-722", {{"name", "一支部"}, {"confirmed_on", day}});
    };
    EXPECT_TRUE(confirmed("2025-11-01", "2026-04-30"));
    EXPECT_FALSE(confirmed("2025-10-31", "2026-04-30"));
    EXPECT_FALSE(confirmed("2026-04-30", "2026-05-01"));
    EXPECT_TRUE(confirmed("2026-05-01", "2026-10-31"));
    EXPECT_FALSE(confirmed("2026-05-01", "2026-11-01"));
    EXPECT_FALSE(confirmed("", "2026-11-01"));
}

}  // namespace
}  // namespace zhibu::rules

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "shared/record/id.hpp"
#include "tests/shared/rules/bench.hpp"

namespace zhibu::rules {
namespace {

using Ids = std::vector<std::string>;

class Organisation : public testing::Test {
protected:
    Ids under(const char* superior, const char* type) {
        const auto parent = bench_.shelf.put("organisation", {{"type", superior}});
        return bench_.on_creation({{"type", type}, {"parent", record::to_text(parent)}});
    }

    Bench bench_{"organisation"};
};

TEST_F(Organisation, R709ASuperiorHasTheRightType) {
    for (const char* type : {"10", "15", "20", "30", "31", "32", "39", "50", "60"}) {
        EXPECT_EQ(under("10", type), Ids{}) << type;
        EXPECT_EQ(under("30", type), Ids{"R-709"}) << type;
        EXPECT_EQ(under("50", type), Ids{"R-709"}) << type;
    }
    for (const char* type : {"30", "31", "32", "39"}) {
        EXPECT_EQ(under("20", type), Ids{}) << type;
        EXPECT_EQ(under("15", type), Ids{}) << type;
    }
    for (const char* type : {"10", "15", "20"}) {
        EXPECT_EQ(under("20", type), Ids{"R-709"}) << type;
    }
    EXPECT_EQ(under("30", "40"), Ids{});
    EXPECT_EQ(under("10", "40"), Ids{"R-709"});
}

TEST_F(Organisation, R709TheRootHasNone) { EXPECT_EQ(bench_.on_creation({{"type", "10"}}), Ids{}); }

TEST_F(Organisation, R709NothingStandsUnderItself) {
    const auto top = bench_.shelf.put("organisation", {{"type", "10"}});
    const auto middle =
        bench_.shelf.put("organisation", {{"type", "10"}, {"parent", record::to_text(top)}});
    bench_.id = top;
    EXPECT_EQ(bench_.on_change({{"type", "10"}}, {{"parent", record::to_text(middle)}}),
              Ids{"R-709"});
    EXPECT_EQ(bench_.on_change({{"type", "10"}}, {{"parent", record::to_text(top)}}), Ids{"R-709"});
}

TEST_F(Organisation, R709EndsOnACircleAmongOthers) {
    // Two that already stand under each other, as only damaged data can.
    bench_.shelf.put("organisation",
                     {{"type", "10"}, {"parent", "00000000-0000-0000-0000-000000000002"}});
    const auto second = bench_.shelf.put(
        "organisation", {{"type", "10"}, {"parent", "00000000-0000-0000-0000-000000000001"}});
    EXPECT_EQ(bench_.on_creation({{"type", "10"}, {"parent", record::to_text(second)}}),
              Ids{"R-709"});
}

TEST_F(Organisation, R709ANewTypeFitsThoseBelow) {
    bench_.id = bench_.shelf.put("organisation", {{"type", "20"}});
    const auto below =
        bench_.shelf.put("organisation", {{"type", "30"}, {"parent", record::to_text(bench_.id)}});
    EXPECT_EQ(bench_.on_change({{"type", "20"}}, {{"type", "10"}}), Ids{});
    EXPECT_EQ(bench_.on_change({{"type", "20"}}, {{"type", "30"}}), Ids{"R-709a"});
    bench_.shelf.retire(below);
    EXPECT_EQ(bench_.on_change({{"type", "20"}}, {{"type", "30"}}), Ids{});
}

TEST_F(Organisation, R710ACodeIsNeverUsedAgain) {
    const auto other = bench_.shelf.put("organisation", {{"code", "a 01"}});
    EXPECT_EQ(bench_.on_creation({{"code", "A01"}}), Ids{"R-710"});
    bench_.shelf.retire(other);
    EXPECT_EQ(bench_.on_creation({{"code", "A01"}}), Ids{"R-710"});
    EXPECT_EQ(bench_.on_creation({{"code", "A02"}}), Ids{});
    bench_.id = other;
    EXPECT_EQ(bench_.on_change({}, {{"code", "A01"}}), Ids{});
}

TEST_F(Organisation, R711ANameIsUsedOnceUnderASuperior) {
    const std::string one = record::to_text(bench_.shelf.put("organisation", {{"type", "10"}}));
    const std::string two = record::to_text(bench_.shelf.put("organisation", {{"type", "10"}}));
    const auto other =
        bench_.shelf.put("organisation", {{"name", "学生支部"}, {"type", "30"}, {"parent", one}});
    const auto named = [this](const std::string& parent) {
        return bench_.on_creation({{"name", "学生支部"}, {"type", "30"}, {"parent", parent}});
    };
    EXPECT_EQ(named(one), Ids{"R-711"});
    EXPECT_EQ(named(two), Ids{});
    EXPECT_EQ(bench_.on_change({{"name", "学生支部"}, {"type", "30"}, {"parent", two}},
                               {{"parent", one}}),
              Ids{"R-711"});
    bench_.shelf.retire(other);
    EXPECT_EQ(named(one), Ids{});
}

}  // namespace
}  // namespace zhibu::rules

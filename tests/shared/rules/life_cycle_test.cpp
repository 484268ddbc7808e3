#include "shared/rules/life_cycle.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/record/id.hpp"
#include "shared/rules/rules.hpp"
#include "tests/shared/rules/bench.hpp"

namespace zhibu::rules {
namespace {

const std::vector<catalog::Code>& codes_of(const LifeCycle& cycle) {
    const catalog::Catalog& catalog = catalog::standard_catalog();
    return catalog.find_codes(catalog.kind(cycle.kind).field(cycle.field).refers_to)->codes;
}

bool is_final(const LifeCycle& cycle, std::string_view state) {
    return std::ranges::find(cycle.finals, state) != cycle.finals.end();
}

std::set<std::string_view> reachable_from(const LifeCycle& cycle, std::string_view start) {
    std::set<std::string_view> reached{start};
    for (bool grew = true; grew;) {
        grew = false;
        for (const Move& move : cycle.moves) {
            grew = (reached.contains(move.from) && reached.insert(move.to).second) || grew;
        }
    }
    return reached;
}

TEST(LifeCycles, EveryStateOfTheListIsReachedAndNoneIsAnother) {
    for (const LifeCycle* cycle : life_cycles()) {
        std::set<std::string_view> states{""};
        for (const catalog::Code& code : codes_of(*cycle)) {
            states.insert(code.code);
        }
        EXPECT_EQ(reachable_from(*cycle, ""), states) << cycle->name;
        for (const Move& move : cycle->moves) {
            EXPECT_TRUE(states.contains(move.from)) << cycle->name << move.from;
            EXPECT_FALSE(move.action.zh.empty() || move.action.en.empty());
        }
    }
}

TEST(LifeCycles, OnlyFinalStatesAreDeadEnds) {
    for (const LifeCycle* cycle : life_cycles()) {
        for (const catalog::Code& code : codes_of(*cycle)) {
            const bool leads_on = std::ranges::any_of(cycle->moves, [&](const Move& move) {
                return move.from == code.code && move.guard != Guard::by_date;
            });
            EXPECT_NE(leads_on, is_final(*cycle, code.code)) << cycle->name << ' ' << code.code;
        }
    }
}

TEST(LifeCycles, NoMoveStandsTwice) {
    for (const LifeCycle* cycle : life_cycles()) {
        std::set<std::string> seen;
        for (const Move& move : cycle->moves) {
            const std::string key = std::string{move.from} + ">" + std::string{move.to} + "/" +
                                    std::to_string(static_cast<int>(move.guard));
            EXPECT_TRUE(seen.insert(key).second) << cycle->name << ' ' << key;
        }
    }
}

TEST(LifeCycles, EachIsRefusedByARuleThatIsThere) {
    for (const LifeCycle* cycle : life_cycles()) {
        const auto ids = known_rules();
        EXPECT_NE(std::ranges::find(ids, cycle->rule), ids.end()) << cycle->name;
        EXPECT_EQ(severity_of(cycle->rule), Severity::refuse);
    }
}

// The table as the rules state it, written down once more in another form.
TEST(LifeCycles, R513AsStated) {
    const auto targets = [](std::string_view from) {
        std::set<std::string_view> found;
        for (const Move& move : letter_states().moves) {
            if (move.from == from) {
                found.insert(move.to);
            }
        }
        return found;
    };
    using Set = std::set<std::string_view>;
    EXPECT_EQ(targets("10"), (Set{"15", "20", "50"}));
    EXPECT_EQ(targets("20"), (Set{"25", "30", "40", "50", "55", "60"}));
    EXPECT_EQ(targets("25"), (Set{"30", "40", "50", "55", "60"}));
    EXPECT_EQ(targets("30"), (Set{"25", "30", "40", "50", "55", "60"}));
    EXPECT_EQ(targets("60"), (Set{"30", "50", "55"}));
    EXPECT_EQ(targets("55"), (Set{"20"}));
}

TEST(LifeCycles, R407AsStated) {
    const auto may = [](std::string_view from, std::string_view to, bool extended) {
        return may_move(conversion_outcomes(), from, to, Circumstances{extended, {}, {}});
    };
    for (const char* outcome : {"01", "03", "04", "05", "06"}) {
        EXPECT_TRUE(may("", outcome, false)) << outcome;
    }
    EXPECT_FALSE(may("", "02", true));
    EXPECT_TRUE(may("03", "01", false));
    EXPECT_FALSE(may("03", "01", true));
    EXPECT_TRUE(may("03", "04", false));
    EXPECT_FALSE(may("03", "04", true));
    EXPECT_TRUE(may("03", "02", true));
    EXPECT_FALSE(may("03", "02", false));
    EXPECT_FALSE(may("03", "06", false));
    EXPECT_FALSE(may("04", "01", true));
}

/// Whatever a walk of allowed moves did, the rule agrees with the table about the next step.
RC_GTEST_PROP(LifeCycles, TheRuleRefusesWhatTheTableDoesNotHave, ()) {
    const LifeCycle& cycle = **rc::gen::elementOf(
        std::vector<const LifeCycle*>{life_cycles().begin(), life_cycles().end()});
    const auto& codes = codes_of(cycle);
    const auto any = [&] {
        return std::string{codes[*rc::gen::inRange<std::size_t>(0, codes.size())].code};
    };
    const std::string from = any();
    const std::string to = any();
    RC_PRE(from != to);
    const bool extended = *rc::gen::arbitrary<bool>();
    const std::string type = *rc::gen::element<std::string>("01", "02", "03", "04", "06");
    const std::string left = *rc::gen::element<std::string>("10", "20", "35");
    Bench bench{cycle.kind};
    Plain before{{cycle.field, from}};
    Plain after{{cycle.field, to}};
    if (cycle.kind == "person") {
        before.insert(before.end(),
                      {{"extension_months", extended ? "6" : ""}, {"leaving_reason", left}});
        after.push_back({"join_type", type});
    }
    const auto broken = bench.on_change(before, after);
    const bool refused = std::ranges::any_of(broken, [&](const std::string& rule) {
        return rule == cycle.rule || (cycle.name == "person_stage" && rule == "R-314");
    });
    RC_ASSERT(refused != may_move(cycle, from, to, Circumstances{extended, type, left}));
}

/// From any state a person can be in, a life goes on or has ended.
RC_GTEST_PROP(LifeCycles, AWalkEndsOnlyInAFinalState, ()) {
    const LifeCycle& cycle = **rc::gen::elementOf(
        std::vector<const LifeCycle*>{life_cycles().begin(), life_cycles().end()});
    std::string_view state;
    for (int step = 0; step < 20; ++step) {
        std::vector<std::string_view> next;
        for (const Move& move : cycle.moves) {
            if (move.from == state && move.guard != Guard::by_date) {
                next.push_back(move.to);
            }
        }
        if (next.empty()) {
            RC_ASSERT(is_final(cycle, state));
            return;
        }
        state = next[*rc::gen::inRange<std::size_t>(0, next.size())];
    }
}

TEST(Stages, ACorrectionWithItsReasonIsNoMove) {
    Bench bench{"person"};
    EXPECT_TRUE(bench.change_breaks("R-314a", {{"stage", "50"}}, {{"stage", "20"}}));
    EXPECT_EQ(bench.text("R-314a", catalog::Language::zh),
              "人员阶段不能由“正式党员”改为“入党积极分子”；如为更正，请填写更正原因。");
    EXPECT_FALSE(bench.change_breaks("R-314a", {{"stage", "50"}},
                                     {{"stage", "20"}, {"correction_reason", "录入错误"}}));
    EXPECT_TRUE(bench.change_breaks("R-314", {{"stage", "50"}}, {{"stage", "40"}}));
    EXPECT_FALSE(bench.change_breaks("R-314", {{"stage", "50"}},
                                     {{"stage", "40"}, {"correction_reason", "录入错误"}}));
}

TEST(Stages, WhoLeavesLeavesWithAReasonAndADay) {
    Bench bench{"person"};
    EXPECT_TRUE(bench.change_breaks("R-314b", {{"stage", "50"}}, {{"stage", "70"}}));
    EXPECT_FALSE(bench.change_breaks(
        "R-314b", {{"stage", "50"}},
        {{"stage", "70"}, {"leaving_reason", "20"}, {"left_on", "2026-11-01"}}));
    EXPECT_FALSE(bench.creation_breaks("R-314b", {{"stage", "70"}}));
}

TEST(Stages, WhoWasTransferredOutComesBackAsTheyWere) {
    Bench bench{"person"};
    const auto back = [&](const char* reason, const char* to) {
        return bench.on_change({{"stage", "70"}, {"leaving_reason", reason}}, {{"stage", to}});
    };
    EXPECT_EQ(back("10", "50"), std::vector<std::string>{});
    EXPECT_EQ(back("10", "40"), std::vector<std::string>{});
    EXPECT_EQ(back("30", "50"), std::vector<std::string>{"R-314a"});
    EXPECT_EQ(back("30", "10"), std::vector<std::string>{});
}

}  // namespace
}  // namespace zhibu::rules

#include <gtest/gtest.h>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "server/store/store.hpp"
#include "shared/record/change.hpp"
#include "shared/record/id.hpp"
#include "shared/record/value.hpp"
#include "sync_protocol/casework/casework.hpp"
#include "tests/server/committer/court.hpp"

namespace zhibu::server::test {
namespace {

using record::Operation;
using record::Outcome;
using record::Settlement;

/// A person whose name two devices of the branch have given differently.
class ConflictList : public testing::Test {
public:
    ConflictList() {
        EXPECT_EQ(
            court.judge(first, {create("person", person, applicant(court.branch_a, 1))}).outcome,
            Outcome::accepted);
        seen = court.seen();
    }

    record::Change name(std::string_view words, record::Base base) const {
        return update("person", person, base, {{"name", text(words)}});
    }

    /// 王一明 stands, 王二明 waits.
    RecordId differ() {
        EXPECT_EQ(court.judge(first, {name("王一明", seen)}).outcome, Outcome::accepted);
        const auto verdict = court.judge(second, {name("王二明", seen)});
        EXPECT_EQ(verdict.outcome, Outcome::merged);
        return court.conflicts_of(verdict).at(0);
    }

    static record::Change state(const RecordId& conflict, std::string_view code,
                                record::Base base) {
        return update("conflict", conflict, base, {{"state", text(code)}});
    }

    [[nodiscard]] Value told(const RecordId& conflict, std::string_view field) const {
        return court.value("conflict", conflict, field);
    }

    [[nodiscard]] Value kept(const RecordId& conflict, std::string_view field) const {
        const auto unpacked = sync::unpacked_field(std::get<std::string>(told(conflict, field)));
        return unpacked ? unpacked->value : text("unreadable");
    }

    [[nodiscard]] Value value(std::string_view field) const {
        return court.value("person", person, field);
    }

    Court court;
    Desk first = court.enrol(court.secretary_a);
    Desk second = court.enrol(court.secretary_a);
    Desk officer = court.enrol(court.general_administrator);
    Desk top = court.enrol(court.administrator);
    RecordId person = court.new_id();
    record::Base seen;
};

TEST_F(ConflictList, AnOfficerKeepsWhatStands) {
    const RecordId conflict = differ();
    EXPECT_EQ(court.judge(officer, {state(conflict, "2", court.seen())}).outcome,
              Outcome::accepted);
    EXPECT_EQ(value("name"), text("王一明"));
    EXPECT_EQ(told(conflict, "state"), text("2"));
    EXPECT_EQ(told(conflict, "decided_by"), Value{court.general_administrator});
    EXPECT_EQ(told(conflict, "decided_at"), Value{court.clock.now()});
    EXPECT_TRUE(names(
        court.judge(officer, {state(conflict, "3", court.seen()), name("王二明", court.seen())}),
        "conflict_decided"));
}

TEST_F(ConflictList, AnOfficerTakesWhatWasOfferedOrAThirdValue) {
    const RecordId conflict = differ();
    ASSERT_EQ(
        court.judge(officer, {state(conflict, "3", court.seen()), name("王二明", court.seen())})
            .outcome,
        Outcome::accepted);
    EXPECT_EQ(value("name"), text("王二明"));
    EXPECT_EQ(told(conflict, "state"), text("3"));
    seen = court.seen();
    const RecordId another = differ();
    ASSERT_EQ(
        court.judge(officer, {state(another, "4", court.seen()), name("王三明", court.seen())})
            .outcome,
        Outcome::accepted);
    EXPECT_EQ(value("name"), text("王三明"));
    EXPECT_EQ(told(another, "state"), text("4"));
}

TEST_F(ConflictList, ADecisionBringsWhatItSpeaksOf) {
    const RecordId conflict = differ();
    const auto refused = [&](std::vector<record::Change> changes) {
        return names(court.judge(officer, std::move(changes)), "decision_incomplete");
    };
    const auto code = [&](std::string_view each) { return state(conflict, each, court.seen()); };
    EXPECT_TRUE(refused({code("3")}));
    EXPECT_TRUE(refused({code("4")}));
    EXPECT_TRUE(refused({code("3"), name("王三明", court.seen())}));
    EXPECT_TRUE(refused({code("2"), name("王三明", court.seen())}));
    EXPECT_EQ(value("name"), text("王一明"));
    EXPECT_EQ(told(conflict, "state"), text("1"));
}

TEST_F(ConflictList, WhoMayDecideAConflict) {
    const auto manager = [&](const RecordId& organisation) {
        return court.enrol(court.add_account(organisation, "2",
                                             {{"nature", text("1")}, {"manages", Value{true}}}));
    };
    const RecordId conflict = differ();
    std::vector<std::pair<const char*, Desk>> others{
        {"its author", second},
        {"a manager of the branch", manager(court.branch_a)},
        {"a manager of another branch", manager(court.branch_b)},
        {"a manager beside", manager(court.beside)}};
    for (auto& [who, desk] : others) {
        EXPECT_TRUE(
            names(court.judge(desk, {state(conflict, "2", court.seen())}), "not_the_decider"))
            << who;
        EXPECT_EQ(told(conflict, "state"), text("1")) << who;
    }
    EXPECT_EQ(court.judge(top, {state(conflict, "2", court.seen())}).outcome, Outcome::accepted);
}

TEST_F(ConflictList, WhatChangedAgainMeanwhileIsNotOverwritten) {
    const RecordId conflict = differ();
    const record::Base before = court.seen();
    ASSERT_EQ(court.judge(first, {name("王四明", court.seen())}).outcome, Outcome::accepted);
    const auto verdict =
        court.judge(officer, {state(conflict, "3", before), name("王二明", before)});
    EXPECT_EQ(verdict.outcome, Outcome::merged);
    EXPECT_EQ(value("name"), text("王四明"));
    // The same conflict waits again, with what stands now; there is no second one about it.
    EXPECT_EQ(told(conflict, "state"), text("1"));
    EXPECT_EQ(kept(conflict, "offered"), text("王二明"));
    EXPECT_EQ(kept(conflict, "committed"), text("王四明"));
    EXPECT_TRUE(court.conflicts_of(verdict).empty());
    // A value of the officer's own waits beside it.
    const record::Base again = court.seen();
    ASSERT_EQ(court.judge(first, {name("王五明", court.seen())}).outcome, Outcome::accepted);
    const auto third = court.judge(officer, {state(conflict, "4", again), name("王六明", again)});
    EXPECT_EQ(told(conflict, "state"), text("1"));
    ASSERT_EQ(court.conflicts_of(third).size(), 1U);
    EXPECT_EQ(kept(court.conflicts_of(third)[0], "offered"), text("王六明"));
    EXPECT_EQ(value("name"), text("王五明"));
}

TEST_F(ConflictList, WhatStandsNowIsToldToWhoSeesTheRecordNow) {
    const RecordId conflict = differ();
    const record::Base before = court.seen();
    ASSERT_EQ(
        court
            .judge(officer,
                   {update("person", person, before,
                           {{"organisation", Value{court.branch_b}}, {"name", text("王四明")}})})
            .outcome,
        Outcome::accepted);
    EXPECT_EQ(told(conflict, "organisation"), Value{court.branch_a});
    court.judge(top, {state(conflict, "3", before), name("王二明", before)});
    EXPECT_EQ(told(conflict, "state"), text("1"));
    EXPECT_EQ(kept(conflict, "committed"), text("王四明"));
    EXPECT_EQ(told(conflict, "organisation"), Value{court.branch_b});
}

TEST_F(ConflictList, TwoOfficersWhoDecideOfflineLeaveNothingOverwritten) {
    const RecordId conflict = differ();
    const record::Base before = court.seen();
    ASSERT_EQ(court.judge(top, {state(conflict, "3", before), name("王二明", before)}).outcome,
              Outcome::accepted);
    const auto late = court.judge(officer, {state(conflict, "4", before), name("王三明", before)});
    EXPECT_EQ(late.outcome, Outcome::merged);
    EXPECT_EQ(value("name"), text("王二明"));
    EXPECT_EQ(told(conflict, "state"), text("3"));
    EXPECT_EQ(told(conflict, "decided_by"), Value{court.administrator});
    // The other officer's value waits as any other, and the decision that came late is told of.
    ASSERT_EQ(court.conflicts_of(late).size(), 2U);
}

TEST_F(ConflictList, AnUpdateWinsARetiredRecordsLifeBackThroughAnOfficerAlone) {
    ASSERT_EQ(court.judge(first, {life("person", person, Operation::retire)}).outcome,
              Outcome::accepted);
    const auto verdict =
        court.judge(second, {update("person", person, seen, {{"mobile", text("13800000000")}})});
    EXPECT_EQ(verdict.outcome, Outcome::merged);
    ASSERT_EQ(verdict.decisions.size(), 1U);
    EXPECT_EQ(verdict.decisions[0].settlement, Settlement::waits);
    EXPECT_TRUE(court.state("person", person).retired);
    EXPECT_EQ(value("mobile"), Value{});
    const RecordId conflict = court.conflicts_of(verdict).at(0);
    EXPECT_EQ(told(conflict, "life"), Value{true});
    EXPECT_EQ(kept(conflict, "offered"), text("13800000000"));
    // Taken without the record's life, it would be lost once more: the conflict stays open.
    const auto mobile = [&] {
        return update("person", person, court.seen(), {{"mobile", text("13800000000")}});
    };
    court.judge(officer, {state(conflict, "3", court.seen()), mobile()});
    EXPECT_EQ(told(conflict, "state"), text("1"));
    ASSERT_EQ(court.judge(officer, {life("person", person, Operation::restore)}).outcome,
              Outcome::accepted);
    ASSERT_EQ(court.judge(officer, {state(conflict, "3", court.seen()), mobile()}).outcome,
              Outcome::accepted);
    EXPECT_FALSE(court.state("person", person).retired);
    EXPECT_EQ(value("mobile"), text("13800000000"));
    EXPECT_EQ(told(conflict, "state"), text("3"));
}

TEST_F(ConflictList, NobodyLearnsOfARetiredRecordThatIsNotTheirs) {
    ASSERT_EQ(court.judge(first, {life("person", person, Operation::retire)}).outcome,
              Outcome::accepted);
    Desk stranger = court.enrol(court.secretary_b);
    const auto verdict =
        court.judge(stranger, {update("person", person, seen, {{"name", text("王二明")}})});
    EXPECT_EQ(verdict.outcome, Outcome::quarantined);
    EXPECT_TRUE(names(verdict, "out_of_scope"));
    EXPECT_TRUE(verdict.decisions.empty());
    EXPECT_TRUE(court.all("conflict").empty());
}

TEST_F(ConflictList, WhoseValueLostByRuleHearsOfItAndClosesIt) {
    const auto address = [&](std::string_view words) {
        return update("person", person, seen, {{"address", text(words)}});
    };
    ASSERT_EQ(court.judge(first, {address("一路")}).outcome, Outcome::accepted);
    const auto verdict = court.judge(officer, {address("二路")});
    const RecordId loss = court.conflicts_of(verdict).at(0);
    EXPECT_EQ(told(loss, "state"), text("5"));
    EXPECT_EQ(told(loss, "loser"), Value{court.secretary_a});
    EXPECT_EQ(told(loss, "offered_by"), Value{court.general_administrator});
    EXPECT_EQ(kept(loss, "committed"), text("一路"));
    EXPECT_TRUE(names(court.judge(officer, {state(loss, "6", court.seen())}), "not_the_decider"));
    // Once more, and closed, in one action.
    ASSERT_EQ(
        court
            .judge(first, {update("person", person, court.seen(), {{"address", text("一路")}}),
                           state(loss, "6", court.seen())})
            .outcome,
        Outcome::accepted);
    EXPECT_EQ(value("address"), text("一路"));
    EXPECT_EQ(told(loss, "state"), text("6"));
}

}  // namespace
}  // namespace zhibu::server::test

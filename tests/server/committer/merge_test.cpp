#include <gtest/gtest.h>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "server/store/store.hpp"
#include "shared/record/change.hpp"
#include "shared/record/value.hpp"
#include "sync_protocol/casework/casework.hpp"
#include "tests/server/committer/court.hpp"

namespace zhibu::server::test {
namespace {

using record::Outcome;
using record::Settlement;

/// Two devices of one branch that have seen the same person, and edit without knowing of each
/// other.
class MergeOnTheServer : public testing::Test {
public:
    MergeOnTheServer() {
        const auto verdict = court.judge(
            first, {create("person", person,
                           with(applicant(court.branch_a, 1),
                                {{"phones", Value{record::make_text_set({"62930001"})}}}))});
        EXPECT_EQ(verdict.outcome, Outcome::accepted);
        seen = court.seen();
    }

    record::Verdict edit(Desk& desk, record::Base base, Values values, Values previous = {}) {
        return court.judge(
            desk, {update("person", person, base, std::move(values), std::move(previous))});
    }

    [[nodiscard]] Value value(std::string_view field) const {
        return court.value("person", person, field);
    }

    /// Those that wait for an officer.
    [[nodiscard]] std::vector<RecordId> conflicts() const {
        std::vector<RecordId> waiting;
        for (const auto& state : court.all("conflict")) {
            if (court.value("conflict", state.key.id, "state") == text("1")) {
                waiting.push_back(state.key.id);
            }
        }
        return waiting;
    }

    [[nodiscard]] Value told(const RecordId& conflict, std::string_view field) const {
        return court.value("conflict", conflict, field);
    }

    /// A value that a conflict holds.
    [[nodiscard]] Value kept(const RecordId& conflict, std::string_view field) const {
        const auto unpacked = sync::unpacked_field(std::get<std::string>(told(conflict, field)));
        return unpacked ? unpacked->value : text("unreadable");
    }

    Court court;
    Desk first = court.enrol(court.secretary_a);
    Desk second = court.enrol(court.secretary_a);
    RecordId person = court.new_id();
    record::Base seen;
};

TEST_F(MergeOnTheServer, DifferentFieldsOfOnePersonBothStand) {
    EXPECT_EQ(edit(first, seen, {{"mobile", text("13800000001")}}).outcome, Outcome::accepted);
    const auto verdict = edit(second, seen, {{"address", text("东川路800号")}});
    EXPECT_EQ(verdict.outcome, Outcome::accepted);
    EXPECT_TRUE(verdict.decisions.empty());
    EXPECT_EQ(value("mobile"), text("13800000001"));
    EXPECT_EQ(value("address"), text("东川路800号"));
}

TEST_F(MergeOnTheServer, TheLaterOfTwoDescriptionsStandsAndTheOtherIsKept) {
    ASSERT_EQ(edit(first, seen, {{"address", text("一路")}}).outcome, Outcome::accepted);
    const LogIndex at = court.head();
    const auto verdict = edit(second, seen, {{"address", text("二路")}});
    EXPECT_EQ(verdict.outcome, Outcome::merged);
    ASSERT_EQ(verdict.decisions.size(), 1U);
    EXPECT_EQ(verdict.decisions[0].settlement, Settlement::offered_won);
    EXPECT_EQ(verdict.decisions[0].committed, text("一路"));
    EXPECT_EQ(verdict.decisions[0].committed_at, at);
    EXPECT_EQ(verdict.decisions[0].committed_by, court.secretary_a);
    EXPECT_EQ(value("address"), text("二路"));
    EXPECT_FALSE(court.store.contents()->rows[verdict.index.position - 1]->verbatim);
    const auto losses = court.conflicts_of(verdict);
    ASSERT_EQ(losses.size(), 1U);
    EXPECT_EQ(told(losses[0], "state"), text("5"));
    EXPECT_EQ(told(losses[0], "loser"), Value{court.secretary_a});
    EXPECT_EQ(kept(losses[0], "committed"), text("一路"));
    EXPECT_EQ(told(losses[0], "record"), text(to_text(person)));
    EXPECT_EQ(told(losses[0], "organisation"), Value{court.branch_a});
}

TEST_F(MergeOnTheServer, TheSameValueTwiceDecidesNothing) {
    ASSERT_EQ(edit(first, seen, {{"address", text("一路")}}).outcome, Outcome::accepted);
    const auto verdict = edit(second, seen, {{"address", text("一路")}});
    EXPECT_EQ(verdict.outcome, Outcome::accepted);
    EXPECT_TRUE(court.store.contents()->rows.back()->effects.empty());
    EXPECT_FALSE(court.store.contents()->rows.back()->verbatim);
}

TEST_F(MergeOnTheServer, AnIdentityFieldWaitsForAnOfficer) {
    const Values theirs{{"name", text("王一明")}};
    const Values mine{{"name", text("王二明")}};
    ASSERT_EQ(edit(first, seen, theirs).outcome, Outcome::accepted);
    const LogIndex at = court.head();
    const auto verdict = edit(second, seen, mine);
    EXPECT_EQ(verdict.outcome, Outcome::merged);
    ASSERT_EQ(verdict.decisions.size(), 1U);
    EXPECT_EQ(verdict.decisions[0].settlement, Settlement::waits);
    EXPECT_EQ(value("name"), text("王一明"));
    ASSERT_EQ(conflicts().size(), 1U);
    const RecordId conflict = conflicts()[0];
    EXPECT_EQ(kept(conflict, "offered"), text("王二明"));
    EXPECT_EQ(kept(conflict, "committed"), text("王一明"));
    EXPECT_EQ(told(conflict, "committed_at"), Value{static_cast<std::int64_t>(at.position)});
    EXPECT_EQ(told(conflict, "offered_at"),
              Value{static_cast<std::int64_t>(verdict.index.position)});
    EXPECT_EQ(told(conflict, "loser"), Value{});
    EXPECT_EQ(told(conflict, "life"), Value{});
}

TEST_F(MergeOnTheServer, AskingCannotBeGotRoundByEditingTwice) {
    ASSERT_EQ(edit(first, seen, {{"name", text("王一明")}}).outcome, Outcome::accepted);
    ASSERT_EQ(edit(second, seen, {{"name", text("王二明")}}).outcome, Outcome::merged);
    const auto verdict = edit(second, record::own_base(second.last), {{"name", text("王三明")}});
    EXPECT_EQ(verdict.outcome, Outcome::merged);
    EXPECT_EQ(value("name"), text("王一明"));
    EXPECT_EQ(conflicts().size(), 2U);
}

TEST_F(MergeOnTheServer, OwnPendingWorkIsNoConflict) {
    ASSERT_EQ(edit(second, seen, {{"name", text("王二明")}}).outcome, Outcome::accepted);
    const auto verdict = edit(second, record::own_base(second.last), {{"name", text("王三明")}});
    EXPECT_EQ(verdict.outcome, Outcome::accepted);
    EXPECT_TRUE(verdict.decisions.empty());
    EXPECT_EQ(value("name"), text("王三明"));
}

TEST_F(MergeOnTheServer, AnotherDevicesChangeOnTopOfOwnPendingWorkIsAConflict) {
    ASSERT_EQ(edit(second, seen, {{"name", text("王二明")}}).outcome, Outcome::accepted);
    const Sequence own = second.last;
    ASSERT_EQ(edit(first, court.seen(), {{"name", text("王一明")}}).outcome, Outcome::accepted);
    EXPECT_EQ(edit(second, record::own_base(own), {{"name", text("王三明")}}).outcome,
              Outcome::merged);
    EXPECT_EQ(value("name"), text("王一明"));
}

TEST_F(MergeOnTheServer, SetsAreUnitedThroughOwnPendingWork) {
    const auto set = [](std::vector<std::string> texts) {
        return Value{record::make_text_set(std::move(texts))};
    };
    ASSERT_EQ(
        edit(first, seen, {{"phones", set({"62930001", "1"})}}, {{"phones", set({"62930001"})}})
            .outcome,
        Outcome::accepted);
    ASSERT_EQ(
        edit(second, seen, {{"phones", set({"62930001", "2"})}}, {{"phones", set({"62930001"})}})
            .outcome,
        Outcome::merged);
    EXPECT_EQ(value("phones"), set({"1", "2", "62930001"}));
    ASSERT_EQ(edit(second, record::own_base(second.last), {{"phones", set({"2", "3", "62930001"})}},
                   {{"phones", set({"2", "62930001"})}})
                  .outcome,
              Outcome::merged);
    EXPECT_EQ(value("phones"), set({"1", "2", "3", "62930001"}));
}

TEST_F(MergeOnTheServer, TheNearerToTheRootWinsAnAuthorityField) {
    Desk above = court.enrol(court.administrator);
    const auto base = court.seen();
    const auto rename = [&](Desk& desk, std::string_view name) {
        return court.judge(desk,
                           {update("organisation", court.branch_a, base, {{"name", text(name)}})});
    };
    ASSERT_EQ(rename(above, "第一支部").outcome, Outcome::accepted);
    const auto verdict = rename(second, "甲支部");
    EXPECT_EQ(verdict.outcome, Outcome::merged);
    EXPECT_EQ(verdict.decisions.at(0).settlement, Settlement::committed_stood);
    EXPECT_EQ(court.value("organisation", court.branch_a, "name"), text("第一支部"));
    // Whoever is nearer wins over what was committed meanwhile, too.
    ASSERT_EQ(court
                  .judge(second, {update("organisation", court.branch_a, court.seen(),
                                         {{"name", text("乙支部")}})})
                  .outcome,
              Outcome::accepted);
    EXPECT_EQ(rename(above, "第二支部").decisions.at(0).settlement, Settlement::offered_won);
    EXPECT_EQ(court.value("organisation", court.branch_a, "name"), text("第二支部"));
}

TEST_F(MergeOnTheServer, AVerdictThatWouldNotFitAMessageIsSetAside) {
    std::vector<record::Change> people;
    std::vector<RecordId> ids;
    for (unsigned i = 0; i < 100; ++i) {
        ids.push_back(court.new_id());
        people.push_back(create("person", ids.back(), applicant(court.branch_a, 100 + i)));
    }
    ASSERT_EQ(court.judge(first, people).outcome, Outcome::accepted);
    const auto base = court.seen();
    const auto remarks = [&](Desk& desk, std::string_view sign) {
        std::string long_text;
        while (long_text.size() < 6'000) {
            long_text += sign;
        }
        std::vector<record::Change> changes;
        for (const RecordId& id : ids) {
            changes.push_back(
                update("person", id, base, {{"remark", text(long_text.substr(0, 1'999))}}));
        }
        return court.judge(desk, changes);
    };
    ASSERT_EQ(remarks(first, "a").outcome, Outcome::accepted);
    const auto verdict = remarks(second, "b");
    EXPECT_EQ(verdict.outcome, Outcome::quarantined);
    EXPECT_TRUE(names(verdict, "group_too_large"));
    EXPECT_TRUE(verdict.decisions.empty());
}

}  // namespace
}  // namespace zhibu::server::test

#include <gtest/gtest.h>
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/keys/digest.hpp"
#include "shared/record/change.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "sync_protocol/casework/casework.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "tests/server/committer/court.hpp"

namespace zhibu::server::test {
namespace {

using record::Operation;
using record::Outcome;
using record::Verdict;

/// A secretary whose work is set aside for what the test does, and officers above.
class Casework : public testing::Test {
public:
    /// An applicant whom only a wrong clock keeps from being taken.
    record::Change good(Values values = {}) {
        person = court.new_id();
        return create("person", person,
                      with(applicant(court.branch_a, ++number), std::move(values)));
    }

    /// Sends the changes from a clock that runs ahead, so that the group waits for that alone.
    Verdict set_aside(std::vector<record::Change> changes, std::vector<Sequence> depends_on = {}) {
        const Instant right = desk.made_at;
        desk.made_at = after(court.clock.now(), hour_ms);
        const Verdict verdict = court.judge(desk, std::move(changes), std::move(depends_on));
        desk.made_at = right;
        EXPECT_EQ(verdict.outcome, Outcome::quarantined);
        return verdict;
    }

    [[nodiscard]] record::Change decision(const RecordId& id, std::string_view state,
                                          std::string_view remark = {}) const {
        return decision_on("case", id, court.seen(), state, remark);
    }

    [[nodiscard]] static record::Change decision_on(std::string_view kind, const RecordId& id,
                                                    record::Base base, std::string_view state,
                                                    std::string_view remark = {}) {
        Values values{{"state", text(state)}};
        if (!remark.empty()) {
            values.emplace_back("remark", text(remark));
        }
        return update(kind, id, base, std::move(values));
    }

    [[nodiscard]] Value told(const RecordId& id, std::string_view field) const {
        return court.value("case", id, field);
    }

    [[nodiscard]] std::vector<record::RecordState> contents_of(const RecordId& id) const {
        std::vector<record::RecordState> found;
        for (const auto& state : court.all("case_content")) {
            if (court.value("case_content", state.key.id, "case") == Value{id}) {
                found.push_back(state);
            }
        }
        return found;
    }

    [[nodiscard]] Value place_of_content(const RecordId& id) const {
        const auto contents = contents_of(id);
        return contents.empty() ? text("no content")
                                : court.value("case_content", contents[0].key.id, "organisation");
    }

    [[nodiscard]] bool gives(const RecordId& id, std::string_view rule) const {
        const auto reasons = sync::unpacked_reasons(std::get<std::string>(told(id, "reasons")));
        return std::ranges::any_of(
            reasons, [&](const record::Reason& reason) { return reason.rule == rule; });
    }

    Court court;
    Desk desk = court.enrol(court.secretary_a);
    Desk officer = court.enrol(court.general_administrator);
    Desk top = court.enrol(court.administrator);
    RecordId person;
    unsigned number = 0;
};

TEST_F(Casework, ACaseTellsWhoseWorkWaitsAndWhy) {
    court.clock.advance(minute_ms);
    const Verdict verdict = set_aside({good(), good()});
    const RecordId id = court.case_of(verdict);
    EXPECT_EQ(told(id, "organisation"), Value{court.branch_a});
    EXPECT_EQ(told(id, "author"), Value{court.secretary_a});
    EXPECT_EQ(told(id, "device"), Value{RecordId{desk.device.uuid}});
    EXPECT_EQ(told(id, "incarnation"), text(record::to_text(desk.incarnation.uuid)));
    EXPECT_EQ(told(id, "sequence"), Value{std::int64_t{1}});
    EXPECT_EQ(told(id, "action"), text("edit"));
    EXPECT_EQ(told(id, "changes"), Value{std::int64_t{2}});
    EXPECT_EQ(told(id, "kinds"), Value{record::make_text_set({"person"})});
    EXPECT_EQ(told(id, "rules"), Value{record::make_text_set({"wrong_clock"})});
    EXPECT_EQ(told(id, "arrived_at"), Value{court.clock.now()});
    EXPECT_EQ(told(id, "state"), text("1"));
    EXPECT_TRUE(gives(id, "wrong_clock"));
    EXPECT_EQ(place_of_content(id), Value{court.branch_a});
    const auto contents = contents_of(id);
    ASSERT_EQ(contents.size(), 1U);
    const std::vector parts{
        std::get<std::string>(court.value("case_content", contents[0].key.id, "content"))};
    const auto bytes = sync::content_of(parts);
    ASSERT_TRUE(bytes);
    EXPECT_EQ(*bytes, court.store.contents()->rows[verdict.index.position - 1]->sealed.bytes);
}

TEST_F(Casework, WhatStandsInAGroupIsSeenOnlyWhereAllOfItIsSeen) {
    Desk other = court.enrol(court.secretary_b);
    const RecordId theirs = court.new_id();
    ASSERT_EQ(court.judge(other, {create("person", theirs, applicant(court.branch_b, 90))}).outcome,
              Outcome::accepted);
    const auto verdict = court.judge(
        desk, {update("person", theirs, court.seen(), {{"mobile", text("13800000000")}})});
    EXPECT_TRUE(names(verdict, "out_of_scope"));
    EXPECT_EQ(told(court.case_of(verdict), "organisation"), Value{court.branch_a});
    EXPECT_EQ(place_of_content(court.case_of(verdict)), Value{court.general});
    // Only the committee sees both this branch and that one.
    const auto beside =
        court.judge(desk, {create("person", court.new_id(), applicant(court.beside, 91))});
    EXPECT_EQ(place_of_content(court.case_of(beside)), Value{court.root});
    auto strange = good();
    strange.record.kind.number = 999;
    EXPECT_EQ(place_of_content(court.case_of(court.judge(desk, {strange}))), Value{});
}

TEST_F(Casework, AnAcceptedGroupIsCommittedAndItsVerdictStays) {
    const record::SealedGroup sealed = [&] {
        desk.made_at = after(court.clock.now(), hour_ms);
        return desk.seal({good()});
    }();
    const auto delivered = court.push(desk, {sealed});
    const Verdict verdict = verdict_of(delivered.receipts.at(0));
    const RecordId id = court.case_of(verdict);
    court.clock.advance(day_ms);
    officer.made_at = court.clock.now();
    const auto decided = court.judge(officer, {decision(id, "2")});
    EXPECT_EQ(decided.outcome, Outcome::accepted);
    EXPECT_EQ(court.value("person", person, "name"), text("王明"));
    EXPECT_EQ(told(id, "state"), text("2"));
    EXPECT_EQ(told(id, "decided_by"), Value{court.general_administrator});
    EXPECT_EQ(told(id, "decided_at"), Value{court.clock.now()});
    const LogIndex applied{decided.index.position + 1};
    EXPECT_EQ(told(id, "applied_at"), Value{static_cast<std::int64_t>(applied.position)});
    const LogRow& row = *court.store.contents()->rows[applied.position - 1];
    EXPECT_EQ(row.action, "accept_case");
    EXPECT_EQ(row.author, court.general_administrator);
    ASSERT_EQ(row.effects.size(), 1U);
    EXPECT_EQ(row.effects[0].effect.state.key.id, person);
    EXPECT_EQ(court.push(desk, {sealed}).receipts, delivered.receipts);
}

TEST_F(Casework, WhoMayDecideACase) {
    const auto account = [&](const RecordId& organisation, std::string_view level, bool manages) {
        return court.enrol(court.add_account(organisation, level,
                                             {{"nature", text("1")}, {"manages", Value{manages}}}));
    };

    struct Cell {
        const char* who;
        Desk desk;
        bool decides;
    };

    std::vector<Cell> cells{
        {"the author", desk, false},
        {"another of the branch", account(court.branch_a, "3", false), false},
        {"a branch's account with the right to manage", account(court.branch_a, "3", true), false},
        {"a manager of the branch", account(court.branch_a, "2", true), false},
        {"a manager of another branch", account(court.branch_b, "2", true), false},
        {"a manager beside", account(court.beside, "2", true), false},
        {"above without the right to manage", account(court.general, "2", false), false},
        {"a manager above", officer, true},
        {"the committee", top, true}};
    for (Cell& cell : cells) {
        const RecordId id = court.case_of(set_aside({good()}));

        Desk& used = cell.desk.device == desk.device ? desk : cell.desk;
        const auto verdict = court.judge(used, {decision(id, "2")});
        EXPECT_EQ(verdict.outcome, cell.decides ? Outcome::accepted : Outcome::quarantined)
            << cell.who;
        EXPECT_EQ(names(verdict, "not_the_decider"), !cell.decides) << cell.who;
        EXPECT_EQ(told(id, "state"), text(cell.decides ? "2" : "1")) << cell.who;
        EXPECT_EQ(court.exists("person", person), cell.decides) << cell.who;
    }
}

TEST_F(Casework, AReadOnlyOfficerDecidesNothing) {
    const RecordId id = court.case_of(set_aside({good()}));
    court.write({update("account", court.general_administrator, {}, {{"permission", text("2")}})});
    const auto verdict = court.judge(officer, {decision(id, "2")});
    EXPECT_EQ(verdict.outcome, Outcome::rejected);
    EXPECT_EQ(told(id, "state"), text("1"));
}

TEST_F(Casework, AtTheTopAnotherOfficerOfTheSameOrganisationDecides) {
    Desk second = court.enrol(
        court.add_account(court.root, "1", {{"nature", text("1")}, {"manages", Value{true}}}));
    top.made_at = after(court.clock.now(), hour_ms);
    const auto verdict = court.judge(top, {good()});
    ASSERT_EQ(verdict.outcome, Outcome::quarantined);
    top.made_at = court.clock.now();
    const RecordId id = court.case_of(verdict);
    EXPECT_TRUE(names(court.judge(top, {decision(id, "2")}), "not_the_decider"));
    EXPECT_EQ(court.judge(second, {decision(id, "2")}).outcome, Outcome::accepted);
    EXPECT_TRUE(court.exists("person", person));
}

TEST_F(Casework, AnOfficerAcceptsOnlyWhatTheOfficerMayWrite) {
    // The general branch's officer sees the case, but not the branch beside.
    const RecordId other = court.new_id();
    const auto verdict = court.judge(desk, {create("person", other, applicant(court.beside, 92))});
    const RecordId id = court.case_of(verdict);
    EXPECT_EQ(court.judge(officer, {decision(id, "2")}).outcome, Outcome::accepted);
    EXPECT_FALSE(court.exists("person", other));
    EXPECT_EQ(told(id, "state"), text("1"));
    EXPECT_EQ(told(id, "failed"), Value{true});
    EXPECT_TRUE(gives(id, "out_of_scope"));
    EXPECT_EQ(court.judge(top, {decision(id, "2")}).outcome, Outcome::accepted);
    EXPECT_TRUE(court.exists("person", other));
    EXPECT_EQ(told(id, "failed"), Value{});
}

TEST_F(Casework, ReturningAndDiscardingNeedARemark) {
    const RecordId id = court.case_of(set_aside({good()}));
    for (const char* state : {"4", "5"}) {
        EXPECT_TRUE(names(court.judge(officer, {decision(id, state)}), "case_needs_remark"));
    }
    EXPECT_EQ(court.judge(officer, {decision(id, "4", "身份证号不清楚")}).outcome,
              Outcome::accepted);
    EXPECT_EQ(told(id, "state"), text("4"));
    EXPECT_EQ(told(id, "remark"), text("身份证号不清楚"));
    EXPECT_EQ(told(id, "decided_by"), Value{court.general_administrator});
    EXPECT_FALSE(court.exists("person", person));
    // What was returned is still open, what is decided is not.
    EXPECT_EQ(court.judge(officer, {decision(id, "5", "重复")}).outcome, Outcome::accepted);
    EXPECT_TRUE(names(court.judge(officer, {decision(id, "2")}), "case_decided"));
    EXPECT_EQ(told(id, "state"), text("5"));
    EXPECT_EQ(contents_of(id).size(), 1U);
}

TEST_F(Casework, TheAuthorAloneWithdraws) {
    const RecordId id = court.case_of(set_aside({good()}));
    EXPECT_TRUE(names(court.judge(officer, {decision(id, "6")}), "not_the_decider"));
    EXPECT_EQ(court.judge(desk, {decision(id, "6")}).outcome, Outcome::accepted);
    EXPECT_EQ(told(id, "state"), text("6"));
    EXPECT_TRUE(names(court.judge(officer, {decision(id, "2")}), "case_decided"));
}

TEST_F(Casework, OnlyStateAndRemarkAreAnybodysToWrite) {
    const RecordId id = court.case_of(set_aside({good()}));
    const auto expect_refused = [&](record::Change change) {
        EXPECT_TRUE(names(court.judge(officer, {std::move(change)}), "server_only"));
    };
    expect_refused(update("case", id, court.seen(), {{"author", Value{court.administrator}}}));
    expect_refused(update("case", id, court.seen(), {{"remark", text("只写意见")}}));
    expect_refused(update("case", id, court.seen(), {{"applied_at", Value{std::int64_t{1}}}}));
    expect_refused(create("case", court.new_id(), {{"number", text("9")}, {"state", text("1")}}));
    expect_refused(life("case", id, Operation::retire));
    const RecordId content = contents_of(id)[0].key.id;
    expect_refused(update("case_content", content, court.seen(), {{"content", text("AAAA")}}));
    ASSERT_EQ(court.judge(officer, {decision(id, "4", "再看")}).outcome, Outcome::accepted);
    expect_refused(decision(id, "1"));
}

TEST_F(Casework, DependentsAreJudgedInOrderOnceWhatTheyBuildOnIsAccepted) {
    const auto first = set_aside({good()});
    const RecordId kept = person;
    const Sequence base = desk.last;
    const auto second = court.judge(
        desk, {update("person", kept, record::own_base(base), {{"name", text("王二明")}})});
    const auto third = court.judge(
        desk, {update("person", kept, record::own_base(desk.last), {{"name", text("王三明")}})});
    const auto fourth = court.judge(
        desk, {update("person", kept, record::own_base(desk.last), {{"sex", text("7")}})});
    EXPECT_EQ(told(court.case_of(second), "depends_on"), Value{court.case_of(first)});
    EXPECT_EQ(told(court.case_of(third), "depends_on"), Value{court.case_of(second)});
    ASSERT_EQ(court.judge(officer, {decision(court.case_of(first), "2")}).outcome,
              Outcome::accepted);
    EXPECT_EQ(court.value("person", kept, "name"), text("王三明"));
    EXPECT_EQ(told(court.case_of(second), "state"), text("2"));
    EXPECT_EQ(told(court.case_of(third), "state"), text("2"));
    // That one breaks a rule of its own, which its case now says.
    EXPECT_EQ(told(court.case_of(fourth), "state"), text("1"));
    EXPECT_EQ(told(court.case_of(fourth), "depends_on"), Value{});
    EXPECT_TRUE(gives(court.case_of(fourth), "R-112"));
    // Nothing was a conflict: each stood on the one before.
    EXPECT_TRUE(court.all("conflict").empty());
    // What the device sends from now on stands on what was accepted.
    const auto fifth = court.judge(
        desk, {update("person", kept, record::own_base(base), {{"mobile", text("13800000000")}})});
    EXPECT_EQ(fifth.outcome, Outcome::accepted);
}

TEST_F(Casework, ADependentOfAnAccountThatMayNoLongerWorkWaitsOn) {
    const auto first = set_aside({good()});
    const auto second = court.judge(desk, {update("person", person, record::own_base(desk.last),
                                                  {{"mobile", text("13800000000")}})});
    court.write({update("account", court.secretary_a, {}, {{"state", text("2")}})});
    ASSERT_EQ(court.judge(officer, {decision(court.case_of(first), "2")}).outcome,
              Outcome::accepted);
    EXPECT_TRUE(court.exists("person", person));
    EXPECT_TRUE(gives(court.case_of(second), "account_disabled"));
    EXPECT_EQ(told(court.case_of(second), "state"), text("1"));
    EXPECT_EQ(court.judge(officer, {decision(court.case_of(second), "2")}).outcome,
              Outcome::accepted);
    EXPECT_EQ(court.value("person", person, "mobile"), text("13800000000"));
}

TEST_F(Casework, ADependentCannotBeAcceptedBeforeWhatItBuildsOn) {
    const auto first = set_aside({good()});
    const auto second = court.judge(desk, {update("person", person, record::own_base(desk.last),
                                                  {{"mobile", text("13800000000")}})});
    const RecordId id = court.case_of(second);
    ASSERT_EQ(court.judge(officer, {decision(id, "2")}).outcome, Outcome::accepted);
    EXPECT_EQ(told(id, "state"), text("1"));
    EXPECT_TRUE(gives(id, "depends_on_quarantined"));
    // Both in one action, in whatever order they are named.
    ASSERT_EQ(
        court.judge(officer, {decision(id, "2"), decision(court.case_of(first), "2")}).outcome,
        Outcome::accepted);
    EXPECT_EQ(court.value("person", person, "mobile"), text("13800000000"));
    EXPECT_EQ(told(id, "state"), text("2"));
}

TEST_F(Casework, OfTwoOfficersWhoDecideOfflineTheFirstDecides) {
    const RecordId id = court.case_of(set_aside({good()}));
    const record::Base seen = court.seen();
    ASSERT_EQ(court.judge(top, {decision_on("case", id, seen, "5", "不需要")}).outcome,
              Outcome::accepted);
    const auto second = court.judge(officer, {decision_on("case", id, seen, "2", "可以")});
    EXPECT_EQ(second.outcome, Outcome::merged);
    ASSERT_EQ(second.decisions.size(), 2U);
    EXPECT_EQ(second.decisions[0].settlement, record::Settlement::committed_stood);
    EXPECT_EQ(second.decisions[0].committed_by, court.administrator);
    EXPECT_EQ(told(id, "state"), text("5"));
    EXPECT_EQ(told(id, "remark"), text("不需要"));
    EXPECT_EQ(told(id, "decided_by"), Value{court.administrator});
    EXPECT_FALSE(court.exists("person", person));
    const auto losses = court.conflicts_of(second);
    ASSERT_EQ(losses.size(), 1U);
    EXPECT_EQ(court.value("conflict", losses[0], "loser"), Value{court.general_administrator});
    EXPECT_EQ(court.value("conflict", losses[0], "state"), text("5"));
}

TEST_F(Casework, TheSameDecisionTwiceTakesEffectOnce) {
    const RecordId id = court.case_of(set_aside({good()}));
    const record::Base seen = court.seen();
    ASSERT_EQ(court.judge(top, {decision_on("case", id, seen, "2")}).outcome, Outcome::accepted);
    const Value applied = told(id, "applied_at");
    EXPECT_EQ(court.judge(officer, {decision_on("case", id, seen, "2")}).outcome,
              Outcome::accepted);
    EXPECT_EQ(told(id, "applied_at"), applied);
    EXPECT_EQ(told(id, "decided_by"), Value{court.administrator});
}

TEST_F(Casework, ACaseGoesWithItsOrganisation) {
    const RecordId id = court.case_of(set_aside({good()}));
    court.write({update("organisation", court.branch_a, {}, {{"parent", Value{court.root}}})});
    EXPECT_TRUE(names(court.judge(officer, {decision(id, "2")}), "not_the_decider"));
    EXPECT_EQ(court.judge(top, {decision(id, "2")}).outcome, Outcome::accepted);
    EXPECT_TRUE(court.exists("person", person));
}

TEST_F(Casework, ARuleThatRefusesHoldsForAnOfficerTooUntilTheGroupIsAmended) {
    ASSERT_EQ(court.judge(desk, {good()}).outcome, Outcome::accepted);
    const RecordId twin = court.new_id();
    const Values same = applicant(court.branch_a, number);
    const auto verdict = court.judge(desk, {create("person", twin, same)});
    ASSERT_TRUE(names(verdict, "R-107"));
    const RecordId id = court.case_of(verdict);
    ASSERT_EQ(court.judge(officer, {decision(id, "2")}).outcome, Outcome::accepted);
    EXPECT_EQ(told(id, "state"), text("1"));
    EXPECT_EQ(told(id, "failed"), Value{true});
    EXPECT_TRUE(gives(id, "R-107"));
    EXPECT_FALSE(court.exists("person", twin));
    EXPECT_TRUE(names(court.judge(officer, {decision(id, "3")}), "decision_incomplete"));
    const auto amended = court.judge(
        officer, {create("person", twin, applicant(court.branch_a, 93)), decision(id, "3")});
    ASSERT_EQ(amended.outcome, Outcome::accepted);
    EXPECT_TRUE(court.exists("person", twin));
    EXPECT_EQ(told(id, "state"), text("3"));
    EXPECT_EQ(told(id, "applied_at"), Value{static_cast<std::int64_t>(amended.index.position)});
}

TEST_F(Casework, WhatBuildsOnAnAmendedGroupHasNotSeenIt) {
    const RecordId id = court.case_of(set_aside({good()}));
    const auto amended =
        create("person", person, with(applicant(court.branch_a, number), {{"name", text("王改")}}));
    ASSERT_EQ(court.judge(officer, {amended, decision(id, "3")}).outcome, Outcome::accepted);
    const auto verdict = court.judge(
        desk, {update("person", person, record::own_base(desk.last), {{"name", text("王四明")}})});
    EXPECT_EQ(verdict.outcome, Outcome::merged);
    EXPECT_EQ(verdict.decisions.at(0).settlement, record::Settlement::waits);
    EXPECT_EQ(court.value("person", person, "name"), text("王改"));
}

TEST_F(Casework, AGroupOfAnySizeIsKeptWholeAndAccepted) {
    std::vector<record::Change> import;
    for (int i = 0; i < 2'700; ++i) {
        import.push_back(good({{"remark", text("从旧系统导入的人员，逐条核对过身份证号。")}}));
    }
    const RecordId last = person;
    const RecordId id = court.case_of(set_aside(std::move(import)));
    EXPECT_GT(contents_of(id).size(), 8U);
    ASSERT_EQ(court.judge(officer, {decision(id, "2")}).outcome, Outcome::accepted);
    EXPECT_TRUE(court.exists("person", last));
}

TEST_F(Casework, WhatBreaksATextIsFiledAllTheSame) {
    record::Group group = desk.next({good({{"name", text("王\u202e明")}})});
    group.action = "\u202eedit\n";
    const auto result = court.push(desk, {desk.sign(group)});
    ASSERT_EQ(result.receipts.size(), 1U);
    const RecordId id = court.case_of(verdict_of(result.receipts[0]));
    EXPECT_EQ(told(id, "action"), Value{});
    EXPECT_EQ(told(id, "rules"), Value{record::make_text_set({"invisible_or_bidi"})});
}

TEST_F(Casework, AForkIsACaseTooAndCanBeAccepted) {
    Desk clone = desk;
    ASSERT_EQ(court.judge(desk, {good()}).outcome, Outcome::accepted);
    const auto forked = good();
    const RecordId theirs = person;
    EXPECT_TRUE(court.push(clone, {clone.seal({forked})}).refusal);
    const auto cases = court.all("case");
    ASSERT_EQ(cases.size(), 1U);
    const RecordId id = cases[0].key.id;
    EXPECT_EQ(told(id, "rules"), Value{record::make_text_set({"fork"})});
    ASSERT_EQ(court.judge(officer, {decision(id, "2")}).outcome, Outcome::accepted);
    EXPECT_TRUE(court.exists("person", theirs));
}

TEST_F(Casework, WhatStandsBehindAGapIsAcceptedByAnOfficer) {
    static_cast<void>(desk.seal({good()}));  // never arrives
    const auto behind = desk.seal({good()});
    const RecordId theirs = person;
    const auto next = desk.seal(
        {update("person", theirs, record::own_base(desk.last), {{"mobile", text("13800000000")}})});
    const auto taken = court.hand_in(desk, {behind, next});
    ASSERT_EQ(taken.receipts.size(), 2U);
    const RecordId second = court.case_of(verdict_of(taken.receipts[1]));
    ASSERT_EQ(
        court.judge(officer, {decision(court.case_of(verdict_of(taken.receipts[0])), "2")}).outcome,
        Outcome::accepted);
    EXPECT_TRUE(court.exists("person", theirs));
    ASSERT_EQ(court.judge(officer, {decision(second, "2")}).outcome, Outcome::accepted);
    EXPECT_EQ(court.value("person", theirs, "mobile"), text("13800000000"));
}

TEST_F(Casework, WhatADeviceMayLeaveWaitingHasAnEnd) {
    court.settings.waiting_groups_max = 2;
    court.restart();
    const RecordId first = court.case_of(set_aside({good()}));
    set_aside({good()});
    desk.made_at = after(court.clock.now(), hour_ms);
    const record::SealedGroup third = desk.seal({good()});
    desk.made_at = court.clock.now();
    const auto refuse = [&] {
        const LogIndex head = court.head();
        const auto result = court.push(desk, {third});
        ASSERT_TRUE(result.refusal);
        EXPECT_EQ(result.refusal->reason, sync::RefusalReason::quarantine_full);
        EXPECT_TRUE(result.receipts.empty());
        EXPECT_EQ(court.head(), head);
    };
    refuse();
    // Counted from the store after a start as well.
    court.restart();
    refuse();
    // Other devices are not concerned, and neither is what need not wait.
    Desk other = court.enrol(court.secretary_a);
    other.made_at = after(court.clock.now(), hour_ms);
    EXPECT_EQ(court.judge(other, {good()}).outcome, Outcome::quarantined);
    // A decision makes room, and nothing was lost.
    ASSERT_EQ(court.judge(officer, {decision(first, "2")}).outcome, Outcome::accepted);
    EXPECT_EQ(court.push(desk, {third}).receipts.size(), 1U);
}

}  // namespace
}  // namespace zhibu::server::test

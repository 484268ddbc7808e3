#include "client/casework/casework.hpp"

#include <gtest/gtest.h>
#include <cstdint>
#include <string>
#include <vector>

#include "client/replica/replica.hpp"
#include "shared/record/change.hpp"
#include "shared/record/id.hpp"
#include "shared/record/value.hpp"
#include "sync_protocol/casework/casework.hpp"
#include "tests/client/casework/machine.hpp"
#include "tests/server/committer/court.hpp"

namespace zhibu::client::test {
namespace {

using record::RecordId;
using record::Value;
using server::test::applicant;
using server::test::hour_ms;
using server::test::text;
namespace case_state = sync::case_state;
namespace conflict_state = sync::conflict_state;

/// A branch's machine, one of the branch beside it, and an officer's of the organisation above.
class Branch : public testing::Test {
public:
    /// A group that the server sets aside because the machine's clock ran ahead.
    RecordId set_aside() {
        const RecordId person = court.new_id();
        secretary.clock.advance(hour_ms);
        secretary.commit(creation("person", person, applicant(court.branch_a, ++number)));
        secretary.synchronise();
        court.clock.advance(hour_ms);
        officer.clock.advance(hour_ms);
        officer.synchronise();
        return person;
    }

    void decide_as_officer(CaseDecision decision, const std::string& remark = {}) {
        const QuarantineCase of = officer.only_case();
        const auto dependents = dependents_of(*officer.replica, words(), of);
        ASSERT_TRUE(dependents);
        officer.commit(decide(words(), of, decision, remark, *dependents, {}));
        officer.synchronise();
        secretary.synchronise();
    }

    Court court;
    Machine secretary{court, court.secretary_a};
    Machine neighbour{court, court.secretary_b};
    Machine officer{court, court.general_administrator};
    unsigned number = 0;
};

TEST_F(Branch, AnOfficerAcceptsOfflineAndTheBranchSeesEachStep) {
    const RecordId person = set_aside();
    EXPECT_FALSE(secretary.holds("person", person));
    const auto own = case_of(*secretary.replica, words(), secretary.newest());
    ASSERT_TRUE(own && *own);
    EXPECT_EQ((*own)->stage, case_state::waiting);
    EXPECT_EQ((*own)->reasons.at(0).rule, "wrong_clock");
    ASSERT_TRUE((*own)->content);
    const QuarantineCase seen = officer.only_case();
    ASSERT_TRUE(seen.content);
    EXPECT_EQ(seen.content->changes.at(0).record.id, person);
    EXPECT_EQ(secretary.replica->status()->quarantined, 1U);
    // Nothing goes to who does not see that branch.
    neighbour.synchronise();
    EXPECT_TRUE(list_cases(*neighbour.replica, words(), false, 10)->empty());
    EXPECT_FALSE(neighbour.holds("person", person));

    officer.commit(decide(words(), seen, CaseDecision::accept, "已核对", {}, {}));
    EXPECT_EQ(officer.only_case().stage, case_state::accepted);
    EXPECT_FALSE(officer.holds("person", person));
    officer.synchronise();
    EXPECT_TRUE(officer.holds("person", person));
    secretary.synchronise();
    EXPECT_EQ(secretary.value(person, "name"), text("王明"));
    const QuarantineCase decided = secretary.only_case();
    EXPECT_EQ(decided.stage, case_state::accepted);
    const auto& kind = words().kind("case");
    EXPECT_EQ(decided.state.value(kind.field("remark").id()), text("已核对"));
    EXPECT_EQ(decided.state.value(kind.field("decided_by").id()),
              Value{court.general_administrator});
    // The verdict is what it was.
    EXPECT_EQ(secretary.newest().stage, GroupStage::quarantined);
    EXPECT_EQ(secretary.replica->status()->quarantined, 0U);
    EXPECT_TRUE(list_cases(*secretary.replica, words(), true, 10)->empty());
}

TEST_F(Branch, WhatIsReturnedIsSentOnceMoreInOneAction) {
    const RecordId person = set_aside();
    decide_as_officer(CaseDecision::give_back, "请校正时钟后重新提交");
    const OwnGroup group = secretary.newest();
    const auto returned = case_of(*secretary.replica, words(), group);
    ASSERT_TRUE(returned && *returned);
    EXPECT_EQ((*returned)->stage, case_state::returned);
    EXPECT_EQ(secretary.replica->status()->quarantined, 1U);
    const auto draft = resubmit(*secretary.replica, words(), group);
    ASSERT_TRUE(draft);
    secretary.commit(*draft);
    secretary.synchronise();
    EXPECT_EQ(secretary.newest().stage, GroupStage::accepted);
    EXPECT_TRUE(secretary.holds("person", person));
    EXPECT_EQ(secretary.only_case().stage, case_state::withdrawn);
    officer.synchronise();
    EXPECT_TRUE(list_cases(*officer.replica, words(), true, 10)->empty());
}

TEST_F(Branch, ADiscardedCaseTakesWhatBuildsOnItAlong) {
    const RecordId person = court.new_id();
    secretary.clock.advance(hour_ms);
    secretary.commit(creation("person", person, applicant(court.branch_a, 1)));
    secretary.commit(edit("person", person, {{"mobile", text("13800000000")}}));
    secretary.commit(edit("person", person, {{"mobile", text("13900000000")}}));
    secretary.synchronise();
    officer.synchronise();
    const auto cases = list_cases(*officer.replica, words(), true, 10);
    ASSERT_EQ(cases->size(), 3U);
    const QuarantineCase* first = nullptr;
    for (const QuarantineCase& each : *cases) {
        if (each.reasons.at(0).rule == "wrong_clock" && each.reasons.size() == 1) {
            first = &each;
        }
    }
    ASSERT_NE(first, nullptr);
    const auto dependents = dependents_of(*officer.replica, words(), *first);
    ASSERT_TRUE(dependents);
    EXPECT_EQ(dependents->size(), 2U);
    // Without a remark the branch would not learn why.
    EXPECT_EQ(
        officer.try_commit(decide(words(), *first, CaseDecision::discard, "", *dependents, {}))
            .error()
            .fault,
        ReplicaFault::refused);
    officer.commit(decide(words(), *first, CaseDecision::discard, "重复", *dependents, {}));
    officer.synchronise();
    secretary.synchronise();
    EXPECT_TRUE(list_cases(*secretary.replica, words(), true, 10)->empty());
    const auto all = list_cases(*secretary.replica, words(), false, 10);
    ASSERT_EQ(all->size(), 3U);
    for (const QuarantineCase& each : *all) {
        EXPECT_EQ(each.stage, case_state::discarded);
        EXPECT_TRUE(each.content);
    }
}

TEST_F(Branch, AnOfficerAmendsWhatARuleForbids) {
    // The branch cannot see that the neighbours' member has that id number.
    neighbour.commit(creation("person", court.new_id(), applicant(court.branch_b, 7)));
    neighbour.synchronise();
    const RecordId person = court.new_id();
    secretary.commit(creation("person", person, applicant(court.branch_a, 7)));
    secretary.synchronise();
    EXPECT_EQ(secretary.newest().stage, GroupStage::quarantined);
    officer.synchronise();
    const QuarantineCase of = officer.only_case();
    EXPECT_EQ(of.reasons.at(0).rule, "R-107");
    auto wishes = wishes_of(*officer.replica, *of.content);
    ASSERT_TRUE(wishes);
    for (const auto& [field, value] : applicant(court.branch_a, 8)) {
        for (DraftField& wish : wishes->at(0).fields) {
            if (wish.field == words().kind("person").field(field).id()) {
                wish.value = value;
            }
        }
    }
    officer.commit(decide(words(), of, CaseDecision::amend, "身份证号更正", {}, *wishes));
    officer.synchronise();
    secretary.synchronise();
    EXPECT_EQ(secretary.only_case().stage, case_state::amended);
    EXPECT_EQ(secretary.value(person, "id_number"), text(server::test::id_number(8)));
}

TEST_F(Branch, AConflictIsSettledOfflineAndAllAgree) {
    Machine second{court, court.secretary_a};
    const RecordId person = court.new_id();
    secretary.commit(creation("person", person, applicant(court.branch_a, 1)));
    secretary.synchronise();
    second.synchronise();
    secretary.commit(edit("person", person, {{"name", text("王一明")}}));
    second.commit(edit("person", person, {{"name", text("王二明")}}));
    secretary.synchronise();
    second.synchronise();
    officer.synchronise();
    const FieldConflict conflict = officer.only_conflict();
    EXPECT_EQ(conflict.offered, text("王二明"));
    EXPECT_EQ(conflict.committed, text("王一明"));
    EXPECT_EQ(conflict.subject.id, person);
    for (const Draft& draft :
         settle(words(), conflict, ConflictDecision::take_offered, {}, "以身份证为准")) {
        officer.commit(draft);
    }
    officer.synchronise();
    secretary.synchronise();
    second.synchronise();
    for (Machine* machine : {&secretary, &second, &officer}) {
        EXPECT_EQ(machine->value(person, "name"), text("王二明"));
        EXPECT_TRUE(list_conflicts(*machine->replica, words(), true, 10)->empty());
        EXPECT_EQ(list_conflicts(*machine->replica, words(), false, 10)->at(0).stage,
                  conflict_state::took_offered);
    }
}

TEST_F(Branch, WhatIsThereAlreadyIsKeptRatherThanWritten) {
    Machine second{court, court.secretary_a};
    const RecordId person = court.new_id();
    secretary.commit(creation("person", person, applicant(court.branch_a, 1)));
    secretary.synchronise();
    second.synchronise();
    secretary.commit(edit("person", person, {{"name", text("王一明")}}));
    second.commit(edit("person", person, {{"name", text("王二明")}}));
    secretary.synchronise();
    second.synchronise();
    secretary.synchronise();
    secretary.commit(edit("person", person, {{"name", text("王二明")}}));
    secretary.synchronise();
    officer.synchronise();
    for (const Draft& draft :
         settle(words(), officer.only_conflict(), ConflictDecision::take_offered, {}, {})) {
        officer.commit(draft);
    }
    officer.synchronise();
    EXPECT_EQ(officer.newest().stage, GroupStage::accepted);
    EXPECT_EQ(officer.value(person, "name"), text("王二明"));
}

TEST_F(Branch, AnUpdateBringsARetiredRecordBackThroughTheOfficer) {
    Machine second{court, court.secretary_a};
    const RecordId person = court.new_id();
    secretary.commit(creation("person", person, applicant(court.branch_a, 1)));
    secretary.synchronise();
    second.synchronise();
    secretary.commit(
        {"retire", {{{words().kind("person").id(), person}, record::Operation::retire, {}}}});
    secretary.synchronise();
    second.commit(edit("person", person, {{"mobile", text("13800000000")}}));
    second.synchronise();
    officer.synchronise();
    const FieldConflict conflict = officer.only_conflict();
    EXPECT_TRUE(conflict.about_life);
    const auto drafts = settle(words(), conflict, ConflictDecision::take_offered, {}, {});
    ASSERT_EQ(drafts.size(), 2U);
    for (const Draft& draft : drafts) {
        officer.commit(draft);
    }
    officer.synchronise();
    second.synchronise();
    EXPECT_EQ(second.value(person, "mobile"), text("13800000000"));
    EXPECT_FALSE((*second.replica->find({words().kind("person").id(), person}))->retired);
    EXPECT_TRUE(list_conflicts(*second.replica, words(), true, 10)->empty());
}

TEST_F(Branch, ALostValueIsListedAndSentOnceMoreInOneAction) {
    const RecordId person = court.new_id();
    secretary.commit(creation("person", person, applicant(court.branch_a, 1)));
    secretary.synchronise();
    officer.synchronise();
    secretary.commit(edit("person", person, {{"address", text("一路")}}));
    officer.commit(edit("person", person, {{"address", text("二路")}}));
    secretary.synchronise();
    officer.synchronise();
    EXPECT_TRUE(list_losses(*officer.replica, words(), 10)->empty());
    secretary.synchronise();
    const auto losses = list_losses(*secretary.replica, words(), 10);
    ASSERT_TRUE(losses);
    ASSERT_EQ(losses->size(), 1U);
    EXPECT_TRUE(losses->at(0).is_own_loss);
    EXPECT_EQ(losses->at(0).committed, text("一路"));
    for (const Draft& draft : settle(words(), losses->at(0), ConflictDecision::resubmit, {}, {})) {
        secretary.commit(draft);
    }
    secretary.synchronise();
    EXPECT_EQ(secretary.newest().stage, GroupStage::accepted);
    EXPECT_EQ(secretary.value(person, "address"), text("一路"));
    EXPECT_TRUE(list_losses(*secretary.replica, words(), 10)->empty());
}

}  // namespace
}  // namespace zhibu::client::test

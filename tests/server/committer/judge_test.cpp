#include <gtest/gtest.h>
#include <cstdint>
#include <utility>
#include <vector>

#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/date.hpp"
#include "shared/record/id.hpp"
#include "shared/rules/rules.hpp"
#include "tests/server/committer/court.hpp"

namespace zhibu::server::test {
namespace {

using record::Operation;
using record::Outcome;

class Judge : public testing::Test {
public:
    /// A change that breaks nothing, but for what the test does to it.
    record::Change good(Values values = {}) {
        person = court.new_id();
        return create("person", person,
                      with(applicant(court.branch_a, ++number), std::move(values)));
    }

    void expect_set_aside(const record::Verdict& verdict, std::string_view rule) {
        EXPECT_EQ(verdict.outcome, Outcome::quarantined);
        EXPECT_TRUE(names(verdict, rule));
        EXPECT_TRUE(verdict.decisions.empty());
        // Its case is the next group.
        EXPECT_LT(verdict.index, court.head());
        EXPECT_TRUE(court.store.contents()->rows[verdict.index.position - 1]->effects.empty());
        EXPECT_EQ(court.value("case", court.case_of(verdict), "state"), text("1"));
        EXPECT_NE(rules::message(rule, catalog::Language::zh, {}), rule) << "no message";
    }

    void expect_set_aside(std::vector<record::Change> changes, std::string_view rule) {
        const auto records = others_than_cases();
        expect_set_aside(court.judge(desk, std::move(changes)), rule);
        EXPECT_EQ(others_than_cases(), records);
    }

    [[nodiscard]] std::vector<record::RecordState> others_than_cases() const {
        std::vector<record::RecordState> found;
        for (const auto& [key, state] : court.store.contents()->records) {
            if (key.kind != catalog::standard_catalog().kind("case").id() &&
                key.kind != catalog::standard_catalog().kind("case_content").id()) {
                found.push_back(state);
            }
        }
        return found;
    }

    RecordId existing() {
        EXPECT_EQ(court.judge(desk, {good()}).outcome, Outcome::accepted);
        return person;
    }

    Court court;
    Desk desk = court.enrol(court.secretary_a);
    RecordId person;
    unsigned number = 0;
};

TEST_F(Judge, AnApplicantOfTheOwnBranchIsAccepted) {
    const auto verdict = court.judge(desk, {good()});
    EXPECT_EQ(verdict.outcome, Outcome::accepted);
    EXPECT_EQ(verdict.index, court.head());
    EXPECT_EQ(court.value("person", person, "name"), text("王明"));
    const LogRow& row = *court.store.contents()->rows.back();
    EXPECT_TRUE(row.verbatim);
    EXPECT_FALSE(row.tree_changed);
    ASSERT_EQ(row.effects.size(), 1U);
    EXPECT_EQ(row.effects[0].effect.sort, record::Effect::Sort::entered);
    EXPECT_EQ(row.effects[0].effect.state, court.state("person", person));
    EXPECT_EQ(row.effects[0].placement, (Placement{{}, {court.branch_a}}));
}

TEST_F(Judge, AnUpdateTellsTheChangedFieldsAlone) {
    existing();
    const auto verdict =
        court.judge(desk, {update("person", person, court.seen(),
                                  {{"mobile", text("13800000000")}, {"name", text("王明")}})});
    EXPECT_EQ(verdict.outcome, Outcome::accepted);
    const LogRow& row = *court.store.contents()->rows.back();
    // The name was there already, so the effects are not exactly the group's changes.
    EXPECT_FALSE(row.verbatim);
    ASSERT_EQ(row.effects.size(), 1U);
    EXPECT_EQ(row.effects[0].effect.sort, record::Effect::Sort::changed);
    EXPECT_EQ(row.effects[0].effect.state.fields.size(), 1U);
    EXPECT_EQ(row.effects[0].placement, (Placement{{court.branch_a}, {court.branch_a}}));
}

TEST_F(Judge, AReadOnlyAccountIsRejected) {
    court.write({update("account", court.secretary_a, {}, {{"permission", text("2")}})});
    const auto verdict = court.judge(desk, {good()});
    EXPECT_EQ(verdict.outcome, Outcome::rejected);
    EXPECT_TRUE(names(verdict, "R-905"));
    EXPECT_FALSE(court.exists("person", person));
}

TEST_F(Judge, ADisabledAccountsWorkWaits) {
    court.write({update("account", court.secretary_a, {}, {{"state", text("2")}})});
    expect_set_aside({good()}, "account_disabled");
    court.write({update("account", court.secretary_a, {}, {{"state", text("3")}})});
    expect_set_aside({good()}, "account_deleted");
}

TEST_F(Judge, AWrongClockIsEvidence) {
    desk.made_at = after(court.clock.now(), 5 * minute_ms);
    EXPECT_EQ(court.judge(desk, {good()}).outcome, Outcome::accepted);
    desk.made_at = after(court.clock.now(), 5 * minute_ms + 1);
    expect_set_aside({good()}, "wrong_clock");
}

TEST_F(Judge, WindowAndGraceDecideOnShortTermWork) {
    const RecordId account = court.add_account(court.branch_a, "3");
    court.add_window(court.branch_a, {noon, after(noon, hour_ms)},
                     {{"grace_days", Value{std::int64_t{2}}}});
    desk = court.enrol(account);
    EXPECT_EQ(court.judge(desk, {good()}).outcome, Outcome::accepted);
    desk.made_at = after(noon, -1);
    expect_set_aside({good()}, "outside_window");
    court.clock.set(after(noon, hour_ms + 2 * day_ms - 1));
    desk.made_at = after(noon, hour_ms - 1);
    EXPECT_EQ(court.judge(desk, {good()}).outcome, Outcome::accepted);
    desk.made_at = after(noon, hour_ms);
    expect_set_aside({good()}, "outside_window");
    court.clock.advance(1);
    desk.made_at = after(noon, hour_ms - 1);
    expect_set_aside({good()}, "R-917");
}

TEST_F(Judge, WhatTheCatalogDoesNotKnowWaits) {
    auto change = good();
    change.record.kind.number = 999;
    expect_set_aside({change}, "unknown_kind");
    change = good();
    change.fields.push_back({record::FieldNumber{9'999}, text("x"), {}, {}});
    expect_set_aside({change}, "unknown_field");
}

TEST_F(Judge, ValuesThatDoNotFitWait) {
    expect_set_aside({good({{"name", Value{std::int64_t{5}}}})}, "wrong_type");
    expect_set_aside({good({{"remark", text(std::string(60'000, 'x'))}})}, "too_long");
    expect_set_aside({good({{"sex", text("7")}})}, "R-112");
    expect_set_aside({good({{"dues_monthly", Value{std::int64_t{-1}}}})}, "negative");
    expect_set_aside({good({{"address", text("一\n二")}})}, "not_one_line");
    expect_set_aside({good({{"address", text("一\xe2\x80\xae二")}})}, "invisible_or_bidi");
    expect_set_aside({good({{"birth_date", Value{record::Date{1987, 5, 0}}}})},
                     "month_not_allowed");
}

TEST_F(Judge, RequiredFieldsAreThereAndStay) {
    auto change = good();
    change.fields.erase(change.fields.begin());
    expect_set_aside({change}, "required_missing");
    existing();
    expect_set_aside({update("person", person, court.seen(), {{"name", Value{}}})},
                     "required_missing");
}

TEST_F(Judge, ChangesThatContradictThemselvesWait) {
    const auto change = good();
    expect_set_aside({change, change}, "malformed_change");
    expect_set_aside({create("person", RecordId{}, applicant(court.branch_a, 50))},
                     "malformed_change");
}

TEST_F(Judge, LivesAreRespected) {
    existing();
    expect_set_aside({create("person", person, applicant(court.branch_a, 60))}, "record_exists");
    expect_set_aside({update("person", court.new_id(), court.seen(), {{"mobile", Value{}}})},
                     "record_missing");
    EXPECT_EQ(court.judge(desk, {life("person", person, Operation::retire)}).outcome,
              Outcome::accepted);
    EXPECT_TRUE(court.state("person", person).retired);
    EXPECT_EQ(court.state("person", person).life_changed_at, court.head());
    const auto waits = court.judge(
        desk, {update("person", person, court.seen(), {{"mobile", text("13800000000")}})});
    EXPECT_EQ(waits.outcome, Outcome::merged);
    EXPECT_EQ(waits.decisions.at(0).settlement, record::Settlement::waits);
    EXPECT_TRUE(court.state("person", person).retired);
    EXPECT_EQ(court.value("person", person, "mobile"), Value{});
    EXPECT_EQ(court.judge(desk, {life("person", person, Operation::restore)}).outcome,
              Outcome::accepted);
    EXPECT_FALSE(court.state("person", person).retired);
}

TEST_F(Judge, EntriesHaveAnOwnerForLife) {
    existing();
    const RecordId owner = person;
    const RecordId entry = court.new_id();
    const auto education = [&](const RecordId& of) {
        return create("person_education", entry, {{"owner", Value{of}}, {"education", text("10")}});
    };
    expect_set_aside({education(court.new_id())}, "reference_missing");
    expect_set_aside({create("person_education", entry, {{"education", text("10")}})},
                     "required_missing");
    EXPECT_EQ(court.judge(desk, {education(owner)}).outcome, Outcome::accepted);
    EXPECT_EQ(court.store.contents()->rows.back()->effects[0].placement.after,
              std::vector{court.branch_a});
    existing();
    expect_set_aside({update("person_education", entry, court.seen(), {{"owner", Value{person}}})},
                     "owner_changed");
}

TEST_F(Judge, AnEntryMayComeWithItsOwner) {
    auto owner = good();
    const auto entry = create("person_education", court.new_id(),
                              {{"owner", Value{person}}, {"education", text("10")}});
    EXPECT_EQ(court.judge(desk, {owner, entry}).outcome, Outcome::accepted);
}

TEST_F(Judge, ReferencesMustExistAndLive) {
    expect_set_aside({good({{"mentor_1", Value{court.new_id()}}})}, "reference_missing");
    EXPECT_EQ(court.judge(desk, {good({{"stage", text("50")}})}).outcome, Outcome::accepted);
    const RecordId mentor = person;
    EXPECT_EQ(court.judge(desk, {good({{"mentor_1", Value{mentor}}})}).outcome, Outcome::accepted);
    EXPECT_EQ(court.judge(desk, {life("person", mentor, Operation::retire)}).outcome,
              Outcome::accepted);
    expect_set_aside({good({{"mentor_1", Value{mentor}}})}, "reference_retired");
}

TEST_F(Judge, AJoinNamesTheRecordThatItEnds) {
    EXPECT_EQ(court.judge(desk, {good()}).outcome, Outcome::accepted);
    const RecordId kept = person;
    EXPECT_EQ(court.judge(desk, {good({{"id_number", text(id_number(31))}})}).outcome,
              Outcome::accepted);
    const RecordId other = person;
    const auto join = [&](const RecordId& from) {
        return update("person", kept, court.seen(), {{"joined_from", Value{from}}});
    };
    expect_set_aside({join(other)}, "R-117");
    EXPECT_EQ(court.judge(desk, {join(other), life("person", other, Operation::retire)}).outcome,
              Outcome::accepted);
    EXPECT_EQ(court.value("person", kept, "joined_from"), Value{other});
}

TEST_F(Judge, DependentsOfAQuarantinedGroupWaitAndOthersGoOn) {
    existing();
    const auto seen = court.seen();
    expect_set_aside({good({{"sex", text("7")}})}, "R-112");
    const Sequence bad = desk.last;
    const auto edit = [&](std::string_view mobile) {
        return update("person", person, seen, {{"mobile", text(mobile)}});
    };
    person = court.new_id();
    expect_set_aside(court.judge(desk, {good()}, {bad}), "depends_on_quarantined");
    EXPECT_EQ(court.judge(desk, {good()}).outcome, Outcome::accepted);
    expect_set_aside({update("person", person, record::own_base(bad), {{"mobile", Value{}}})},
                     "depends_on_quarantined");
    EXPECT_EQ(court.judge(desk, {edit("13800000000")}).outcome, Outcome::accepted);
}

TEST_F(Judge, BasesThatCannotBeWait) {
    existing();
    const auto edit = [&](record::Base base) {
        return update("person", person, base, {{"mobile", text("13800000000")}});
    };
    expect_set_aside({edit(record::confirmed_base(LogIndex{court.head().position + 1}))},
                     "base_unknown");
    expect_set_aside({edit(record::own_base(Sequence{desk.last.position + 1}))}, "base_unknown");
    expect_set_aside(court.judge(desk, {edit(court.seen())}, {Sequence{desk.last.position + 9}}),
                     "base_unknown");
}

// Only the server knows that a code is nobody's.
TEST_F(Judge, WhatMustExistElsewhereIsLookedForInTheWholeSpace) {
    existing();
    const auto letter = [&](std::string_view code) {
        return create("letter", court.new_id(),
                      {{"type", text("21")},
                       {"person", Value{person}},
                       {"state", text("10")},
                       {"sending_organisation", Value{court.branch_a}},
                       {"receiving_code", text(code)}});
    };
    expect_set_aside({letter("NOBODYS")}, "R-504");
}

TEST_F(Judge, RulesThatRefuseSetAsideAndOthersAreTold) {
    expect_set_aside({good({{"id_number", text("310101198705030012")}})}, "R-102");
    // Different from the id number: to be explained, but saved.
    const auto verdict =
        court.judge(desk, {good({{"birth_date", Value{record::Date{1987, 5, 4}}}})});
    EXPECT_EQ(verdict.outcome, Outcome::accepted);
    EXPECT_TRUE(names(verdict, "R-105"));
}

TEST_F(Judge, ADuplicateAcrossBranchesNamesNobodyOutsideTheScope) {
    Desk other = court.enrol(court.secretary_b);
    const RecordId theirs = court.new_id();
    const auto their_values = with(applicant(court.branch_b, 77), {{"name", text("欧阳修文")}});
    ASSERT_EQ(court.judge(other, {create("person", theirs, their_values)}).outcome,
              Outcome::accepted);
    const auto verdict = court.judge(
        desk, {good({{"id_number", text(id_number(77))}, {"birth_date", their_values[2].second}})});
    expect_set_aside(verdict, "R-107");
    for (const record::Reason& reason : verdict.reasons) {
        for (const record::Parameter& parameter : reason.parameters) {
            EXPECT_EQ(parameter.value.find("欧阳"), std::string::npos);
            EXPECT_NE(parameter.value, to_text(theirs));
        }
    }
    // In the own branch the record may be named.
    existing();
    const RecordId own = person;
    const auto again =
        court.judge(desk, {good({{"id_number", text(id_number(number))},
                                 {"birth_date", applicant(own, number)[2].second}})});
    expect_set_aside(again, "R-107");
    bool named = false;
    for (const record::Parameter& parameter : again.reasons.front().parameters) {
        named = named || parameter.value == to_text(own);
    }
    EXPECT_TRUE(named);
}

TEST_F(Judge, AFormNumberIsUniqueAcrossBranches) {
    Desk other = court.enrol(court.secretary_b);
    const Values form{{"form_number", text("20260001")}};
    ASSERT_EQ(court
                  .judge(other, {create("person", court.new_id(),
                                        with(applicant(court.branch_b, 78), form))})
                  .outcome,
              Outcome::accepted);
    expect_set_aside({good(form)}, "R-307");
}

TEST_F(Judge, TwoOfOneGroupAreHeldAgainstEachOther) {
    const auto first = good();
    const unsigned same = number;
    const auto second = create("person", court.new_id(), applicant(court.branch_a, same));
    expect_set_aside({first, second}, "R-107");
}

TEST_F(Judge, AVerdictTellsAHundredReasonsAtMost) {
    std::vector<record::Change> changes;
    for (int i = 0; i < 150; ++i) {
        changes.push_back(good({{"sex", text("7")}}));
    }
    const auto verdict = court.judge(desk, changes);
    expect_set_aside(verdict, "R-112");
    EXPECT_EQ(verdict.reasons.size(), 100U);
}

TEST_F(Judge, AnImportIsOneGroup) {
    std::vector<record::Change> changes;
    for (int i = 0; i < 300; ++i) {
        changes.push_back(good({{"remark", text("导入")}}));
    }
    const auto verdict = court.judge(desk, changes);
    EXPECT_EQ(verdict.outcome, Outcome::accepted);
    EXPECT_EQ(court.store.contents()->rows.back()->effects.size(), 300U);
}

TEST_F(Judge, APersonWhoMovesTakesTheEntriesAlong) {
    Desk above = court.enrol(court.general_administrator);
    existing();
    const RecordId entry = court.new_id();
    ASSERT_EQ(court
                  .judge(desk, {create("person_education", entry,
                                       {{"owner", Value{person}}, {"education", text("10")}})})
                  .outcome,
              Outcome::accepted);
    const auto verdict = court.judge(
        above, {update("person", person, court.seen(), {{"organisation", Value{court.branch_b}}})});
    EXPECT_EQ(verdict.outcome, Outcome::accepted);
    const LogRow& row = *court.store.contents()->rows.back();
    ASSERT_EQ(row.effects.size(), 2U);
    const Placement moved{{court.branch_a}, {court.branch_b}};
    EXPECT_EQ(row.effects[0].placement, moved);
    EXPECT_EQ(row.effects[1].effect.state.key.id, entry);
    EXPECT_TRUE(row.effects[1].effect.state.fields.empty());
    EXPECT_EQ(row.effects[1].placement, moved);
    EXPECT_FALSE(row.verbatim);
    // The entry itself is not written anew.
    EXPECT_LT(court.state("person_education", entry).life_changed_at, court.head());
}

}  // namespace
}  // namespace zhibu::server::test

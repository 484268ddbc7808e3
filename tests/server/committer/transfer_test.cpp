#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/committer/committer.hpp"
#include "server/store/store.hpp"
#include "shared/record/change.hpp"
#include "shared/record/id.hpp"
#include "tests/server/committer/court.hpp"

/// What either end of a letter may write of it and of its person.
namespace zhibu::server::test {
namespace {

using record::Operation;
using record::Outcome;

class Transfer : public testing::Test {
public:
    Transfer() {
        const RecordId committee = court.new_id();
        const auto organisation = [](const RecordId& id, std::string_view code,
                                     std::string_view type, const RecordId& parent) {
            return create("organisation", id,
                          {{"name", text(code)},
                           {"code", text(code)},
                           {"type", text(type)},
                           {"parent", Value{parent}}});
        };
        court.write({organisation(committee, "B00", "10", court.root),
                     organisation(far, "B01", "30", committee),
                     organisation(farther, "B02", "30", committee)});
        receiver = court.enrol(court.add_account(far, "3", {{"nature", text("1")}}));
        stranger = court.enrol(court.add_account(farther, "3", {{"nature", text("1")}}));
        person = court.new_id();
        Values values = applicant(court.branch_a, 1);
        values = with(values, {{"stage", text("50")},
                               {"join_date", Value{record::Date{2010, 6, 1}}},
                               {"conversion_outcome", text("01")},
                               {"conversion_date", Value{record::Date{2011, 6, 1}}},
                               {"mobile", text("13900000001")},
                               {"phones", Value{record::make_text_set({"021-1"})}},
                               {"work_post", text("10")},
                               {"dues_paid_until", Value{record::Date{2026, 5, 31}}},
                               {"confirmed_on", Value{record::Date{2026, 6, 1}}}});
        court.write({create("person", person, values)});
        letter = court.new_id();
    }

    record::Change letter_of(Values more = {}) {
        return create("letter", letter,
                      with({{"type", text("21")},
                            {"person", Value{person}},
                            {"sending_organisation", Value{court.branch_a}},
                            {"receiving_code", text(code_of(far))},
                            {"issued_on", Value{record::Date{2026, 6, 10}}},
                            {"valid_days", text("30")},
                            {"state", text("20")}},
                           std::move(more)));
    }

    std::string code_of(const RecordId& organisation) {
        return record::to_text(court.value("organisation", organisation, "code"));
    }

    record::Change set_letter(Values values) {
        return update("letter", letter, court.seen(), std::move(values));
    }

    record::Change set_person(Values values) {
        return update("person", person, court.seen(), std::move(values));
    }

    void expect(Desk& desk, std::vector<record::Change> changes, std::string_view breach) {
        const auto verdict = court.judge(desk, std::move(changes));
        if (breach.empty()) {
            EXPECT_EQ(verdict.outcome, Outcome::accepted)
                << (verdict.reasons.empty() ? "" : verdict.reasons.front().rule);
        } else {
            EXPECT_EQ(verdict.outcome, Outcome::quarantined);
            EXPECT_TRUE(names(verdict, breach))
                << (verdict.reasons.empty() ? "none" : verdict.reasons.front().rule);
        }
    }

    void send() { expect(sender, {letter_of()}, ""); }

    Court court;
    Desk sender = court.enrol(court.secretary_a);
    /// Of another committee.
    RecordId far = court.new_id();
    RecordId farther = court.new_id();
    Desk receiver;
    Desk stranger;
    RecordId person;
    RecordId letter;
};

TEST_F(Transfer, ACodeNamesTheReceiverAndBothEndsSeeThePerson) {
    send();
    EXPECT_EQ(court.value("letter", letter, "receiving_organisation"), Value{far});
    EXPECT_EQ(court.value("person", person, "moving_to"), Value{far});
    EXPECT_EQ(court.value("person", person, "organisation"), Value{court.branch_a});
}

TEST_F(Transfer, TheReceiverTakesThePersonWithTheLetter) {
    send();
    const Values taken{{"organisation", Value{far}}, {"moving_to", Value{}}};
    // Not without the letter, not with more than the place, and nobody else.
    expect(receiver, {set_person(taken)}, "out_of_scope");
    expect(receiver, {set_person({{"mobile", text("13900000002")}})}, "out_of_scope");
    const auto accept = [&] {
        return set_letter(
            {{"state", text("40")}, {"received_on", Value{record::Date{2026, 6, 12}}}});
    };
    expect(stranger, {accept(), set_person(taken)}, "out_of_scope");
    expect(receiver, {accept(), set_person(with(taken, {{"mobile", text("13900000002")}}))},
           "out_of_scope");
    expect(receiver, {accept(), set_person(taken)}, "");
    EXPECT_EQ(court.value("person", person, "organisation"), Value{far});
    // And now the person is the receiver's.
    expect(sender, {set_person({{"mobile", text("13900000003")}})}, "out_of_scope");
    expect(receiver, {set_person({{"mobile", text("13900000003")}})}, "");
}

TEST_F(Transfer, NobodyIssuesInAnothersName) {
    expect(receiver, {letter_of({{"receiving_organisation", Value{far}}})}, "out_of_scope");
    // Asked for, which is the receiver's right; issued by the sender alone.
    expect(receiver, {letter_of({{"receiving_organisation", Value{far}}, {"state", text("10")}})},
           "");
    expect(receiver, {set_letter({{"state", text("20")}})}, "out_of_scope");
    expect(sender, {set_letter({{"state", text("20")}})}, "");
}

TEST_F(Transfer, ARequestByNumberReachesWhoeverHasTheCodeAndTellsTheAskerNothing) {
    const auto number = court.value("person", person, "id_number");
    const auto asks = [&](const Value& id_number) {
        letter = court.new_id();
        return create("letter", letter,
                      {{"type", text("21")},
                       {"state", text("10")},
                       {"person_name", text("王五")},
                       {"person_id_number", id_number},
                       {"sending_code", text(code_of(court.branch_a))},
                       {"receiving_organisation", Value{far}},
                       {"receiving_code", text(code_of(far))}});
    };
    // Whether there is such a person or not, the answer is the same.
    const auto known = court.judge(receiver, {asks(number)});
    EXPECT_EQ(court.value("letter", letter, "sending_organisation"), Value{court.branch_a});
    const RecordId asked = letter;
    const auto unknown = court.judge(receiver, {asks(text(id_number(77)))});
    EXPECT_EQ(court.value("letter", letter, "sending_organisation"), Value{court.branch_a});
    EXPECT_EQ(known.outcome, unknown.outcome);
    EXPECT_TRUE(known.reasons.empty() && unknown.reasons.empty());
    EXPECT_EQ(court.value("person", person, "moving_to"), Value{});
    // The sender alone says who it is, and sends nobody else.
    letter = asked;
    const Values issued{{"state", text("20")},
                        {"person", Value{person}},
                        {"issued_on", Value{record::Date{2026, 6, 10}}},
                        {"valid_days", text("30")}};
    expect(receiver, {set_letter(issued)}, "out_of_scope");
    expect(sender, {set_letter(issued), set_person({{"moving_to", Value{far}}})}, "");
    EXPECT_EQ(court.value("person", person, "moving_to"), Value{far});
}

TEST_F(Transfer, ACodeThatIsNobodysKeepsTheRequestWithTheAsker) {
    const auto verdict = court.judge(receiver, {create("letter", letter,
                                                       {{"type", text("21")},
                                                        {"state", text("10")},
                                                        {"person_name", text("王五")},
                                                        {"person_id_number", text(id_number(78))},
                                                        {"sending_code", text("NOBODY")},
                                                        {"receiving_organisation", Value{far}}})});
    EXPECT_EQ(verdict.outcome, Outcome::accepted);
    EXPECT_EQ(court.value("letter", letter, "sending_organisation"), Value{});
}

TEST_F(Transfer, AMoveAtOnceIsNotTakenFromOutside) {
    const auto taken = [&] {
        return std::vector{letter_of({{"type", text("11")},
                                      {"receiving_organisation", Value{far}},
                                      {"received_on", Value{record::Date{2026, 6, 12}}},
                                      {"state", text("40")}}),
                           set_person({{"organisation", Value{far}}})};
    };
    expect(receiver, taken(), "out_of_scope");
    expect(sender, taken(), "out_of_scope");
}

TEST_F(Transfer, TheReceiverRevokesOrRedirectsAndThePersonStays) {
    send();
    expect(receiver,
           {set_letter({{"state", text("30")},
                        {"reason", text("转错")},
                        {"redirected_to", Value{farther}},
                        {"receiving_organisation", Value{farther}}}),
            set_person({{"moving_to", Value{farther}}})},
           "");
    expect(receiver, {set_letter({{"state", text("50")}, {"reason", text("查无此人")}})},
           "out_of_scope");
    expect(stranger,
           {set_letter({{"state", text("50")}, {"reason", text("查无此人")}}),
            set_person({{"moving_to", Value{}}})},
           "");
    EXPECT_EQ(court.value("person", person, "organisation"), Value{court.branch_a});
}

TEST_F(Transfer, TheSenderGoesOnWithThePersonMeanwhile) {
    send();
    expect(sender, {set_person({{"mobile", text("13900000009")}})}, "");
    expect(sender,
           {create("person_check_in", court.new_id(),
                   {{"owner", Value{person}},
                    {"checked_in_on", Value{record::Date{2026, 6, 1}}},
                    {"community", text("五里桥街道")}})},
           "");
    expect(receiver,
           {create("person_check_in", court.new_id(),
                   {{"owner", Value{person}},
                    {"checked_in_on", Value{record::Date{2026, 6, 1}}},
                    {"community", text("五里桥街道")}})},
           "out_of_scope");
    expect(receiver, {life("person", person, Operation::retire)}, "out_of_scope");
}

}  // namespace
}  // namespace zhibu::server::test

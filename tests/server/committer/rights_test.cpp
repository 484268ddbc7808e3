#include <gtest/gtest.h>
#include <cstdint>
#include <string_view>
#include <utility>

#include "server/committer/committer.hpp"
#include "server/committer/control.hpp"
#include "server/committer/judge.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/id.hpp"
#include "sync_protocol/message/message.hpp"
#include "tests/server/committer/court.hpp"

namespace zhibu::server::test {
namespace {

using record::Operation;
using record::Outcome;

class Rights : public testing::Test {
public:
    void expect(Desk& desk, record::Change change, std::string_view breach) {
        const auto verdict = court.judge(desk, {std::move(change)});
        if (breach.empty()) {
            EXPECT_EQ(verdict.outcome, Outcome::accepted)
                << (verdict.reasons.empty() ? "" : verdict.reasons.front().rule);
            return;
        }
        EXPECT_EQ(verdict.outcome, Outcome::quarantined);
        EXPECT_TRUE(names(verdict, breach))
            << (verdict.reasons.empty() ? "none" : verdict.reasons.front().rule);
    }

    record::Change account_in(const RecordId& organisation, Values values = {}) {
        const RecordId id = court.new_id();
        return create("account", id,
                      with({{"name", text(to_text(id))},
                            {"organisation", Value{organisation}},
                            {"level", text("3")},
                            {"nature", text("2")},
                            {"permission", text("1")},
                            {"state", text("1")}},
                           std::move(values)));
    }

    record::Change window_for(const RecordId& organisation, Values values = {}) {
        return create("window", court.new_id(),
                      with({{"organisation", Value{organisation}},
                            {"starts_at", Value{noon}},
                            {"ends_at", Value{after(noon, hour_ms)}}},
                           std::move(values)));
    }

    record::Change set_state(const RecordId& account, std::string_view state) {
        return update("account", account, court.seen(), {{"state", text(state)}});
    }

    Court court;
    Desk manager = court.enrol(court.general_administrator);
    Desk secretary = court.enrol(court.secretary_a);
};

TEST_F(Rights, AccountsAreMadeStrictlyBelow) {
    expect(manager, account_in(court.branch_a), "");
    expect(manager, account_in(court.general), "R-906");
    expect(manager, account_in(court.root), "R-906");
    expect(manager, account_in(court.beside), "R-906");
}

TEST_F(Rights, AccountsAreManagedStrictlyBelow) {
    expect(manager, set_state(court.secretary_a, "2"), "");
    expect(manager, set_state(court.secretary_a, "1"), "");
    expect(manager, set_state(court.general_administrator, "2"), "R-908");
    const RecordId colleague = court.add_account(court.general, "2");
    expect(manager, set_state(colleague, "2"), "R-907");
    expect(manager, set_state(court.administrator, "2"), "R-907");
    const RecordId other = court.add_account(court.beside, "3");
    expect(manager, set_state(other, "2"), "R-907");
}

TEST_F(Rights, AnAccountIsNotMovedOutOfReachNorRaised) {
    const auto change = [&](Values values) {
        return update("account", court.secretary_b, court.seen(), std::move(values));
    };
    expect(manager, change({{"organisation", Value{court.beside}}}), "R-906");
    expect(manager, change({{"level", text("1")}}), "R-906");
    expect(manager, change({{"level", text("2")}}), "");
    expect(manager, account_in(court.branch_a, {{"level", text("1")}}), "R-906");
    expect(manager, account_in(court.branch_a, {{"manages", Value{true}}}), "");
}

TEST_F(Rights, WithoutTheRightToManageNobodyManages) {
    const RecordId plain = court.add_account(court.general, "2", {{"nature", text("1")}});
    Desk desk = court.enrol(plain);
    expect(desk, account_in(court.branch_a), "R-907");
    expect(desk, window_for(court.branch_a), "R-907");
    expect(secretary, set_state(court.secretary_b, "2"), "R-907");
    expect(secretary, set_state(court.secretary_a, "2"), "R-908");
}

TEST_F(Rights, WindowsAreOpenedStrictlyBelow) {
    expect(manager, window_for(court.branch_a), "");
    expect(manager, window_for(court.general), "R-907");
    expect(manager, window_for(court.root), "R-907");
    expect(manager, window_for(court.beside), "R-907");
    expect(manager, window_for(court.branch_a, {{"account", Value{court.secretary_a}}}), "");
    // A place below does not help where the account that it is for stands above.
    const RecordId above = court.add_account(court.root, "1");
    expect(manager, window_for(court.branch_a, {{"account", Value{above}}}), "R-907");
}

TEST_F(Rights, AWindowOpenedByTheLogOpensAtOnce) {
    const RecordId account = court.add_account(court.branch_a, "3");
    Desk desk = court.enrol(account);
    expect(desk, create("person", court.new_id(), applicant(court.branch_a, 1)), "outside_window");
    expect(manager, window_for(court.branch_a), "");
    expect(desk, create("person", court.new_id(), applicant(court.branch_a, 1)), "");
}

TEST_F(Rights, DevicesAreRevokedFromAbove) {
    const auto revoke = [&](const Desk& desk) {
        return update("device", RecordId{desk.device.uuid}, court.seen(), {{"state", text("3")}});
    };
    expect(secretary, revoke(secretary), "R-907");
    expect(manager, revoke(manager), "R-907");
    expect(manager, revoke(secretary), "");
    const auto result = court.push(secretary, {secretary.seal({})});
    ASSERT_TRUE(result.refusal);
    EXPECT_EQ(result.refusal->reason, sync::RefusalReason::device_not_active);
}

TEST_F(Rights, NobodyTouchesTheOwnAccount) {
    for (const Values& values :
         {Values{{"state", text("1")}}, Values{{"nature", text("1")}}, Values{{"level", text("1")}},
          Values{{"manages", Value{true}}}, Values{{"organisation", Value{court.root}}},
          Values{{"organisation", Value{court.branch_a}}}}) {
        expect(manager, update("account", court.general_administrator, court.seen(), values),
               "R-908");
    }
    expect(manager, life("account", court.general_administrator, Operation::retire), "R-908");
    court.write({set_state(court.general_administrator, "2")});
    expect(manager, set_state(court.general_administrator, "1"), "account_disabled");
}

// The account has moved up since; its device's record still names the place below.
TEST_F(Rights, ADeviceIsNotTakenFromAnAccountAbove) {
    const Desk theirs = court.enrol(court.secretary_b);
    ServerWrite promotion;
    promotion.action = "promote";
    promotion.changes = {
        update("account", court.secretary_b, {}, {{"organisation", Value{court.root}}})};
    ASSERT_TRUE(court.try_write(promotion));
    expect(manager,
           update("device", RecordId{theirs.device.uuid}, court.seen(),
                  {{"account", Value{court.secretary_a}}, {"organisation", Value{court.branch_a}}}),
           "R-907");
}

TEST_F(Rights, WhatEnrolmentWritesNobodyElseDoes) {
    expect(manager,
           create("device", court.new_id(),
                  {{"account", Value{court.secretary_a}},
                   {"organisation", Value{court.branch_a}},
                   {"state", text("2")}}),
           "server_only");
    expect(manager,
           update("device", RecordId{secretary.device.uuid}, court.seen(),
                  {{"fingerprint", text(std::string(64, 'a'))}}),
           "server_only");
    const RecordId code = court.new_id();
    court.write({create("enrolment_code", code,
                        {{"account", Value{court.secretary_a}},
                         {"organisation", Value{court.branch_a}},
                         {"number", text(std::string(64, 'a'))},
                         {"expires_at", Value{after(noon, hour_ms)}},
                         {"used_at", Value{noon}}})});
    expect(manager, update("enrolment_code", code, court.seen(), {{"used_at", Value{}}}),
           "server_only");
    expect(manager, life("enrolment_code", code, Operation::retire), "");
}

TEST_F(Rights, ACodeIsGoodForAnHourAtMost) {
    const auto code_until = [&](std::int64_t milliseconds) {
        return create("enrolment_code", court.new_id(),
                      {{"account", Value{court.secretary_a}},
                       {"organisation", Value{court.branch_a}},
                       {"number", text(std::string(64, 'a'))},
                       {"expires_at", Value{after(noon, milliseconds)}}});
    };
    expect(manager, code_until(hour_ms + 1), "code_valid_too_long");
    const record::Change made = code_until(hour_ms);
    expect(manager, made, "");
    expect(manager,
           update("enrolment_code", made.record.id, court.seen(),
                  {{"expires_at", Value{after(noon, day_ms)}}}),
           "code_valid_too_long");
    expect(manager,
           update("enrolment_code", made.record.id, court.seen(),
                  {{"expires_at", Value{after(noon, minute_ms)}}}),
           "");
}

TEST_F(Rights, RecordsStayWithinTheScope) {
    const auto person_in = [&](const RecordId& organisation, unsigned number) {
        return create("person", court.new_id(), applicant(organisation, number));
    };
    expect(secretary, person_in(court.branch_a, 1), "");
    expect(secretary, person_in(court.branch_b, 2), "out_of_scope");
    expect(secretary, person_in(court.general, 3), "out_of_scope");
    expect(manager, person_in(court.branch_b, 4), "");
    expect(manager, person_in(court.beside, 5), "out_of_scope");
}

TEST_F(Rights, ARecordIsNeitherTakenInNorLetOut) {
    const RecordId person = court.new_id();
    expect(secretary, create("person", person, applicant(court.branch_a, 1)), "");
    Desk other = court.enrol(court.secretary_b);
    const auto move = [&](const RecordId& to) {
        return update("person", person, court.seen(), {{"organisation", Value{to}}});
    };
    expect(secretary, move(court.branch_b), "out_of_scope");
    expect(other, move(court.branch_b), "out_of_scope");
    expect(other, update("person", person, court.seen(), {{"mobile", text("13800000000")}}),
           "out_of_scope");
    expect(manager, move(court.branch_b), "");
}

TEST_F(Rights, AnOutsiderIsNotToldWhatStandsThere) {
    const RecordId person = court.new_id();
    expect(secretary, create("person", person, applicant(court.branch_a, 1)), "");
    Desk other = court.enrol(court.secretary_b);
    const auto verdict = court.judge(
        other, {update("person", person, record::confirmed_base({}), {{"name", text("张三")}})});
    EXPECT_EQ(verdict.outcome, Outcome::quarantined);
    EXPECT_TRUE(verdict.decisions.empty());
}

TEST_F(Rights, OrganisationsHangWithinTheScopeAndInNoCircle) {
    const auto branch_under = [&](const RecordId& parent) {
        const RecordId id = court.new_id();
        return create("organisation", id,
                      {{"name", text(to_text(id))},
                       {"code", text(to_text(id).substr(10))},
                       {"type", text("30")},
                       {"parent", Value{parent}}});
    };
    const auto move = [&](const RecordId& id, const RecordId& to) {
        return update("organisation", id, court.seen(), {{"parent", Value{to}}});
    };
    expect(manager, branch_under(court.general), "");
    expect(manager, branch_under(court.root), "out_of_scope");
    expect(manager, move(court.general, court.general), "R-709");
    expect(manager, move(court.general, court.branch_a), "R-709");
    expect(manager, move(court.branch_a, court.root), "out_of_scope");
    Desk top = court.enrol(court.administrator);
    expect(top, move(court.branch_a, court.root), "");
    EXPECT_TRUE(court.store.contents()->rows.back()->tree_changed);
    expect(secretary, update("organisation", court.branch_a, court.seen(), {{"phone", text("1")}}),
           "");
    EXPECT_FALSE(court.store.contents()->rows.back()->tree_changed);
}

TEST_F(Rights, ASecondRootIsNotMade) {
    Desk top = court.enrol(court.administrator);
    expect(top,
           create("organisation", court.new_id(),
                  {{"name", text("另一党委")}, {"code", text("999")}, {"type", text("10")}}),
           "out_of_scope");
}

TEST_F(Rights, TheLastManagerStays) {
    ServerWrite write;
    write.action = "test";
    write.changes = {set_state(court.administrator, "2"),
                     set_state(court.general_administrator, "2")};
    const auto written = court.try_write(write);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().fault, ServerWriteFault::refused);
    EXPECT_EQ(written.error().reasons.at(0).rule, "R-909");
    write.changes.pop_back();
    EXPECT_TRUE(court.try_write(write));
}

TEST_F(Rights, AKindOfTheServersOwnIsWrittenByNobodyElse) {
    auto kinds = catalog::standard_kinds();
    for (catalog::Kind& kind : kinds) {
        if (kind.name == "plan") {
            kind.writers = catalog::Writers::server;
        }
    }
    const catalog::Catalog changed{1, std::move(kinds), catalog::standard_code_lists()};
    Control control{changed};
    for (const auto& [key, state] : court.store.contents()->records) {
        control.take(state);
    }
    auto transaction = court.store.begin();
    ASSERT_TRUE(transaction);
    const record::Group group = secretary.next({create("plan", court.new_id(),
                                                       {{"organisation", Value{court.branch_a}},
                                                        {"year", Value{std::int64_t{2026}}},
                                                        {"reported", Value{std::int64_t{2}}}})});
    const Bench bench{&changed, &court.parameters, &control};
    const auto judgement =
        judge(bench, **transaction, group, LogIndex{court.head().position + 1}, noon);
    ASSERT_TRUE(judgement);
    EXPECT_EQ(judgement->outcome, Outcome::quarantined);
    EXPECT_EQ(judgement->reasons.at(0).rule, "server_only");
}

}  // namespace
}  // namespace zhibu::server::test

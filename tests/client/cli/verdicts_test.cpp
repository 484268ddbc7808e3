#include "client/cli/verdicts.hpp"

#include <gtest/gtest.h>

#include <utility>

#include "shared/keys/digest.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "tests/client/cli/office.hpp"

namespace zhibu::client::test {
namespace {

class Told : public testing::Test {
protected:
    Told() {
        auto access = office.device.open(password);
        desk = std::make_unique<ReplicaDesk>(
            Replica::open({office.device.files.replica(), access->ring(), nullptr},
                          catalog::standard_catalog(), office.clock, office.random)
                .value());
    }

    void edit(const std::string& mobile) {
        ask_and_wait(*desk, [&](Replica& replica) {
            const auto field = standard_kind("person").field("mobile").id();
            return replica
                .commit(one({standard_kind("person").id(), record_id(20)},
                            record::Operation::update, {{field, mobile}}),
                        sign)
                .value();
        });
    }

    /// The server's decision about the next group that waits.
    void decide(record::Outcome outcome, std::vector<record::Reason> reasons = {},
                std::vector<record::FieldDecision> decisions = {}) {
        ask_and_wait(*desk, [&](Replica& replica) {
            const auto status = replica.status().value();
            const auto waiting = replica.waiting_after(status.last_verdict, 1).value();
            record::Verdict verdict;
            verdict.name = sync::decode_group(waiting.at(0).bytes).value().name;
            verdict.group_hash = keys::sha256(waiting.at(0).bytes);
            verdict.outcome = outcome;
            verdict.index = {status.confirmed.position + verdict.name.sequence.position};
            verdict.reasons = std::move(reasons);
            verdict.decisions = std::move(decisions);
            const record::Receipt receipt{sync::encode(verdict), {1, 2, 3}};
            return replica.take_verdicts({&receipt, 1}).has_value();
        });
    }

    std::string told(Verdicts& verdicts) {
        office.err.str({});
        verdicts.tell();
        return office.err.str();
    }

    Office office;
    Console console = office.console(Language::zh);
    std::unique_ptr<ReplicaDesk> desk;
};

TEST_F(Told, WhatWasTakenAsItIsNeedsNoWords) {
    Verdicts verdicts{console, *desk};
    edit("13900000002");
    EXPECT_EQ(told(verdicts), "") << "it waits";
    decide(record::Outcome::accepted);
    EXPECT_EQ(told(verdicts), "");
}

TEST_F(Told, AQuarantinedChangeIsToldOnceWithItsReason) {
    Verdicts verdicts{console, *desk};
    edit("13900000002");
    record::Reason reason;
    reason.rule = "R-111";
    decide(record::Outcome::quarantined, {reason});
    EXPECT_EQ(told(verdicts), "变更 1（修改）待审：手机号码应为11位，请核对。\n");
    EXPECT_EQ(told(verdicts), "");
}

TEST_F(Told, InEnglishToo) {
    console.language = Language::en;
    Verdicts verdicts{console, *desk};
    edit("13900000002");
    decide(record::Outcome::rejected);
    EXPECT_EQ(told(verdicts), "Change 1 (edit) is rejected\n");
}

TEST_F(Told, AValueThatWasOverruledIsNamed) {
    Verdicts verdicts{console, *desk};
    edit("13900000002");
    record::FieldDecision decision;
    decision.record = {standard_kind("person").id(), record_id(20)};
    decision.field = standard_kind("person").field("mobile").id();
    decision.settlement = record::Settlement::committed_stood;
    decide(record::Outcome::merged, {}, {decision});
    EXPECT_NE(told(verdicts).find("手机: 您的修改被已有的值取代"), std::string::npos);
}

TEST_F(Told, WhatWasDecidedBeforeIsNotNews) {
    edit("13900000002");
    decide(record::Outcome::rejected);
    Verdicts verdicts{console, *desk};
    EXPECT_EQ(told(verdicts), "");
    edit("13900000003");
    decide(record::Outcome::rejected);
    EXPECT_EQ(told(verdicts), "变更 2（修改）未接受\n");
}

TEST_F(Told, ProgramsAskForTheGroups) {
    console.json = true;
    Verdicts verdicts{console, *desk};
    edit("13900000002");
    decide(record::Outcome::quarantined);
    EXPECT_EQ(told(verdicts), "");
    EXPECT_EQ(office.out.str(), "");
}

}  // namespace
}  // namespace zhibu::client::test

#include "server/ledger/incident.hpp"

#include <gtest/gtest.h>

#include "server/committer/reasons.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "tests/server/committer/court.hpp"

namespace zhibu::server::test {
namespace {

class IncidentOf : public testing::Test {
protected:
    IncidentOf() {
        sync::TreeHead head;
        head.size = 8;
        head.root.fill(0xab);
        head.signed_at = Instant{5};
        report.sort = sync::IncidentSort::history_shortened;
        report.at = LogIndex{3};
        report.pinned.bytes = sync::encode(head);
        report.pinned.signature = court.receipt_key.sign(report.pinned.bytes);
    }

    ServerWrite write() {
        return incident_write(report, {device.device, device.account},
                              court.receipt_key.public_key(), *court.committer->control(),
                              catalog::standard_catalog(), court.clock.now())
            .value();
    }

    Court court;
    Desk device = court.enrol(court.secretary_a);
    sync::IncidentReport report;
};

TEST_F(IncidentOf, IsARecordAtTheSpacesRoot) {
    const ServerWrite made = write();
    const RecordId id = made.changes.at(0).record.id;
    ASSERT_TRUE(court.try_write(made).has_value());
    EXPECT_EQ(court.value("incident", id, "organisation"), Value{court.root});
    EXPECT_EQ(court.value("incident", id, "sort"), text("2"));
    EXPECT_EQ(court.value("incident", id, "device"), Value{RecordId{device.device.uuid}});
    EXPECT_EQ(court.value("incident", id, "account"), Value{court.secretary_a});
    EXPECT_EQ(court.value("incident", id, "log_index"), Value{std::int64_t{3}});
    EXPECT_EQ(court.value("incident", id, "tree_size"), Value{std::int64_t{8}});
    EXPECT_EQ(std::get<std::string>(court.value("incident", id, "tree_root")).substr(0, 4), "abab");
}

TEST_F(IncidentOf, IsKeptOnceADay) {
    ASSERT_TRUE(court.try_write(write()).has_value());
    const auto again = court.try_write(write());
    ASSERT_FALSE(again.has_value());
    EXPECT_EQ(again.error().fault, ServerWriteFault::refused);
    EXPECT_EQ(again.error().reasons.at(0).rule, reasons::record_exists);
    report.sort = sync::IncidentSort::history_forked;
    EXPECT_TRUE(court.try_write(write()).has_value());
    court.clock.advance(day_ms);
    EXPECT_TRUE(court.try_write(write()).has_value());
}

TEST_F(IncidentOf, KeepsNoHeadThatTheServerDidNotSign) {
    report.pinned.signature[0] ^= 1U;
    const ServerWrite made = write();
    ASSERT_TRUE(court.try_write(made).has_value());
    EXPECT_TRUE(
        record::is_empty(court.value("incident", made.changes.at(0).record.id, "tree_size")));
}

TEST_F(IncidentOf, TakesAnyClaimAboutItsPlace) {
    report.at = LogIndex{UINT64_MAX};
    const ServerWrite made = write();
    ASSERT_TRUE(court.try_write(made).has_value());
    EXPECT_EQ(court.value("incident", made.changes.at(0).record.id, "log_index"), Value{INT64_MAX});
}

TEST_F(IncidentOf, CanBeWrittenByNobodyElse) {
    Desk administrator = court.enrol(court.administrator);
    const auto verdict = court.judge(administrator, {create("incident", court.new_id(),
                                                            {{"organisation", Value{court.root}},
                                                             {"sort", text("2")},
                                                             {"reported_at", Value{noon}}})});
    EXPECT_EQ(verdict.outcome, record::Outcome::quarantined);
}

}  // namespace
}  // namespace zhibu::server::test

#include <gtest/gtest.h>

#include "tests/server/committer/court.hpp"

namespace zhibu::server::test {
namespace {

using record::Operation;
using record::Outcome;

TEST(Judge, AnApplicantOfTheOwnBranchIsAccepted) {
    Court court;
    Desk desk = court.enrol(court.secretary_a);
    const RecordId person = court.new_id();
    const auto verdict =
        court.judge(desk, {create("person", person, applicant(court.branch_a, 1))});
    EXPECT_EQ(verdict.outcome, Outcome::accepted)
        << (verdict.reasons.empty() ? "" : verdict.reasons.front().rule);
    EXPECT_EQ(verdict.index, court.head());
    EXPECT_EQ(court.value("person", person, "name"), text("王明"));
    EXPECT_TRUE(court.store.contents()->rows.back()->verbatim);
}

}  // namespace
}  // namespace zhibu::server::test

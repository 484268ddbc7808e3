#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/record/id.hpp"
#include "shared/rules/rules.hpp"
#include "tests/shared/rules/bench.hpp"

namespace zhibu::rules {
namespace {

using catalog::Language;
using Ids = std::vector<std::string>;

class Transfer : public testing::Test {
protected:
    Transfer() {
        committee_ = put_organisation("10", "");
        other_committee_ = put_organisation("10", "");
        branch_ = put_organisation("30", committee_);
        second_ = put_organisation("30", committee_);
        far_ = put_organisation("30", other_committee_);
        person_ = bench_.shelf.put("person", {{"name", "李四光"},
                                              {"stage", "50"},
                                              {"organisation", branch_},
                                              {"mobile", "13800000000"},
                                              {"phones", "021-1"},
                                              {"work_post", "21"},
                                              {"dues_paid_until", "2026-10-31"},
                                              {"confirmed_on", "2026-11-01"}});
    }

    std::string put_organisation(const char* type, const std::string& parent) {
        return record::to_text(bench_.shelf.put(
            "organisation", {{"type", type}, {"parent", parent}, {"code", "C" + parent}}));
    }

    /// A sound letter of that type, and `more`.
    Plain letter(const char* type, const Plain& more = {}) {
        Plain values{{"type", type},
                     {"person", record::to_text(person_)},
                     {"state", "20"},
                     {"sending_organisation", branch_},
                     {"issued_on", "2026-11-20"},
                     {"valid_days", type[0] == '3' ? "60" : "30"},
                     {"receiving_code", "X1"},
                     {"province", "32"},
                     {"receiving_name", "南京某党委"},
                     {"heading", "南京某组织部"},
                     {"sending_name", "上海某党委"}};
        values.insert(values.end(), more.begin(), more.end());
        return values;
    }

    Ids breaks(const char* type, const Plain& more = {}) {
        return bench_.on_creation(letter(type, more));
    }

    Bench bench_{"letter"};
    std::string committee_;
    std::string other_committee_;
    std::string branch_;
    std::string second_;
    std::string far_;
    record::RecordId person_;
};

TEST_F(Transfer, SoundLettersBreakNothing) {
    EXPECT_EQ(breaks("11", {{"receiving_organisation", second_}}), Ids{});
    EXPECT_EQ(breaks("21", {{"receiving_organisation", other_committee_}}), Ids{});
    EXPECT_EQ(breaks("31"), Ids{});
}

TEST_F(Transfer, R501ALetterLandsInABranch) {
    EXPECT_EQ(breaks("11", {{"receiving_organisation", committee_}}), Ids{"R-501"});
    EXPECT_EQ(breaks("21", {{"receiving_organisation", other_committee_}, {"state", "40"}}),
              Ids{"R-501"});
    EXPECT_EQ(breaks("21", {{"receiving_organisation", far_}, {"state", "40"}}), Ids{});
}

TEST_F(Transfer, R502AMoveStaysAndATransferLeaves) {
    EXPECT_EQ(breaks("11", {{"receiving_organisation", far_}}), Ids{"R-502"});
    EXPECT_EQ(breaks("21", {{"receiving_organisation", second_}}), Ids{"R-502"});
    EXPECT_EQ(breaks("21", {{"receiving_organisation", "0190163d-8694-739b-aea5-966c26f8ad91"}}),
              Ids{});
}

TEST_F(Transfer, R503AndR504TheReceiversCodeIsThere) {
    EXPECT_EQ(breaks("21", {{"receiving_code", ""}}), Ids{"R-503"});
    EXPECT_EQ(breaks("31", {{"receiving_code", ""}}), Ids{});
    // Offline nobody can know; the server does.
    EXPECT_EQ(breaks("21", {{"receiving_code", "NONE"}}), Ids{});
    bench_.shelf.whole_space = true;
    EXPECT_EQ(breaks("21", {{"receiving_code", "NONE"}}), Ids{"R-504"});
    const auto known = bench_.shelf.put("organisation", {{"type", "10"}, {"code", "X9"}});
    EXPECT_EQ(breaks("21", {{"receiving_code", "X9"}}), Ids{});
    bench_.shelf.retire(known);
    EXPECT_EQ(breaks("21", {{"receiving_code", "X9"}}), Ids{"R-504"});
}

TEST_F(Transfer, AnOldLetterCanStillBeReceivedOrRevoked) {
    const Plain old{{"type", "21"}, {"person", record::to_text(person_)}, {"state", "20"}};
    EXPECT_EQ(bench_.on_change(old, {{"state", "50"}, {"reason", "查无此人"}}), Ids{});
    EXPECT_EQ(bench_.on_change(old, {{"state", "40"}, {"received_on", "2026-11-01"}}), Ids{});
    EXPECT_EQ(bench_.on_change({{"type", "31"}, {"state", "20"}}, {{"state", "60"}}), Ids{});
}

TEST_F(Transfer, R505AndR506TheMembersDataIsConfirmed) {
    bench_.shelf.set(person_, {{"mobile", ""}});
    EXPECT_EQ(breaks("21"), Ids{"R-505"});
    bench_.shelf.set(person_, {{"mobile", "13800000000"}, {"phones", ""}, {"confirmed_on", ""}});
    EXPECT_EQ(breaks("21"), Ids{"R-506"});
    EXPECT_EQ(bench_.text("R-506", Language::zh), "转出前请核实：联系电话、信息核实日期。");
    EXPECT_EQ(bench_.text("R-506", Language::zh).find("李四光"), std::string::npos);
    // The receiving side asks for somebody whose record it does not keep.
    EXPECT_EQ(breaks("22", {{"state", "10"}}), Ids{});
}

TEST_F(Transfer, R507AndR508DuesArePaidUntilBeforeTheDay) {
    const auto paid = [this](const char* until) {
        return breaks("21", {{"dues_paid_until", until}});
    };
    EXPECT_EQ(paid("2026-11-20"), Ids{"R-507"});
    EXPECT_EQ(paid("2026-11-19"), Ids{});
    EXPECT_EQ(paid("2026-10-31"), Ids{});
    EXPECT_EQ(paid("2026-10-30"), Ids{"R-508"});
    // Without a day of its own the letter stands on the person's.
    bench_.shelf.set(person_, {{"dues_paid_until", "2026-09-30"}});
    EXPECT_EQ(breaks("21"), Ids{"R-508"});
}

TEST_F(Transfer, R509ALetterToAnotherProvinceIsComplete) {
    for (const char* field : {"province", "receiving_name", "heading", "sending_name"}) {
        EXPECT_EQ(breaks("31", {{field, ""}}), Ids{"R-509"}) << field;
        EXPECT_EQ(breaks("21", {{field, ""}}), Ids{}) << field;
    }
}

TEST_F(Transfer, R510ThirtySixtyNinetyDays) {
    EXPECT_EQ(breaks("21", {{"valid_days", "60"}}), Ids{"R-510"});
    EXPECT_EQ(breaks("31", {{"valid_days", "30"}}), Ids{"R-510"});
    EXPECT_EQ(breaks("21", {{"valid_days", ""}}), Ids{"R-510"});
    EXPECT_EQ(breaks("11", {{"valid_days", ""}}), Ids{});
    EXPECT_EQ(breaks("31", {{"valid_days", "90"}, {"reason", "毕业生"}}), Ids{"R-510"});
    bench_.shelf.set(person_, {{"work_post", "71"}});
    EXPECT_EQ(breaks("31", {{"valid_days", "90"}}), Ids{"R-510"});
    EXPECT_EQ(breaks("31", {{"valid_days", "90"}, {"reason", "毕业生"}}), Ids{});
}

TEST_F(Transfer, R520ANewcomerIsComplete) {
    EXPECT_EQ(breaks("32", {{"sending_organisation", ""}, {"receiving_organisation", branch_}}),
              Ids{"R-520"});
    EXPECT_EQ(bench_.text("R-520", Language::zh), "请补全：一线情况、转正情况、月缴纳金额。");
    bench_.shelf.set(person_, {{"front_line", "1"}, {"dues_monthly", "10"}, {"stage", "40"}});
    EXPECT_EQ(breaks("32"), Ids{});
}

TEST_F(Transfer, R524ProbationTravelsAlong) {
    bench_.shelf.set(person_, {{"stage", "40"}});
    EXPECT_EQ(breaks("21"), Ids{"R-524"});
    bench_.shelf.set(person_, {{"join_date", "2026-01-01"}});
    EXPECT_EQ(breaks("21"), Ids{});
    bench_.shelf.set(person_, {{"conversion_outcome", "04"}});
    EXPECT_EQ(breaks("21"), Ids{"R-524"});
    bench_.shelf.set(person_, {{"extension_months", "6"}});
    EXPECT_EQ(breaks("21"), Ids{});
}

TEST(Newcomer, R519WhoWasTransferredOutIsReceivedNotEntered) {
    Bench bench{"person"};
    const std::string number = nobodys_number("1990-05-10", 1);
    const auto old = bench.shelf.put(
        "person",
        {{"name", "李四光"}, {"id_number", number}, {"stage", "70"}, {"leaving_reason", "10"}});
    EXPECT_TRUE(bench.creation_breaks("R-519", {{"id_number", number}}));
    EXPECT_EQ(bench.text("R-519", Language::zh).find("李四光"), std::string::npos);
    EXPECT_FALSE(bench.change_breaks("R-519", {}, {{"id_number", number}}));
    bench.shelf.set(old, {{"leaving_reason", "20"}});
    EXPECT_FALSE(bench.creation_breaks("R-519", {{"id_number", number}}));
}

TEST_F(Transfer, R526NamesItsMemberOrAsksByNumber) {
    const Plain asked{{"type", "21"},
                      {"state", "10"},
                      {"receiving_organisation", far_},
                      {"person_name", "李四光"},
                      {"person_id_number", "99000019900510001X"},
                      {"sending_code", "C1"}};
    const auto breaks = [&](std::string_view without, const Plain& more = {}) {
        Plain values = more;
        for (const auto& [field, text] : asked) {
            if (field != without && (more.empty() || field != more.front().first)) {
                values.emplace_back(field, text);
            }
        }
        return bench_.creation_breaks("R-526", values);
    };
    EXPECT_FALSE(breaks(""));
    for (const std::string_view needed : {"person_name", "person_id_number", "sending_code"}) {
        EXPECT_TRUE(breaks(needed)) << needed;
        EXPECT_FALSE(breaks(needed, Plain{{"person", record::to_text(person_)}})) << needed;
    }
    // Nothing is issued or received without the member.
    for (const char* const state : {"20", "40"}) {
        EXPECT_TRUE(breaks("", Plain{{"state", state}})) << state;
    }
    EXPECT_FALSE(breaks("", Plain{{"state", "15"}}));
}

TEST_F(Transfer, R525IsIssuedForTheOneAskedFor) {
    const std::string number = "99000019900510001X";
    const std::string other = record::to_text(
        bench_.shelf.put("person", {{"name", "李四光"}, {"stage", "50"}, {"id_number", number}}));
    const Plain request{{"type", "21"}, {"state", "10"}, {"person_id_number", number}};
    const auto issued_for = [&](const std::string& person) {
        const Ids broken = bench_.on_change(request, {{"state", "20"}, {"person", person}});
        return std::ranges::find(broken, "R-525") == broken.end();
    };
    EXPECT_TRUE(issued_for(other));
    const std::string third = record::to_text(bench_.shelf.put(
        "person", {{"name", "李四光"}, {"stage", "50"}, {"id_number", "990000199005100028"}}));
    EXPECT_FALSE(issued_for(third));
}

}  // namespace
}  // namespace zhibu::rules

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/record/id.hpp"
#include "shared/rules/rules.hpp"
#include "tests/shared/rules/bench.hpp"

namespace zhibu::rules {
namespace {

using catalog::Language;
using Ids = std::vector<std::string>;

class Letter : public testing::Test {
protected:
    Letter() {
        committee_ = record::to_text(bench_.shelf.put("organisation", {{"type", "10"}}));
        branch_ = record::to_text(
            bench_.shelf.put("organisation", {{"type", "30"}, {"parent", committee_}}));
        person_ = record::to_text(
            bench_.shelf.put("person", {{"name", "李四光"}, {"organisation", branch_}}));
    }

    Bench bench_{"letter"};
    std::string committee_;
    std::string branch_;
    std::string person_;
};

TEST_F(Letter, R511AndR512TheDayAfterTheLastAndAMonthLater) {
    const Plain letter{{"state", "20"}, {"issued_on", "2026-01-01"}, {"valid_days", "30"}};
    const auto on = [&](const char* day) {
        bench_.today = date(day);
        return bench_.on_the_day(letter);
    };
    EXPECT_EQ(on("2026-01-31"), Ids{});
    EXPECT_EQ(on("2026-02-01"), Ids{"R-511"});
    EXPECT_EQ(bench_.text("R-511", Language::zh), "介绍信已逾期 1 天。");
    EXPECT_EQ(on("2026-02-28"), Ids{"R-511"});
    EXPECT_EQ(on("2026-03-01"), (Ids{"R-511", "R-512"}));
    EXPECT_EQ(
        bench_.on_the_day({{"state", "40"}, {"issued_on", "2026-01-01"}, {"valid_days", "30"}}),
        Ids{});
}

TEST_F(Letter, R513NamesBothStates) {
    EXPECT_TRUE(bench_.change_breaks("R-513", {{"state", "40"}}, {{"state", "20"}}));
    EXPECT_EQ(bench_.text("R-513", Language::zh), "介绍信状态不能由“已接收”改为“已开具”。");
    EXPECT_FALSE(bench_.change_breaks("R-513", {{"state", "20"}}, {{"state", "40"}}));
    // Overdue follows from the dates.
    EXPECT_TRUE(bench_.change_breaks("R-513", {{"state", "20"}}, {{"state", "25"}}));
    EXPECT_FALSE(bench_.change_breaks("R-513", {{"state", "25"}}, {{"state", "40"}}));
    // Old letters are entered as they ended.
    EXPECT_FALSE(bench_.creation_breaks("R-513", {{"state", "40"}}));
}

TEST_F(Letter, R514OneOpenLetterAndNoName) {
    const auto other = bench_.shelf.put("letter", {{"person", person_}, {"state", "60"}});
    const Plain letter{{"person", person_}, {"state", "20"}};
    EXPECT_TRUE(bench_.creation_breaks("R-514", letter));
    for (const Language language : {Language::zh, Language::en}) {
        EXPECT_EQ(bench_.text("R-514", language).find("李四光"), std::string::npos);
    }
    EXPECT_FALSE(bench_.creation_breaks("R-514", {{"person", person_}, {"state", "40"}}));
    for (const char* state : {"15", "40", "50", "55"}) {
        bench_.shelf.set(other, {{"state", state}});
        EXPECT_FALSE(bench_.creation_breaks("R-514", letter)) << state;
    }
}

TEST_F(Letter, R515RevokedAndRedirectedWithAReason) {
    const auto moved = [this](const Plain& values) {
        return bench_.change_breaks("R-515", {{"state", "20"}}, values);
    };
    EXPECT_TRUE(moved({{"state", "50"}}));
    EXPECT_FALSE(moved({{"state", "50"}, {"reason", "查无此人"}}));
    EXPECT_TRUE(moved({{"state", "30"}, {"reason", "转错"}}));
    EXPECT_FALSE(moved({{"state", "30"}, {"reason", "转错"}, {"redirected_to", branch_}}));
    EXPECT_FALSE(moved({{"state", "40"}}));
}

TEST_F(Letter, R516AsksForSomebodyElsesMemberWithoutALetter) {
    const auto asked = [this](const std::string& by) {
        return bench_.creation_breaks(
            "R-516", {{"person", person_}, {"state", "10"}, {"receiving_organisation", by}});
    };
    const std::string other =
        record::to_text(bench_.shelf.put("organisation", {{"type", "30"}, {"parent", committee_}}));
    EXPECT_FALSE(asked(other));
    EXPECT_TRUE(asked(branch_));
    EXPECT_TRUE(asked(committee_));
    EXPECT_EQ(bench_.text("R-516", Language::zh), "不能申请转入该党员：该党员已在本组织。");
    bench_.shelf.put("letter", {{"person", person_}, {"state", "20"}});
    EXPECT_TRUE(asked(other));
    EXPECT_EQ(bench_.text("R-516", Language::zh), "不能申请转入该党员：已有在途介绍信。");
}

TEST_F(Letter, R518ReceivedElsewhereAndNotBeforeIssue) {
    const auto received = [this](const char* issued, const char* day, const std::string& by) {
        return bench_.creation_breaks("R-518", {{"issued_on", issued},
                                                {"received_on", day},
                                                {"sending_organisation", branch_},
                                                {"receiving_organisation", by}});
    };
    EXPECT_TRUE(received("2026-02-01", "2026-01-31", committee_));
    EXPECT_FALSE(received("2026-02-01", "2026-02-01", committee_));
    EXPECT_TRUE(received("2026-02-01", "2026-02-01", branch_));
}

TEST(LetterOfAPerson, R517TheMemberStaysUntilReceived) {
    Bench bench{"person"};
    const std::string from = record::to_text(bench.shelf.put("organisation", {{"type", "30"}}));
    const std::string to = record::to_text(bench.shelf.put("organisation", {{"type", "30"}}));
    const auto letter =
        bench.shelf.put("letter", {{"person", record::to_text(bench.id)}, {"state", "20"}});
    const auto moves = [&] {
        return bench.change_breaks("R-517", {{"organisation", from}}, {{"organisation", to}});
    };
    EXPECT_TRUE(moves());
    // What another organisation asks for holds nobody.
    bench.shelf.set(letter, {{"state", "10"}});
    EXPECT_FALSE(moves());
    bench.shelf.set(letter, {{"state", "40"}});
    EXPECT_FALSE(moves());
    // A letter that goes along with a merged branch.
    bench.shelf.set(letter, {{"state", "20"}, {"sending_organisation", from}});
    EXPECT_TRUE(moves());
    bench.shelf.set(letter, {{"sending_organisation", to}});
    EXPECT_FALSE(moves());
}

TEST(LettersOfTheMonth, R523RemindsOfOverdueOnes) {
    Bench bench{"organisation"};
    const auto letter =
        bench.shelf.put("letter", {{"receiving_organisation", record::to_text(bench.id)},
                                   {"state", "20"},
                                   {"issued_on", "2026-10-28"},
                                   {"valid_days", "30"}});
    bench.today = date("2026-11-27");
    EXPECT_FALSE(bench.day_breaks("R-523", {{"name", "一支部"}}));
    bench.today = date("2026-11-28");
    EXPECT_TRUE(bench.day_breaks("R-523", {{"name", "一支部"}}));
    EXPECT_EQ(bench.text("R-523", Language::zh), "请于 2026-12-25 前清查逾期未转入、未转出党员。");
    bench.shelf.set(letter, {{"state", "40"}});
    EXPECT_FALSE(bench.day_breaks("R-523", {{"name", "一支部"}}));
}

}  // namespace
}  // namespace zhibu::rules

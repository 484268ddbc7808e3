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

class OrganisationChange : public testing::Test {
protected:
    OrganisationChange() {
        top_ = put_organisation("10", "");
        branch_ = put_organisation("30", top_);
    }

    std::string put_organisation(const char* type, const std::string& parent) {
        return record::to_text(
            bench_.shelf.put("organisation", {{"type", type}, {"parent", parent}}));
    }

    Ids changed(const char* kind, const Plain& more = {}) {
        Plain values{{"owner", branch_}, {"change_kind", kind}, {"document", "1号"}};
        values.insert(values.end(), more.begin(), more.end());
        return bench_.on_creation(values);
    }

    Bench bench_{"organisation_change"};
    std::string top_;
    std::string branch_;
};

TEST_F(OrganisationChange, R712OnlyAnEmptyOneIsAbolished) {
    EXPECT_EQ(changed("04"), Ids{});
    const auto person = bench_.shelf.put("person", {{"organisation", branch_}, {"stage", "10"}});
    EXPECT_EQ(changed("04"), Ids{"R-712"});
    bench_.shelf.set(person, {{"stage", "70"}});
    EXPECT_EQ(changed("04"), Ids{});
    const auto letter =
        bench_.shelf.put("letter", {{"receiving_organisation", branch_}, {"state", "60"}});
    EXPECT_EQ(changed("04"), Ids{"R-712"});
    bench_.shelf.set(letter, {{"state", "40"}});
    EXPECT_EQ(changed("04"), Ids{});
    const auto account = bench_.shelf.put("account", {{"organisation", branch_}, {"state", "1"}});
    EXPECT_EQ(changed("04"), Ids{"R-712"});
    bench_.shelf.set(account, {{"state", "2"}});
    EXPECT_EQ(changed("04"), Ids{});
    put_organisation("40", branch_);
    EXPECT_EQ(changed("04"), Ids{"R-712"});
}

TEST_F(OrganisationChange, R712AtTheRecordsEndToo) {
    Bench bench{"organisation"};
    EXPECT_EQ(bench.on_retirement({{"name", "一支部"}}), Ids{});
    bench.shelf.put("person", {{"organisation", record::to_text(bench.id)}, {"stage", "50"}});
    EXPECT_EQ(bench.on_retirement({{"name", "一支部"}}), Ids{"R-712a"});
}

TEST_F(OrganisationChange, R713OnlyAnUnusedOneIsDeleted) {
    EXPECT_EQ(changed("05"), Ids{});
    const auto person = bench_.shelf.put("person", {{"organisation", branch_}, {"stage", "70"}});
    bench_.shelf.retire(person);
    EXPECT_EQ(changed("05"), Ids{"R-713"});
    EXPECT_EQ(changed("04"), Ids{});
}

TEST_F(OrganisationChange, R714AMergerNamesTheOtherOne) {
    EXPECT_EQ(changed("03"), Ids{"R-714"});
    EXPECT_EQ(changed("03", {{"other", branch_}}), Ids{"R-714"});
    EXPECT_EQ(changed("03", {{"other", top_}}), Ids{});
}

TEST_F(OrganisationChange, R715NotBelowItself) {
    EXPECT_EQ(changed("02", {{"other", top_}}), Ids{});
    EXPECT_EQ(changed("02", {{"other", branch_}}), Ids{"R-715"});
    EXPECT_EQ(changed("02", {{"other", put_organisation("40", branch_)}}), Ids{"R-715"});
    EXPECT_EQ(changed("02"), Ids{"R-715"});
}

TEST_F(OrganisationChange, R716AChangeHasADocument) {
    EXPECT_EQ(changed("06", {{"document", ""}}), Ids{"R-716"});
    EXPECT_EQ(bench_.finding("R-716").severity, Severity::needs_explanation);
}

}  // namespace
}  // namespace zhibu::rules

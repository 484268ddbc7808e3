#include <gtest/gtest.h>

#include <algorithm>

#include "tests/client/replica/fixture.hpp"

namespace zhibu::client::test {
namespace {

using record::Operation;

const catalog::Kind& people() { return catalog::standard_catalog().kind("person"); }

/// A replica of the product's own catalog.
class ReplicaRules : public testing::Test {
protected:
    ReplicaRules() {
        replica_ = Replica::create(sealed(folder_.file()), identity(), catalog::standard_catalog(),
                                   clock_, random_)
                       .value();
        EXPECT_TRUE(replica_->take_lease(lease_until({noon.milliseconds + 72 * hour}), noon));
    }

    /// A person with what the catalog requires and the fields given by name.
    DraftChange person_with(const std::vector<std::pair<std::string_view, record::Value>>& given) {
        DraftChange change{{people().id(), replica_->new_record_id()}, Operation::create, {}};
        for (const catalog::Field& field : people().fields) {
            const auto named = std::ranges::find(
                given, field.name, &std::pair<std::string_view, record::Value>::first);
            if (named != given.end()) {
                change.fields.push_back({field.id(), named->second});
            } else if (field.required == catalog::Required::yes) {
                change.fields.push_back({field.id(), sample(field)});
            }
        }
        return change;
    }

    static record::Value sample(const catalog::Field& field) {
        if (field.type == catalog::FieldType::reference) {
            return record_id(1);
        }
        if (field.type == catalog::FieldType::code) {
            const auto* list = catalog::standard_catalog().find_codes(field.refers_to);
            return std::string(list->codes.front().code);
        }
        if (field.type == catalog::FieldType::day || field.type == catalog::FieldType::month) {
            return record::Date{1949, 12, 31};
        }
        return field.name == "id_number" ? "11010519491231002X" : std::string("张三");
    }

    static std::string said(const ReplicaError& error) {
        std::string text = error.place;
        for (const rules::Finding& finding : error.findings) {
            text += " " + finding.rule;
        }
        return text;
    }

    static bool names(const std::vector<rules::Finding>& findings, std::string_view rule) {
        return std::ranges::find(findings, rule, &rules::Finding::rule) != findings.end();
    }

    Folder folder_;
    support::FixedClock clock_{noon};
    support::SeededRandom random_{1};
    std::unique_ptr<Replica> replica_;
};

TEST_F(ReplicaRules, BreachOfARefusingRuleIsNotSavedAndSaysWhichField) {
    const DraftChange change = person_with({{"id_number", "123"}});
    const auto refused = replica_->commit({"edit", {change}}, sign);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault, ReplicaFault::refused) << said(refused.error());
    ASSERT_TRUE(names(refused.error().findings, "R-101"));
    EXPECT_EQ(refused.error().findings.front().field, people().field("id_number").id());
    EXPECT_EQ(refused.error().findings.front().record, change.record);
    EXPECT_FALSE(replica_->find(change.record).value());
    const auto previewed = replica_->preview({"edit", {change}});
    ASSERT_TRUE(previewed);
    EXPECT_TRUE(names(*previewed, "R-101"));
}

TEST_F(ReplicaRules, ValueThatDoesNotFitSaysWhy) {
    const auto refused =
        replica_->commit({"edit", {person_with({{"name", std::string(3000, 'x')}})}}, sign);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault, ReplicaFault::wrong_value);
    EXPECT_EQ(refused.error().place, "person.name");
    EXPECT_TRUE(names(refused.error().findings, "too_long"));
    const auto lacking =
        replica_->commit({"edit", {person_with({{"name", record::Empty{}}})}}, sign);
    ASSERT_FALSE(lacking);
    EXPECT_EQ(lacking.error().fault, ReplicaFault::wrong_value);
    EXPECT_TRUE(names(lacking.error().findings, "required_missing"));
}

TEST_F(ReplicaRules, SameNumberIsSeenInTheReplicaAndInTheDraftItself) {
    const std::string number = "11010519491231002X";
    const std::vector<std::pair<std::string_view, record::Value>> fields{
        {"id_number", number}, {"birth_date", record::Date{1949, 12, 31}}, {"sex", "2"}};
    const auto twice = replica_->preview({"edit", {person_with(fields), person_with(fields)}});
    ASSERT_TRUE(twice);
    EXPECT_TRUE(names(*twice, "R-107"));
    const auto once = replica_->preview({"edit", {person_with(fields)}});
    ASSERT_TRUE(once);
    EXPECT_FALSE(names(*once, "R-107"));
    ASSERT_TRUE(replica_->commit({"edit", {person_with(fields)}}, sign));
    const auto again = replica_->preview({"edit", {person_with(fields)}});
    ASSERT_TRUE(again);
    EXPECT_TRUE(names(*again, "R-107"));
}

TEST_F(ReplicaRules, WhatDoesNotRefuseIsSavedWithItsFinding) {
    const DraftChange other_day = person_with({{"birth_date", record::Date{1987, 5, 3}}});
    const auto committed = replica_->commit({"edit", {other_day}}, sign);
    ASSERT_TRUE(committed) << said(committed.error());
    EXPECT_TRUE(names(committed->warnings, "R-105"));
    EXPECT_TRUE(replica_->find(other_day.record).value());
}

}  // namespace
}  // namespace zhibu::client::test

#include "sync_protocol/merge/settle.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/date.hpp"
#include "shared/record/id.hpp"
#include "shared/record/value.hpp"
#include "tests/conformance/samples.hpp"

namespace zhibu::sync {
namespace {

using catalog::MergePolicy;
using record::Date;
using record::Empty;
using record::FieldChange;
using record::FieldNumber;
using record::LogIndex;
using record::Settlement;
using record::TextSet;
using record::Value;

const record::RecordKey person{record::KindNumber{1}, conformance::id_of<record::RecordId>(1)};
const record::RecordId officer = conformance::id_of<record::RecordId>(2);
constexpr LogIndex seen{10};
constexpr LogIndex meanwhile{11};

Value text(std::string_view content) { return Value{std::string(content)}; }

FieldChange offer(Value value, Value previous = Empty{}) {
    return {FieldNumber{4}, std::move(value), std::move(previous), record::confirmed_base(seen)};
}

/// Committed after what the offering side has seen.
CommittedField conflicting(Value value, std::uint32_t depth = 1) {
    return {std::move(value), meanwhile, officer, depth};
}

Settled settle_at_same_depth(MergePolicy policy, const FieldChange& offered,
                             const CommittedField& committed) {
    return settle(policy, person, offered, {seen, committed.authority_depth}, committed);
}

TEST(Merge, AFieldThatDidNotChangeSinceTheBaseTakesTheValue) {
    const CommittedField committed{text("old"), seen, officer, 0};
    const auto settled = settle(MergePolicy::ask, person, offer(text("new")), {seen, 3}, committed);
    EXPECT_EQ(settled, (Settled{text("new"), true, std::nullopt}));
}

TEST(Merge, AFieldThatChangedToTheSameValueNeedsNoDecision) {
    const auto settled =
        settle_at_same_depth(MergePolicy::ask, offer(text("same")), conflicting(text("same")));
    EXPECT_EQ(settled, (Settled{text("same"), false, std::nullopt}));
}

TEST(Merge, AnUnchangedValueOnACurrentBaseChangesNothing) {
    const CommittedField committed{text("same"), seen, officer, 0};
    EXPECT_FALSE(
        settle(MergePolicy::later, person, offer(text("same")), {seen, 0}, committed).changed);
}

TEST(MergeLater, TheOfferedValueWinsAndTheCommittedOneIsKept) {
    const auto settled =
        settle_at_same_depth(MergePolicy::later, offer(text("new")), conflicting(text("old")));
    EXPECT_EQ(settled.value, text("new"));
    EXPECT_TRUE(settled.changed);
    EXPECT_EQ(settled.decision,
              (record::FieldDecision{person, FieldNumber{4}, Settlement::offered_won, text("new"),
                                     text("old"), meanwhile, officer}));
}

TEST(MergeAuthority, TheAccountNearerTheRootWins) {
    const auto offered = offer(text("offered"));
    const auto below =
        settle(MergePolicy::authority, person, offered, {seen, 2}, conflicting(text("stood"), 1));
    EXPECT_EQ(below.value, text("stood"));
    EXPECT_FALSE(below.changed);
    EXPECT_EQ(below.decision->settlement, Settlement::committed_stood);
    EXPECT_EQ(below.decision->offered, text("offered"));

    const auto above =
        settle(MergePolicy::authority, person, offered, {seen, 0}, conflicting(text("lost"), 1));
    EXPECT_EQ(above.value, text("offered"));
    EXPECT_EQ(above.decision->settlement, Settlement::offered_won);
}

TEST(MergeAuthority, OfTwoEquallyNearAccountsTheLaterWins) {
    EXPECT_EQ(settle_at_same_depth(MergePolicy::authority, offer(text("b")), conflicting(text("a")))
                  .value,
              text("b"));
}

TEST(MergeMax, TheGreaterValueStands) {
    const Value january{Date{2026, 1, 0}};
    const Value june{Date{2026, 6, 0}};
    EXPECT_EQ(settle_at_same_depth(MergePolicy::max, offer(june), conflicting(january)).value,
              june);
    const auto settled = settle_at_same_depth(MergePolicy::max, offer(january), conflicting(june));
    EXPECT_EQ(settled.value, june);
    EXPECT_FALSE(settled.changed);
    EXPECT_EQ(settled.decision->offered, january);
}

TEST(MergeMin, TheSmallerValueStands) {
    const Value one{std::int64_t{1}};
    const Value two{std::int64_t{2}};
    EXPECT_EQ(settle_at_same_depth(MergePolicy::min, offer(one), conflicting(two)).value, one);
    EXPECT_EQ(settle_at_same_depth(MergePolicy::min, offer(two), conflicting(one)).value, one);
}

TEST(MergeMaxAndMin, AValueStandsBeforeEmptyInBoth) {
    const Value one{std::int64_t{1}};
    for (const MergePolicy policy : {MergePolicy::max, MergePolicy::min}) {
        EXPECT_EQ(settle_at_same_depth(policy, offer(Empty{}), conflicting(one)).value, one);
        EXPECT_EQ(settle_at_same_depth(policy, offer(one), conflicting(Empty{})).value, one);
    }
}

TEST(MergeUnite, BothSidesAdditionsAndRemovalsHold) {
    const auto settled = settle_at_same_depth(
        MergePolicy::unite, offer(Value{TextSet{{"b", "c", "x"}}}, Value{TextSet{{"a", "b", "c"}}}),
        conflicting(Value{TextSet{{"a", "c", "y"}}}));
    EXPECT_EQ(settled.value, (Value{TextSet{{"c", "x", "y"}}}));
    EXPECT_EQ(settled.decision->settlement, Settlement::united);
}

TEST(MergeUnite, RemovingTheLastTextLeavesTheFieldEmpty) {
    const auto settled =
        settle_at_same_depth(MergePolicy::unite, offer(Empty{}, Value{TextSet{{"a", "b"}}}),
                             conflicting(Value{TextSet{{"a"}}}));
    EXPECT_EQ(settled.value, Value{Empty{}});
    EXPECT_TRUE(settled.changed);
}

TEST(MergeUnite, EmptyIsTheEmptySet) {
    EXPECT_EQ(settle_at_same_depth(MergePolicy::unite, offer(Value{TextSet{{"a"}}}),
                                   conflicting(Value{TextSet{{"b"}}}))
                  .value,
              (Value{TextSet{{"a", "b"}}}));
}

TEST(MergeUnite, AValueThatIsNoSetFallsBackToLater) {
    const auto settled = settle_at_same_depth(MergePolicy::unite, offer(text("phone")),
                                              conflicting(Value{TextSet{{"b"}}}));
    EXPECT_EQ(settled.value, text("phone"));
    EXPECT_EQ(settled.decision->settlement, Settlement::offered_won);
}

TEST(MergeAsk, CommittedValueStandsAndBothWait) {
    const auto settled =
        settle_at_same_depth(MergePolicy::ask, offer(text("new")), conflicting(text("old")));
    EXPECT_EQ(settled.value, text("old"));
    EXPECT_FALSE(settled.changed);
    EXPECT_EQ(settled.decision->settlement, Settlement::waits);
    EXPECT_EQ(settled.decision->offered, text("new"));
    EXPECT_EQ(settled.decision->committed, text("old"));
}

}  // namespace
}  // namespace zhibu::sync

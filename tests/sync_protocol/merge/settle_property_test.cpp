#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/value.hpp"
#include "sync_protocol/merge/settle.hpp"

namespace zhibu::sync {
namespace {

using catalog::MergePolicy;
using record::FieldChange;
using record::FieldNumber;
using record::LogIndex;
using record::TextSet;
using record::Value;

const record::RecordKey subject{record::KindNumber{1}, {}};

/// Few distinct values, so that equal ones meet often.
rc::Gen<Value> small_values() {
    return rc::gen::oneOf(
        rc::gen::just(Value{}),
        rc::gen::map(rc::gen::inRange<std::int64_t>(0, 4), [](std::int64_t n) { return Value{n}; }),
        rc::gen::map(rc::gen::inRange('a', 'd'), [](char c) { return Value{std::string(1, c)}; }));
}

rc::Gen<Value> small_sets() {
    const auto texts = rc::gen::container<std::vector<std::string>>(
        rc::gen::map(rc::gen::inRange('a', 'h'), [](char c) { return std::string(1, c); }));
    return rc::gen::map(texts, [](std::vector<std::string> drawn) {
        TextSet set = record::make_text_set(std::move(drawn));
        return set.texts.empty() ? Value{} : Value{std::move(set)};
    });
}

rc::Gen<Value> any_values() { return rc::gen::oneOf(small_values(), small_sets()); }

rc::Gen<MergePolicy> policies() {
    return rc::gen::element(MergePolicy::later, MergePolicy::authority, MergePolicy::max,
                            MergePolicy::min, MergePolicy::unite, MergePolicy::ask,
                            MergePolicy::first);
}

FieldChange change_of(Value value, Value previous) {
    return {FieldNumber{1}, std::move(value), std::move(previous), {}};
}

/// The field after offers that all stand on index 0, committed one after another from index 1.
Value fold(MergePolicy policy, const Value& start, const std::vector<Value>& offers) {
    CommittedField committed{start, LogIndex{0}, {}, 0};
    std::uint64_t next = 1;
    for (const Value& offered : offers) {
        const auto settled = settle(policy, subject, change_of(offered, start),
                                    OfferedStanding{LogIndex{0}, 0}, committed);
        if (settled.changed) {
            committed.value = settled.value;
            committed.changed_at = LogIndex{next};
        }
        ++next;
    }
    return committed.value;
}

/// `policy` ends in the same value whatever the order of concurrent offers.
void expect_order_does_not_matter(MergePolicy policy, const rc::Gen<Value>& values,
                                  const Value& start) {
    auto offers = *rc::gen::container<std::vector<Value>>(values);
    RC_LOG() << "start: " << record::to_text(start) << '\n';
    for (const Value& offered : offers) {
        RC_LOG() << "offer: " << record::to_text(offered) << '\n';
    }
    const Value expected = fold(policy, start, offers);
    std::ranges::reverse(offers);
    RC_ASSERT(fold(policy, start, offers) == expected);
    std::ranges::rotate(offers, offers.begin() + static_cast<std::ptrdiff_t>(offers.size() / 2));
    RC_ASSERT(fold(policy, start, offers) == expected);
    const std::vector<Value> again = offers;
    offers.insert(offers.end(), again.begin(), again.end());
    RC_ASSERT(fold(policy, start, offers) == expected);
}

rc::Gen<Value> small_numbers() {
    return rc::gen::map(rc::gen::inRange<std::int64_t>(1, 50),
                        [](std::int64_t n) { return Value{n}; });
}

TEST(MergeProperty, NoValueIsLost) {
    EXPECT_TRUE(rc::check([] {
        const auto policy = *policies();
        const CommittedField committed{
            *any_values(), LogIndex{*rc::gen::inRange(0U, 4U)}, {}, *rc::gen::inRange(0U, 3U)};
        const auto offered = change_of(*any_values(), *any_values());
        const OfferedStanding standing{LogIndex{*rc::gen::inRange(0U, 4U)},
                                       *rc::gen::inRange(0U, 3U)};
        const auto settled = settle(policy, subject, offered, standing, committed);

        RC_ASSERT(settled.changed == (settled.value != committed.value));
        const bool both_changed =
            committed.changed_at > standing.base && offered.value != committed.value;
        RC_ASSERT(settled.decision.has_value() == both_changed);
        if (settled.decision) {
            RC_ASSERT(settled.decision->offered == offered.value);
            RC_ASSERT(settled.decision->committed == committed.value);
        } else {
            RC_ASSERT(settled.value == offered.value);
        }
        RC_ASSERT(settle(policy, subject, offered, standing, committed) == settled);
    }));
}

TEST(MergeProperty, MaxAndMinConvergeInAnyOrderAndTwice) {
    EXPECT_TRUE(rc::check([] {
        const auto policy = *rc::gen::element(MergePolicy::max, MergePolicy::min);
        // Nothing was there before: the first offer is taken as it is, whatever it is.
        expect_order_does_not_matter(policy, small_numbers(), Value{});
    }));
}

TEST(MergeProperty, UniteConvergesInAnyOrderAndTwice) {
    EXPECT_TRUE(rc::check(
        [] { expect_order_does_not_matter(MergePolicy::unite, small_sets(), *small_sets()); }));
}

TEST(MergeProperty, AskAndFirstNeverChangeWhatOthersCommittedMeanwhile) {
    EXPECT_TRUE(rc::check([] {
        const auto policy = *rc::gen::element(MergePolicy::ask, MergePolicy::first);
        const CommittedField committed{*any_values(), LogIndex{2}, {}, 0};
        const auto settled = settle(policy, subject, change_of(*any_values(), Value{}),
                                    OfferedStanding{LogIndex{1}, 0}, committed);
        RC_ASSERT(!settled.changed);
    }));
}

}  // namespace
}  // namespace zhibu::sync

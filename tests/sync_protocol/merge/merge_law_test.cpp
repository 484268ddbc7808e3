#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/date.hpp"
#include "shared/record/value.hpp"
#include "sync_protocol/merge/settle.hpp"

/// Laws of whole histories of one field under each policy: authors who each see the log up to
/// somewhere, and offer. Each law is asked of every policy, so that a new one has to keep them too.
namespace zhibu::sync {
namespace {

using catalog::MergePolicy;
using record::FieldChange;
using record::FieldDecision;
using record::FieldNumber;
using record::LogIndex;
using record::Settlement;
using record::TextSet;
using record::Value;

constexpr std::array policies{MergePolicy::later, MergePolicy::authority, MergePolicy::max,
                              MergePolicy::min,   MergePolicy::unite,     MergePolicy::ask,
                              MergePolicy::first};

const record::RecordKey subject{record::KindNumber{1}, {}};

record::RecordId author_number(std::size_t number) {
    record::RecordId id;
    id.uuid.bytes.fill(static_cast<std::uint8_t>(number + 1));
    return id;
}

/// Numbers whose order as text is another, dates, and sets.
Value any_value() {
    switch (*rc::gen::inRange(0, 4)) {
        case 0:
            return Value{};
        case 1:
            return Value{*rc::gen::element<std::int64_t>(-1, 2, 9, 10, 100)};
        case 2:
            return Value{
                *record::make_date(*rc::gen::inRange(2020, 2023), *rc::gen::inRange(1, 13), 0)};
        default:
            return Value{record::make_text_set(*rc::gen::container<std::vector<std::string>>(
                rc::gen::element<std::string>("a", "b", "c", "d")))};
    }
}

/// One author's offer, made on what that author had seen of the log.
struct Offer {
    std::size_t author = 0;
    std::uint32_t depth = 0;
    LogIndex base;
    Value value;
    Value previous;
};

/// A field as a store keeps it, and the verdicts' decisions.
struct Field {
    CommittedField committed;
    std::vector<FieldDecision> decisions;
    std::uint64_t head = 0;

    friend bool operator==(const Field&, const Field&) = default;
};

Settled commit(MergePolicy policy, const Offer& offer, Field& field) {
    ++field.head;
    const FieldChange change{FieldNumber{1}, offer.value, offer.previous,
                             record::confirmed_base(offer.base)};
    Settled settled = settle(policy, subject, change, {offer.base, offer.depth}, field.committed);
    if (settled.changed) {
        field.committed = {settled.value, LogIndex{field.head}, author_number(offer.author),
                           offer.depth};
    }
    if (settled.decision) {
        field.decisions.push_back(*settled.decision);
    }
    return settled;
}

/// What stood after each position, as the authors saw it.
using Seen = std::vector<CommittedField>;

/// An author who sees positions up to `seen_at` and edits.
Offer any_offer(const Seen& seen) {
    const auto at = *rc::gen::inRange<std::size_t>(0, seen.size());
    Offer offer;
    offer.author = *rc::gen::inRange<std::size_t>(0, 4);
    offer.depth = static_cast<std::uint32_t>(offer.author);
    offer.base = seen[at].changed_at;
    offer.previous = seen[at].value;
    offer.value = any_value();
    return offer;
}

struct History {
    std::vector<Offer> offers;
    Field end;
};

History any_history(MergePolicy policy) {
    History history;
    Seen seen{history.end.committed};
    for (int i = *rc::gen::inRange(1, 12); i > 0; --i) {
        history.offers.push_back(any_offer(seen));
        static_cast<void>(commit(policy, history.offers.back(), history.end));
        seen.push_back(history.end.committed);
    }
    return history;
}

/// `law` holds of every policy, whatever the history.
template <class Law>
void expect_of_every_policy(Law law) {
    for (const MergePolicy policy : policies) {
        SCOPED_TRACE(static_cast<int>(policy));
        ASSERT_TRUE(rc::check([=] { law(policy); }));
    }
}

TEST(MergeLaw, TheSameLogGivesTheSameStateAndTheSameDecisions) {
    expect_of_every_policy([](MergePolicy policy) {
        const History history = any_history(policy);
        Field again;
        for (const Offer& offer : history.offers) {
            static_cast<void>(commit(policy, offer, again));
        }
        RC_ASSERT(again == history.end);
    });
}

TEST(MergeLaw, AValueThatStoodOrWasOfferedStandsOrIsKept) {
    expect_of_every_policy([](MergePolicy policy) {
        Field field;
        Seen seen{field.committed};
        for (int i = *rc::gen::inRange(1, 12); i > 0; --i) {
            const Offer offer = any_offer(seen);
            const CommittedField before = field.committed;
            const Settled settled = commit(policy, offer, field);
            seen.push_back(field.committed);
            // Who saw the old value and replaced it has decided about it; nobody else may lose one.
            const bool saw_it = before.changed_at <= offer.base;
            const auto is_kept = [&](const Value& value) {
                return settled.value == value ||
                       (settled.decision && (settled.decision->offered == value ||
                                             settled.decision->committed == value));
            };
            RC_ASSERT(is_kept(offer.value));
            RC_ASSERT((saw_it || is_kept(before.value)));
            if (settled.decision) {
                RC_ASSERT(settled.decision->committed_by == before.changed_by);
                RC_ASSERT(settled.decision->committed_at == before.changed_at);
                RC_ASSERT(settled.decision->record == subject);
            }
        }
    });
}

TEST(MergeLaw, WhoHasSeenTheNewestIsAskedNothing) {
    expect_of_every_policy([](MergePolicy policy) {
        Field field = any_history(policy).end;
        Offer offer = any_offer({field.committed});
        const auto decisions = field.decisions.size();
        RC_ASSERT(commit(policy, offer, field).value == offer.value);
        RC_ASSERT(field.decisions.size() == decisions);
    });
}

TEST(MergeLaw, TheSameOfferOnceMoreChangesNothing) {
    expect_of_every_policy([](MergePolicy policy) {
        History history = any_history(policy);
        const Offer offer = any_offer({CommittedField{}, history.end.committed});
        Field once = history.end;
        static_cast<void>(commit(policy, offer, once));
        Field twice = once;
        static_cast<void>(commit(policy, offer, twice));
        RC_ASSERT(twice.committed.value == once.committed.value);
    });
}

TEST(MergeLaw, WhatStandsIsOneOfTheTwoOrTheirUnion) {
    expect_of_every_policy([](MergePolicy policy) {
        Field field = any_history(policy).end;
        const CommittedField before = field.committed;
        const Offer offer = any_offer({CommittedField{}, before});
        const Settled settled = commit(policy, offer, field);
        const bool united = settled.decision && settled.decision->settlement == Settlement::united;
        RC_ASSERT((united || settled.value == offer.value || settled.value == before.value));
        RC_ASSERT((!united || policy == MergePolicy::unite));
    });
}

/// What each decision says of itself is what happened.
TEST(MergeLaw, ADecisionSaysWhatStands) {
    expect_of_every_policy([](MergePolicy policy) {
        Field field = any_history(policy).end;
        const CommittedField before = field.committed;
        const Settled settled = commit(policy, any_offer({CommittedField{}, before}), field);
        if (!settled.decision) {
            return;
        }
        switch (settled.decision->settlement) {
            case Settlement::offered_won:
                RC_ASSERT(settled.value == settled.decision->offered);
                break;
            case Settlement::committed_stood:
            case Settlement::waits:
                RC_ASSERT(settled.value == before.value);
                break;
            case Settlement::united:
                break;
        }
        RC_ASSERT((settled.decision->settlement == Settlement::waits) ==
                  (policy == MergePolicy::ask));
    });
}

TEST(MergeLaw, OfNumbersTheGreatestOrSmallestStandsAndNotTheLongestText) {
    EXPECT_TRUE(rc::check([] {
        const bool greatest = *rc::gen::arbitrary<bool>();
        const auto numbers = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::int64_t>>(
            rc::gen::inRange<std::int64_t>(-1'200, 1'200)));
        Field field;
        for (const std::int64_t number : numbers) {
            static_cast<void>(commit(greatest ? MergePolicy::max : MergePolicy::min,
                                     {0, 0, {}, Value{number}, {}}, field));
        }
        const auto [smallest, largest] = std::ranges::minmax(numbers);
        RC_ASSERT(field.committed.value == Value{greatest ? largest : smallest});
    }));
}

TEST(MergeLaw, NoAccountFurtherFromTheRootReplacesWhatANearerOneHasDecidedMeanwhile) {
    EXPECT_TRUE(rc::check([] {
        Field field;
        const auto depths = *rc::gen::nonEmpty(
            rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange(0U, 4U)));
        for (const std::uint32_t depth : depths) {
            // All of them have seen nothing, and each offers its own depth.
            static_cast<void>(commit(MergePolicy::authority,
                                     {depth, depth, {}, Value{std::int64_t{depth}}, {}}, field));
        }
        RC_ASSERT(field.committed.value == Value{std::int64_t{std::ranges::min(depths)}});
    }));
}

TEST(MergeLaw, OfASetEverybodysAdditionIsThereAndNobodysRemoval) {
    EXPECT_TRUE(rc::check([] {
        // Each text is one author's, who either adds or removes it, once, on the same set.
        Value start{TextSet{{"a", "b", "c", "d"}}};
        const auto wishes = *rc::gen::container<std::map<std::string, bool>>(
            rc::gen::element<std::string>("a", "b", "c", "d", "e", "f", "g"),
            rc::gen::arbitrary<bool>());
        Field field;
        field.committed.value = start;
        std::vector<std::string> expected = std::get<TextSet>(start).texts;
        for (const auto& [text, adds] : wishes) {
            std::vector<std::string> offered = std::get<TextSet>(start).texts;
            std::erase(offered, text);
            std::erase(expected, text);
            if (adds) {
                offered.push_back(text);
                expected.push_back(text);
            }
            static_cast<void>(commit(MergePolicy::unite,
                                     {0, 0, {}, Value{record::make_text_set(offered)}, start},
                                     field));
        }
        const TextSet set = record::make_text_set(expected);
        RC_ASSERT(field.committed.value == (set.texts.empty() ? Value{} : Value{set}));
    }));
}

}  // namespace
}  // namespace zhibu::sync

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <vector>

#include "server/store/store.hpp"
#include "shared/record/change.hpp"
#include "shared/record/state.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/message/message.hpp"
#include "tests/server/store/store_conformance.hpp"
#include "tests/server/store/store_samples.hpp"
#include "tests/support/seeded_random.hpp"

/// What sessions read: tails, chunks, digests.
namespace zhibu::server::test {

using record::Effect;

class StoreReadingConformance : public StoreConformance {
protected:
    /// A random history: persons with studies, letters, moves between four organisations.
    std::vector<Edit> random_edits(support::SeededRandom& random);

    std::uint64_t persons_ = 0;
    std::uint64_t others_ = 0;
};

std::vector<Edit> StoreReadingConformance::random_edits(support::SeededRandom& random) {
    std::vector<Edit> edits;
    const auto place = [&] { return organisation(1 + random.below(4)); };
    for (std::size_t left = 1 + random.below(4); left > 0; --left) {
        const std::uint64_t some = persons_ == 0 ? 0 : 1 + random.below(persons_);
        const bool is_used =
            std::ranges::any_of(edits, [&](const Edit& each) { return each.key == person(some); });
        if (persons_ < 3 || random.chance(25)) {
            edits.push_back(new_person(++persons_, 1 + random.below(4)));
        } else if (random.chance(25)) {
            edits.push_back(new_study(++others_, some));
        } else if (random.chance(20)) {
            edits.push_back({letter(++others_), {{2, place()}, {3, place()}}, std::nullopt});
        } else if (is_used) {
            continue;
        } else if (random.chance(40)) {
            edits.push_back({person(some), {{3, place()}}, std::nullopt});
        } else if (random.chance(20)) {
            edits.push_back({person(some), {}, random.chance(50)});
        } else {
            edits.push_back(
                {person(some), {{11, std::string(random.below(40), 'x')}}, std::nullopt});
        }
    }
    return edits;
}

TEST_P(StoreReadingConformance, NewRecordEntersWhereItIsSeen) {
    scribe_.commit(*store_, there_, {new_person(1, 2), new_person(2, 3)});
    const sync::Tail told = tail(LogIndex{0}, scope({2}), here_);
    ASSERT_EQ(told.entries.size(), 1U);
    const record::LogEntry& entry = told.entries[0].entry;
    const LogRow& row = scribe_.row(LogIndex{1});
    EXPECT_EQ(entry.index, LogIndex{1});
    EXPECT_EQ(entry.origin, row.name);
    EXPECT_EQ(entry.author, row.author);
    EXPECT_EQ(entry.action, row.action);
    EXPECT_EQ(entry.committed_at, row.committed_at);
    EXPECT_EQ(entry.effects,
              (std::vector{Effect{Effect::Sort::entered, scribe_.states().at(person(1))}}));
    EXPECT_FALSE(told.entries[0].own);
    EXPECT_EQ(told.through, LogIndex{1});
    EXPECT_EQ(told.head, LogIndex{1});
    EXPECT_EQ(tail(LogIndex{0}, everything(), here_).entries[0].entry.effects.size(), 2U);
    EXPECT_TRUE(tail(LogIndex{0}, scope({4}), here_).entries.empty());
    EXPECT_EQ(tail(LogIndex{0}, scope({4}), here_).through, LogIndex{1});
    EXPECT_TRUE(tail(LogIndex{0}, scope({}), here_).entries.empty());
}

TEST_P(StoreReadingConformance, ChangeIsToldAsItWas) {
    scribe_.commit(*store_, there_, {new_person(1, 2)});
    scribe_.commit(*store_, there_, {{person(1), {{11, std::string("老")}}, std::nullopt}});
    scribe_.commit(*store_, there_, {{person(1), {{11, std::string("新")}}, std::nullopt}});
    const sync::Tail told = tail(LogIndex{1}, scope({2}), here_, 1);
    ASSERT_EQ(told.entries.size(), 1U);
    EXPECT_EQ(told.entries[0].entry.effects[0], scribe_.row(LogIndex{2}).effects[0].effect);
    EXPECT_EQ(told.through, LogIndex{2});
    EXPECT_EQ(told.head, LogIndex{3});
}

TEST_P(StoreReadingConformance, MovedRecordIsEvictedHereAndEntersThereWhole) {
    scribe_.commit(*store_, there_, {new_person(1, 2), new_study(1, 1)});
    scribe_.commit(*store_, there_, {move_person(1, 3)});
    const sync::Tail left = tail(LogIndex{1}, scope({2}), here_);
    ASSERT_EQ(left.entries.size(), 1U);
    for (const Effect& effect : left.entries[0].entry.effects) {
        EXPECT_EQ(effect.sort, Effect::Sort::evicted);
        EXPECT_TRUE(effect.state.fields.empty()) << "an eviction tells nothing more";
    }
    const sync::Tail came = tail(LogIndex{1}, scope({3}), here_);
    ASSERT_EQ(came.entries.size(), 1U);
    EXPECT_EQ(came.entries[0].entry.effects,
              (std::vector{Effect{Effect::Sort::entered, scribe_.states().at(person(1))},
                           Effect{Effect::Sort::entered, scribe_.states().at(study(1))}}));
    EXPECT_EQ(tail(LogIndex{1}, scope({2, 3}), here_).entries[0].entry.effects[0].sort,
              Effect::Sort::changed);
    EXPECT_EQ(tail(LogIndex{1}, everything(), here_).entries[0].entry.effects[0].sort,
              Effect::Sort::changed);
}

TEST_P(StoreReadingConformance, RecordThatCameAndWentIsNotShown) {
    scribe_.commit(*store_, there_, {new_person(1, 2)});
    scribe_.commit(*store_, there_, {move_person(1, 3)});
    scribe_.commit(*store_, there_, {move_person(1, 4)});
    scribe_.commit(*store_, there_, {{person(1), {{11, std::string("secret")}}, std::nullopt}});
    for (const sync::TailEntry& each : tail(LogIndex{1}, scope({3}), here_).entries) {
        for (const Effect& effect : each.entry.effects) {
            EXPECT_EQ(effect.sort, Effect::Sort::evicted);
        }
    }
}

TEST_P(StoreReadingConformance, OwnGroupIsNamedWithoutEffects) {
    scribe_.commit(*store_, here_, {new_person(1, 2)});
    scribe_.commit(*store_, here_, {{person(1), {{11, std::string("x")}}, std::nullopt}}, false);
    const sync::Tail own = tail(LogIndex{0}, scope({2}), here_);
    ASSERT_EQ(own.entries.size(), 2U);
    EXPECT_TRUE(own.entries[0].own);
    EXPECT_TRUE(own.entries[0].entry.effects.empty());
    EXPECT_FALSE(own.entries[1].own) << "merged: not what the device sent";
    EXPECT_EQ(own.entries[1].entry.effects.size(), 1U);
    EXPECT_TRUE(tail(LogIndex{0}, everything(), here_).entries[0].own);
    EXPECT_FALSE(tail(LogIndex{0}, scope({2}), there_).entries[0].own);
    const DeviceName reborn{here_.device, there_.incarnation};
    EXPECT_FALSE(tail(LogIndex{0}, scope({2}), reborn).entries[0].own);
}

TEST_P(StoreReadingConformance, OwnMoveOutOfScopeEvictsAtHomeToo) {
    scribe_.commit(*store_, here_, {new_person(1, 2), new_person(2, 2)});
    scribe_.commit(*store_, here_, {move_person(1, 3)});
    scribe_.commit(*store_, here_, {new_person(3, 3)});
    const sync::Tail own = tail(LogIndex{1}, scope({2}), here_);
    ASSERT_EQ(own.entries.size(), 2U);
    EXPECT_FALSE(own.entries[0].own);
    EXPECT_EQ(own.entries[0].entry.effects[0].sort, Effect::Sort::evicted);
    EXPECT_FALSE(own.entries[1].own) << "the device holds what it made outside its scope";
    EXPECT_EQ(own.entries[1].entry.effects[0].sort, Effect::Sort::evicted);
}

TEST_P(StoreReadingConformance, QuarantinedGroupHasNoEntry) {
    LogRow row = scribe_.next(here_, {}).row;
    row.outcome = record::Outcome::quarantined;
    {
        const auto transaction = begin();
        ASSERT_TRUE(transaction->append(row).has_value());
        ASSERT_TRUE(transaction->commit().has_value());
    }
    EXPECT_TRUE(tail(LogIndex{0}, everything(), here_).entries.empty());
    EXPECT_EQ(tail(LogIndex{0}, scope({2}), here_).through, LogIndex{1});
}

TEST_P(StoreReadingConformance, NoTailLeadsAcrossAMovedOrganisation) {
    scribe_.commit(*store_, there_, {new_person(1, 2)});
    Scribe::Group moved =
        scribe_.next(there_, {{organisation_record(2), {{2, organisation(3)}}, std::nullopt}});
    moved.row.tree_changed = true;
    ASSERT_TRUE(Scribe::write(*store_, moved).has_value());
    scribe_.commit(*store_, there_, {new_person(2, 2)});
    const auto read = reader();
    const auto leads = [&](std::uint64_t from, const ScopeFilter& filter) {
        return read->tail(LogIndex{from}, filter, here_.device, here_.incarnation, 9999)
            .value()
            .has_value();
    };
    EXPECT_FALSE(leads(0, scope({2})));
    EXPECT_FALSE(leads(1, scope({2})));
    EXPECT_FALSE(leads(1, scope({4})));
    EXPECT_TRUE(leads(2, scope({2})));
    EXPECT_TRUE(leads(0, everything()));
    EXPECT_FALSE(leads(4, everything())) << "beyond the head";
    EXPECT_FALSE(leads(~std::uint64_t{0}, scope({2})));
}

TEST_P(StoreReadingConformance, EntryThatNoFrameHoldsAsksForASnapshot) {
    std::vector<Edit> edits;
    for (std::uint64_t number = 1; number <= 40; ++number) {
        edits.push_back(new_person(number, 2));
        edits.back().fields.emplace_back(std::uint16_t{11}, std::string(30'000, 'x'));
    }
    scribe_.commit(*store_, there_, {new_person(99, 2)});
    scribe_.commit(*store_, there_, edits);
    const auto read = reader();
    const auto from = [&](std::uint64_t position) {
        return read
            ->tail(LogIndex{position}, scope({2}), here_.device, here_.incarnation, 1U << 20U)
            .value();
    };
    ASSERT_TRUE(from(0).has_value());
    EXPECT_EQ(from(0)->through, LogIndex{1});
    EXPECT_FALSE(from(1).has_value());
    expect_agreement(scope({2}), 100'000);
}

TEST_P(StoreReadingConformance, EntryThatNoFrameHoldsIsToldInParts) {
    std::vector<Edit> edits;
    for (std::uint64_t number = 1; number <= 120; ++number) {
        edits.push_back(new_person(number, 2 + number % 2));
        edits.back().fields.emplace_back(std::uint16_t{11}, std::string(30'000, 'x'));
    }
    scribe_.commit(*store_, there_, {new_person(999, 4)});
    scribe_.commit(*store_, there_, edits);
    const auto read = reader();
    for (const ScopeFilter& filter : {scope({2}), scope({2, 3}), everything()}) {
        std::vector<Effect> told;
        LogIndex from{1};
        RecordKey within;
        std::size_t parts = 0;
        for (bool is_last = false; !is_last; ++parts) {
            const auto part =
                read->tail_part(from, within, filter, here_.device, here_.incarnation).value();
            ASSERT_TRUE(part.has_value());
            EXPECT_EQ(part->entry.entry.index, LogIndex{2});
            EXPECT_LE(sync::encode(sync::Message{*part}).size(), sync::frame_bytes_max);
            ASSERT_FALSE(part->entry.entry.effects.empty());
            told.insert(told.end(), part->entry.entry.effects.begin(),
                        part->entry.entry.effects.end());
            within = told.back().state.key;
            is_last = part->is_last;
        }
        EXPECT_GT(parts, 1U);
        std::map<RecordKey, RecordState> entered;
        for (const Effect& effect : told) {
            EXPECT_TRUE(entered.emplace(effect.state.key, effect.state).second) << "none twice";
        }
        std::map<RecordKey, RecordState> known = scribe_.seen(filter);
        known.erase(person(999));
        EXPECT_EQ(entered, known);
        // Where another entry goes before it, that one is the next.
        EXPECT_EQ(read->tail_part(LogIndex{0}, {}, everything(), here_.device, here_.incarnation)
                      .value()
                      ->entry.entry.index,
                  LogIndex{1});
    }
    EXPECT_FALSE(read->tail_part(LogIndex{1}, {}, scope({4}), here_.device, here_.incarnation)
                     .value()
                     .has_value());
}

TEST_P(StoreReadingConformance, ChunksResumeAtEveryBoundary) {
    write_organisations();
    support::SeededRandom random(5);
    for (int i = 0; i < 12; ++i) {
        scribe_.commit(*store_, there_, random_edits(random));
    }
    for (const ScopeFilter& filter :
         {everything(), scope({2}), scope({2, 3}), scope({1, 2, 3, 4}), scope({}), scope({77})}) {
        const std::map<RecordKey, RecordState> known = scribe_.seen(filter);
        const auto read = reader();
        for (auto at = known.begin(); at != known.end(); ++at) {
            const auto chunk = read->chunk(at->first, filter, 1U << 20U);
            ASSERT_TRUE(chunk.has_value());
            EXPECT_TRUE(chunk->is_last);
            EXPECT_EQ(chunk->records.size(),
                      static_cast<std::size_t>(std::distance(at, known.end())) - 1);
        }
        for (const std::size_t bytes_max : {0UL, 100UL, 300UL, 1000UL, 100'000UL}) {
            expect_agreement(filter, bytes_max);
        }
    }
}

TEST_P(StoreReadingConformance, ChunksKeepTheirSize) {
    std::vector<Edit> edits;
    for (std::uint64_t number = 1; number <= 200; ++number) {
        edits.push_back(new_person(number, 1 + number % 4));
    }
    scribe_.commit(*store_, there_, edits);
    const auto chunk = reader()->chunk(RecordKey{}, scope({1, 2}), 1000);
    ASSERT_TRUE(chunk.has_value());
    std::size_t bytes = 0;
    for (const RecordState& state : chunk->records) {
        bytes += sync::encoded_size_hint(state);
    }
    EXPECT_LE(bytes, 1000U);
    EXPECT_GT(bytes, 800U);
    EXPECT_FALSE(chunk->is_last);
}

TEST_P(StoreReadingConformance, SnapshotAndTailMakeTheStateWhateverHappensBetween) {
    for (std::uint64_t seed = 1; seed <= 25; ++seed) {
        SCOPED_TRACE(seed);
        support::SeededRandom random(seed);
        const std::vector<ScopeFilter> scopes{everything(), scope({2}), scope({1, 3}),
                                              scope({2, 3, 4})};
        const ScopeFilter& filter = scopes[seed % scopes.size()];
        const std::size_t bytes_max = 50 + random.below(2000);
        const auto read = reader();
        ReplicaSketch sketch(scribe_, here_);
        const auto happen = [&] {
            scribe_.commit(*store_, random.chance(30) ? here_ : there_, random_edits(random),
                           random.chance(70));
        };
        sketch.take_snapshot(*read, filter, bytes_max, [&] {
            if (random.chance(60)) {
                happen();
            }
        });
        ASSERT_TRUE(sketch.catch_up(*read, filter, bytes_max));
        EXPECT_EQ(sketch.states(), scribe_.seen(filter));
        for (int i = 0; i < 12; ++i) {
            happen();
            if (random.chance(40)) {
                ASSERT_TRUE(sketch.catch_up(*read, filter, bytes_max));
                ASSERT_EQ(sketch.states(), scribe_.seen(filter));
            }
        }
        ASSERT_TRUE(sketch.catch_up(*read, filter, bytes_max));
        EXPECT_EQ(sketch.states(), scribe_.seen(filter));
        expect_agreement(filter);
    }
}

TEST_P(StoreReadingConformance, ManyOrganisationsGiveWhatFewGive) {
    write_organisations();
    support::SeededRandom random(11);
    for (int i = 0; i < 40; ++i) {
        scribe_.commit(*store_, there_, random_edits(random));
    }
    // Wider than the log is long, and as narrow: both ways of finding a tail's positions.
    std::vector<std::uint64_t> many{2, 3};
    for (std::uint64_t number = 100; number < 400; ++number) {
        many.push_back(number);
    }
    for (const std::size_t bytes_max : {1UL, 500UL, 1UL << 20U}) {
        EXPECT_EQ(tail(LogIndex{0}, scope({2, 3}), here_, bytes_max),
                  tail(LogIndex{0}, scope(many), here_, bytes_max));
    }
    expect_agreement(scope(many));
}

TEST_P(StoreReadingConformance, EntriesBeforeTheirOwnerAreSeenOnceItIsThere) {
    Scribe::Group group =
        scribe_.next(there_, {new_person(1, 2), new_study(1, 1), new_study(2, 1)});
    std::ranges::reverse(group.states);
    ASSERT_TRUE(Scribe::write(*store_, group).has_value());
    expect_agreement(scope({2}));
    scribe_.commit(*store_, there_, {new_study(3, 7)});
    expect_agreement(scope({2}));
    expect_agreement(everything());
    reopen();
    scribe_.commit(*store_, there_, {new_person(7, 3)});
    expect_agreement(scope({3}));
    scribe_.commit(*store_, there_, {move_person(7, 2)});
    expect_agreement(scope({3}));
    expect_agreement(scope({2}));
}

TEST_P(StoreReadingConformance, IncarnationNamedAfterAnOrganisationGainsNothing) {
    const DeviceName sly{here_.device, IncarnationId{organisation(2).uuid}};
    scribe_.commit(*store_, there_, {new_person(1, 2)});
    scribe_.commit(*store_, sly, {new_person(2, 2)});
    const sync::Tail told = tail(LogIndex{0}, scope({3}), {there_.device, sly.incarnation});
    EXPECT_TRUE(told.entries.empty());
    EXPECT_EQ(tail(LogIndex{0}, scope({2}), there_).entries.size(), 2U);
}

TEST_P(StoreReadingConformance, EqualContentsHaveEqualDigestsInWhateverOrderTheyCame) {
    std::vector<RecordState> states;
    for (std::uint64_t number = 1; number <= 30; ++number) {
        const auto group =
            Scribe(small_catalog()).next(there_, {new_person(number, 2 + number % 2)});
        states.push_back(group.states[0]);
    }
    const auto digest_of = [&](const std::vector<RecordState>& order) {
        const auto place = GetParam().make_place();
        const auto store = place->create(small_catalog()).value();
        const auto transaction = store->begin().value();
        for (const RecordState& state : order) {
            EXPECT_TRUE(transaction->put(state).has_value());
        }
        EXPECT_TRUE(transaction->commit().has_value());
        return store->open_reader().value()->digest(scope({2})).value().digest;
    };
    const Hash forward = digest_of(states);
    std::ranges::reverse(states);
    EXPECT_EQ(digest_of(states), forward);
    // Number 30, which the scope sees.
    states.front().fields.back().changed_at.position++;
    EXPECT_NE(digest_of(states), forward);
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreReadingConformance, testing::ValuesIn(store_sorts()),
                         testing::PrintToStringParamName());

}  // namespace zhibu::server::test

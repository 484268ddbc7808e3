#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "server/store/store.hpp"
#include "sync_protocol/merge/digest.hpp"
#include "tests/server/store/store_conformance.hpp"
#include "tests/server/store/store_samples.hpp"
#include "tests/support/seeded_random.hpp"

/// What a store keeps of its own past: how far backups reach, what tails need no more, and that it
/// was itself put back.
namespace zhibu::server::test {

class StoreContinuityConformance : public StoreConformance {
protected:
    void set_backed_up(std::uint64_t through) {
        const auto transaction = begin();
        ASSERT_TRUE(transaction->set_backed_up(LogIndex{through}).has_value());
        ASSERT_TRUE(transaction->commit().has_value());
    }

    LogIndex compact(Instant before, std::uint32_t positions_max) {
        const auto transaction = begin();
        const auto through = transaction->compact(before, positions_max);
        EXPECT_TRUE(through.has_value());
        EXPECT_TRUE(transaction->commit().has_value());
        return through.value();
    }

    [[nodiscard]] bool leads_on(std::uint64_t from) {
        return reader()
            ->tail(LogIndex{from}, everything(), here_.device, here_.incarnation, 1U << 20U)
            .value()
            .has_value();
    }

    const Instant later_than_all{std::numeric_limits<std::int64_t>::max()};
};

TEST_P(StoreContinuityConformance, TheWatermarkIsKeptAndNeverSinks) {
    EXPECT_EQ(reader()->backed_up().value(), LogIndex{0});
    for (std::uint64_t number = 1; number <= 3; ++number) {
        scribe_.commit(*store_, there_, {new_person(number, 2)});
    }
    set_backed_up(2);
    set_backed_up(1);
    EXPECT_EQ(reader()->backed_up().value(), LogIndex{2});
    reopen();
    EXPECT_EQ(reader()->backed_up().value(), LogIndex{2});
    {
        const auto dropped = begin();
        ASSERT_TRUE(dropped->set_backed_up(LogIndex{3}).has_value());
        EXPECT_EQ(dropped->backed_up().value(), LogIndex{3});
    }
    EXPECT_EQ(reader()->backed_up().value(), LogIndex{2});
}

TEST_P(StoreContinuityConformance, CompactionDropsWhatTailsNeedAndNothingElse) {
    write_organisations();
    for (std::uint64_t number = 1; number <= 5; ++number) {
        scribe_.commit(*store_, number % 2 == 0 ? here_ : there_, {new_person(number, 2)});
    }
    EXPECT_EQ(compact(later_than_all, 99), LogIndex{0}) << "no backup holds any of it";
    set_backed_up(5);
    EXPECT_EQ(compact(scribe_.row(LogIndex{4}).committed_at, 99), LogIndex{3});
    EXPECT_EQ(reader()->compacted().value(), LogIndex{3});
    EXPECT_EQ(compact(later_than_all, 1), LogIndex{4});
    EXPECT_EQ(compact(later_than_all, 99), LogIndex{5}) << "as far as the backup, and no further";
    reopen();
    EXPECT_FALSE(leads_on(0));
    EXPECT_FALSE(leads_on(4));
    EXPECT_TRUE(leads_on(5));
    EXPECT_EQ(tail(LogIndex{5}, scope({2}), here_).entries.size(), 1U);
    const auto read = reader();
    for (std::uint64_t index = 1; index <= scribe_.head().position; ++index) {
        const LogRow& row = scribe_.row(LogIndex{index});
        const auto held = read->held(row.name, row.group_hash).value();
        ASSERT_TRUE(held.has_value());
        EXPECT_EQ(held->receipt, row.receipt);
        EXPECT_EQ(read->author_at(row.index).value(), row.author);
    }
    expect_agreement(everything());
    expect_agreement(scope({2}));
    scribe_.commit(*store_, there_, {move_person(1, 3)});
    EXPECT_EQ(tail(LogIndex{6}, scope({2}), here_).entries.size(), 1U);
}

TEST_P(StoreContinuityConformance, ACopyThatWasPutBackIsOfANewEpoch) {
    scribe_.commit(*store_, there_, {new_person(1, 2)});
    scribe_.commit(*store_, there_, {new_person(2, 2)});
    set_backed_up(2);
    EXPECT_FALSE(store_->identity().restored_at.has_value());
    const record::EpochId first{person(71).id.uuid};
    ASSERT_TRUE(store_->begin_epoch(first).has_value());
    EXPECT_EQ(store_->identity().epoch, first);
    EXPECT_EQ(store_->identity().restored_at, LogIndex{2});
    EXPECT_EQ(reader()->backed_up().value(), LogIndex{0}) << "of this epoch nothing is backed up";
    scribe_.commit(*store_, there_, {new_person(3, 2)});
    const record::EpochId second{person(72).id.uuid};
    ASSERT_TRUE(store_->begin_epoch(second).has_value());
    reopen();
    EXPECT_EQ(store_->identity().epoch, second);
    EXPECT_EQ(store_->identity().restored_at, LogIndex{2}) << "the oldest counts";
    EXPECT_EQ(store_->identity().space, identity().space);
    expect_agreement(everything());
}

TEST_P(StoreContinuityConformance, AReaderThatRemembersDigestsSaysWhatAFreshOneSays) {
    write_organisations();
    support::SeededRandom random(5);
    const auto remembers = reader();
    std::uint64_t persons = 0;
    for (int i = 0; i < 60; ++i) {
        if (persons < 4 || random.chance(30)) {
            scribe_.commit(*store_, there_, {new_person(++persons, 1 + random.below(4))});
        } else if (random.chance(50)) {
            scribe_.commit(*store_, there_,
                           {move_person(1 + random.below(persons), 1 + random.below(4))});
        } else {
            scribe_.commit(
                *store_, there_,
                {{person(1 + random.below(persons)), {{11, std::to_string(i)}}, std::nullopt}});
        }
        for (const ScopeFilter& filter : {scope({1}), scope({2, 3}), scope({4}), everything()}) {
            ASSERT_EQ(remembers->digest(filter).value(), reader()->digest(filter).value());
        }
        expect_agreement(scope({2, 3}));
    }
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreContinuityConformance, testing::ValuesIn(store_sorts()),
                         testing::PrintToStringParamName());

TEST_P(StoreContinuityConformance, WhatIsStagedIsHeldUntilItIsDropped) {
    sync::GroupOffer offer;
    offer.incarnation = here_.incarnation;
    offer.sequence = Sequence{1};
    offer.bytes = 5;
    offer.hash.fill(7);
    offer.signature = {1, 2, 3};
    const std::vector<std::uint8_t> first{1, 2, 3};
    const std::vector<std::uint8_t> second{4, 5};
    const auto write = [&](const std::function<void(StoreTransaction&)>& what) {
        const auto transaction = begin();
        what(*transaction);
        ASSERT_TRUE(transaction->commit().has_value());
    };
    write([&](StoreTransaction& transaction) {
        EXPECT_TRUE(transaction.begin_staging(here_.device, offer, Instant{10}).has_value());
        EXPECT_TRUE(transaction.stage(here_.device, first, Instant{20}).has_value());
        EXPECT_EQ(transaction.staging(here_.device).value(),
                  (Staging{here_.device, offer, 3, Instant{20}}));
    });
    {
        const auto dropped = begin();
        ASSERT_TRUE(dropped->stage(here_.device, second, Instant{30}).has_value());
    }
    reopen();
    EXPECT_EQ(reader()->staging(here_.device).value()->held, 3U) << "no transaction, no part";
    EXPECT_EQ(reader()->staged_bytes(here_.device).value(), first);
    EXPECT_EQ(reader()->bytes_offered().value(), 5U);
    EXPECT_FALSE(reader()->staging(there_.device).value().has_value());
    write([&](StoreTransaction& transaction) {
        EXPECT_TRUE(transaction.stage(here_.device, second, Instant{40}).has_value());
    });
    EXPECT_EQ(reader()->staged_bytes(here_.device).value(),
              (std::vector<std::uint8_t>{1, 2, 3, 4, 5}));
    write([&](StoreTransaction& transaction) {
        EXPECT_TRUE(transaction.drop_stagings_before(Instant{40}).has_value());
    });
    EXPECT_EQ(reader()->staging(here_.device).value()->held, 5U);
    write([&](StoreTransaction& transaction) {
        EXPECT_TRUE(transaction.begin_staging(here_.device, offer, Instant{50}).has_value());
    });
    EXPECT_EQ(reader()->staging(here_.device).value()->held, 0U) << "it takes the other's place";
    EXPECT_TRUE(reader()->staged_bytes(here_.device).value().empty());
    write([&](StoreTransaction& transaction) {
        EXPECT_TRUE(transaction.drop_stagings_before(Instant{51}).has_value());
        EXPECT_TRUE(transaction.drop_staging(there_.device).has_value());
    });
    EXPECT_FALSE(reader()->staging(here_.device).value().has_value());
    EXPECT_EQ(reader()->bytes_offered().value(), 0U);
}

}  // namespace zhibu::server::test

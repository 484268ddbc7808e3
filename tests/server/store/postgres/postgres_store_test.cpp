#include "server/store/postgres/postgres_store.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "server/store/postgres/postgres_watch.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "shared/keys/system.hpp"
#include "tests/server/store/store_conformance.hpp"
#include "tests/server/store/store_samples.hpp"
#include "tests/support/postgres_cluster.hpp"

namespace zhibu::server::test {
namespace {

using support::PostgresCluster;

std::shared_ptr<const keys::SecretBytes> make_secret(std::uint8_t byte) {
    const std::vector<std::uint8_t> bytes(32, byte);
    return std::make_shared<const keys::SecretBytes>(std::span<const std::uint8_t>(bytes));
}

class PostgresPlace : public StorePlace {
public:
    [[nodiscard]] Stored<std::unique_ptr<Store>> create(const catalog::Catalog& catalog) override {
        return create_postgres_store(place(), identity(), catalog);
    }

    [[nodiscard]] Stored<std::unique_ptr<Store>> open(const catalog::Catalog& catalog) override {
        return open_postgres_store(place(), catalog);
    }

    [[nodiscard]] ClusterPlace place() const {
        static keys::SystemRandom random;
        return {address_, identity().space, make_secret(7), &random};
    }

    [[nodiscard]] std::string run(const std::string& sql) const {
        return PostgresCluster::run(address_, sql);
    }

private:
    std::string address_ = PostgresCluster::instance().make_database();
};

template <class T>
StoreFault fault_of(const Stored<T>& outcome) {
    EXPECT_FALSE(outcome.has_value());
    return outcome ? StoreFault{} : outcome.error().fault;
}

TEST(PostgresStore, IsMadeOnce) {
    const PostgresPlace place;
    EXPECT_EQ(fault_of(open_postgres_store(place.place(), small_catalog())), StoreFault::not_there);
    ASSERT_TRUE(create_postgres_store(place.place(), identity(), small_catalog()).has_value());
    EXPECT_EQ(fault_of(create_postgres_store(place.place(), identity(), small_catalog())),
              StoreFault::already_there);
    const auto opened = open_postgres_store(place.place(), small_catalog());
    ASSERT_TRUE(opened.has_value());
    EXPECT_EQ((*opened)->identity().name, identity().name);
    EXPECT_EQ((*opened)->identity().epoch, identity().epoch);
}

TEST(PostgresStore, TwoSpacesInOneDatabaseDoNotSeeEachOther) {
    const PostgresPlace place;
    const auto one = create_postgres_store(place.place(), identity(), small_catalog()).value();
    SpaceIdentity other = identity();
    other.space.uuid.bytes[3] ^= 0xFFU;
    ClusterPlace beside = place.place();
    beside.space = other.space;
    const auto two = create_postgres_store(beside, other, small_catalog()).value();
    Scribe scribe(small_catalog());
    scribe.commit(*one, device(1), {new_person(1, 2)});
    EXPECT_EQ(one->open_reader().value()->head().value(), LogIndex{1});
    EXPECT_EQ(two->open_reader().value()->head().value(), LogIndex{});
    EXPECT_EQ(two->open_reader().value()->find(person(1)).value(), std::nullopt);
    Scribe fresh(small_catalog());
    fresh.commit(*two, device(1), {new_person(1, 3)});
    EXPECT_EQ(place.run("SELECT count(*) FROM zhibu.zhibu_log"), "2");
}

TEST(PostgresStore, EveryKeyIsLedByTheSpace) {
    PostgresPlace place;
    ASSERT_TRUE(place.create(small_catalog()).has_value());
    const std::string first_columns =
        "SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid=i.indrelid JOIN pg_namespace n "
        "ON n.oid=c.relnamespace AND n.nspname='zhibu' JOIN pg_attribute a ON a.attrelid=c.oid AND "
        "a.attnum=i.indkey[0] WHERE a.attname";
    EXPECT_EQ(place.run(first_columns + "<>'space'"), "0");
    EXPECT_EQ(place.run(first_columns + "='space' AND i.indisprimary"), "18");
}

TEST(PostgresStore, SuperusersAreRefused) {
    PostgresPlace place;
    ASSERT_TRUE(place.create(small_catalog()).has_value());
    ClusterPlace above = place.place();
    above.address = PostgresCluster::as_superuser(above.address);
    EXPECT_EQ(fault_of(open_postgres_store(above, small_catalog())), StoreFault::storage_failed);
}

TEST(PostgresStore, AnotherSecretDoesNotOpenIt) {
    PostgresPlace place;
    ASSERT_TRUE(place.create(small_catalog()).has_value());
    ClusterPlace wrong = place.place();
    wrong.secret = make_secret(8);
    EXPECT_EQ(fault_of(open_postgres_store(wrong, small_catalog())), StoreFault::damaged);
}

TEST(PostgresStore, NoClusterIsAFailureOfStorage) {
    const PostgresPlace place;
    ClusterPlace nowhere = place.place();
    nowhere.address = "host=/nonexistent dbname=zhibu";
    EXPECT_EQ(fault_of(open_postgres_store(nowhere, small_catalog())), StoreFault::storage_failed);
}

TEST(PostgresStore, ANewerProgramsSpaceIsLeftAlone) {
    PostgresPlace place;
    ASSERT_TRUE(place.create(small_catalog()).has_value());
    static_cast<void>(place.run("UPDATE zhibu.zhibu_space SET format=2"));
    EXPECT_EQ(fault_of(place.open(small_catalog())), StoreFault::other_version);
}

TEST(PostgresStore, ANewerCatalogStopsTheWritersOfTheOlderOne) {
    PostgresPlace place;
    const auto older = place.create(small_catalog()).value();
    const auto newer = place.open(grown_catalog()).value();
    ASSERT_GT(grown_catalog().version(), small_catalog().version());
    EXPECT_EQ(fault_of(older->begin()), StoreFault::other_version);
    EXPECT_TRUE(newer->begin().has_value());
}

TEST(PostgresStore, SaysNothingInTheOpen) {
    PostgresPlace place;
    const auto store = place.create(small_catalog()).value();
    Scribe scribe(small_catalog());
    std::vector<Edit> edits{new_person(1, 2)};
    edits.back().fields.emplace_back(std::uint16_t{11}, std::string("planted-name-planted-name"));
    scribe.commit(*store, device(1), edits);
    // Every table with a row, as PostgreSQL itself prints it; the name as hexadecimal digits.
    for (const std::string table :
         {"record", "mark", "log", "leaf", "place", "space", "chain", "log_place"}) {
        const std::string all = "SELECT string_agg(t::text, ' ') FROM zhibu.zhibu_" + table + " t";
        const std::string text = place.run(all);
        EXPECT_FALSE(text.empty()) << table;
        EXPECT_EQ(text.find("706c616e7465642d6e616d65"), std::string::npos) << table;
        EXPECT_EQ(text.find("planted-name"), std::string::npos) << table;
    }
}

TEST(PostgresStore, WhatIsPutInAnotherRowDoesNotOpen) {
    PostgresPlace place;
    const auto store = place.create(small_catalog()).value();
    Scribe scribe(small_catalog());
    scribe.commit(*store, device(1), {new_person(1, 2), new_person(2, 2)});
    static_cast<void>(place.run(
        "UPDATE zhibu.zhibu_record SET content=(SELECT content FROM zhibu.zhibu_record ORDER BY id "
        "LIMIT 1)"));
    const auto reader = store->open_reader().value();
    EXPECT_TRUE(reader->find(person(1)).has_value());
    EXPECT_EQ(fault_of(reader->find(person(2))), StoreFault::damaged);
}

TEST(PostgresStore, TwoProcessesWriteOneAfterAnother) {
    PostgresPlace place;
    const auto one = place.create(small_catalog()).value();
    const auto two = place.open(small_catalog()).value();
    Scribe scribe(small_catalog());
    scribe.commit(*one, device(1), {new_person(1, 2)});
    scribe.commit(*two, device(2), {new_person(2, 2)});
    scribe.commit(*one, device(1), {new_person(3, 2)});
    EXPECT_EQ(two->begin().value()->head().value(), LogIndex{3});
}

TEST(PostgresStore, AWriterWaitsForTheOtherProcesssAndSeesWhatItDid) {
    PostgresPlace place;
    const auto one = place.create(small_catalog()).value();
    const auto two = place.open(small_catalog()).value();
    Scribe scribe(small_catalog());
    const Scribe::Group first = scribe.next(device(1), {new_person(1, 2)});
    auto held = one->begin().value();
    ASSERT_TRUE(held->put(first.states[0]).has_value());
    ASSERT_TRUE(held->append(first.row).has_value());
    LogIndex seen;
    std::thread other([&] { seen = two->begin().value()->head().value(); });
    bool is_waiting = false;
    for (int tries = 0; tries < 2000 && !is_waiting; ++tries) {
        is_waiting = place.run(
                         "SELECT count(*) FROM pg_stat_activity WHERE "
                         "datname=current_database() AND wait_event_type='Lock'") == "1";
    }
    EXPECT_TRUE(is_waiting);
    EXPECT_TRUE(held->commit().has_value());
    other.join();
    EXPECT_EQ(seen, LogIndex{1});
}

TEST(PostgresStore, ALostConnectionCommitsNothingAndTheNextTransactionHasAnother) {
    PostgresPlace place;
    const auto store = place.create(small_catalog()).value();
    const auto reader = store->open_reader().value();
    Scribe scribe(small_catalog());
    scribe.commit(*store, device(1), {new_person(1, 2)});
    EXPECT_EQ(reader->head().value(), LogIndex{1});
    {
        const Scribe::Group lost = Scribe(scribe).next(device(1), {new_person(2, 2)});
        const auto transaction = store->begin().value();
        ASSERT_TRUE(transaction->put(lost.states[0]).has_value());
        static_cast<void>(
            place.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
                      "datname=current_database() AND pid<>pg_backend_pid()"));
        EXPECT_EQ(fault_of(transaction->append(lost.row)), StoreFault::storage_failed);
        EXPECT_EQ(fault_of(transaction->commit()), StoreFault::storage_failed);
    }
    scribe.commit(*store, device(1), {new_person(3, 2)});
    EXPECT_EQ(reader->head().value(), LogIndex{2});
    EXPECT_EQ(reader->find(person(2)).value(), std::nullopt);
    EXPECT_TRUE(reader->find(person(3)).value().has_value());
}

TEST(PostgresStore, OneWhoIsAloneWithItLetsNobodyIn) {
    PostgresPlace place;
    const ClusterPlace where = place.place();
    auto shared = create_postgres_store(where, identity(), small_catalog());
    ASSERT_TRUE(shared.has_value());
    ASSERT_TRUE(place.open(small_catalog()).has_value()) << "others may share it";
    EXPECT_EQ(fault_of(open_postgres_store(where, small_catalog(), ClusterUse::alone)),
              StoreFault::in_use);
    shared->reset();
    const auto alone = open_postgres_store(where, small_catalog(), ClusterUse::alone);
    ASSERT_TRUE(alone.has_value());
    EXPECT_TRUE((*alone)->open_reader().has_value()) << "its own readers";
    EXPECT_EQ(fault_of(place.open(small_catalog())), StoreFault::in_use);
    EXPECT_EQ(fault_of(open_postgres_store(where, small_catalog(), ClusterUse::alone)),
              StoreFault::in_use);
}

TEST(PostgresStore, AnotherEpochStopsWhoeverHadItOpenBefore) {
    PostgresPlace place;
    const auto before = place.create(small_catalog()).value();
    const auto after = place.open(small_catalog()).value();
    record::EpochId epoch;
    epoch.uuid.bytes.fill(9);
    ASSERT_TRUE(after->begin_epoch(epoch).has_value());
    EXPECT_EQ(fault_of(before->begin()), StoreFault::damaged);
    EXPECT_TRUE(after->begin().has_value());
    EXPECT_TRUE(place.open(small_catalog()).value()->begin().has_value());
}

TEST(PostgresStore, AHostThatTakesNoWritesIsLeft) {
    PostgresPlace place;
    const auto store = place.create(small_catalog()).value();
    const std::string writes = "ALTER SYSTEM SET default_transaction_read_only=";
    // The host goes on, the link lives: only the writes fail.
    static_cast<void>(place.run(writes + "on"));
    static_cast<void>(place.run("SELECT pg_reload_conf()"));
    Stored<std::unique_ptr<StoreTransaction>> begun = std::unique_ptr<StoreTransaction>{};
    for (int left = 200; left > 0 && begun; --left) {
        begun->reset();
        begun = store->begin();
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_EQ(fault_of(begun), StoreFault::storage_failed);
    static_cast<void>(place.run(writes + "off"));
    static_cast<void>(place.run("SELECT pg_reload_conf()"));
    for (int left = 200; left > 0 && !begun; --left) {
        begun = store->begin();
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_TRUE(begun.has_value());
}

TEST(PostgresStore, NoPasswordStandsInAnAddress) {
    for (const char* usable : {"", "service=zhibu", "host=a,b dbname=zhibu passfile=/etc/pass",
                               "postgresql://zhibu@a:5432,b:5433/zhibu?target_session_attrs=any"}) {
        EXPECT_TRUE(is_cluster_address(usable)) << usable;
    }
    for (const char* refused :
         {"password=secret", "host=a password='se cret'", "postgresql://zhibu:secret@a/zhibu",
          "host=a sslpassword=secret", "no connection string", "host='"}) {
        EXPECT_FALSE(is_cluster_address(refused)) << refused;
    }
}

TEST(PostgresStore, ScrubbedPagesHoldNothingOfWhatWasTakenOut) {
    PostgresPlace place;
    const auto store = create_postgres_store(place.place(), identity(), small_catalog()).value();
    Scribe scribe(small_catalog());
    scribe.commit(*store, device(1), {new_person(1, 2)});
    {
        const auto erasing = store->begin_erasing().value();
        ASSERT_TRUE(erasing->remove(person(1)).has_value());
        ASSERT_TRUE(erasing->commit().has_value());
    }
    EXPECT_NE(place.run("SELECT pg_relation_size('zhibu.zhibu_record')"), "0");
    ASSERT_TRUE(store->scrub().has_value());
    EXPECT_EQ(place.run("SELECT pg_relation_size('zhibu.zhibu_record')"), "0");
    EXPECT_EQ(place.run("SELECT pg_relation_size('zhibu.zhibu_mark')"), "0");
}

TEST(PostgresWatch, HearsOfCommitsInItsSpaceByWhichever) {
    using std::chrono::milliseconds;
    constexpr milliseconds long_enough{10'000};
    PostgresPlace place;
    const auto store = place.create(small_catalog()).value();
    SpaceIdentity other = identity();
    other.space.uuid.bytes[3] ^= 0xFFU;
    ClusterPlace beside = place.place();
    beside.space = other.space;
    const auto neighbour = create_postgres_store(beside, other, small_catalog()).value();
    const auto watch = open_postgres_watch(place.place()).value();
    const auto neighbours = open_postgres_watch(beside).value();
    Scribe scribe(small_catalog());
    {
        const auto dropped = store->begin().value();
        ASSERT_TRUE(dropped->put(scribe.next(device(1), {new_person(9, 2)}).states[0]).has_value());
    }
    EXPECT_EQ(watch->wait(milliseconds{100}), false) << "nothing was committed";
    Scribe fresh(small_catalog());
    fresh.commit(*store, device(1), {new_person(1, 2)});
    EXPECT_EQ(watch->wait(long_enough), true);
    EXPECT_EQ(watch->wait(milliseconds{100}), false) << "each once";
    EXPECT_EQ(neighbours->wait(milliseconds{100}), false) << "another space";
}

TEST(PostgresWatch, AfterALostLinkAnythingMayHaveHappened) {
    using std::chrono::milliseconds;
    PostgresPlace place;
    ASSERT_TRUE(place.create(small_catalog()).has_value());
    const auto watch = open_postgres_watch(place.place()).value();
    static_cast<void>(
        place.run("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE "
                  "datname=current_database() AND pid<>pg_backend_pid()"));
    Stored<bool> heard = false;
    for (int tries = 0; tries < 10 && heard == false; ++tries) {
        heard = watch->wait(milliseconds{100});
    }
    EXPECT_EQ(fault_of(heard), StoreFault::storage_failed);
    EXPECT_EQ(watch->wait(milliseconds{100}), true);
    EXPECT_EQ(watch->wait(milliseconds{0}), false);
}

}  // namespace

std::vector<StoreSort> store_sorts() {
    return {{"postgres", [] { return std::make_unique<PostgresPlace>(); }}};
}

}  // namespace zhibu::server::test

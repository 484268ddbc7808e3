#include "server/rekey/rekeyer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/founding/store_key.hpp"
#include "server/rekey/rekey_command.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/keys/system.hpp"
#include "tests/support/fixed_clock.hpp"
#include "tests/support/temporary_directory.hpp"

namespace zhibu::server {
namespace {

const catalog::Catalog& catalog_of_all() { return catalog::standard_catalog(); }

/// A store and what changes its key, as a server has them.
class Rekeying : public testing::Test {
protected:
    Rekeying() {
        auto store_key = make_store_key(files, "store_key", random);
        keys.emplace(make_data_keys(files.data_keys(), *std::move(store_key), random).value());
        store = create_sqlite_store({files.store(), keys->ring(), &random}, {}, catalog_of_all())
                    .value();
        start(vault::sealed_pages_max);
    }

    void start(std::uint64_t pages_max) {
        Rekeyer::Parts parts;
        parts.store = store.get();
        parts.keys = &*keys;
        parts.clock = &clock;
        parts.random = &random;
        parts.log = [this](std::string_view event, std::string_view) {
            events.emplace_back(event);
        };
        parts.pages_max = pages_max;
        rekeyer = std::make_unique<Rekeyer>(std::move(parts), files);
    }

    /// The program ends, and another begins.
    void restart() {
        rekeyer.reset();
        store.reset();
        keys.emplace(
            load_data_keys(files.data_keys(), read_store_key(files, "store_key").value()).value());
        store = open_sqlite_store({files.store(), keys->ring(), &random}, catalog_of_all()).value();
        start(vault::sealed_pages_max);
    }

    /// Calls it as the committer does, `times` times.
    void work(int times) {
        for (int i = 0; i < times; ++i) {
            const auto pause = rekeyer->upkeep();
            EXPECT_GE(pause.count(), 0);
            clock.advance(pause.count());
        }
    }

    [[nodiscard]] std::ptrdiff_t logged(std::string_view event) const {
        return std::ranges::count(events, event);
    }

    [[nodiscard]] std::string id(char digit) const { return std::string(32, digit); }

    support::TemporaryDirectory folder;
    ServerFiles files{folder.path()};
    keys::SystemRandom random;
    support::FixedClock clock{record::Instant{1'700'000'000'000}};
    std::optional<vault::KeptKeys> keys;
    std::unique_ptr<SealedStore> store;
    std::unique_ptr<Rekeyer> rekeyer;
    std::vector<std::string> events;
};

TEST_F(Rekeying, DoesNothingUnasked) {
    work(20);
    EXPECT_TRUE(events.empty());
    EXPECT_EQ(keys->newest_epoch(), 1U);
}

TEST_F(Rekeying, IsAskedByAFileAndSaysSo) {
    ASSERT_TRUE(rekey_note(files).write({id('a'), {}}));
    work(1);
    EXPECT_EQ(rekey_note(files).read_reply(), (Reply{id('a'), to_text(RekeyAnswer::begun)}));
    EXPECT_FALSE(rekey_note(files).read());
    ASSERT_TRUE(rekey_note(files).write({id('b'), {}}));
    work(1);
    EXPECT_EQ(rekey_note(files).read_reply(), (Reply{id('b'), to_text(RekeyAnswer::under_way)}));
    work(20);
    EXPECT_EQ(events, (std::vector<std::string>{"rekey_begun", "rekey_done"}));
    EXPECT_EQ(keys->newest_epoch(), 2U);
    EXPECT_FALSE(keys->holds_two());
    EXPECT_FALSE(std::filesystem::exists(files.folder / "space.db.rekey"));
}

TEST_F(Rekeying, GoesOnAfterARestart) {
    ASSERT_TRUE(rekey_note(files).write({id('a'), {}}));
    work(2);
    ASSERT_TRUE(keys->holds_two());
    restart();
    work(20);
    EXPECT_EQ(events, (std::vector<std::string>{"rekey_begun", "rekey_goes_on", "rekey_done"}));
    restart();
    EXPECT_EQ(keys->newest_epoch(), 2U);
    work(20);
    EXPECT_EQ(logged("rekey_done"), 1);
}

TEST_F(Rekeying, BeginsByItselfWhenTheKeyHasSealedMuch) {
    start(0);
    work(1);
    EXPECT_EQ(logged("rekey_begun"), 1);
    work(6);
    EXPECT_GE(logged("rekey_done"), 1);
}

TEST_F(Rekeying, ANewStoreKeyWaitsForTheChangeThatIsUnderWay) {
    ASSERT_TRUE(make_store_key(files, "second_key", random));
    ASSERT_TRUE(rekey_note(files).write({id('a'), {}}));
    work(1);
    ASSERT_TRUE(rekey_note(files).write({id('c'), files.folder / "second_key"}));
    work(1);
    EXPECT_EQ(rekey_note(files).read_reply()->id, id('a'));
    work(40);
    EXPECT_EQ(rekey_note(files).read_reply(), (Reply{id('c'), to_text(RekeyAnswer::begun)}));
    EXPECT_EQ(keys->newest_epoch(), 3U);
    EXPECT_EQ(
        load_data_keys(files.data_keys(), read_store_key(files, "store_key").value()).error().fault,
        KeyFilesFault::wrong_key);
    EXPECT_TRUE(
        load_data_keys(files.data_keys(), read_store_key(files, "second_key").value()).has_value());
}

TEST_F(Rekeying, AnUnusableStoreKeyChangesNothing) {
    ASSERT_TRUE(rekey_note(files).write({id('a'), files.folder / "nowhere"}));
    work(20);
    EXPECT_EQ(rekey_note(files).read_reply(),
              (Reply{id('a'), to_text(RekeyAnswer::store_key_unusable)}));
    EXPECT_EQ(keys->newest_epoch(), 1U);
}

TEST_F(Rekeying, WhatIsNoRequestIsTakenAway) {
    const std::filesystem::path file = files.folder / "rekey.request";
    for (const std::string& text :
         {std::string{}, std::string{"\n\n"}, id('a'), id('a') + "\n", id('g') + "\n\n",
          id('a') + "\nrelative\n", id('a') + "\n/two\n/lines\n", std::string(100'000, 'a'),
          id('a') + "\n/" + std::string(1, '\0') + "\n"}) {
        std::ofstream{file} << text;
        EXPECT_FALSE(rekey_note(files).read()) << text.substr(0, 80);
        EXPECT_FALSE(std::filesystem::exists(file)) << text.substr(0, 80);
    }
    std::filesystem::create_symlink("/etc/hostname", file);
    EXPECT_FALSE(rekey_note(files).read());
    work(5);
    EXPECT_TRUE(events.empty());
}

TEST_F(Rekeying, TheCommandDoesItWhereNoServerRuns) {
    rekeyer.reset();
    store.reset();
    RekeyWords words;
    EXPECT_EQ(rekey(files, words, catalog_of_all(), random), RekeyOutcome::done);
    words.store_key_file = files.folder / "made_key";
    EXPECT_EQ(rekey(files, words, catalog_of_all(), random), RekeyOutcome::done);
    const auto refused = rekey(files, RekeyWords{}, catalog_of_all(), random);
    ASSERT_FALSE(refused.has_value());
    words.store_key = "made_key";
    words.store_key_file.clear();
    EXPECT_EQ(rekey(files, words, catalog_of_all(), random), RekeyOutcome::done);
    const auto held = load_data_keys(files.data_keys(), read_store_key(files, "made_key").value());
    EXPECT_EQ(held->newest_epoch(), 4U);
}

}  // namespace
}  // namespace zhibu::server

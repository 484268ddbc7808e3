#include "server/founding/backup.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "server/backup/backup_command.hpp"
#include "server/backup/restoring.hpp"
#include "server/founding/store_key.hpp"
#include "server/store/sqlite/sqlite_store.hpp"
#include "shared/keys/system.hpp"
#include "tests/support/founding_words.hpp"
#include "tests/support/temporary_directory.hpp"

namespace zhibu::server {
namespace {

class Backup : public testing::Test {
protected:
    Backup() {
        EXPECT_TRUE(
            found(place, support::founding_words(), catalog::standard_catalog(), clock, random));
        backed_up = folder.path() / "backup";
    }

    std::unique_ptr<Store> open() {
        auto key = read_store_key(place.files, place.store_key);
        const auto keys = load_data_keys(place.files.data_keys(), *std::move(key));
        return open_sqlite_store({place.files.store(), keys->ring(), &random},
                                 catalog::standard_catalog())
            .value();
    }

    auto back_up() {
        return back_up_wherever(place, {backed_up}, catalog::standard_catalog(), random);
    }

    auto put_back() { return restore(place, {backed_up}, catalog::standard_catalog(), random); }

    void lose_store() const {
        for (const char* suffix : {"", "-wal", ".head", ".keys", ".lock"}) {
            std::filesystem::remove(place.files.store().string() + suffix);
        }
    }

    support::TemporaryDirectory folder;
    StorePlace place{ServerFiles{folder.path() / "server"}, "store_key"};
    std::filesystem::path backed_up;
    keys::SystemClock clock;
    keys::SystemRandom random;
};

TEST_F(Backup, IsVerifiedAndThenRaisesTheWatermark) {
    EXPECT_EQ(open()->open_reader().value()->backed_up().value(), LogIndex{0});
    const auto through = back_up();
    ASSERT_TRUE(through) << through.error().en;
    const auto store = open();
    const auto reader = store->open_reader().value();
    EXPECT_EQ(*through, reader->head().value());
    EXPECT_GT(through->position, 0U);
    EXPECT_EQ(reader->backed_up().value(), *through);
    EXPECT_FALSE(store->identity().restored_at);
    for (const auto& entry : std::filesystem::directory_iterator(backed_up)) {
        EXPECT_EQ(entry.status().permissions() & static_cast<std::filesystem::perms>(0777),
                  static_cast<std::filesystem::perms>(0600))
            << entry.path();
    }
    EXPECT_FALSE(std::filesystem::exists(backed_up / "store_key")) << "what opens it is elsewhere";
}

TEST_F(Backup, IntoAFolderWithContentIsRefusedAndRaisesNothing) {
    std::filesystem::create_directory(backed_up);
    std::ofstream{backed_up / "something"} << "else";
    EXPECT_FALSE(back_up());
    EXPECT_TRUE(std::filesystem::exists(backed_up / "something"));
    EXPECT_EQ(open()->open_reader().value()->backed_up().value(), LogIndex{0});
}

TEST_F(Backup, PutBackItIsOfANewEpochAndHoldsWhatItHeld) {
    const auto through = back_up();
    ASSERT_TRUE(through);
    const SpaceIdentity before = open()->identity();
    const sync::DigestReply digest = [&] {
        ScopeFilter all;
        all.everything = true;
        return open()->open_reader().value()->digest(all).value();
    }();
    EXPECT_FALSE(put_back()) << "there is a store: it is not overwritten";
    EXPECT_EQ(open()->identity().epoch, before.epoch);
    lose_store();
    const auto begins = put_back();
    ASSERT_TRUE(begins) << begins.error().en;
    EXPECT_EQ(*begins, *through);
    const auto store = open();
    EXPECT_EQ(store->identity().space, before.space);
    EXPECT_NE(store->identity().epoch, before.epoch);
    EXPECT_EQ(store->identity().restored_at, *through);
    const auto reader = store->open_reader().value();
    ScopeFilter all;
    all.everything = true;
    EXPECT_EQ(reader->digest(all).value(), digest);
    EXPECT_EQ(reader->backed_up().value(), LogIndex{0});
    EXPECT_FALSE(std::filesystem::exists(place.files.folder / "restoring"));
}

TEST_F(Backup, ADamagedOneIsNotPutBackAndAnotherAttemptCan) {
    ASSERT_TRUE(back_up());
    lose_store();
    const auto file = backed_up / "space.db";
    const auto whole = backed_up / "whole";
    std::filesystem::copy_file(file, whole);
    {
        std::fstream damaged{file, std::ios::in | std::ios::out | std::ios::binary};
        damaged.seekp(40'000);
        damaged << "damage";
    }
    EXPECT_FALSE(put_back());
    EXPECT_FALSE(std::filesystem::exists(place.files.store()));
    std::filesystem::rename(whole, file);
    EXPECT_TRUE(put_back());
}

TEST_F(Backup, OneThatWasPutBackByHandIsToldSo) {
    const record::EpochId before = open()->identity().epoch;
    const auto begins = begin_new_epoch(place, catalog::standard_catalog(), random);
    ASSERT_TRUE(begins);
    const auto store = open();
    EXPECT_NE(store->identity().epoch, before);
    EXPECT_EQ(store->identity().restored_at, *begins);
}

}  // namespace
}  // namespace zhibu::server

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "server/founding/backup.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/vault/data_key.hpp"
#include "shared/vault/key_ring.hpp"
#include "shared/vault/volume.hpp"
#include "tests/support/memory_disk.hpp"
#include "tests/support/memory_folder.hpp"

/// A store that is backed up and put back on a disk whose power goes.
namespace zhibu::server {
namespace {

const std::filesystem::path store_file = "/server/space.db";
const std::filesystem::path copied_file = "/backup/space.db";
const std::filesystem::path waiting_file = "/server/restoring/space.db";

std::string unused_name() {
    static int made = 0;
    return "cut-restoring-" + std::to_string(++made);
}

/// One machine, whose programs find what is on the disk.
struct Machine {
    explicit Machine(support::MemoryDisk found) : disk{std::move(found)} {}

    [[nodiscard]] SealedPlace place(const std::filesystem::path& store) {
        return {store, keys(), &random, &volume};
    }

    [[nodiscard]] StoreAccess access() {
        return {folder, [this](const std::filesystem::path& store) {
                    return std::expected<SealedPlace, FoundingError>{place(store)};
                }};
    }

    [[nodiscard]] auto put_back() {
        return server::put_back(access(), copied_file, waiting_file, store_file,
                                catalog::standard_catalog(), random);
    }

    [[nodiscard]] bool has_store() { return folder.has(store_file); }

    [[nodiscard]] SpaceIdentity identity() {
        return open_sqlite_store(place(store_file), catalog::standard_catalog())
            .value()
            ->identity();
    }

    [[nodiscard]] static std::shared_ptr<const vault::KeyRing> keys() {
        static const auto made = [] {
            support::SeededRandom random{11};
            return std::make_shared<const vault::KeyRing>(vault::make_data_key(random));
        }();
        return made;
    }

    support::MemoryDisk disk;
    support::SeededRandom random{12};
    support::MemoryFolder folder{disk};
    std::string name = unused_name();
    support::MemoryVfs pages{name + "-pages", disk};
    vault::Vfs files{name + "-sealed", name + "-pages"};
    vault::Volume volume{folder, files};
};

SpaceIdentity founded_identity() {
    SpaceIdentity identity;
    support::SeededRandom random{13};
    identity.space.uuid = record::make_uuid_v4(random);
    identity.epoch.uuid = record::make_uuid_v4(random);
    identity.name = "测试党委";
    return identity;
}

/// The disk of a machine that has nothing but the copy, and perhaps what is left of a lost store.
support::MemoryDisk disk_with_copy(bool with_remains) {
    Machine first{support::MemoryDisk{}};
    EXPECT_TRUE(create_sqlite_store(first.place(store_file), founded_identity(),
                                    catalog::standard_catalog()));
    EXPECT_TRUE(back_up(first.access(), store_file, copied_file, catalog::standard_catalog()));
    support::MemoryDisk disk;
    for (const std::string& name : first.disk.names()) {
        if (name.starts_with("/backup/")) {
            disk.set_content(name, first.disk.content(name));
        }
    }
    if (with_remains) {
        disk.set_content(store_file.string() + "-wal", {1, 2, 3});
        disk.set_content(store_file.string() + ".rekey", {4, 5, 6});
    }
    return disk;
}

TEST(CutRestoring, AtAnyChangeOfTheDiskLeavesNoStoreOrOneOfANewEpochAndCanBeDoneAgain) {
    const support::MemoryDisk begun = disk_with_copy(false);
    std::size_t cuts = 0;
    for (bool went_through = false; !went_through; ++cuts) {
        Machine machine{begun.after_kill()};
        support::SeededRandom weather{cuts};
        std::optional<support::MemoryDisk> left;
        machine.disk.look_before(cuts + 1, [&] { left = machine.disk.after_power_cut(weather); });
        ASSERT_TRUE(machine.put_back());
        went_through = !left;
        Machine again{went_through ? machine.disk.after_kill() : *std::move(left)};
        if (!again.has_store()) {
            ASSERT_TRUE(again.put_back()) << "cut " << cuts;
        }
        EXPECT_NE(again.identity().epoch, founded_identity().epoch) << "cut " << cuts;
        EXPECT_EQ(again.identity().restored_at, LogIndex{0}) << "cut " << cuts;
    }
    EXPECT_GT(cuts, 20U);
}

TEST(CutRestoring, WhatLiesBesideALostStoreIsNotTakenForTheCopys) {
    Machine machine{disk_with_copy(true)};
    ASSERT_TRUE(machine.put_back());
    EXPECT_FALSE(machine.disk.exists(store_file.string() + "-wal"));
    EXPECT_FALSE(machine.disk.exists(store_file.string() + ".rekey"));
    EXPECT_EQ(machine.identity().space, founded_identity().space);
}

}  // namespace
}  // namespace zhibu::server

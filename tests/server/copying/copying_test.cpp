#include "server/copying/copying.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "server/store/postgres/postgres_store.hpp"
#include "server/store/sqlite/sqlite_store.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/keys/secret_bytes.hpp"
#include "shared/keys/system.hpp"
#include "tests/server/committer/court.hpp"
#include "tests/support/postgres_cluster.hpp"
#include "tests/support/server_place.hpp"
#include "tests/support/temporary_directory.hpp"

namespace zhibu::server::test {
namespace {

const catalog::Catalog& catalog_of_all() { return catalog::standard_catalog(); }

SpaceIdentity identity() {
    SpaceIdentity made;
    made.space.uuid.bytes.fill(7);
    made.epoch.uuid.bytes.fill(8);
    made.name = "测试党委";
    made.restored_at = LogIndex{2};
    return made;
}

void write(Store& store, const std::function<Stored<void>(StoreTransaction&)>& work) {
    const auto transaction = store.begin().value();
    ASSERT_TRUE(work(*transaction));
    ASSERT_TRUE(transaction->commit());
}

class Copying : public testing::Test {
protected:
    Copying() { tell(); }

    std::unique_ptr<ErasableStore> sqlite_store(const std::string& name) {
        return create_sqlite_store(support::server_place(folder_.path() / name), identity(),
                                   catalog_of_all())
            .value();
    }

    std::unique_ptr<ErasableStore> postgres_store() {
        const std::vector<std::uint8_t> bytes(32, 5);
        const ClusterPlace place{
            support::PostgresCluster::instance().make_database(), identity().space,
            std::make_shared<const keys::SecretBytes>(std::span<const std::uint8_t>{bytes}),
            &random_};
        return create_postgres_store(place, identity(), catalog_of_all()).value();
    }

    std::vector<std::string> differing(Store& other) {
        const auto left = store_->open_reader().value();
        const auto right = other.open_reader().value();
        return differences(*left, *right).value();
    }

    /// Copies, and expects the same on both sides.
    void expect_copied(Store& from, Store& to) {
        const auto reader = from.open_reader().value();
        ASSERT_TRUE(copy_space(*reader, to, catalog_of_all()));
        EXPECT_EQ(differing(to), std::vector<std::string>{});
        EXPECT_EQ(to.identity().restored_at, identity().restored_at);
        const auto copied = to.open_reader().value();
        EXPECT_EQ(copied->held_outside(set_aside_).value().has_value(), true);
        EXPECT_EQ(copied->held(taken_).value()->index, taken_at_);
        EXPECT_EQ(copied->compacted().value(), LogIndex{3});
        EXPECT_EQ(copied->contact(device_).value()->version, "0.1.0");
    }

    support::TemporaryDirectory folder_;
    keys::SystemRandom random_;
    std::unique_ptr<ErasableStore> store_ = sqlite_store("space.db");
    GroupName set_aside_;
    GroupName taken_;
    LogIndex taken_at_;
    RecordId account_;
    DeviceId device_;

private:
    /// A story with all that a copy may forget.
    void tell() {
        Court court{store_.get()};
        Desk desk = court.enrol(court.secretary_a);
        account_ = court.secretary_a;
        device_ = desk.device;
        std::vector<record::SealedGroup> groups;
        for (unsigned number = 1; number <= 4; ++number) {
            groups.push_back(
                desk.seal({create("person", court.new_id(), applicant(court.branch_a, number))}));
        }
        // The third comes early, and is in its chain once the second has come.
        const auto early = court.hand_in(desk, {groups[0], groups[2]});
        ASSERT_EQ(early.receipts.size(), 2U);
        taken_ = {desk.device, desk.incarnation, Sequence{3}};
        taken_at_ = verdict_of(early.receipts[1]).index;
        ASSERT_FALSE(court.hand_in(desk, {groups[1], groups[2]}).refusal);
        // One whose predecessor never comes.
        Desk gapped = court.enrol(court.secretary_b);
        static_cast<void>(gapped.seal({}));
        ASSERT_EQ(court.hand_in(gapped, {gapped.seal({})}).receipts.size(), 1U);
        set_aside_ = {gapped.device, gapped.incarnation, Sequence{2}};
        court.stop();
        write(*store_, [&](StoreTransaction& transaction) -> Stored<void> {
            Credential credential;
            credential.public_key.fill(3);
            credential.changed_at = noon;
            ZHIBU_TRY_VOID(transaction.set_credential(account_, credential));
            SecondFactors factors;
            factors.pending = SecondFactor{{}, 4, {Hash{}}};
            ZHIBU_TRY_VOID(transaction.set_second_factors(account_, factors));
            ZHIBU_TRY_VOID(
                transaction.set_contact({device_, noon, "0.1.0", desk.incarnation, Sequence{9}}));
            sync::GroupOffer offer;
            offer.bytes = 9;
            ZHIBU_TRY_VOID(transaction.begin_staging(device_, offer, noon));
            const std::array<std::uint8_t, 4> part{1, 2, 3, 4};
            ZHIBU_TRY_VOID(transaction.stage(device_, part, noon));
            ZHIBU_TRY_VOID(transaction.set_backed_up(LogIndex{5}));
            ZHIBU_TRY(compacted, transaction.compact(after(noon, day_ms), 3));
            EXPECT_EQ(compacted, LogIndex{3});
            return {};
        });
    }
};

TEST_F(Copying, FromFilesIntoAClusterAndBackNothingIsAnother) {
    const auto cluster = postgres_store();
    expect_copied(*store_, *cluster);
    const auto files = sqlite_store("back.db");
    expect_copied(*cluster, *files);
}

TEST_F(Copying, WhatIsNotTheSameIsNamed) {
    const auto copy = sqlite_store("copy.db");
    const auto reader = store_->open_reader().value();
    ASSERT_TRUE(copy_space(*reader, *copy, catalog_of_all()));
    write(*copy, [&](StoreTransaction& transaction) {
        return transaction.set_credential(account_, Credential{});
    });
    EXPECT_EQ(differing(*copy), std::vector{"account " + to_text(account_)});
    write(*copy, [&](StoreTransaction& transaction) { return transaction.drop_staging(device_); });
    EXPECT_EQ(differing(*copy).size(), 3U) << "the offer, and what is held of it";
    {
        const auto erasing = copy->begin_erasing().value();
        auto row = erasing->row(LogIndex{4}).value().value();
        row.receipt.signature.front() ^= 1U;
        ASSERT_TRUE(erasing->rewrite(row));
        ASSERT_TRUE(erasing->commit());
    }
    EXPECT_EQ(differing(*copy).front(), "log 4");
}

TEST_F(Copying, ACutLeavesNothing) {
    const auto copy = sqlite_store("copy.db");
    support::MemoryStore broken{identity()};
    broken.fail_after(40, StoreFault::storage_failed, true);
    const auto reader = store_->open_reader().value();
    EXPECT_FALSE(copy_space(*reader, broken, catalog_of_all()));
    EXPECT_TRUE(broken.contents()->rows.empty() && broken.contents()->records.empty());
}

}  // namespace
}  // namespace zhibu::server::test

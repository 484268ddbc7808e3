#include "tests/server/ledger/sealed_history.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <utility>

#include "shared/vault/head_record.hpp"
#include "shared/vault/open_pragmas.hpp"
#include "shared/vault/storage_file.hpp"
#include "shared/vault/vfs.hpp"
#include "tests/support/server_place.hpp"

namespace zhibu::server::test {

SealedHistory::SealedHistory(unsigned persons) {
    const SpaceIdentity identity{record::SpaceId{record::Uuid{{5}}},
                                 record::EpochId{record::Uuid{{6}}}, "space"};
    store_ =
        create_sqlite_store(support::server_place(file()), identity, catalog::standard_catalog())
            .value();
    court_ = std::make_unique<Court>(store_.get());
    desk_ = court_->enrol(court_->secretary_a);
    person_ = court_->new_id();
    first_of_branch_ =
        court_->judge(*desk_, {create("person", person_, applicant(court_->branch_a, ++persons_))})
            .index;
    static_cast<void>(
        court_->judge(*desk_, {update("person", person_, record::confirmed_base(first_of_branch_),
                                      {{"address", text("一路")}})}));
    for (unsigned i = 0; i < persons; ++i) {
        add_person();
    }
}

SealedHistory::~SealedHistory() { close(); }

void SealedHistory::add_person() {
    const auto verdict = court_->judge(
        *desk_, {create("person", court_->new_id(), applicant(court_->branch_a, ++persons_))});
    ASSERT_EQ(verdict.outcome, record::Outcome::accepted);
}

void SealedHistory::close() {
    court_->stop();
    store_.reset();
}

SealedStore& SealedHistory::sealed_store() {
    if (!store_) {
        auto opened = open_sqlite_store(support::server_place(file()), catalog::standard_catalog());
        EXPECT_TRUE(opened.has_value()) << opened.error().place;
        store_ = std::move(opened).value();
    }
    return *store_;
}

void SealedHistory::alter(const std::string& sql,
                          const std::vector<std::vector<std::uint8_t>>& bound) {
    close();
    const SealedPlace place = support::server_place(file());
    vault::Vfs vfs{"zhibu-attacker"};
    const auto keyed = vfs.key(file(), place.keys, {.random = *place.random});
    ASSERT_TRUE(keyed.has_value());
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open_v2(file().c_str(), &handle, SQLITE_OPEN_READWRITE, vfs.name().c_str()),
              SQLITE_OK);
    EXPECT_TRUE(vault::apply_open_pragmas(handle).has_value());
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(handle, sql.c_str(), -1, &statement, nullptr), SQLITE_OK)
        << sqlite3_errmsg(handle);
    int number = 0;
    for (const auto& bytes : bound) {
        sqlite3_bind_blob(statement, ++number, bytes.data(), static_cast<int>(bytes.size()),
                          SQLITE_STATIC);
    }
    EXPECT_EQ(sqlite3_step(statement), SQLITE_DONE) << sqlite3_errmsg(handle);
    EXPECT_GT(sqlite3_changes(handle), 0);
    sqlite3_finalize(statement);
    sqlite3_close(handle);
}

void SealedHistory::keep_copy() {
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
        std::filesystem::copy_file(entry.path(), copy_.path() / entry.path().filename());
    }
}

void SealedHistory::put_back_copy() {
    close();
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
        std::filesystem::remove(entry.path());
    }
    for (const auto& entry : std::filesystem::directory_iterator(copy_.path())) {
        std::filesystem::copy_file(entry.path(), folder_.path() / entry.path().filename());
    }
}

void SealedHistory::write_head_record(LogIndex index, const Hash& hash) {
    close();
    const SealedPlace place = support::server_place(file());
    const std::filesystem::path record = folder_.path() / "space.db.head";
    std::filesystem::remove(record);
    auto made = vault::create_storage_file(record);
    ASSERT_TRUE(made.has_value());
    const auto head =
        vault::HeadFile::create(*std::move(made), place.keys, {.random = *place.random},
                                {record::Sequence{index.position}, hash, index, 1000});
    ASSERT_TRUE(head.has_value());
}

LogIndex SealedHistory::head() { return store().open_reader().value()->head().value(); }

LogRow SealedHistory::row(LogIndex index) {
    return store().open_reader().value()->row(index).value().value();
}

HeadMaker SealedHistory::head_maker() {
    const SpaceIdentity identity = store().identity();
    return {identity.space, identity.epoch, noon, [this](std::span<const std::uint8_t> bytes) {
                return court_->receipt_key.sign(bytes);
            }};
}

sync::SignedTreeHead SealedHistory::signed_head() {
    const auto reader = store().open_reader().value();
    return server::signed_head(*reader, head_maker()).value();
}

AuditReport SealedHistory::audit(std::vector<sync::SignedTreeHead> kept) {
    AuditMeans means;
    means.identity = store().identity();
    means.server_key = court_->receipt_key.public_key();
    means.server_device = court_->parts().server_device;
    means.group_key = court_->server_key.public_key();
    means.kept = std::move(kept);
    const auto reader = store().open_reader().value();
    return server::audit(*reader, means).value();
}

}  // namespace zhibu::server::test

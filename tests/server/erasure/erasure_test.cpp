#include "server/erasure/erasure.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "server/ledger/history.hpp"
#include "server/store/sqlite/sqlite_store.hpp"
#include "shared/keys/digest.hpp"
#include "shared/record/date.hpp"
#include "shared/vault/open_pragmas.hpp"
#include "shared/vault/vfs.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "tests/server/ledger/sealed_history.hpp"
#include "tests/support/server_place.hpp"

namespace zhibu::server::test {
namespace {

using record::Outcome;

/// What nobody else's record says.
constexpr std::string_view planted = "清除之前的住址";
constexpr std::string_view planted_later = "清除之前的另一住址";

class ErasureOf : public testing::Test {
protected:
    ErasureOf() {
        edit(history.desk(), planted);
        edit(history.desk(), planted_later);
    }

    [[nodiscard]] RecordKey key() const {
        return {catalog::standard_catalog().kind("person").id(), history.person()};
    }

    record::Verdict edit(Desk& desk, std::string_view address, record::Base base) {
        Court& court = history.court();
        return court.judge(
            desk, {update("person", history.person(), base, {{"address", text(address)}})});
    }

    record::Verdict edit(Desk& desk, std::string_view address) {
        return edit(desk, address, record::confirmed_base(history.head()));
    }

    std::expected<ErasureDone, ErasureError> erase(ErasureWish wish) {
        history.court().stop();
        return server::erase(history.sealed_store(), means(), wish);
    }

    std::expected<ErasureDone, ErasureError> erase() {
        return erase({key(), false, "本人申请", "党委办公室"});
    }

    ErasureMeans means() {
        Court& court = history.court();
        ErasureMeans made;
        made.catalog = &catalog::standard_catalog();
        made.clock = &court.clock;
        made.random = &court.random;
        made.server_device = court.parts().server_device;
        made.sign_receipt = court.parts().sign_receipt;
        made.sign_group = court.parts().sign_group;
        return made;
    }

    [[nodiscard]] RecordId case_of(const record::Verdict& verdict) {
        const catalog::Kind& kind = catalog::standard_catalog().kind("case");
        const auto reader = history.store().open_reader().value();
        return reader
            ->find_by(kind.id(), kind.field("number").id(),
                      text(std::to_string(verdict.index.position)), 1)
            .value()
            .at(0)
            .id;
    }

    /// Does this with a connection of one's own to the closed store.
    void with_the_file(const std::function<void(sqlite3*)>& what) {
        history.close();
        const std::filesystem::path file = history.file();
        const SealedPlace place = support::server_place(file);
        vault::Vfs files{"zhibu-erasure-reader"};
        const auto keyed = files.key(file, place.keys, {.random = *place.random});
        ASSERT_TRUE(keyed.has_value());
        sqlite3* handle = nullptr;
        ASSERT_EQ(
            sqlite3_open_v2(file.c_str(), &handle, SQLITE_OPEN_READWRITE, files.name().c_str()),
            SQLITE_OK);
        EXPECT_TRUE(vault::apply_open_pragmas(handle).has_value());
        what(handle);
        sqlite3_close(handle);
    }

    /// As an SQLite leaves them that does not overwrite what it frees.
    void leave_in_free_pages(std::string_view words) {
        with_the_file([&](sqlite3* handle) {
            const std::string sql =
                "PRAGMA secure_delete=OFF; CREATE TABLE t(x); "
                "INSERT INTO t VALUES(replace(hex(zeroblob(4000)), '00', '" +
                std::string{words} + "')); DROP TABLE t;";
            EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
        });
    }

    /// Every page of the store, free ones too, as its key opens it; its log must be empty.
    [[nodiscard]] std::string pages() {
        std::string all;
        history.close();
        const std::filesystem::path log = history.file().string() + "-wal";
        EXPECT_TRUE(!std::filesystem::exists(log) || std::filesystem::file_size(log) == 0);
        with_the_file([&](sqlite3* handle) {
            sqlite3_int64 size = 0;
            unsigned char* image = sqlite3_serialize(handle, "main", &size, 0);
            ASSERT_NE(image, nullptr);
            all.assign(image, image + size);
            sqlite3_free(image);
        });
        return all;
    }

    [[nodiscard]] std::vector<HistoryEntry> history_of(const RecordKey& record) {
        const auto reader = history.store().open_reader().value();
        std::vector<HistoryEntry> found;
        EXPECT_TRUE(
            each_of_history(*reader, record, history.audit().tree, [&](const HistoryEntry& entry) {
                found.push_back(entry);
            }).has_value());
        return found;
    }

    SealedHistory history;
};

TEST_F(ErasureOf, ARecordLeavesNothingInAnyPageAndTheAuditPasses) {
    const auto head = history.signed_head();
    leave_in_free_pages(planted_later);
    ASSERT_NE(pages().find(planted), std::string::npos) << "what is looked for can be found";
    const auto done = erase();
    ASSERT_TRUE(done.has_value());
    EXPECT_EQ(done->records, std::vector{key()});
    EXPECT_EQ(done->positions.size(), 4U) << "created, three times edited";
    const std::string left = pages();
    EXPECT_EQ(left.find(planted), std::string::npos);
    EXPECT_EQ(left.find(planted_later), std::string::npos);
    EXPECT_EQ(left.find("一路"), std::string::npos);
    const AuditReport report = history.audit({head});
    ASSERT_FALSE(report.finding) << explain(*report.finding).en;
    EXPECT_EQ(report.erased, 4U);
    EXPECT_EQ(report.heads_agreed, 1U) << "the tree is what it was";
    EXPECT_EQ(report.head, done->at);
    const auto reader = history.store().open_reader().value();
    EXPECT_FALSE(reader->find(key()).value().has_value());
}

TEST_F(ErasureOf, ItsHistorySaysThatItWasErasedAndIsProved) {
    ASSERT_TRUE(erase().has_value());
    const auto entries = history_of(key());
    ASSERT_EQ(entries.size(), 4U);
    for (const HistoryEntry& entry : entries) {
        EXPECT_TRUE(entry.is_erased && entry.is_proved);
        EXPECT_TRUE(entry.change.fields.empty() && entry.decisions.empty());
    }
}

TEST_F(ErasureOf, NothingElseIsTouched) {
    const auto others = [&] {
        std::vector<RecordState> found;
        const auto reader = history.store().open_reader().value();
        EXPECT_TRUE(reader
                        ->each(key().kind,
                               [&](const RecordState& state) {
                                   if (state.key != key()) {
                                       found.push_back(state);
                                   }
                               })
                        .has_value());
        return found;
    };
    const auto before = others();
    const auto done = erase();
    ASSERT_TRUE(done.has_value());
    EXPECT_EQ(others(), before);
    for (LogIndex at{1}; at < done->at; ++at.position) {
        const bool is_named = std::ranges::find(done->positions, at) != done->positions.end();
        const LogRow row = history.row(at);
        EXPECT_EQ(keys::sha256(row.sealed.bytes) != row.group_hash, is_named) << at.position;
    }
}

TEST_F(ErasureOf, LostValuesConflictsAndVerdictsGoToo) {
    Court& court = history.court();
    Desk other = court.enrol(court.administrator);
    const LogIndex seen = history.head();
    edit(history.desk(), "清除之前他人的住址");
    const auto verdict = edit(other, "清除之前胜出的住址", record::confirmed_base(seen));
    ASSERT_EQ(verdict.outcome, Outcome::merged);
    ASSERT_FALSE(verdict.decisions.empty());
    const auto done = erase();
    ASSERT_TRUE(done.has_value());
    EXPECT_GT(done->records.size(), 1U) << "the conflict that was filed";
    const AuditReport report = history.audit();
    ASSERT_FALSE(report.finding) << explain(*report.finding).en;
    const LogRow row = history.row(verdict.index);
    const auto left = sync::decode_verdict(row.receipt.verdict).value();
    EXPECT_TRUE(left.decisions.empty());
    EXPECT_FALSE(row.leaves.verdict.salt.has_value());
    const std::string all = pages();
    EXPECT_EQ(all.find("清除之前"), std::string::npos);
}

TEST_F(ErasureOf, ReachesReadersAsAnEvictionAndANote) {
    const LogIndex before = history.head();
    const RecordId branch = history.court().branch_a;
    ASSERT_TRUE(erase().has_value());
    const auto reader = history.store().open_reader().value();
    const auto tail =
        reader->tail(before, ScopeFilter{false, {branch}}, DeviceId{}, IncarnationId{}, 1U << 20U)
            .value();
    ASSERT_TRUE(tail.has_value());
    ASSERT_EQ(tail->entries.size(), 1U);
    std::size_t evicted = 0;
    std::size_t notes = 0;
    for (const record::Effect& effect : tail->entries.front().entry.effects) {
        evicted += effect.sort == record::Effect::Sort::evicted && effect.state.key == key();
        notes += effect.sort == record::Effect::Sort::entered;
    }
    EXPECT_EQ(evicted, 1U);
    EXPECT_EQ(notes, 1U);
    // Who comes later from before it is told nothing of what it was.
    const auto whole =
        reader->tail(LogIndex{}, ScopeFilter{true, {}}, DeviceId{}, IncarnationId{}, 1U << 20U)
            .value();
    ASSERT_TRUE(whole.has_value());
    for (const sync::TailEntry& entry : whole->entries) {
        for (const record::Effect& effect : entry.entry.effects) {
            EXPECT_TRUE(effect.state.key != key() || effect.state.fields.empty());
        }
    }
}

TEST_F(ErasureOf, WhatIsLeftCannotBeChangedUnseen) {
    const auto done = erase();
    ASSERT_TRUE(done.has_value());
    const LogIndex where = done->positions.front();
    auto group = sync::decode_group(history.row(where).sealed.bytes).value();
    group.made_at.packed += 1;
    history.alter("UPDATE zhibu_log SET sealed=? WHERE idx=" + std::to_string(where.position),
                  {sync::encode(group)});
    const AuditReport report = history.audit();
    ASSERT_TRUE(report.finding.has_value());
    EXPECT_EQ(report.finding->fault, AuditFault::group_differs);
    EXPECT_EQ(report.finding->at, where);
}

TEST_F(ErasureOf, WaitsForACaseAndForEntriesAndIsDoneOnce) {
    Court& court = history.court();
    const RecordId family = court.new_id();
    ASSERT_EQ(court
                  .judge(history.desk(), {create("person_award", family,
                                                 {{"owner", Value{history.person()}},
                                                  {"award_kind", text("1")},
                                                  {"name", text("清除之前的荣誉")},
                                                  {"given_on", Value{record::Date{2020, 1, 1}}}})})
                  .outcome,
              Outcome::accepted);
    EXPECT_EQ(erase().error().fault, ErasureFault::has_entries);
    court.restart();
    Desk& desk = history.desk();
    desk.made_at = after(noon, day_ms);
    const auto waiting = edit(desk, planted);
    ASSERT_EQ(waiting.outcome, Outcome::quarantined);
    const auto refused = erase({key(), true, "本人申请", "党委办公室"});
    EXPECT_EQ(refused.error().fault, ErasureFault::case_waits);
    EXPECT_EQ(refused.error().count, waiting.index.position);
    court.restart();
    Desk officer = court.enrol(court.administrator);
    ASSERT_EQ(court
                  .judge(officer,
                         {update("case", case_of(waiting), record::confirmed_base(history.head()),
                                 {{"state", text("5")}, {"remark", text("不采纳")}},
                                 {{"state", text("1")}})})
                  .outcome,
              Outcome::accepted);
    const auto done = erase({key(), true, "本人申请", "党委办公室"});
    ASSERT_TRUE(done.has_value());
    EXPECT_FALSE(history.audit().finding);
    EXPECT_EQ(pages().find("清除之前"), std::string::npos);
    EXPECT_EQ(erase().error().fault, ErasureFault::no_such_record);
}

TEST_F(ErasureOf, OrganisationsAccountsAndBadWordsAreRefused) {
    const catalog::Catalog& catalog = catalog::standard_catalog();
    const RecordId branch = history.court().branch_a;
    const RecordId account = history.court().secretary_a;
    EXPECT_EQ(
        erase({{catalog.kind("organisation").id(), branch}, false, "依据", "某"}).error().fault,
        ErasureFault::server_writes);
    EXPECT_EQ(erase({{catalog.kind("account").id(), account}, false, "依据", "某"}).error().fault,
              ErasureFault::server_writes);
    EXPECT_EQ(erase({key(), false, "", "某"}).error().fault, ErasureFault::wrong_words);
    EXPECT_EQ(erase({key(), false, "两\n行", "某"}).error().fault, ErasureFault::wrong_words);
    EXPECT_FALSE(history.audit().finding);
    EXPECT_EQ(history_of(key()).size(), 4U);
}

}  // namespace
}  // namespace zhibu::server::test

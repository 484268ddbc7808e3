#include <gtest/gtest.h>
#include <sqlite3.h>

#include <array>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include "shared/record/outside_chain.hpp"
#include "shared/vault/vfs.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "tests/client/replica/fixture.hpp"

/// A replica across what breaks the even course: another epoch, repairs, backups, a smaller scope.
namespace zhibu::client::test {
namespace {

using record::Operation;
using record::Outcome;

const record::RecordId lin = record_id(11);
const record::RecordKey lin_key{person, lin};
const record::EpochId epoch{record_id(700).uuid};
const record::EpochId restored_epoch{record_id(701).uuid};

Draft edit(const std::string& value) {
    return one({person, lin}, Operation::update, {{mobile, value}});
}

/// Keeps what it is given in memory, and can be emptied as a watermark empties the outbox.
class KeptGroups final : public Escrow {
public:
    [[nodiscard]] bool holds(const record::GroupName& name) const override {
        return names.contains(name);
    }

    [[nodiscard]] bool make_room(std::size_t /*group_bytes*/) override { return true; }

    [[nodiscard]] bool keep(const record::GroupName& name,
                            const record::SealedGroup& /*group*/) override {
        return names.insert(name).second;
    }

    std::set<record::GroupName> names;
};

class ReplicaContinuity : public testing::Test {
protected:
    ReplicaContinuity() {
        server.change(lin_key, Operation::create, {{name, "林一", {}}, {mobile, "1", {}}});
        adopt_and_take_snapshot(epoch, {0});
    }

    void adopt_and_take_snapshot(record::EpochId of, record::Sequence held) {
        ASSERT_TRUE(device.replica->adopt_epoch(of, held));
        ASSERT_TRUE(device.replica->stage({}, server.chunk({}, 1000)));
        ASSERT_TRUE(device.replica->swap_in());
    }

    void pull() {
        const record::LogIndex from = device.replica->status()->confirmed;
        ASSERT_TRUE(device.replica->apply_tail(server.tail(from, server.head()), server.head()));
    }

    record::Receipt judge(record::Sequence sequence, Outcome wish) {
        record::Receipt receipt = server.judge(
            device.replica->waiting_after({sequence.position - 1}, 1).value().front(), wish);
        EXPECT_TRUE(device.replica->take_verdicts({&receipt, 1}));
        return receipt;
    }

    [[nodiscard]] record::Sequence committed_through(std::uint64_t index) {
        return device.replica->committed_through({index}).value();
    }

    Device device;
    ModelServer server;
};

/// By the rule that its verdict names.
class JudgedOutsideOfItsChain : public ReplicaContinuity,
                                public testing::WithParamInterface<std::string_view> {};

INSTANTIATE_TEST_SUITE_P(ByRule, JudgedOutsideOfItsChain,
                         testing::Values(record::Reason::behind_gap, record::fork_rule),
                         [](const auto& rule) { return std::string{rule.param}; });

TEST_P(JudgedOutsideOfItsChain, IsNotCountedInItUntilAnotherEpoch) {
    const ModelServer backup = server;
    const auto first = device.commit(edit("first"));
    const auto second = device.commit(edit("second"));
    judge(first, Outcome::accepted);
    const auto sent = device.replica->waiting_after(first, 1).value().front();
    record::Receipt outside = server.judge(sent, Outcome::quarantined);
    record::Verdict verdict = sync::decode_verdict(outside.verdict).value();
    verdict.reasons.emplace_back().rule = GetParam();
    outside.verdict = sync::encode(verdict);
    ASSERT_TRUE(device.replica->take_verdicts({&outside, 1}));
    EXPECT_EQ(device.replica->status()->last_verdict, second);
    EXPECT_EQ(device.replica->status()->last_in_chain, first);
    server = backup;
    ASSERT_TRUE(device.replica->adopt_epoch(restored_epoch, {0}));
    EXPECT_EQ(device.replica->status()->last_in_chain, record::Sequence{0});
    judge(first, Outcome::accepted);
    judge(second, Outcome::accepted);
    EXPECT_EQ(device.replica->status()->last_in_chain, second);
}

TEST_F(ReplicaContinuity, OfAnotherEpochItOffersAgainWhatThatServerDoesNotHold) {
    const auto kept = device.commit(edit("kept"));
    const record::Receipt receipt = judge(kept, Outcome::accepted);
    pull();
    const ModelServer backup = server;
    const auto lost = device.commit(edit("lost"));
    const auto waiting = device.commit(edit("waiting"));
    judge(lost, Outcome::quarantined);
    pull();
    ASSERT_EQ(device.stage(lost), GroupStage::quarantined);
    server = backup;
    ASSERT_TRUE(device.replica->adopt_epoch(restored_epoch, kept));
    device.reopen();
    const ReplicaStatus status = device.replica->status().value();
    EXPECT_EQ(status.epoch, restored_epoch);
    EXPECT_EQ(status.confirmed, record::LogIndex{0}) << "a snapshot is to come";
    EXPECT_EQ(status.last_verdict, record::Sequence{0}) << "that server is still to say so";
    EXPECT_EQ(device.stage(kept), GroupStage::accepted);
    EXPECT_EQ(device.stage(lost), GroupStage::waiting);
    EXPECT_EQ(device.stage(waiting), GroupStage::waiting);
    EXPECT_TRUE(device.find(person, lin)) << "and until then what was seen is seen";
    adopt_and_take_snapshot(restored_epoch, {0});
    EXPECT_TRUE(device.replica->take_verdicts({&receipt, 1}));
    EXPECT_EQ(device.replica->status()->last_verdict, kept) << "it is adopted once";
    EXPECT_EQ(device.text(lin, mobile), "waiting");
    judge(lost, Outcome::accepted);
    judge(waiting, Outcome::accepted);
    pull();
    EXPECT_EQ(device.stage(lost), GroupStage::accepted) << "the new receipt stands in its place";
    EXPECT_EQ(device.replica->digest()->digest, server.digest().digest);
}

TEST_F(ReplicaContinuity, AnEpochDropsWhatWasStagedOfTheOneBefore) {
    ASSERT_TRUE(device.replica->stage({}, server.chunk({}, 1000)));
    ASSERT_TRUE(device.replica->adopt_epoch(restored_epoch, {0}));
    EXPECT_FALSE(device.replica->status()->staged);
    EXPECT_EQ(device.replica->swap_in().error().fault, ReplicaFault::contradiction);
}

TEST_F(ReplicaContinuity, WhatABackupHeldThatIsLostIsKeptInTheOutboxAgain) {
    const auto first = device.commit(edit("first"));
    judge(first, Outcome::accepted);
    pull();
    const auto kept = std::make_shared<KeptGroups>();
    device.replica.reset();
    SealedPlace place = sealed(device.folder.file());
    place.escrow = kept;
    device.replica = Replica::open(place, small_catalog(), device.clock, device.random).value();
    EXPECT_TRUE(kept->names.empty()) << "it has its verdict";
    ASSERT_TRUE(device.replica->adopt_epoch(restored_epoch, {0}));
    EXPECT_EQ(kept->names.size(), 1U);
}

TEST_F(ReplicaContinuity, TellsWhichGroupsABackupCovers) {
    EXPECT_EQ(committed_through(99), record::Sequence{0});
    std::vector<record::Sequence> made;
    for (const char* value : {"a", "b", "c"}) {
        made.push_back(device.commit(edit(value)));
    }
    judge(made[0], Outcome::accepted);     // index 2
    judge(made[1], Outcome::quarantined);  // index 3
    EXPECT_EQ(committed_through(1), record::Sequence{0});
    EXPECT_EQ(committed_through(2), made[0]);
    EXPECT_EQ(committed_through(3), made[1]) << "the quarantine is in the log too";
    EXPECT_EQ(committed_through(99), made[1]) << "the third has no verdict";
    judge(made[2], Outcome::rejected);
    EXPECT_EQ(committed_through(99), made[2]);
    ASSERT_TRUE(device.replica->adopt_epoch(restored_epoch, made[0]));
    EXPECT_EQ(committed_through(99), record::Sequence{0})
        << "what another epoch said covers nothing";
}

TEST_F(ReplicaContinuity, ACopysGroupThatARestoredServerGotFirstIsFoundByItsReceipt) {
    const auto mine = device.commit(edit("mine"));
    const record::SealedGroup sealed_mine = device.replica->waiting_after({}, 1).value().front();
    judge(mine, Outcome::accepted);
    pull();
    device.replica.reset();
    SealedPlace place = sealed(device.folder.file());
    place.escrow = std::make_shared<KeptGroups>();
    device.replica = Replica::open(place, small_catalog(), device.clock, device.random).value();
    ASSERT_TRUE(device.replica->adopt_epoch(restored_epoch, mine));
    record::Group of_copy = sync::decode_group(sealed_mine.bytes).value();
    of_copy.action = "copy";
    const record::Receipt other =
        server.judge({sync::encode(of_copy), sealed_mine.signature}, Outcome::accepted);
    EXPECT_EQ(device.replica->take_verdicts({&other, 1}).error().fault, ReplicaFault::forked);
}

TEST_F(ReplicaContinuity, IsRepairedTwiceADayAndNotMore) {
    const auto waiting = device.commit(edit("mine"));
    for (std::uint32_t left = 2; left > 0; --left) {
        EXPECT_EQ(device.replica->status()->repairs_left, left);
        ASSERT_TRUE(device.replica->begin_repair());
        EXPECT_EQ(device.replica->status()->confirmed, record::LogIndex{0});
        device.reopen();
        adopt_and_take_snapshot(epoch, {0});
        EXPECT_EQ(device.text(lin, mobile), "mine") << "what waits is replayed";
    }
    EXPECT_EQ(device.replica->status()->repairs_left, 0U);
    EXPECT_FALSE(device.replica->begin_repair());
    EXPECT_EQ(device.stage(waiting), GroupStage::waiting);
    device.clock.advance(24 * hour);
    EXPECT_EQ(device.replica->status()->repairs_left, 2U);
}

/// All that the file holds, opened by its key, pages that nothing uses any more included.
std::string unsealed(const std::filesystem::path& file) {
    static vault::Vfs vfs{"zhibu-test-looking"};
    support::SeededRandom random{5};
    const auto keyed = vfs.key(file, support::replica_keys(), {.random = random});
    EXPECT_TRUE(keyed);
    sqlite3_vfs* base = sqlite3_vfs_find(vfs.name().c_str());
    std::vector<char> memory(static_cast<std::size_t>(base->szOsFile));
    auto* opened = static_cast<sqlite3_file*>(static_cast<void*>(memory.data()));
    EXPECT_EQ(base->xOpen(base, file.c_str(), opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MAIN_DB,
                          nullptr),
              SQLITE_OK);
    std::string all;
    sqlite3_int64 size = 0;
    EXPECT_EQ(opened->pMethods->xFileSize(opened, &size), SQLITE_OK);
    std::array<char, 4096> page{};
    for (sqlite3_int64 at = 0; at < size; at += 4096) {
        EXPECT_EQ(opened->pMethods->xRead(opened, page.data(), 4096, at), SQLITE_OK);
        all.append(page.data(), page.size());
    }
    opened->pMethods->xClose(opened);
    return all;
}

class ReplicaOfASmallerScope : public ReplicaContinuity {
protected:
    ReplicaOfASmallerScope() {
        for (std::uint64_t number = 0; number < 300; ++number) {
            server.change({person, record_id(1000 + number)}, Operation::create,
                          {{name, "stays" + std::to_string(number), {}},
                           {id_number, secret_of(number) + std::string(60, 'x'), {}}});
        }
        pull();
    }

    static std::string secret_of(std::uint64_t number) {
        return "secret-" + std::to_string(number) + "-";
    }

    /// Of the records from 100 to 199, how many can be read in the file or its WAL.
    [[nodiscard]] std::size_t readable() const {
        const std::filesystem::path copy = device.folder.path() / "copy";
        std::filesystem::copy_file(device.folder.file(), copy,
                                   std::filesystem::copy_options::overwrite_existing);
        const std::string all = unsealed(copy);
        std::size_t found = 0;
        for (std::uint64_t number = 100; number < 200; ++number) {
            found += all.find(secret_of(number)) == std::string::npos ? 0U : 1U;
        }
        EXPECT_NE(all.find(secret_of(99)), std::string::npos) << "what is in scope is there";
        return found;
    }

    [[nodiscard]] std::uintmax_t wal_bytes() const {
        return std::filesystem::file_size(device.folder.file().string() + "-wal");
    }
};

TEST_F(ReplicaOfASmallerScope, OfAnEvictedRecordNoByteStaysInTheFiles) {
    for (std::uint64_t number = 100; number < 200; ++number) {
        server.evict({person, record_id(1000 + number)});
    }
    pull();
    EXPECT_EQ(readable(), 0U);
    EXPECT_EQ(wal_bytes(), 0U);
}

TEST_F(ReplicaOfASmallerScope, OfWhatASnapshotLeavesOutNoByteStaysInTheFiles) {
    for (std::uint64_t number = 100; number < 200; ++number) {
        server.evict({person, record_id(1000 + number)});
    }
    adopt_and_take_snapshot(epoch, {0});
    EXPECT_EQ(readable(), 0U);
    EXPECT_EQ(wal_bytes(), 0U);
}

/// Resident memory in KiB at its highest since the last reset.
long peak_kib() {
    std::ifstream status{"/proc/self/status"};
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmHWM:")) {
            return std::stol(line.substr(6));
        }
    }
    return 0;
}

void reset_peak() { std::ofstream{"/proc/self/clear_refs"} << "5"; }

TEST(ReplicaMemory, ASnapshotOfAHundredThousandRecordsTakesNoMoreThanAFewChunks) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "what a sanitizer keeps is no measure";
#endif
    constexpr std::uint64_t records = 100'000;
    constexpr std::uint64_t chunk_records = 2'000;
    Device device;
    ASSERT_TRUE(device.replica->adopt_epoch(epoch, {0}));
    reset_peak();
    const long before = peak_kib();
    record::RecordKey after;
    for (std::uint64_t number = 0; number < records;) {
        sync::SnapshotChunk chunk;
        chunk.read_at = {7};
        for (std::uint64_t i = 0; i < chunk_records; ++i, ++number) {
            record::RecordState state;
            state.key = {person, record_id(10'000 + number)};
            state.set(name, "甲" + std::to_string(number), {7});
            state.set(id_number, std::string(100, 'x'), {7});
            chunk.records.push_back(std::move(state));
        }
        chunk.through = chunk.records.back().key;
        chunk.is_last = number == records;
        ASSERT_TRUE(device.replica->stage(after, chunk));
        after = chunk.through;
    }
    ASSERT_TRUE(device.replica->swap_in());
    const long grown = peak_kib() - before;
    EXPECT_EQ(device.replica->digest()->records, records);
    RecordProperty("peak_growth_kib", std::to_string(grown));
    // The records alone are 20 MiB.
    EXPECT_LT(grown, 12 * 1024);
}

}  // namespace
}  // namespace zhibu::client::test

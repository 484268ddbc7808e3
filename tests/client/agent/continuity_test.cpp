#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "tests/client/agent/station.hpp"

/// An agent across what breaks the even course: cut snapshots, a restored server, a replica that
/// differs from it.
namespace zhibu::client::test {
namespace {

const record::EpochId restored_epoch{record_id(905).uuid};

void fill(ModelCommittee& committee, std::uint64_t guests) {
    for (std::uint64_t number = 0; number < guests; ++number) {
        committee.records.change({person, record_id(20 + number)}, record::Operation::create,
                                 {{name, std::string{"Guest"}, {}}, {branch, record_id(1), {}}});
    }
}

void fill_after(ModelCommittee& committee) {
    for (std::uint64_t number = 0; number < 8; ++number) {
        committee.records.change({person, record_id(80 + number)}, record::Operation::create,
                                 {{name, std::string{"Other"}, {}}, {branch, record_id(1), {}}});
    }
}

TEST(AgentSnapshot, CutAtAnyMessageItGoesOnAndTheReplicaIsWhole) {
    std::size_t cuts = 0;
    for (std::size_t lost = 0;; ++lost) {
        Station station;
        fill(station.committee, 11);
        const auto waiting = station.add_guest(60, "Ann");
        station.committee.loses_frame = lost;
        station.run(SyncAgent::Mode::follow);
        if (station.committee.frames_said <= lost) {
            break;  // it was done with fewer
        }
        ++cuts;
        EXPECT_EQ(station.last().phase, SyncPhase::offline) << "cut at " << lost;
        station.wait_for_retry();
        EXPECT_EQ(station.last().phase, SyncPhase::caught_up) << "cut at " << lost;
        EXPECT_TRUE(station.agrees()) << "cut at " << lost;
        EXPECT_EQ(station.stage(waiting), GroupStage::accepted);
        EXPECT_EQ(std::ranges::count(station.committee.pushed, 1U), 1);
        // Twelve records, two a chunk: what was lost or not staged yet, four chunks at most, is
        // asked for twice.
        EXPECT_LE(station.committee.chunks_sent(), 11U) << "cut at " << lost;
        EXPECT_LE(station.committee.snapshots_begun(), 2U);
    }
    EXPECT_GT(cuts, 10U);
}

TEST(AgentSnapshot, CutAgainAndAgainItStillComesToItsEnd) {
    Station station;
    fill(station.committee, 40);
    station.run(SyncAgent::Mode::once);
    Station hampered;
    fill(hampered.committee, 40);
    hampered.committee.loses_frame = 4;
    hampered.start(SyncAgent::Mode::follow);
    hampered.settle();
    std::size_t wires = 1;
    for (; hampered.last().phase == SyncPhase::offline && wires < 100; ++wires) {
        hampered.committee.loses_frame = hampered.committee.frames_said + 4;
        hampered.wait_for_retry();
    }
    EXPECT_TRUE(hampered.agrees());
    EXPECT_GT(wires, 5U);
    EXPECT_LE(hampered.committee.chunks_sent(), 21U + wires);
    EXPECT_EQ(hampered.committee.snapshots_begun(), 1U);
}

TEST(AgentRestore, WhatWasAcknowledgedAfterTheBackupComesBackOnce) {
    Station station;
    station.run(SyncAgent::Mode::once);
    const auto kept = station.add_guest(20, "Ann");
    station.run(SyncAgent::Mode::once);
    const auto backup = station.committee.back_up();
    const auto lost = station.add_guest(21, "Ben");
    station.run(SyncAgent::Mode::once);
    ASSERT_EQ(station.stage(lost), GroupStage::accepted);
    const auto waiting = station.add_guest(22, "Cy");
    station.committee.restore(backup, restored_epoch);
    station.committee.pushed.clear();
    station.run(SyncAgent::Mode::once);
    EXPECT_EQ(station.last().phase, SyncPhase::ended);
    EXPECT_FALSE(station.last().fault);
    EXPECT_EQ(station.committee.pushed, (std::vector<std::uint64_t>{2, 3}));
    EXPECT_EQ(station.stage(kept), GroupStage::accepted);
    EXPECT_EQ(station.stage(lost), GroupStage::accepted);
    EXPECT_EQ(station.stage(waiting), GroupStage::accepted);
    EXPECT_EQ(station.status().epoch, restored_epoch);
    EXPECT_TRUE(station.agrees());
    for (std::uint64_t number = 20; number < 23; ++number) {
        EXPECT_TRUE(station.has_record({person, record_id(number)}));
    }
    station.committee.pushed.clear();
    station.run(SyncAgent::Mode::once);
    EXPECT_TRUE(station.committee.pushed.empty());
}

TEST(AgentRestore, CutAtAnyMessageNothingIsLostAndNothingComesTwice) {
    std::size_t cuts = 0;
    for (std::size_t lost = 0;; ++lost) {
        Station station;
        fill(station.committee, 5);
        station.run(SyncAgent::Mode::once);
        const auto backup = station.committee.back_up();
        for (std::uint64_t number = 50; number < 55; ++number) {
            station.add_guest(number, "Ben");
        }
        station.run(SyncAgent::Mode::once);
        station.committee.restore(backup, restored_epoch);
        // Others were quicker: their changes stand where this device's had stood.
        fill_after(station.committee);
        station.committee.pushed.clear();
        station.committee.frames_said = 0;
        station.committee.loses_frame = lost;
        station.run(SyncAgent::Mode::follow);
        if (station.committee.frames_said <= lost) {
            break;
        }
        ++cuts;
        station.wait_for_retry();
        EXPECT_EQ(station.last().phase, SyncPhase::caught_up) << "cut at " << lost;
        EXPECT_TRUE(station.agrees()) << "cut at " << lost;
        for (std::uint64_t sequence = 1; sequence <= 5; ++sequence) {
            EXPECT_EQ(station.stage({sequence}), GroupStage::accepted) << "cut at " << lost;
            EXPECT_EQ(std::ranges::count(station.committee.pushed, sequence), 1)
                << "cut at " << lost;
        }
        EXPECT_EQ(station.status().last_verdict, record::Sequence{5});
    }
    EXPECT_GT(cuts, 5U);
}

TEST(AgentRestore, AServerThatLostHistoryWithoutSayingSoIsAnIncident) {
    Station station;
    station.run(SyncAgent::Mode::once);
    const auto backup = station.committee.back_up();
    const auto lost = station.add_guest(21, "Ben");
    station.run(SyncAgent::Mode::once);
    station.committee.restore(backup, station.committee.challenge.epoch);
    station.committee.pushed.clear();
    station.run(SyncAgent::Mode::once);
    EXPECT_EQ(station.last().fault, sync::SessionFault::server_lost_history);
    EXPECT_TRUE(station.committee.pushed.empty());
    EXPECT_EQ(station.stage(lost), GroupStage::accepted);
    ASSERT_EQ(station.committee.incidents.size(), 1U);
    EXPECT_EQ(station.committee.incidents[0].sort, sync::IncidentSort::history_shortened);
}

TEST(AgentComparison, AReplicaThatDiffersIsRepairedAndWhatWaitsIsReplayed) {
    Station station;
    fill(station.committee, 5);
    station.run(SyncAgent::Mode::follow);
    ASSERT_EQ(station.committee.snapshots_begun(), 1U);
    station.agent->stop();
    station.settle();
    station.committee.wrong_digests = 1;
    const auto waiting = station.add_guest(50, "Ann");
    station.run(SyncAgent::Mode::once);
    EXPECT_EQ(station.committee.snapshots_begun(), 2U);
    EXPECT_FALSE(station.last().fault);
    EXPECT_TRUE(station.agrees());
    EXPECT_EQ(station.stage(waiting), GroupStage::accepted);
    ASSERT_EQ(station.committee.incidents.size(), 1U);
    EXPECT_EQ(station.committee.incidents[0].sort, sync::IncidentSort::digest_differs);
}

TEST(AgentComparison, OneThatKeepsDifferingStopsForTheDay) {
    Station station;
    fill(station.committee, 5);
    station.committee.wrong_digests = 1'000;
    const auto waiting = station.add_guest(50, "Ann");
    station.run(SyncAgent::Mode::follow);
    EXPECT_EQ(station.last().phase, SyncPhase::ended);
    EXPECT_EQ(station.last().fault, sync::SessionFault::replica_differs);
    EXPECT_EQ(station.committee.snapshots_begun(), 3U) << "the first, and two repairs";
    EXPECT_EQ(station.stage(waiting), GroupStage::accepted) << "what waited was delivered";
    station.run(SyncAgent::Mode::once);
    EXPECT_EQ(station.committee.snapshots_begun(), 3U);
    station.device.clock.advance(24 * hour);
    station.committee.wrong_digests = 0;
    station.run(SyncAgent::Mode::once);
    EXPECT_TRUE(station.agrees());
}

}  // namespace
}  // namespace zhibu::client::test

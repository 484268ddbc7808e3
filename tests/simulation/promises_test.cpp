#include <gtest/gtest.h>

#include <initializer_list>

#include "tests/simulation/run.hpp"

/// Small simulations that a defect of either end's engine makes fail; ./dev simulate plays many.
namespace zhibu::simulation {
namespace {

constexpr std::uint64_t seeds = 6;
constexpr std::size_t steps = 250;

/// The officer, two secretaries of branch A on devices of their own, and B's, all at work together.
class Play {
public:
    explicit Play(std::uint64_t seed = 20'261) {
        schedule_.seed = seed;
        schedule_.cast = {0, 1, 7, 4};
        schedule_.speaks_old_protocol = {false, false, false, false};
    }

    void all(Action action) {
        for (std::size_t device = 0; device < schedule_.cast.size(); ++device) {
            one(action, device);
        }
    }

    void one(Action action, std::size_t device = 0, std::uint32_t a = 1) {
        schedule_.steps.push_back({action, device, a, 0, 200 * millisecond});
    }

    /// Everybody edits, each time something else.
    void work(unsigned rounds) {
        for (std::size_t i = 0; i < rounds * schedule_.cast.size(); ++i) {
            number_ = (number_ * 1'103'515'245U + 12'345U) % (1U << 30U);
            schedule_.steps.push_back({Action::edit, i % schedule_.cast.size(), number_,
                                       number_ >> 7U, 200 * millisecond});
        }
    }

    void synchronise() {
        all(Action::synchronise);
        one(Action::pass_time);
    }

    /// Contacts of everybody that are cut so long after they began.
    void meet_for(Micros time) {
        for (std::size_t device = 0; device < schedule_.cast.size(); ++device) {
            schedule_.steps.push_back({Action::synchronise, device, 0, 0, time});
            schedule_.steps.push_back({Action::cut_wires, device, 0, 0, 0});
            schedule_.steps.push_back({Action::close_program, device, 0, 0, 40 * second});
        }
    }

    [[nodiscard]] const Schedule& schedule() const { return schedule_; }

private:
    Schedule schedule_;
    std::uint32_t number_ = 1;
};

std::string what(const Outcome& outcome) {
    return outcome.failure ? outcome.failure->promise + ": " + outcome.failure->what : "";
}

TEST(SimulatedPromises, AreKeptThroughTheFaultsOfAFewSeeds) {
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        const Outcome outcome = play(draw_schedule(seed, steps, founded().kits.size()));
        EXPECT_FALSE(outcome.failure) << "seed " << seed << ": " << what(outcome);
        EXPECT_GT(outcome.committed_groups, 20U) << "seed " << seed;
    }
}

TEST(SimulatedPromises, WhatNoBackupHeldIsBroughtBackOnceToARestoredServer) {
    Play played;
    played.work(2);
    played.synchronise();
    played.one(Action::back_up);
    played.work(3);
    played.synchronise();
    played.one(Action::lose_server);
    played.work(1);
    played.one(Action::heal);
    const Outcome outcome = play(played.schedule());
    EXPECT_FALSE(outcome.failure) << what(outcome);
    EXPECT_GE(outcome.brought_back_groups, 8U);
}

TEST(SimulatedPromises, WhatNoBackupHeldIsBroughtBackWhereverItsBringingIsCut) {
    // Each seed has other delays.
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        Play played{seed};
        played.work(3);
        played.synchronise();
        played.one(Action::lose_server);
        for (Micros time = 40 * millisecond; time < 400 * millisecond; time += 40 * millisecond) {
            played.meet_for(time);
        }
        played.one(Action::heal);
        const Outcome outcome = play(played.schedule());
        EXPECT_FALSE(outcome.failure) << "seed " << seed << ": " << what(outcome);
        EXPECT_GE(outcome.brought_back_groups, 8U) << "seed " << seed;
    }
}

TEST(SimulatedPromises, WhatALostReplicaHadPushedIsBroughtBackFromItsOutbox) {
    Play played;
    played.work(2);
    played.synchronise();
    // Each has another replica than the one that had pushed: its lease was over meanwhile.
    played.one(Action::pass_days, 0, 99);
    played.synchronise();
    played.work(1);
    played.synchronise();
    played.one(Action::lose_server);
    played.one(Action::heal);
    const Outcome outcome = play(played.schedule());
    EXPECT_FALSE(outcome.failure) << what(outcome);
    EXPECT_GE(outcome.brought_back_groups, 8U);
}

TEST(SimulatedPromises, AnOlderBackupTakesOnlyWhatTheLostOneAloneHeld) {
    Play played;
    played.work(2);
    played.synchronise();
    played.one(Action::back_up);
    played.synchronise();
    played.one(Action::pass_days, 0, 99);
    played.synchronise();
    played.work(2);
    played.synchronise();
    // Those groups are in outboxes alone from here on, and in no backup.
    played.one(Action::pass_days, 0, 99);
    played.synchronise();
    played.work(1);
    played.synchronise();
    // `a` of 0 picks any backup; the founding's is the first.
    played.one(Action::lose_server, 0, 0);
    played.work(1);
    played.one(Action::heal);
    const Outcome outcome = play(played.schedule());
    EXPECT_FALSE(outcome.failure) << what(outcome);
    EXPECT_GE(outcome.brought_back_groups, 8U);
}

}  // namespace
}  // namespace zhibu::simulation

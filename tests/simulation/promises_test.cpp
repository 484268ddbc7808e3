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
    Play() {
        schedule_.seed = 20'261;
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
    // `a` of 0 picks any backup; the founding's is the first.
    played.one(Action::lose_server, 0, 0);
    played.work(1);
    played.one(Action::heal);
    const Outcome outcome = play(played.schedule());
    EXPECT_FALSE(outcome.failure) << what(outcome);
    EXPECT_GE(outcome.brought_back_groups, 4U);
}

}  // namespace
}  // namespace zhibu::simulation

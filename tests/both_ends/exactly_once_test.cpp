#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sync_protocol/codec/codec.hpp"
#include "tests/both_ends/player.hpp"
#include "tests/both_ends/space.hpp"
#include "tests/server/committer/court.hpp"

/// Every group of every device is judged once, and its verdict never becomes another, whatever is
/// sent again, cut, or comes in another order.
namespace zhibu::both_ends {
namespace {

using record::Receipt;
using record::Sequence;
using server::PushJob;
using server::PushResult;
using server::test::Desk;

/// A device's chain, pushed in pieces in which sessions overlap, and what was answered.
class Chain {
public:
    Chain(Space& space, std::size_t groups) : space_{space}, desk_{space.desks[first_of_a]} {
        const auto person = space.court->new_id();
        groups_.push_back(desk_.seal({server::test::create(
            "person", person, server::test::applicant(space.court->branch_a, 1))}));
        while (groups_.size() < groups) {
            groups_.push_back(desk_.seal({server::test::update(
                "person", person, record::own_base(desk_.last),
                {{"remark", server::test::text(std::to_string(groups_.size()))}})}));
        }
    }

    /// Sends the groups from one on; answered once the space has settled.
    void send(std::size_t from, std::size_t count) {
        from %= groups_.size();
        count = std::min(count, groups_.size() - from);
        PushJob job{desk_.device,
                    desk_.incarnation,
                    desk_.account,
                    {groups_.begin() + static_cast<std::ptrdiff_t>(from),
                     groups_.begin() + static_cast<std::ptrdiff_t>(from + count)}};
        space_.court->committer->push(
            std::move(job), [this, from](PushResult result) { take(from, std::move(result)); });
    }

    [[nodiscard]] bool is_judged_whole() const { return receipts_.size() == groups_.size(); }

    void expect_each_once() {
        std::vector<server::LogRow> rows = space_.log();
        std::erase_if(rows,
                      [&](const server::LogRow& row) { return row.name.device != desk_.device; });
        RC_ASSERT(rows.size() == groups_.size());
        for (std::size_t at = 0; at < rows.size(); ++at) {
            RC_ASSERT(rows[at].sealed == groups_[at]);
            RC_ASSERT(rows[at].receipt == receipts_.at(at));
            RC_ASSERT(rows[at].outcome == record::Outcome::accepted);
        }
    }

private:
    void take(std::size_t from, PushResult result) {
        for (std::size_t i = 0; i < result.receipts.size(); ++i) {
            const auto [known, is_new] = receipts_.emplace(from + i, result.receipts[i]);
            // Judged in order, each once; whatever is told later is the same bytes.
            RC_ASSERT((is_new || known->second == result.receipts[i]));
            RC_ASSERT((!is_new || from + i + 1 == receipts_.size()));
        }
        if (result.refusal) {
            RC_ASSERT(result.refusal->reason == sync::RefusalReason::sequence_gap);
            RC_ASSERT(result.refusal->expected == Sequence{receipts_.size() + 1});
            RC_ASSERT(from > receipts_.size());
        }
    }

    Space& space_;
    Desk desk_;
    std::vector<record::SealedGroup> groups_;
    std::map<std::size_t, Receipt> receipts_;
};

TEST(ExactlyOnce, AChainInAnyPiecesOfAnySessionsIsJudgedOnceAndAnsweredInTheSameBytes) {
    EXPECT_TRUE(rc::check([] {
        Space space;
        Chain chain{space, *rc::gen::inRange<std::size_t>(1, 9)};
        for (const Step& step : any_steps(15)) {
            chain.send(step.where, 1 + step.how % 4);
            if (step.what % 3 == 0) {
                space.settle();
            }
            if (step.what % 10 == 0) {
                space.court->clock.advance(60'000);
                space.restart();
            }
        }
        space.settle();
        chain.send(0, 100);
        space.settle();
        RC_ASSERT(chain.is_judged_whole());
        chain.expect_each_once();
    }));
}

/// Three devices, of which two work on the same persons, and one above them.
class Play {
public:
    Play() {
        for (const Seat seat : {first_of_a, second_of_a, above}) {
            stations_.push_back(std::make_unique<Station>(space_, seat));
            stations_.back()->synchronise();
        }
    }

    void perform(const Step& step) {
        Station& station = *stations_[step.what % stations_.size()];
        switch (step.what / stations_.size() % 8) {
            case 0:
                station.reopen();
                break;
            case 1:
                space_.restart();
                break;
            case 2:
            case 3:
                station.synchronise({.bytes_max = step.how % 8'000});
                break;
            case 4:
                station.synchronise();
                break;
            default:
                edit(space_, station, step);
        }
    }

    void expect_agreement() {
        for (int round = 0; round < 2; ++round) {
            for (auto& station : stations_) {
                const auto report = station->synchronise();
                RC_ASSERT((!report.fault && !report.refusal && !report.replica_error));
            }
        }
        for (auto& station : stations_) {
            expect_same_as_store(space_, *station);
            expect_each_group_once(space_, *station);
            RC_ASSERT(station->findings.empty());
        }
        RC_ASSERT(space_.incidents.empty());
        RC_ASSERT(!testing::Test::HasFailure());
    }

private:
    Space space_;
    std::vector<std::unique_ptr<Station>> stations_;
};

TEST(ExactlyOnce, WhateverIsCutAndWhoeverPullsOrPushesWhenAllReplicasAgreeAndNoGroupIsTwice) {
    EXPECT_TRUE(rc::check([] {
        Play play;
        for (const Step& step : any_steps(40)) {
            play.perform(step);
        }
        play.expect_agreement();
    }));
}

}  // namespace
}  // namespace zhibu::both_ends

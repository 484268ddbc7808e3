#include <gtest/gtest.h>
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/casework/casework.hpp"
#include "client/replica/replica.hpp"
#include "shared/record/change.hpp"
#include "shared/record/date.hpp"
#include "shared/record/id.hpp"
#include "shared/record/value.hpp"
#include "tests/client/casework/machine.hpp"
#include "tests/server/committer/court.hpp"
#include "tests/support/seeded_random.hpp"

namespace zhibu::client::test {
namespace {

using record::RecordId;
using record::Value;
using server::test::applicant;

/// One field of each policy that a person has, and a few values for it.
struct Played {
    std::string_view field;
    std::vector<Value> values;
};

std::vector<Played> played() {
    const auto set = [](std::vector<std::string> texts) {
        return Value{record::make_text_set(std::move(texts))};
    };
    const auto text = [](const char* words) { return Value{std::string{words}}; };
    return {{"address", {text("一路"), text("二路"), text("三路"), Value{}}},
            {"name", {text("王一明"), text("王二明"), text("王三明")}},
            {"dues_paid_until",
             {Value{record::Date{2021, 1, 31}}, Value{record::Date{2022, 2, 28}},
              Value{record::Date{2023, 3, 31}}}},
            {"phones", {set({"1"}), set({"1", "2"}), set({"2", "3"}), Value{}}}};
}

/// Two machines of a branch and two officers who edit, decide and synchronise as the dice fall.
class Play {
public:
    explicit Play(std::uint64_t seed) : dice_{seed} {
        machines_.push_back(std::make_unique<Machine>(court_, court_.secretary_a));
        machines_.push_back(std::make_unique<Machine>(court_, court_.secretary_a));
        machines_.push_back(std::make_unique<Machine>(court_, court_.general_administrator));
        machines_.push_back(std::make_unique<Machine>(court_, court_.administrator));
        machines_[0]->commit(creation("person", person_, applicant(court_.branch_a, 1)));
        for (auto& machine : machines_) {
            machine->synchronise();
        }
    }

    void step() {
        Machine& machine = *machines_[dice_.below(machines_.size())];
        switch (dice_.below(4)) {
            case 0:
                machine.synchronise();
                break;
            case 1:
                decide(machine);
                break;
            default:
                edit_one(machine);
        }
    }

    void settle_down() {
        for (int round = 0; round < 2; ++round) {
            for (auto& machine : machines_) {
                machine->synchronise();
            }
        }
    }

    void expect_agreement() {
        for (const Played& each : played()) {
            for (auto& machine : machines_) {
                EXPECT_EQ(machine->value(person_, each.field),
                          court_.value("person", person_, each.field))
                    << each.field;
            }
        }
    }

    /// Every value that did not come to stand is in the list of conflicts.
    void expect_nothing_lost() {
        const auto listed = list_conflicts(*machines_[3]->replica, words(), false, 1'000);
        ASSERT_TRUE(listed);
        for (auto& machine : machines_) {
            const auto groups = machine->replica->own_groups(1'000);
            ASSERT_TRUE(groups);
            for (const OwnGroup& own : *groups) {
                ASSERT_TRUE(own.verdict);
                EXPECT_NE(own.verdict->outcome, record::Outcome::quarantined);
                for (const record::FieldDecision& decision : own.verdict->decisions) {
                    expect_listed(*listed, *own.verdict, decision);
                }
            }
        }
    }

    [[nodiscard]] std::size_t conflicts() { return court_.all("conflict").size(); }

private:
    void edit_one(Machine& machine) {
        const auto fields = played();
        const Played& chosen = fields[dice_.below(fields.size())];
        static_cast<void>(machine.try_commit(
            edit("person", person_,
                 {{chosen.field, chosen.values[dice_.below(chosen.values.size())]}})));
    }

    void decide(Machine& machine) {
        const auto waiting = list_conflicts(*machine.replica, words(), true, 10);
        ASSERT_TRUE(waiting);
        const auto may = may_decide(*machine.replica, ConflictDecision::keep);
        if (waiting->empty() || !may.value_or(false)) {
            return;
        }
        const FieldConflict& conflict = waiting->at(dice_.below(waiting->size()));
        constexpr std::array decisions{ConflictDecision::keep, ConflictDecision::take_offered,
                                       ConflictDecision::third_value};
        for (const Draft& draft : settle(words(), conflict, decisions[dice_.below(3)],
                                         Value{std::string{"王四明"}}, {})) {
            static_cast<void>(machine.try_commit(draft));
        }
    }

    static void expect_listed(const std::vector<FieldConflict>& listed,
                              const record::Verdict& verdict,
                              const record::FieldDecision& decision) {
        const catalog::Kind& kind = *words().find(decision.record.kind);
        if (decision.settlement == record::Settlement::united || kind.name != "person") {
            return;
        }
        // What an officer took up again waits in the conflict that is open already.
        EXPECT_TRUE(std::ranges::any_of(listed, [&](const FieldConflict& each) {
            return each.field == decision.field && each.subject == decision.record &&
                   each.offered == decision.offered;
        })) << verdict.index.position;
    }

    Court court_;
    support::SeededRandom dice_;
    std::vector<std::unique_ptr<Machine>> machines_;
    RecordId person_ = court_.new_id();
};

TEST(CaseworkConvergence, WhoeverDecidesFirstAllAgreeAndNothingIsLost) {
    std::size_t conflicts = 0;
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Play play{seed};
        for (int i = 0; i < 60; ++i) {
            play.step();
        }
        play.settle_down();
        play.expect_agreement();
        play.expect_nothing_lost();
        conflicts += play.conflicts();
    }
    // The dice must have brought them about.
    EXPECT_GT(conflicts, 50U);
}

}  // namespace
}  // namespace zhibu::client::test

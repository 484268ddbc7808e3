#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/store/store.hpp"
#include "shared/record/change.hpp"
#include "shared/record/id.hpp"
#include "shared/record/value.hpp"
#include "tests/server/committer/court.hpp"

namespace zhibu::server::test {
namespace {

using record::Outcome;

/// What two officers do without knowing of each other: which case, which state, and whether the
/// officer has synchronised just before.
struct Step {
    std::size_t officer = 0;
    std::size_t which = 0;
    std::string state;
    bool fresh = false;
};

/// The states in which nothing more can be decided.
bool is_final(const std::string& state) { return state != "1" && state != "4"; }

rc::Gen<Step> steps() {
    return rc::gen::apply([](std::size_t officer, std::size_t which, std::string state,
                             bool fresh) { return Step{officer, which, std::move(state), fresh}; },
                          rc::gen::inRange<std::size_t>(0, 2), rc::gen::inRange<std::size_t>(0, 3),
                          rc::gen::element<std::string>("2", "4", "5"), rc::gen::arbitrary<bool>());
}

/// Whoever comes first decides, a case is carried out at most once, and nothing is lost.
void play(const std::vector<Step>& script) {
    Court court;
    Desk author = court.enrol(court.secretary_a);
    std::vector<Desk> officers{court.enrol(court.general_administrator),
                               court.enrol(court.administrator)};
    std::vector<RecordId> persons;
    std::vector<RecordId> cases;
    author.made_at = after(court.clock.now(), hour_ms);
    for (unsigned i = 0; i < 3; ++i) {
        persons.push_back(court.new_id());
        cases.push_back(court.case_of(court.judge(
            author, {create("person", persons.back(), applicant(court.branch_a, i + 1))})));
    }
    std::vector<record::Base> seen(2, court.seen());
    std::vector<std::string> expected(3, "1");
    // When an officer last saw the case's state change.
    std::vector<record::Base> changed(3);
    for (const Step& step : script) {
        if (step.fresh) {
            seen[step.officer] = court.seen();
        }
        const record::Base base = seen[step.officer];
        const bool knows = changed[step.which] <= base;
        const std::string before = expected[step.which];
        const auto verdict = court.judge(
            officers[step.officer],
            {update("case", cases[step.which], base,
                    {{"state", text(step.state)}, {"remark", text("理由" + step.state)}})});
        if (knows && is_final(before) && before != step.state) {
            RC_ASSERT(verdict.outcome == Outcome::quarantined);
        } else if (before != step.state && (knows || before == "1")) {
            RC_ASSERT(verdict.outcome == Outcome::accepted);
            expected[step.which] = step.state;
            changed[step.which] = court.seen();
        } else {
            RC_ASSERT(verdict.outcome != Outcome::quarantined);
        }
        for (std::size_t i = 0; i < 3; ++i) {
            RC_ASSERT(court.value("case", cases[i], "state") == text(expected[i]));
            RC_ASSERT(court.exists("person", persons[i]) == (expected[i] == "2"));
        }
    }
    std::map<std::string, int> applied;
    for (const auto& row : court.store.contents()->rows) {
        applied[row->action] += 1;
    }
    RC_ASSERT(applied["accept_case"] == std::ranges::count(expected, "2"));
    RC_ASSERT(court.all("case_content").size() >= 3U);
}

TEST(CaseworkProperty, TheServersOrderDecidesBetweenOfficersAndNothingHappensTwice) {
    EXPECT_TRUE(rc::check([] { play(*rc::gen::container<std::vector<Step>>(steps())); }));
}

}  // namespace
}  // namespace zhibu::server::test

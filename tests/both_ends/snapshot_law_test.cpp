#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstddef>
#include <memory>
#include <vector>

#include "tests/both_ends/player.hpp"
#include "tests/both_ends/space.hpp"

/// A replica that took a snapshot, whenever it was read, wherever its transfer was cut, whatever
/// the log became meanwhile, is the replica that read the log and nothing else.
namespace zhibu::both_ends {
namespace {

/// Two devices that make the log.
class Authors {
public:
    explicit Authors(Space& space)
        : space_{space}, branch_{space, first_of_a}, officer_{space, above} {
        branch_.synchronise();
        officer_.synchronise();
    }

    void play(const std::vector<Step>& steps) {
        for (const Step& step : steps) {
            Station& author = step.what % 3 == 0 ? officer_ : branch_;
            edit(space_, author, step);
            if (step.what % 2 == 0) {
                author.synchronise();
            }
        }
    }

private:
    Space& space_;
    Station branch_;
    Station officer_;
};

/// Reads the log and nothing else, an entry at a time.
void replay(Space& space, Station& reader) {
    const auto from = space.reader();
    const auto scope = space.scope_of(reader.kit().account);
    for (auto at = reader.status().confirmed; at < space.head(); at = reader.status().confirmed) {
        const auto tail = from->tail(at, scope, reader.kit().device, reader.kit().incarnation, 1);
        ASSERT_TRUE(tail && *tail) << "at " << at.position;
        ASSERT_TRUE(reader.ask([&](client::Replica& replica) {
            return replica.apply_tail((*tail)->entries, (*tail)->through);
        }));
    }
}

void expect_equal(Station& left, Station& right) {
    RC_ASSERT(left.status().confirmed == right.status().confirmed);
    RC_ASSERT(left.records() == right.records());
    const auto digest = [](client::Replica& replica) { return replica.digest().value().digest; };
    RC_ASSERT(left.ask(digest) == right.ask(digest));
}

/// Within any byte, or in place of a message in the midst of the snapshot.
Course any_cut() {
    if (*rc::gen::arbitrary<bool>()) {
        return {.bytes_max = *rc::gen::inRange<std::size_t>(0, 9'000)};
    }
    return {.messages_max = *rc::gen::inRange<std::size_t>(6, 24)};
}

/// @param from_zero  whether the tail leads there: across the founding of organisations it leads
///                   only those who see all; others begin with what stood then
void expect_snapshot_and_tail_equal_the_log(Seat seat, bool from_zero) {
    Space space;
    Station reader{space, seat};
    if (!from_zero) {
        reader.synchronise();
    }
    Authors authors{space};
    authors.play(any_steps(12));

    Station taker{space, seat};
    for (auto cuts = *rc::gen::inRange(0, 4); cuts > 0; --cuts) {
        taker.synchronise(any_cut());
        if (*rc::gen::arbitrary<bool>()) {
            taker.reopen();
        }
        authors.play(any_steps(5));
    }
    taker.synchronise();
    authors.play(any_steps(8));
    taker.synchronise();

    replay(space, reader);
    expect_equal(taker, reader);
    expect_same_as_store(space, taker);
    // Sessions compare, and repair what differs by another snapshot: here nothing ever did.
    RC_ASSERT(taker.findings.empty());
    RC_ASSERT(space.incidents.empty());
    RC_ASSERT(!testing::Test::HasFailure());
}

TEST(SnapshotLaw, OfAllWithTheTailAfterItEqualsTheLogFromZero) {
    EXPECT_TRUE(rc::check([] { expect_snapshot_and_tail_equal_the_log(at_root, true); }));
}

TEST(SnapshotLaw, OfABranchWithTheTailAfterItEqualsTheLogFromItsFounding) {
    EXPECT_TRUE(rc::check([] {
        const auto seat = *rc::gen::element(second_of_a, of_b);
        expect_snapshot_and_tail_equal_the_log(seat, false);
    }));
}

}  // namespace
}  // namespace zhibu::both_ends

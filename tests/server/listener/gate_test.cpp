#include "server/listener/gate.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace zhibu::server {
namespace {

using namespace std::chrono_literals;

/// One at a gate, which leaves it when it gives way.
class Peer final : public Newcomer {
public:
    Peer(Gate& gate, Gate::Moment now) : gate_{gate}, ticket_{gate.enter(*this, now)} {}

    [[nodiscard]] bool is_awaited() override { return awaited; }

    void give_way() override { leave(GateEnd::silent); }

    void leave(GateEnd end) { gate_.leave(*std::exchange(ticket_, std::nullopt), end); }

    [[nodiscard]] bool is_inside() const { return ticket_.has_value(); }

    bool awaited = true;

private:
    Gate& gate_;
    std::optional<Gate::Ticket> ticket_;
};

class GateOfTwo : public testing::Test {
protected:
    Gate gate{2};
    Gate::Moment start;
    Peer first{gate, start};
    Peer second{gate, start + 500ms};
};

TEST_F(GateOfTwo, HasRoomAgainWhenOneHasLeft) {
    EXPECT_FALSE(gate.has_room());
    EXPECT_EQ(gate.inside(), 2U);
    first.leave(GateEnd::wire);
    EXPECT_TRUE(gate.has_room());
    EXPECT_EQ(gate.left(GateEnd::wire), 1U);
    EXPECT_EQ(gate.left(GateEnd::silent), 0U);
}

TEST_F(GateOfTwo, NobodyGivesWayBeforeThePatienceIsOver) {
    EXPECT_EQ(gate.next_look(start), start + Gate::patience);
    gate.make_room(start + Gate::patience - 1ms);
    EXPECT_TRUE(first.is_inside());
    EXPECT_TRUE(second.is_inside());
}

TEST_F(GateOfTwo, OnlyThoseGiveWayWhosePatienceIsOver) {
    gate.make_room(start + Gate::patience);
    EXPECT_FALSE(first.is_inside());
    EXPECT_TRUE(second.is_inside());
    EXPECT_TRUE(gate.has_room());
    EXPECT_EQ(gate.left(GateEnd::silent), 1U);
}

TEST_F(GateOfTwo, AllWhoAreSilentForTooLongGiveWayTogether) {
    gate.make_room(start + 500ms + Gate::patience);
    EXPECT_EQ(gate.inside(), 0U);
    EXPECT_EQ(gate.left(GateEnd::silent), 2U);
}

// It has spoken and this server has not read it yet: the delay is ours.
TEST_F(GateOfTwo, WhoIsNotAwaitedStays) {
    first.awaited = false;
    gate.make_room(start + 10s);
    EXPECT_TRUE(first.is_inside());
    EXPECT_FALSE(second.is_inside());
}

TEST_F(GateOfTwo, AllHeardAndNoRoomIsLookedAtAgainABitLater) {
    EXPECT_EQ(gate.next_look(start + 10s), start + 10s + Gate::look_again);
}

TEST_F(GateOfTwo, WhileThereIsRoomNobodyGivesWay) {
    first.leave(GateEnd::failed);
    gate.make_room(start + 10s);
    EXPECT_TRUE(second.is_inside());
}

TEST_F(GateOfTwo, FewerPlacesEndNobody) {
    gate.set_places(1);
    EXPECT_TRUE(first.is_inside());
    EXPECT_TRUE(second.is_inside());
    first.leave(GateEnd::wire);
    EXPECT_FALSE(gate.has_room());
    gate.set_places(2);
    EXPECT_TRUE(gate.has_room());
}

}  // namespace
}  // namespace zhibu::server

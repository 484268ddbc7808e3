#include "shared/record/clock.hpp"

#include <gtest/gtest.h>

namespace zhibu::record {
namespace {

constexpr Instant noon{1'800'000'000'000};

TEST(HybridTime, FollowsTheWallClock) {
    EXPECT_EQ(next_hybrid_time(HybridTime{}, noon).instant(), noon);
}

TEST(HybridTime, RisesWithinOneMillisecond) {
    const HybridTime first = next_hybrid_time(HybridTime{}, noon);
    const HybridTime second = next_hybrid_time(first, noon);
    EXPECT_GT(second, first);
    EXPECT_EQ(second.instant(), noon);
}

TEST(HybridTime, RisesWhenTheWallClockGoesBack) {
    const HybridTime before = next_hybrid_time(HybridTime{}, noon);
    const HybridTime after = next_hybrid_time(before, Instant{noon.milliseconds - 60'000});
    EXPECT_GT(after, before);
    EXPECT_EQ(after.instant(), noon);
}

TEST(HybridTime, ATimeBefore1970CountsAsItsBeginning) {
    EXPECT_EQ(next_hybrid_time(HybridTime{}, Instant{-5}).packed, 1U);
}

}  // namespace
}  // namespace zhibu::record

#include "shared/record/check.hpp"

#include <gtest/gtest.h>

#include <expected>

namespace zhibu::record {
namespace {

TEST(CheckDeathTest, AFalseConditionEndsTheProcessAndNamesIt) {
    const int sequence = 3;
    EXPECT_DEATH(ZHIBU_CHECK(sequence == 4), "sequence == 4");
}

TEST(Check, ATrueConditionDoesNothing) { ZHIBU_CHECK(1 + 1 == 2); }

std::expected<int, char> half(int number) {
    if (number % 2 != 0) {
        return std::unexpected{'o'};
    }
    return number / 2;
}

std::expected<int, char> quarter(int number) {
    ZHIBU_TRY(once, half(number));
    ZHIBU_TRY(twice, half(once));
    return twice;
}

TEST(Try, TakesTheValueOrReturnsTheError) {
    EXPECT_EQ(quarter(12), 3);
    EXPECT_EQ(quarter(6), std::unexpected{'o'});
}

}  // namespace
}  // namespace zhibu::record

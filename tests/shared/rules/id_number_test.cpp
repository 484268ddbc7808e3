#include "shared/rules/id_number.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include "shared/record/date.hpp"

namespace zhibu::rules {
namespace {

// The standard's own example.
constexpr std::string_view example = "11010519491231002X";

TEST(IdNumber, TheStandardsExampleIsRight) {
    EXPECT_TRUE(is_id_number(example));
    EXPECT_EQ(id_number_check(example.substr(0, 17)), 'X');
    EXPECT_EQ(id_number_birth(example), (record::Date{1949, 12, 31}));
    EXPECT_FALSE(id_number_is_male(example));
    EXPECT_EQ(id_number_check("44052418800101001"), '4');
}

// What the check character is for: a single wrong digit and two neighbours exchanged.
TEST(IdNumber, EverySingleWrongCharacterIsFound) {
    for (std::size_t at = 0; at < example.size(); ++at) {
        for (const char c : std::string{"0123456789X"}) {
            std::string other{example};
            other[at] = c;
            EXPECT_EQ(is_id_number(other), other == example) << other;
        }
    }
}

TEST(IdNumber, EveryExchangeOfNeighboursIsFound) {
    for (std::size_t at = 0; at + 1 < 17; ++at) {
        std::string other{example};
        std::swap(other[at], other[at + 1]);
        EXPECT_EQ(is_id_number(other), other == example) << other;
    }
}

TEST(IdNumber, HasAForm) {
    EXPECT_FALSE(has_id_number_form(""));
    EXPECT_FALSE(has_id_number_form(example.substr(1)));
    EXPECT_FALSE(has_id_number_form(std::string{example} + "0"));
    EXPECT_FALSE(has_id_number_form("11010519491231002x"));
    EXPECT_FALSE(has_id_number_form("1101051949123100XX"));
    EXPECT_FALSE(has_id_number_form("110105 9491231002X"));
    EXPECT_FALSE(has_id_number_form("110105491231002"));  // the old form of 15 digits
}

TEST(IdNumber, HoldsARealDay) {
    EXPECT_EQ(id_number_birth("990000200002290019"), (record::Date{2000, 2, 29}));
    EXPECT_FALSE(id_number_birth("990000200102290019"));
    EXPECT_FALSE(id_number_birth("990000200100010019"));
    EXPECT_FALSE(id_number_birth("990000200101000019"));
    EXPECT_FALSE(id_number_birth("990000189912310019"));
}

TEST(IdNumber, ALowerCaseXIsStoredAsX) {
    EXPECT_EQ(normal_id_number("11010519491231002x"), example);
    EXPECT_EQ(normal_id_number(example), example);
    EXPECT_EQ(normal_id_number(""), "");
}

RC_GTEST_PROP(IdNumber, AnyTextIsJudgedWithoutHarm, (const std::string& text)) {
    const bool right = is_id_number(text);
    RC_ASSERT(!right || has_id_number_form(text));
    RC_ASSERT(normal_id_number(normal_id_number(text)) == normal_id_number(text));
}

}  // namespace
}  // namespace zhibu::rules

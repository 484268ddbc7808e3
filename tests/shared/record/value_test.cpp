#include "shared/record/value.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>
#include "shared/record/clock.hpp"
#include "shared/record/date.hpp"
#include "shared/record/id.hpp"

namespace zhibu::record {
namespace {

TEST(TextSet, IsSortedWithoutRepeatedOrEmptyTexts) {
    const TextSet set = make_text_set({"b", "", "a", "b", "乙", "a"});
    EXPECT_EQ(set.texts, (std::vector<std::string>{"a", "b", "乙"}));
    EXPECT_EQ(make_text_set({"b", "a", "乙"}), set);
}

TEST(ValueText, WritesEachAlternativePlainly) {
    const auto id = RecordId{parse_uuid("0190163d-8694-739b-aea5-966c26f8ad91").value_or(Uuid{})};
    EXPECT_EQ(to_text(Value{Empty{}}), "");
    EXPECT_EQ(to_text(Value{std::string{"张三"}}), "张三");
    EXPECT_EQ(to_text(Value{std::int64_t{-42}}), "-42");
    EXPECT_EQ(to_text(Value{true}), "true");
    EXPECT_EQ(to_text(Value{false}), "false");
    EXPECT_EQ(to_text(Value{Date{1987, 5, 0}}), "1987-05");
    EXPECT_EQ(to_text(Value{Instant{1'795'449'600'007}}), "2026-11-23T16:00:00.007Z");
    EXPECT_EQ(to_text(Value{Instant{-1}}), "1969-12-31T23:59:59.999Z");
    EXPECT_EQ(to_text(Value{id}), "0190163d-8694-739b-aea5-966c26f8ad91");
    EXPECT_EQ(to_text(Value{make_text_set({"2", "1"})}), "1、2");
}

// The order is the tag on the wire: a new alternative stands at the end.
TEST(Value, KeepsItsAlternativesInTheirPlaces) {
    EXPECT_EQ(Value{Empty{}}.index(), 0U);
    EXPECT_EQ(Value{std::string{}}.index(), 1U);
    EXPECT_EQ(Value{std::int64_t{}}.index(), 2U);
    EXPECT_EQ(Value{false}.index(), 3U);
    EXPECT_EQ(Value{Date{}}.index(), 4U);
    EXPECT_EQ(Value{Instant{}}.index(), 5U);
    EXPECT_EQ(Value{RecordId{}}.index(), 6U);
    EXPECT_EQ(Value{TextSet{}}.index(), 7U);
}

}  // namespace
}  // namespace zhibu::record

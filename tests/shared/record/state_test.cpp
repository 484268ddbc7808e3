#include "shared/record/state.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include "shared/record/change.hpp"
#include "shared/record/value.hpp"

namespace zhibu::record {
namespace {

constexpr FieldNumber name{1};
constexpr FieldNumber mobile{7};
constexpr FieldNumber remark{98};

TEST(RecordState, KeepsFieldsInOrderHoweverTheyAreSet) {
    RecordState state;
    state.set(remark, Value{std::string{"later"}}, LogIndex{2});
    state.set(name, Value{std::string{"张三"}}, LogIndex{1});
    state.set(mobile, Value{Empty{}}, LogIndex{3});
    ASSERT_EQ(state.fields.size(), 3U);
    EXPECT_TRUE(std::ranges::is_sorted(state.fields, {}, &FieldState::field));
    EXPECT_EQ(state.value(name), Value{std::string{"张三"}});
}

TEST(RecordState, SettingAgainReplacesValueAndIndex) {
    RecordState state;
    state.set(name, Value{std::string{"张三"}}, LogIndex{1});
    state.set(name, Value{std::string{"张珊"}}, LogIndex{5});
    ASSERT_EQ(state.fields.size(), 1U);
    EXPECT_EQ(state.find(name)->changed_at, LogIndex{5});
    EXPECT_EQ(state.value(name), Value{std::string{"张珊"}});
}

TEST(RecordState, TellsAbsentFromEmptied) {
    RecordState state;
    state.set(mobile, Value{Empty{}}, LogIndex{3});
    EXPECT_EQ(state.find(name), nullptr);
    ASSERT_NE(state.find(mobile), nullptr);
    EXPECT_TRUE(is_empty(state.value(name)));
    EXPECT_TRUE(is_empty(state.value(mobile)));
}

}  // namespace
}  // namespace zhibu::record

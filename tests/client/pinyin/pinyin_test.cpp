#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/pinyin/han_reading.hpp"
#include "client/pinyin/search_keys.hpp"

namespace zhibu::client {
namespace {

std::string joined(const Syllables& syllables) {
    std::string text;
    for (const std::string& each : syllables) {
        text += (text.empty() ? "" : " ") + each;
    }
    return text;
}

/// Whether what was typed finds somebody of that name and number.
bool finds(std::string_view typed, const std::string& name, const std::string& number = {}) {
    const std::vector<SearchText> texts{{name, true}, {number, false}};
    const std::string keys = search_keys(texts);
    for (const std::string& word : search_words(typed)) {
        if (keys.find(word) == std::string::npos) {
            return false;
        }
    }
    return true;
}

TEST(HanReading, SurnamesHaveTheirOwnReading) {
    for (const auto& [name, reading] :
         std::vector<std::pair<std::string, std::string>>{{"单雄信", "shan xiong xin"},
                                                          {"解缙", "xie jin"},
                                                          {"仇英", "qiu ying"},
                                                          {"查良镛", "zha liang yong"},
                                                          {"区寄", "ou ji"},
                                                          {"曾国藩", "zeng guo fan"},
                                                          {"华罗庚", "hua luo geng"},
                                                          {"任正非", "ren zheng fei"},
                                                          {"朴树", "piao shu"},
                                                          {"盖叫天", "ge jiao tian"},
                                                          {"尉迟恭", "yu chi gong"},
                                                          {"长孙无忌", "zhang sun wu ji"},
                                                          {"万俟卨", "mo qi xie"},
                                                          {"令狐冲", "ling hu chong"},
                                                          {"缪荃孙", "miao quan sun"},
                                                          {"翟志刚", "zhai zhi gang"},
                                                          {"张三", "zhang san"},
                                                          {"吕布", "lv bu"}}) {
        ASSERT_FALSE(readings_of(name).empty()) << name;
        EXPECT_EQ(joined(readings_of(name).front()), reading) << name;
    }
}

TEST(HanReading, TheCommonReadingIsKnownBesideTheSurnames) {
    EXPECT_TRUE(finds("dan", "单雄信"));
    EXPECT_TRUE(finds("shanxx", "单雄信"));
    EXPECT_FALSE(finds("chan", "单雄信")) << "that is 单于's";
    EXPECT_TRUE(finds("changle", "常乐"));
    EXPECT_TRUE(finds("changyue", "常乐"));
}

TEST(HanReading, NamesWithoutChineseCharactersHaveNone) {
    EXPECT_TRUE(readings_of("John").empty());
    EXPECT_TRUE(readings_of("").empty());
    EXPECT_TRUE(readings_of("\xFF\xFE").empty());
    EXPECT_EQ(joined(readings_of("阿A").front()), "a ");
}

TEST(SearchKeys, ANameIsFoundAsOneTypes) {
    for (const std::string_view typed : {"", " ", "张", "张三", "三", "z", "s", "zs", "zh", "zhang",
                                         "zhangs", "zhangsan", "ZHANGSAN", "san", "张 san"}) {
        EXPECT_TRUE(finds(typed, "张三")) << typed;
    }
    for (const std::string_view typed : {"李", "zsan", "hang", "zhangsanx", "张四", "zs li"}) {
        EXPECT_FALSE(finds(typed, "张三")) << typed;
    }
}

TEST(SearchKeys, ANumberIsFoundByAnyPart) {
    const std::string number = "11010519491231002X";
    for (const std::string_view typed :
         {"1", "110105", "11010519491231002X", "002X", "002x", "2x", "1949"}) {
        EXPECT_TRUE(finds(typed, "张三", number)) << typed;
    }
    for (const std::string_view typed : {"003", "1950"}) {
        EXPECT_FALSE(finds(typed, "张三", number)) << typed;
    }
}

TEST(SearchKeys, WordsBeyondEightAndLineBreaksDoNoHarm) {
    EXPECT_EQ(search_words("1 2 3 4 5 6 7 8 9 10").size(), 8U);
    const std::vector<SearchText> texts{{"a\nb", false}};
    EXPECT_EQ(search_keys(texts), "\na b\n");
    EXPECT_EQ(search_keys({}), "\n");
}

}  // namespace
}  // namespace zhibu::client

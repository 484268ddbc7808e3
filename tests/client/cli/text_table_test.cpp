#include "client/cli/text_table.hpp"

#include <gtest/gtest.h>

namespace zhibu::client {
namespace {

/// What a terminal could obey: ESC, other controls, and the C1 controls as UTF-8 and as bytes.
bool is_harmless(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x20 || byte == 0x7F) {
            return false;
        }
        if (byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) {
            return false;
        }
    }
    return true;
}

TEST(Columns, WideCharactersTakeTwo) {
    EXPECT_EQ(columns_of(""), 0U);
    EXPECT_EQ(columns_of("abc"), 3U);
    EXPECT_EQ(columns_of("党支部"), 6U);
    EXPECT_EQ(columns_of("张3"), 3U);
    EXPECT_EQ(columns_of("（１）"), 6U);  // full width
    EXPECT_EQ(columns_of("𠮷"), 2U);      // beyond the basic plane
    EXPECT_EQ(columns_of("é"), 1U);
    EXPECT_EQ(columns_of("·"), 1U);
    EXPECT_EQ(columns_of("ｱ"), 1U);  // half width
    EXPECT_EQ(columns_of("한"), 2U);
}

TEST(Printable, TextStaysAsItIs) {
    for (const std::string text :
         {"", "张三", "a b", "é", "𠮷", "（其他组织）", "…", "\xF4\x8F\xBF\xBD", "\xEF\xBF\xBD"}) {
        EXPECT_EQ(printable(text), text);
    }
}

TEST(Printable, WhatATerminalObeysIsShownAndNotDone) {
    EXPECT_EQ(printable("\x1B[31m红"), "\uFFFD[31m红");
    EXPECT_EQ(printable("\x1B]0;title\x07"), "\uFFFD]0;title\uFFFD");
    EXPECT_EQ(printable("a\nb\rc\td"), "a\uFFFDb\uFFFDc\uFFFDd");
    EXPECT_EQ(printable(std::string_view{"a\0b", 3}), "a\uFFFDb");
    EXPECT_EQ(printable("\x7F"), "\uFFFD");
    // The one-byte form of ESC [ in the C1 controls.
    EXPECT_EQ(printable("\xC2\x9B"
                        "31m"),
              "\uFFFD31m");
}

TEST(Printable, WhatTurnsOrHidesTextIsShown) {
    for (const std::string code :
         {"\u202E", "\u202A", "\u2066", "\u2069", "\u200B", "\u200F", "\u061C", "\uFEFF", "\u2028",
          "\u2029", "\u00AD", "\u180E", "\uFFF9", "\U000E0041"}) {
        EXPECT_EQ(printable("a" + code + "b"), "a\uFFFDb") << testing::PrintToString(code);
    }
}

TEST(Printable, AnEscapeInsideABrokenCharacterIsNotLetThrough) {
    // Each of these leads with a byte that promises more than follows.
    for (const std::string lead : {"\xC3", "\xE5", "\xE5\xBC", "\xF0", "\xF0\xA0", "\xF0\xA0\xAE",
                                   "\x80", "\xC0", "\xFF", "\xF8", "\xED\xA0"}) {
        for (const std::string rest : {"\x1B[2J", "\x1B\x1B[2J", "\x1B[\x1B", "\n", "", "\x9B"}) {
            const std::string shown = printable(lead + rest + "终");
            EXPECT_TRUE(is_harmless(shown)) << testing::PrintToString(lead + rest);
            // Nor does it take what follows with it.
            EXPECT_TRUE(shown.ends_with("终")) << testing::PrintToString(lead + rest);
        }
    }
}

TEST(Printable, ControlsInAnOverlongFormAndSurrogatesAreNoText) {
    for (const std::string text : {"\xC0\x9B", "\xE0\x80\x9B", "\xF0\x80\x80\x9B", "\xED\xA0\x80",
                                   "\xF4\x90\x80\x80", "\xF5\x80\x80\x80"}) {
        const std::string shown = printable(text);
        EXPECT_FALSE(shown.empty());
        std::string_view rest = shown;
        while (rest.starts_with("\uFFFD")) {
            rest.remove_prefix(std::string_view{"\uFFFD"}.size());
        }
        EXPECT_EQ(rest, "") << testing::PrintToString(text);
    }
}

TEST(TextTable, AlignsByWhatATerminalShows) {
    EXPECT_EQ(text_table({"姓名", "no.", "所属支部"},
                         {{"张三", "1", "第一党支部"}, {"Ann", "22", ""}, {"", "", "x"}}),
              "姓名  no.  所属支部\n"
              "张三  1    第一党支部\n"
              "Ann   22   \n"
              "           x\n");
}

TEST(TextTable, WithoutRowsShowsItsHeader) { EXPECT_EQ(text_table({"a", "b"}, {}), "a  b\n"); }

TEST(TextTable, CutsWideCellsBetweenCharacters) {
    EXPECT_EQ(text_table({"x"}, {{"abcdef"}, {"党支部书记"}, {"a党支部"}, {"党支"}}, 4),
              "x\nabcd…\n党支…\na党…\n党支\n");
}

TEST(TextTable, OneCellIsOneLineAndNoCommand) {
    const std::string table =
        text_table({"a", "b"}, {{"1\n2\x1B[31m", "\x1B]52;c;x\x07"}, {"\xE5\x1B", "z"}});
    EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 3);
    for (const char c : {'\x1B', '\x07', '\r'}) {
        EXPECT_EQ(table.find(c), std::string::npos);
    }
}

}  // namespace
}  // namespace zhibu::client

#include "client/cli/command_line.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/client/cli/office.hpp"

namespace zhibu::client::test {
namespace {

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

TEST(CommandLine, WordsThatAreOffEndWithTwoAndChangeNothing) {
    Office office;
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"list"},
             {"lst"},
             {"show", "person"},
             {"edit", "person", "张三"},
             {"list", "person", "--limit", "0"},
             {"list", "person", "--limit", "1001"},
             {"list", "person", "--limit", "x"},
             {"list", "person", "--offset", "-1"},
             {"list", "person", "--nope"},
             {"list", "person", "more"},
             {"window"},
             {"window", "open", "--organisation", "A01"},
             {"window", "open", "--organisation", "A01", "--until", "x", "--grace-days", "-1"},
             {"account", "remove", "一支部账号"},
             {"unlock", "--for", "0"},
             {"serve", "--idle-minutes", "0"},
             {"serve", "--port", "65536"},
             {"enrol", "--server", "x"},
             {"status", "--lang", "fr"}}) {
        const Said zh = office.say(Language::zh, words);
        EXPECT_EQ(zh.exit, 2) << words.front() << zh.out << zh.err;
        EXPECT_EQ(zh.out, "");
        EXPECT_TRUE(has(zh.err, "没有作任何更改") && has(zh.err, "zhibu --help")) << zh.err;
        const Said en = office.say(words);
        EXPECT_EQ(en.exit, 2) << words.front();
        EXPECT_TRUE(has(en.err, "Nothing was changed")) << en.err;
        const Said program = office.json(words);
        EXPECT_EQ(program.exit, 2);
        EXPECT_TRUE(program.json().as_object().contains("error")) << program.out;
    }
    EXPECT_EQ(office.waiting(), 0U);
}

TEST(CommandLine, AnUnknownCommandIsNamed) {
    Office office;
    EXPECT_TRUE(has(office.say(Language::zh, {"lst"}).err, "没有“lst”这个命令"));
    EXPECT_TRUE(has(office.say({"lst"}).err, "There is no command \"lst\""));
}

TEST(CommandLine, NoWordsAtAllShowTheHelp) {
    Office office;
    const Said said = office.type({});
    EXPECT_EQ(said.exit, 2);
    EXPECT_TRUE(has(said.err, "命令") && has(said.err, "sync")) << said.err;
}

TEST(CommandLine, HelpIsInTheLanguageAskedFor) {
    Office office;
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"--help"}, {"list", "--help"}, {"window", "open", "-h"}, {"import", "--help"}}) {
        const Said zh = office.say(Language::zh, words);
        EXPECT_EQ(zh.exit, 0);
        EXPECT_EQ(zh.err, "");
        EXPECT_TRUE(has(zh.out, "用法") && has(zh.out, "选项")) << zh.out;
        EXPECT_FALSE(has(zh.out, "Options") || has(zh.out, "Usage") || has(zh.out, "print this"))
            << zh.out;
        const Said en = office.say(words);
        EXPECT_EQ(en.exit, 0);
        EXPECT_TRUE(has(en.out, "Usage") && has(en.out, "Options")) << en.out;
        EXPECT_FALSE(has(en.out, "用法") || has(en.out, "显示")) << en.out;
    }
    EXPECT_TRUE(has(office.type({"list", "--help", "--lang=en"}).out, "list records of a kind"));
}

TEST(CommandLine, EveryCommandIsDescribedInBothLanguages) {
    Office office;
    for (const std::string command :
         {"list", "show", "edit", "create", "retire", "restore", "import", "status", "groups",
          "enrol", "sync", "serve", "unlock", "lock", "invite", "window", "account"}) {
        const Said zh = office.say(Language::zh, {command, "--help"});
        const Said en = office.say({command, "--help"});
        EXPECT_EQ(zh.exit, 0) << command;
        EXPECT_NE(zh.out.substr(0, zh.out.find('\n')), en.out.substr(0, en.out.find('\n')))
            << command;
    }
}

TEST(CommandLine, CommonWordsStandAnywhere) {
    Office office;
    const Said said = office.type(
        {"--lang", "en", "--password-file", office.password_file, "list", "--json", "person"});
    EXPECT_EQ(said.exit, 0) << said.err;
    EXPECT_EQ(said.json().at("total").as_int64(), 4);
}

}  // namespace
}  // namespace zhibu::client::test

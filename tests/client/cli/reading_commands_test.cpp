#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/client/cli/office.hpp"

namespace zhibu::client::test {
namespace {

namespace json = boost::json;

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

/// In the order of the list.
std::vector<std::string> names_in(const Said& said) {
    std::vector<std::string> names;
    const json::value answer = said.json();
    for (const json::value& each : answer.at("records").as_array()) {
        names.emplace_back(each.at_pointer("/fields/name/value").as_string());
    }
    return names;
}

class Reading : public testing::Test {
protected:
    std::vector<std::string> listed(std::vector<std::string> words) {
        words.insert(words.begin(), {"list", "person"});
        const Said said = office.json(words);
        EXPECT_EQ(said.exit, 0) << said.out << said.err;
        return said.exit == 0 ? names_in(said) : std::vector<std::string>{};
    }

    Office office;
};

using Names = std::vector<std::string>;

TEST_F(Reading, ListsWhatIsInUseInBothLanguages) {
    const Said zh = office.say(Language::zh, {"list", "人员"});
    EXPECT_EQ(zh.exit, 0);
    EXPECT_TRUE(has(zh.out, "姓名") && has(zh.out, "张三")) << zh.out;
    EXPECT_TRUE(has(zh.out, "人员：共 4 条，显示 4 条")) << zh.out;
    EXPECT_FALSE(has(zh.out, "王五")) << "out of use";
    const Said en = office.say({"list", "person"});
    EXPECT_TRUE(has(en.out, "Name") && has(en.out, "Person: 4 in all, 4 shown")) << en.out;
    EXPECT_FALSE(has(en.out, "11010519491231002X")) << "sensitive fields only when asked for";
}

TEST_F(Reading, RetiredRecordsWhenAskedFor) {
    EXPECT_EQ(listed({"--where", "name=王五"}), Names{});
    EXPECT_EQ(listed({"--where", "name=王五", "--retired"}), Names{"王五"});
}

TEST_F(Reading, EveryConditionThatTheHelpNames) {
    EXPECT_EQ(listed({"--where", "name=张三"}), Names{"张三"});
    EXPECT_EQ(listed({"--where", "姓名~六"}), (Names{"赵六", "赵六"}));
    EXPECT_EQ(listed({"--where", "name!=赵六", "--order", "name"}).size(), 2U);
    EXPECT_EQ(listed({"--where", "id_number>110105194912310038"}), (Names{"赵六", "赵六"}));
    EXPECT_EQ(listed({"--where", "id_number<110105194912310038"}), Names{"张三"});
    EXPECT_EQ(listed({"--where", "organisation=第一党支部"}).size(), 4U);
    EXPECT_EQ(listed({"--where", "name~六", "--where", "id_number=110105194912310097"}),
              Names{"赵六"});
    EXPECT_EQ(listed({"--search", "李"}), Names{"李四"});
    EXPECT_EQ(listed({"--search", "1002X"}), Names{"张三"}) << "by id number";
}

TEST_F(Reading, OrderAndPages) {
    const Names up = listed({"--order", "id_number"});
    const Names down = listed({"--order", "-id_number"});
    EXPECT_EQ(up, (Names{"张三", "李四", "赵六", "赵六"}));
    EXPECT_EQ(down, Names(up.rbegin(), up.rend()));
    EXPECT_EQ(listed({"--order", "id_number", "--offset", "1", "--limit", "1"}), Names{"李四"});
    const json::value page =
        office.json({"list", "person", "--limit", "1", "--offset", "100"}).json();
    EXPECT_EQ(page.at("total").as_int64(), 4);
    EXPECT_TRUE(page.at("records").as_array().empty());
}

TEST_F(Reading, ColumnsAreThoseAskedForAndTheIdIfAsked) {
    const Said said =
        office.say({"list", "person", "--where", "name=张三", "--columns", "手机", "id"});
    EXPECT_TRUE(has(said.out, "Mobile") && has(said.out, "13900000001")) << said.out;
    EXPECT_TRUE(has(said.out, id_text(20))) << said.out;
    EXPECT_FALSE(has(said.out, "张三")) << said.out;
}

TEST_F(Reading, RecordsWithoutANameAreListedWithTheirIds) {
    EXPECT_TRUE(has(office.say({"list", "window"}).out, id_text(40)));
    EXPECT_FALSE(has(office.say({"list", "person"}).out, id_text(20)));
}

TEST_F(Reading, WhatIsNotThereIsNamedWithWhatIs) {
    for (const char* option : {"--where", "--order", "--columns"}) {
        const Said said = office.say({"list", "person", option, "nope=1"});
        EXPECT_EQ(said.exit, 2) << option;
        EXPECT_TRUE(has(said.err, "nope") && has(said.err, "mobile")) << said.err;
    }
    EXPECT_TRUE(
        has(office.say(Language::zh, {"list", "person", "--order", "nope"}).err, "mobile 手机"));
    const Said kind = office.say(Language::zh, {"list", "persons"});
    EXPECT_EQ(kind.exit, 2);
    EXPECT_TRUE(has(kind.err, "没有“persons”这种记录") && has(kind.err, "person 人员")) << kind.err;
}

TEST_F(Reading, ConditionsThatMakeNoSenseSayWhatWould) {
    const auto told = [&](const std::string& condition) {
        const Said said = office.say({"list", "person", "--where", condition});
        EXPECT_EQ(said.exit, 2) << condition;
        return said.err;
    };
    EXPECT_TRUE(has(told("garbage"), "field=value"));
    EXPECT_TRUE(has(told("birth_date=yesterday"), "2026-01-31"));
    EXPECT_TRUE(has(told("birth_date~1949"), "Birth date"));
    EXPECT_TRUE(has(told("sex=男的"), "1 Male, 2 Female"));
    EXPECT_TRUE(has(told("organisation=没有的"), "没有的"));
}

TEST_F(Reading, ShowsOneRecordByAnyOfItsNames) {
    for (const std::string& which :
         {std::string{"张三"}, std::string{"11010519491231002X"}, id_text(20),
          std::string{"mobile=13900000001"}, std::string{"姓名=张三"}}) {
        const Said said = office.say({"show", "person", which});
        EXPECT_EQ(said.exit, 0) << which << said.err;
        EXPECT_TRUE(has(said.out, id_text(20)) && has(said.out, "杭州")) << said.out;
    }
    const json::value form = office.json({"show", "person", "张三"}).json();
    EXPECT_EQ(form.at_pointer("/fields/organisation/shown").as_string(), "第一党支部");
    EXPECT_EQ(form.at_pointer("/fields/organisation/value").as_string(), id_text(1).c_str());
    EXPECT_TRUE(has(office.say(Language::zh, {"show", "organisation", "A01"}).out, "党组织"));
    EXPECT_TRUE(has(office.say(Language::zh, {"show", "person", "王五"}).out, "（已停用）"));
}

TEST_F(Reading, AnAmbiguousNameIsNeverGuessed) {
    const Said said = office.say({"show", "person", "赵六"});
    EXPECT_EQ(said.exit, 2);
    EXPECT_TRUE(said.out.empty());
    EXPECT_TRUE(has(said.err, "more than one")) << said.err;
    EXPECT_TRUE(has(said.err, "zhibu list person --retired --columns id_number name id"))
        << said.err;
    EXPECT_TRUE(has(office.say(Language::zh, {"show", "person", "赵六"}).err, "不止一个"));
}

TEST_F(Reading, NobodyOfThatName) {
    for (const std::string& which : {std::string{"nobody"}, id_text(99), id_text(1)}) {
        const Said said = office.say({"show", "person", which});
        EXPECT_EQ(said.exit, 2);
        EXPECT_TRUE(has(said.err, "There is no") && has(said.err, which)) << said.err;
    }
    EXPECT_TRUE(has(office.say(Language::zh, {"show", "person", "无此人"}).err, "没有找到人员"));
}

TEST_F(Reading, ALongNoteIsShownWhole) {
    std::string note;
    for (int i = 0; i < 30; ++i) {
        note += "备注内容";
    }
    office.receive(standard_record("person", record_id(26),
                                   {{"name", std::string{"钱七"}},
                                    {"id_number", std::string{"110105194912310118"}},
                                    {"remark", note}}));
    EXPECT_TRUE(has(office.say({"show", "person", "钱七"}).out, note));
}

TEST_F(Reading, LineBreaksInANoteAreMarks) {
    EXPECT_EQ(office.say({"edit", "person", "张三", "remark=第一行\n第二行"}).exit, 0);
    const Said said = office.say(Language::zh, {"show", "person", "张三"});
    EXPECT_TRUE(has(said.out, "第一行 ⏎ 第二行")) << said.out;
    EXPECT_TRUE(has(said.out, "待上传")) << "it has no log index yet";
}

TEST_F(Reading, AFingerprintIsListedWhole) {
    const std::string fingerprint(64, 'f');
    office.receive(standard_record("device", record_id(50), {{"fingerprint", fingerprint}}));
    EXPECT_TRUE(has(office.say({"list", "device"}).out, fingerprint));
}

TEST_F(Reading, WhatABranchTypedNeverCommandsTheTerminal) {
    const std::string evil =
        "坏\x1B]0;owned\x07\x1B[2J\xC2\x9B"
        "31m";
    office.receive(standard_record(
        "person", record_id(26),
        {{"name", evil}, {"id_number", std::string{"110105194912310118"}}, {"remark", evil}}));
    for (const auto& words :
         std::vector<std::vector<std::string>>{{"list", "person"},
                                               {"list", "person", "--columns", "name", "remark"},
                                               {"show", "person", id_text(26)},
                                               {"show", "person", evil},
                                               {"list", "person", "--where", evil + "=1"},
                                               {"list", evil},
                                               {"edit", "person", "张三", "sex=" + evil},
                                               {"show", "person", id_text(26), "--json"},
                                               {"import", evil},
                                               {evil}}) {
        for (const Language language : {Language::zh, Language::en}) {
            const Said said = office.say(language, words);
            for (const std::string& text : {said.out, said.err}) {
                EXPECT_EQ(text.find('\x1B'), std::string::npos) << testing::PrintToString(text);
                EXPECT_EQ(text.find('\x07'), std::string::npos) << testing::PrintToString(text);
            }
        }
    }
    EXPECT_TRUE(has(office.say({"list", "person"}).out, "坏")) << "and is shown all the same";
}

}  // namespace
}  // namespace zhibu::client::test

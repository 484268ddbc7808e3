#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "client/workflow/action.hpp"
#include "tests/client/cli/office.hpp"

namespace zhibu::client::test {
namespace {

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

TEST(DoCommand, AnActionIsDoneByItsNameWithNamedRecords) {
    Office office;
    const Said preview =
        office.say({"do", "set_work_post", "张三", "李四", "work_post=20", "--preview"});
    EXPECT_EQ(preview.exit, 0) << preview.err;
    EXPECT_TRUE(has(preview.out, "张三")) << preview.out;
    EXPECT_TRUE(has(preview.out, "Work post:")) << preview.out;
    EXPECT_EQ(office.waiting(), 0U);
    const Said done = office.json({"do", "set_work_post", "张三", "李四", "work_post=20"});
    EXPECT_EQ(done.exit, 0) << done.out;
    EXPECT_EQ(done.json().at("records").as_array().size(), 2U);
    EXPECT_EQ(office.waiting(), 1U) << "one group";
}

TEST(DoCommand, WhatIsRefusedOrOnlyNotedIsShownWithItsRule) {
    Office office;
    const Said refused = office.say({"do", "convert", "张三"});
    EXPECT_EQ(refused.exit, 3);
    EXPECT_TRUE(has(refused.out, "refused: \"Convert\" is not for this record")) << refused.out;
    EXPECT_TRUE(has(office.say(Language::zh, {"do", "convert", "张三"}).out, "不能办理"));
    // 终止培养 needs its reason.
    EXPECT_TRUE(has(office.say({"do", "end_cultivation", "张三"}).out, "required_missing"));
    EXPECT_EQ(office.waiting(), 0U);
}

TEST(DoCommand, AWarningNeedsYes) {
    Office office;
    const std::vector<std::string> words{"do", "set_work_post", "张三", "category=2",
                                         "work_post=80"};
    const Said asked = office.say(words);
    EXPECT_EQ(asked.exit, 3) << asked.out;
    EXPECT_TRUE(has(asked.err, "--yes")) << asked.err;
    std::vector<std::string> sure = words;
    sure.emplace_back("--yes");
    EXPECT_EQ(office.say(sure).exit, 0);
}

TEST(DoCommand, WordsThatMeanNothingAreRefused) {
    Office office;
    EXPECT_TRUE(has(office.say({"do", "fly"}).err, "There is no action \"fly\""));
    EXPECT_TRUE(has(office.say({"do", "convert"}).err, "with which records"));
    EXPECT_TRUE(has(office.say({"do", "add_applicant", "张三"}).err, "takes none"));
    EXPECT_EQ(office.say({"do", "convert", "张三", "colour=red"}).exit, 2);
    EXPECT_EQ(office.say({"do", "set_work_post", "张三", "work_post=astronaut"}).exit, 2);
    EXPECT_EQ(office.waiting(), 0U);
}

TEST(UndoCommand, TakesBackTheNewestOrANamedGroup) {
    Office office;
    EXPECT_EQ(office.say({"undo"}).exit, 2) << "nothing was done yet";
    EXPECT_EQ(office.say({"do", "set_work_post", "张三", "work_post=20"}).exit, 0);
    EXPECT_EQ(office.say({"do", "set_work_post", "张三", "work_post=10"}).exit, 0);
    const Said refused = office.say({"undo", "1"});
    EXPECT_EQ(refused.exit, 3);
    EXPECT_TRUE(has(refused.err, "\"Work post\" has changed since")) << refused.err;
    EXPECT_TRUE(has(office.say({"undo"}).out, "Group 2 is taken back"));
    EXPECT_EQ(office.json({"undo", "1"}).json().at("sequence"), 4);
    EXPECT_TRUE(has(office.say(Language::zh, {"groups"}).out, "工作岗位或身份"));
    EXPECT_TRUE(has(office.say(Language::zh, {"groups"}).out, "撤销操作"));
}

TEST(ListCommand, ShowsANamedFilter) {
    Office office;
    const Said all = office.json({"list", "person", "--filter", "applicants"});
    EXPECT_EQ(all.exit, 0) << all.out;
    EXPECT_EQ(office.json({"list", "person", "--filter", "full_members"}).json().at("total"), 0);
    EXPECT_TRUE(has(office.say({"list", "person", "--filter", "ghost"}).err, "need_conversion"));
}

TEST(ActionsCommand, ListsEveryActionInBothLanguages) {
    Office office;
    const Said en = office.say({"actions"});
    EXPECT_TRUE(has(en.out, "admit")) << en.out;
    EXPECT_TRUE(has(en.out, "form_number*"));
    EXPECT_TRUE(has(office.say(Language::zh, {"actions"}).out, "吸收"));
    EXPECT_EQ(office.json({"actions"}).json().as_array().size(), actions().size());
}

}  // namespace
}  // namespace zhibu::client::test

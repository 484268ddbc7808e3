#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/client/cli/office.hpp"

namespace zhibu::client::test {
namespace {

namespace json = boost::json;

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

class Writing : public testing::Test {
protected:
    std::string held(const std::string& which, const std::string& field) {
        const json::value form = office.json({"show", "person", which}).json();
        boost::system::error_code absent;
        const json::value* value = form.find_pointer("/fields/" + field + "/value", absent);
        return value == nullptr ? "" : std::string{value->as_string()};
    }

    /// In both languages: the exit code, all of the words, and that nothing was saved.
    void refuses(const std::vector<std::string>& words, int exit, std::string_view zh,
                 std::string_view en) {
        for (const Language language : {Language::zh, Language::en}) {
            const Said said = office.say(language, words);
            EXPECT_EQ(said.exit, exit) << said.out << said.err;
            EXPECT_EQ(said.out, "");
            EXPECT_TRUE(has(said.err, language == Language::zh ? zh : en)) << said.err;
        }
        const Said told = office.json(words);
        EXPECT_EQ(told.exit, exit);
        EXPECT_TRUE(has(std::string{told.json().at("error").as_string()}, en)) << told.out;
        EXPECT_EQ(told.err, "") << "for programs everything is in the answer";
        EXPECT_EQ(office.waiting(), waiting_before) << "nothing was saved";
    }

    Office office;
    std::uint64_t waiting_before = 0;
};

const std::vector<std::string> edit_mobile{"edit", "person", "张三", "mobile=13900000009"};

TEST_F(Writing, AnEditIsSavedHereAndWaits) {
    const Said said = office.say(edit_mobile);
    EXPECT_EQ(said.exit, 0) << said.err;
    EXPECT_TRUE(has(said.out, "Saved on this machine, waiting to be sent. Id " + id_text(20)));
    EXPECT_EQ(held("张三", "mobile"), "13900000009");
    EXPECT_EQ(office.waiting(), 1U);
    const json::value again = office.json(edit_mobile).json();
    EXPECT_FALSE(again.at("saved").as_bool()) << "it is so already";
    EXPECT_TRUE(has(office.say(Language::zh, edit_mobile).out, "没有变化"));
    EXPECT_EQ(office.waiting(), 1U);
}

TEST_F(Writing, SeveralFieldsAtOnceAndOneEmptied) {
    const Said said =
        office.say(Language::zh, {"edit", "person", "张三", "籍贯=", "mobile=13900000003"});
    EXPECT_TRUE(has(said.out, "已保存在本机，待上传")) << said.err;
    EXPECT_EQ(held("张三", "native_place"), "");
    EXPECT_EQ(held("张三", "mobile"), "13900000003");
    EXPECT_EQ(office.waiting(), 1U) << "one action, one group";
}

TEST_F(Writing, ARuleRefusesInItsOwnWords) {
    refuses({"edit", "person", "张三", "mobile=123"}, 3, "没有保存：手机号码应为11位",
            "Not saved: A mobile number has 11 digits");
    refuses({"edit", "person", "张三", "id_number=110105194912310038"}, 3, "该身份证号已存在",
            "already registered");
    EXPECT_EQ(held("张三", "mobile"), "13900000001");
}

TEST_F(Writing, AValueThatDoesNotFitIsNamedWithItsFieldAndWhatFits) {
    refuses({"edit", "person", "张三", "birth_date=tomorrow"}, 2,
            "没有保存：“tomorrow”不能作为“出生日期”",
            "Not saved: \"tomorrow\" cannot stand in \"Birth date\"");
    refuses({"edit", "person", "张三", "sex=男的"}, 2, "1 男、2 女", "1 Male, 2 Female");
    refuses({"edit", "person", "张三", "organisation=没有的"}, 2, "没有找到党组织“没有的”",
            "没有的");
    refuses({"edit", "person", "张三", "nope=1"}, 2, "没有字段“nope”", "no field \"nope\"");
    refuses({"edit", "person", "张三", "mobile"}, 2, "字段=值", "field=value");
    refuses({"edit", "person", "张三", "name="}, 3, "“姓名”为必填项", "\"Name\" is required");
}

TEST_F(Writing, AnAmbiguousOrUnknownRecordIsNotEdited) {
    refuses({"edit", "person", "赵六", "mobile=13900000009"}, 2, "没有保存：“赵六”不止一个",
            "Not saved: \"赵六\" names more than one");
    refuses({"retire", "person", "nobody"}, 2, "没有保存：没有找到人员", "Not saved: There is no");
    refuses({"edit", "nope", "张三", "name=x"}, 2, "没有保存：没有“nope”这种记录",
            "Not saved: There is no kind");
}

TEST_F(Writing, ANewRecordNamesAllThatItLacks) {
    refuses({"create", "person", "name=新人"}, 3,
            "“性别”为必填项。“出生日期”为必填项。“身份证号”为必填项。“所属支部”为必填项",
            "\"Sex\" is required. \"Birth date\" is required. \"Id number\" is required");
    refuses({"create", "person", "name=新人", "sex=x"}, 2, "没有保存：“x”不能作为“性别”",
            "cannot stand in \"Sex\"");
    refuses({"create", "nope", "name=新人"}, 2, "没有保存：没有“nope”这种记录",
            "Not saved: There is no kind");
}

TEST_F(Writing, ANewRecordIsMadeWithReferencesByName) {
    const Said said =
        office.json({"create", "person", "name=新人", "sex=男", "birth_date=1990-01-01",
                     "id_number=110105199001010010", "organisation=A01", "stage=10"});
    ASSERT_EQ(said.exit, 0) << said.out;
    const std::string id{said.json().at("id").as_string()};
    EXPECT_EQ(held(id, "organisation"), id_text(1));
    EXPECT_EQ(held("新人", "sex"), "1");
}

TEST_F(Writing, RetiredIsKeptAndRestored) {
    EXPECT_EQ(office.say({"retire", "person", "李四"}).exit, 0);
    EXPECT_TRUE(has(office.say({"show", "person", "李四"}).out, "(out of use)"));
    waiting_before = 1;
    refuses({"edit", "person", "李四", "mobile=13900000009"}, 2, "该记录已停用，请先恢复",
            "Restore it first");
    EXPECT_EQ(office.say({"restore", "person", "李四"}).exit, 0);
    EXPECT_FALSE(has(office.say({"show", "person", "李四"}).out, "(out of use)"));
    EXPECT_TRUE(has(office.say({"restore", "person", "李四"}).out, "Nothing changed"));
}

TEST_F(Writing, OutsideTheWindowItSaysWhenTheNextOpens) {
    sync::Lease lease = full_lease(office.device);
    lease.always_open = false;
    lease.periods = {{hours_later(24), hours_later(48)}};
    office.grant(lease);
    refuses(
        edit_mobile, 3,
        "当前不在维护时段内，不能修改。已保存的修改不受影响。下次维护时段开始：2026-05-30 04:26。",
        "Saved changes are safe. It opens next at 2026-05-30 04:26.");
    const Said status = office.say({"status"});
    EXPECT_TRUE(has(status.out, "it opens next at 2026-05-30 04:26")) << status.out;
    EXPECT_EQ(office.say({"show", "person", "张三"}).exit, 0) << "and reading goes on";
    office.clock.set(hours_later(25));
    EXPECT_EQ(office.say(edit_mobile).exit, 0) << "once it is open";
}

TEST_F(Writing, AnAccountThatMayOnlyReadIsTold) {
    sync::Lease lease = full_lease(office.device);
    lease.may_write = false;
    office.grant(lease);
    refuses(edit_mobile, 3, "本账号为只读权限", "may read only");
    EXPECT_TRUE(has(office.say(Language::zh, {"status"}).out, "只读权限"));
}

TEST_F(Writing, AClockThatWentBackStopsEditingAndSaysSo) {
    EXPECT_EQ(office.say(edit_mobile).exit, 0);
    office.clock.set({morning.milliseconds - 24 * hour_ms});
    waiting_before = 1;
    refuses({"edit", "person", "张三", "mobile=13900000004"}, 3, "请校正日期和时间",
            "Correct the date and time");
}

TEST_F(Writing, GroupsSayWhatWasDoneInTheReadersLanguage) {
    office.say(edit_mobile);
    office.say({"retire", "person", "李四"});
    const Said zh = office.say(Language::zh, {"groups"});
    EXPECT_TRUE(has(zh.out, "停用") && has(zh.out, "修改") && has(zh.out, "待上传")) << zh.out;
    const Said en = office.say({"groups"});
    EXPECT_TRUE(has(en.out, "retire") && has(en.out, "waiting")) << en.out;
    const json::value groups = office.json({"groups", "--limit", "1"}).json();
    ASSERT_EQ(groups.as_array().size(), 1U);
    EXPECT_EQ(groups.at(0).at("sequence").as_int64(), 2) << "newest first";
}

TEST_F(Writing, StatusTellsWhoWhereAndHowMuchWaits) {
    office.say(edit_mobile);
    const Said zh = office.say(Language::zh, {"status"});
    EXPECT_TRUE(has(zh.out, "第一支部书记") && has(zh.out, "待上传：    1")) << zh.out;
    EXPECT_TRUE(has(zh.out, "离线许可至 2026-06-01 04:26")) << zh.out;
    const json::value status = office.json({"status"}).json();
    EXPECT_EQ(status.at("waiting").as_int64(), 1);
    EXPECT_EQ(status.at("confirmed").as_int64(), 7);
    EXPECT_EQ(status.at("account").as_string(), "第一支部书记");
}

TEST_F(Writing, WithoutAServerASynchronisationKeepsWhatWaits) {
    office.say(edit_mobile);
    const Said zh = office.say(Language::zh, {"sync"});
    EXPECT_EQ(zh.exit, 4);
    EXPECT_TRUE(has(zh.err, "连接不到服务器。本机的修改已保存，可以继续离线工作")) << zh.err;
    const Said told = office.json({"sync"});
    EXPECT_EQ(told.exit, 4);
    EXPECT_TRUE(has(std::string{told.json().at("message").as_string()}, "cannot be reached"));
    EXPECT_EQ(office.waiting(), 1U);
}

}  // namespace
}  // namespace zhibu::client::test

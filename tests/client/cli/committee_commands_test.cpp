#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "client/cli/windows.hpp"
#include "shared/keys/authority.hpp"
#include "shared/keys/digest.hpp"
#include "shared/keys/enrolment_code.hpp"
#include "shared/record/date.hpp"
#include "tests/client/cli/office.hpp"

namespace zhibu::client::test {
namespace {

namespace json = boost::json;

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

std::string value(const json::value& form, const std::string& field) {
    return std::string{form.at_pointer("/fields/" + field + "/value").as_string()};
}

class Committee : public testing::Test {
protected:
    json::value shown(const std::string& kind, const std::string& which) {
        return office.json({"show", kind, which}).json();
    }

    /// The request as the list with --all has it.
    json::value request() {
        const json::value all = office.json({"request", "list", "--all"}).json();
        EXPECT_EQ(all.as_array().size(), 1U);
        return all.as_array().empty() ? json::value{} : all.as_array().front();
    }

    std::string ask(std::vector<std::string> fields) {
        std::vector<std::string> words{"request", "new"};
        words.insert(words.end(), fields.begin(), fields.end());
        const Said said = office.json(words);
        EXPECT_EQ(said.exit, 0) << said.out << said.err;
        return said.exit == 0 ? std::string{said.json().at("id").as_string()} : std::string{};
    }

    std::string ask_for_branch(std::vector<std::string> more = {}) {
        std::vector<std::string> fields{
            "organisation=A01", "account_name=二支部账号", "nature=短期",
            "level=党支部",     "permission=读写权限",     "reason=新设支部",
            "holder=王某",      "post=支部书记",           "phone=13800000000"};
        fields.insert(fields.end(), more.begin(), more.end());
        return ask(std::move(fields));
    }

    void receive_device(std::string_view fingerprint = {}) {
        office.receive(standard_record("device", record_id(50),
                                       {{"account", record_id(30)},
                                        {"organisation", record_id(1)},
                                        {"label", std::string{"办公室"}},
                                        {"fingerprint", std::string{fingerprint}},
                                        {"state", std::string{"1"}}}));
    }

    Office office;
};

TEST_F(Committee, AnApplicationIsDatedTodayAndShowsTheLead) {
    ask_for_branch({"effective_on=2026-06-05"});
    const json::value listed = request();
    EXPECT_EQ(value(listed, "requested_on"), "2026-05-29");
    EXPECT_EQ(value(listed, "request_kind"), "1");
    EXPECT_EQ(listed.at("days_left").as_int64(), 7);
    EXPECT_TRUE(listed.at("short_notice").as_bool());
    const Said zh = office.say(Language::zh, {"request", "list"});
    EXPECT_TRUE(has(zh.out, "7（不足14天）")) << zh.out;
    EXPECT_TRUE(has(zh.out, "申请中")) << zh.out;
}

TEST_F(Committee, AnApplicationWithTwoWeeksLeadIsNotShort) {
    ask_for_branch({"effective_on=2026-06-12"});
    EXPECT_FALSE(request().at("short_notice").as_bool());
}

TEST_F(Committee, AnApplicationSaysAllThatIsDecidedOn) {
    const Said said = office.say(Language::zh, {"request", "new", "organisation=A01",
                                                "account_name=二支部账号", "nature=短期"});
    EXPECT_EQ(said.exit, 3);
    EXPECT_TRUE(has(said.err, "增设账号须填写")) << said.err;
    EXPECT_EQ(office.waiting(), 0U);
}

TEST_F(Committee, TheApplicationIsPrintedForTheSeal) {
    const std::string id = ask_for_branch();
    const Said said = office.say({"request", "print", id.substr(0, 13)});
    ASSERT_EQ(said.exit, 0) << said.err;
    for (const char* part : {"账号申请报告", "账号名称：二支部账号", "账号性质：短期", "数量：1",
                             "系统权限：读写权限", "管理员姓名：王某", "职务：支部书记",
                             "联系方式：13800000000", "原因：新设支部", "盖章"}) {
        EXPECT_TRUE(has(said.out, part)) << part << " in " << said.out;
    }
}

TEST_F(Committee, AnApprovalOpensTheAccountInOneGroup) {
    const std::string id = ask_for_branch();
    const std::uint64_t before = office.waiting();
    const Said said = office.say({"request", "approve", id, "--document", "组〔2026〕1号"});
    ASSERT_EQ(said.exit, 0) << said.err;
    EXPECT_EQ(office.waiting(), before + 1);
    const json::value account = shown("account", "二支部账号");
    EXPECT_EQ(value(account, "state"), "1");
    EXPECT_EQ(value(account, "nature"), "2");
    EXPECT_EQ(value(account, "level"), "3");
    EXPECT_EQ(value(account, "holder"), "王某");
    EXPECT_EQ(value(account, "organisation"), id_text(1));
    const json::value answered = request();
    EXPECT_EQ(value(answered, "state"), "2");
    EXPECT_EQ(value(answered, "account"), account.at("id").as_string());
    EXPECT_EQ(value(answered, "approved_by"), "第一支部书记");
    EXPECT_EQ(value(answered, "approved_on"), "2026-05-29");
    EXPECT_EQ(value(answered, "document"), "组〔2026〕1号");
    EXPECT_TRUE(office.json({"request", "list"}).json().as_array().empty());
    // Answered once.
    EXPECT_EQ(office.say({"request", "decline", id, "--remark", "改变"}).exit, 3);
}

TEST_F(Committee, ADeclinedApplicationOpensNothing) {
    const std::string id = ask_for_branch();
    ASSERT_EQ(office.say({"request", "decline", id, "--remark", "已有账号"}).exit, 0);
    EXPECT_EQ(value(request(), "state"), "3");
    EXPECT_EQ(value(request(), "remark"), "已有账号");
    EXPECT_EQ(office.say({"show", "account", "二支部账号"}).exit, 2);
}

TEST_F(Committee, ANewHolderThatWasApprovedFindsNoFormerDevice) {
    receive_device();
    const std::string id = ask({"organisation=A01", "request_kind=更换管理员", "account=一支部账号",
                                "holder=李某", "post=组织委员", "phone=13900000000"});
    ASSERT_EQ(office.say({"request", "approve", id}).exit, 0);
    EXPECT_EQ(value(shown("device", "办公室"), "state"), "3");
    EXPECT_EQ(value(shown("account", "一支部账号"), "holder"), "李某");
    EXPECT_EQ(value(shown("account", "一支部账号"), "phone"), "13900000000");
}

TEST_F(Committee, AnEndThatWasApprovedDisablesOrDeletes) {
    const std::string id =
        ask({"organisation=A01", "request_kind=停用或删除", "account=一支部账号"});
    ASSERT_EQ(office.say({"request", "approve", id, "--delete"}).exit, 0);
    EXPECT_EQ(value(shown("account", "一支部账号"), "state"), "3");
}

TEST_F(Committee, AnUnknownApplicationIsNotAnswered) {
    const Said said = office.say({"request", "approve", "0199"});
    EXPECT_EQ(said.exit, 2);
    EXPECT_EQ(office.waiting(), 0U);
}

TEST_F(Committee, AWindowForALevelIsOpenedExtendedAndListed) {
    ASSERT_EQ(office
                  .say({"window", "open", "--organisation", "A01", "--level", "党支部", "--until",
                        "2026-06-01 08:00", "--grace-days", "3"})
                  .exit,
              0);
    const json::value page = office.json({"list", "window", "--where", "level=3"}).json();
    const std::string id{page.at_pointer("/records/0/id").as_string()};
    ASSERT_EQ(office.say({"window", "extend", id, "--until", "2026-06-02 08:00"}).exit, 0);
    const json::value extended = shown("window", id);
    EXPECT_EQ(extended.at_pointer("/fields/ends_at/shown").as_string(), "2026-06-02 08:00");
    EXPECT_EQ(value(extended, "grace_days"), "3");
    const Said zh = office.say(Language::zh, {"window", "list", "--months", "1"});
    EXPECT_TRUE(has(zh.out, "2026-05\n")) << zh.out;
    EXPECT_TRUE(has(zh.out, "[29+]")) << zh.out;
    EXPECT_TRUE(has(zh.out, " 30* ")) << zh.out;
    EXPECT_TRUE(has(zh.out, "第一党支部 · 党支部")) << zh.out;
    EXPECT_TRUE(has(zh.out, "开放，剩余 4天 3:33")) << zh.out;
    EXPECT_TRUE(has(zh.out, id)) << zh.out;
    office.clock.advance(hour_ms);
    ASSERT_EQ(office.say({"window", "close", id}).exit, 0);
    EXPECT_TRUE(has(office.say({"window", "list"}).out, "over; grace left: 3 d 0:00"));
}

TEST(MonthGrid, DaysStandUnderTheirWeekdays) {
    const record::Date may{2026, 5, 1};
    const std::string grid = month_grid(may, {}, {2026, 5, 29}, Language::en);
    // 1 May 2026 is a Friday: four days of five columns before it.
    EXPECT_TRUE(has(grid, "Su\n" + std::string(20, ' ') + "  1  ")) << grid;
    EXPECT_TRUE(has(grid, "[29 ]")) << grid;
    EXPECT_FALSE(has(grid, "*") || has(grid, "+"));
    const std::string february = month_grid({2028, 2, 1}, {}, {2026, 5, 29}, Language::en);
    EXPECT_TRUE(has(february, " 29 ")) << february;
    EXPECT_FALSE(has(february, " 30 "));
}

TEST(MonthGrid, AWholeDayAndAPartOfOneDiffer) {
    const record::Instant second = record::shanghai_midnight({2026, 5, 2});
    const record::Instant fourth = record::shanghai_midnight({2026, 5, 4});
    const auto grid = [&](record::Instant from, record::Instant to) {
        return month_grid({2026, 5, 1}, {{from, to}}, {2026, 5, 29}, Language::en);
    };
    const std::string whole = grid(second, fourth);
    EXPECT_TRUE(has(whole, "  2* ") && has(whole, "  3* ") && has(whole, "  4  ")) << whole;
    const std::string part = grid({second.milliseconds + 1}, {fourth.milliseconds + 1});
    EXPECT_TRUE(has(part, "  2+ ") && has(part, "  3* ") && has(part, "  4+ ")) << part;
}

TEST_F(Committee, ADeviceIsApprovedByItsFingerprintAlone) {
    const std::string fingerprint =
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    receive_device(fingerprint);
    const auto approve = [&](const std::string& typed) {
        return office.say({"device", "approve", "办公室", "--fingerprint", typed}).exit;
    };
    EXPECT_EQ(approve("0123"), 3);
    EXPECT_EQ(approve("0123456789abcdee"), 3);
    EXPECT_EQ(approve(fingerprint + "0"), 3);
    EXPECT_EQ(office.waiting(), 0U);
    EXPECT_EQ(approve("0123 4567 89AB:CDEF"), 0);
    EXPECT_EQ(value(shown("device", "办公室"), "state"), "2");
    EXPECT_TRUE(has(office.say({"device", "list"}).out, fingerprint));
    ASSERT_EQ(office.say({"device", "revoke", "办公室", "--reason", "遗失"}).exit, 0);
    EXPECT_EQ(value(shown("device", "办公室"), "state"), "3");
    EXPECT_EQ(value(shown("device", "办公室"), "reason"), "遗失");
}

TEST_F(Committee, ADeviceShowsTheFingerprintOfItsOwnCertificate) {
    const auto chain = keys::certificates_from_pem(office.device.identity.certificate_chain);
    ASSERT_TRUE(chain);
    const std::string digits = keys::to_hex(keys::sha256(chain->front().der));
    EXPECT_EQ(office.json({"device", "fingerprint"}).json().at("fingerprint").as_string(), digits);
    EXPECT_TRUE(has(office.say({"device", "fingerprint"}).out, digits.substr(0, 4) + " "));
}

TEST_F(Committee, AHandOverRevokesTheFormerDevicesInTheSameGroup) {
    receive_device();
    ASSERT_EQ(office
                  .say({"account", "handover", "一支部账号", "--holder", "李某", "--post", "书记",
                        "--phone", "13900000000"})
                  .exit,
              0);
    EXPECT_EQ(office.waiting(), 1U);
    EXPECT_EQ(value(shown("account", "一支部账号"), "holder"), "李某");
    EXPECT_EQ(value(shown("device", "办公室"), "state"), "3");
}

TEST_F(Committee, TheOwnContactIsKeptWithoutTheOthersHelp) {
    office.receive(
        standard_record("account", office.device.identity.account,
                        {{"name", std::string{"第一支部书记"}}, {"organisation", record_id(1)}}));
    ASSERT_EQ(office.say({"profile", "--phone", "13700000000", "--post", "书记"}).exit, 0);
    EXPECT_EQ(value(office.json({"profile"}).json(), "phone"), "13700000000");
}

}  // namespace
}  // namespace zhibu::client::test

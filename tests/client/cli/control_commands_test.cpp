#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "shared/keys/enrolment_code.hpp"
#include "tests/client/cli/office.hpp"

namespace zhibu::client::test {
namespace {

namespace json = boost::json;

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

class Controlling : public testing::Test {
protected:
    json::value first(const std::string& kind, const std::string& where) {
        const json::value page = office.json({"list", kind, "--where", where}).json();
        const json::array& records = page.at("records").as_array();
        EXPECT_EQ(records.size(), 1U) << json::serialize(page);
        return records.empty() ? json::value{} : records.front();
    }

    static std::string value(const json::value& form, const std::string& field) {
        return std::string{form.at_pointer("/fields/" + field + "/value").as_string()};
    }

    Office office;
};

TEST_F(Controlling, AnInvitationIsShownOnceAndKeptAsItsHashAlone) {
    const Said said = office.json({"invite", "一支部账号"});
    ASSERT_EQ(said.exit, 0) << said.out;
    const auto code = keys::parse_enrolment_code(std::string{said.json().at("code").as_string()});
    ASSERT_TRUE(code);
    const json::value kept = first("enrolment_code", "account=一支部账号");
    EXPECT_EQ(value(kept, "number"), *keys::enrolment_code_hash(keys::secret_text(*code)));
    EXPECT_EQ(value(kept, "activates"), "false");
    EXPECT_EQ(value(kept, "organisation"), id_text(1));
    EXPECT_EQ(value(kept, "expires_at"),
              record::to_text(record::Value{record::Instant{morning.milliseconds + hour_ms}}));
}

TEST_F(Controlling, AnInvitationSaysThatItMustBeSynchronisedFirst) {
    const Said zh = office.say(Language::zh, {"invite", "一支部账号", "--activate"});
    EXPECT_TRUE(has(zh.out, "登记码（60分钟内有效") && has(zh.out, "zhibu sync")) << zh.out;
    EXPECT_EQ(value(first("enrolment_code", "account=一支部账号"), "activates"), "true");
    EXPECT_TRUE(has(office.say({"invite", "一支部账号"}).out, "synchronise first"));
}

TEST_F(Controlling, TheServersAddressesAreReplacedAndKept) {
    EXPECT_EQ(json::serialize(office.json({"servers"}).json()), R"({"servers":["127.0.0.1:1"]})");
    EXPECT_EQ(office.json({"servers", "one.example:7000", "two.example", "[::1]:7002"}).exit, 0);
    const std::string kept = R"({"servers":["one.example:7000","two.example:7443","::1:7002"]})";
    EXPECT_EQ(json::serialize(office.json({"servers"}).json()), kept);
    EXPECT_EQ(office.json({"servers", "one.example", "two.example:none"}).exit, 2);
    EXPECT_EQ(json::serialize(office.json({"servers"}).json()), kept) << "all or none";
}

TEST_F(Controlling, AnUnknownAccountIsNotInvited) {
    const Said zh = office.say(Language::zh, {"invite", "没有"});
    EXPECT_EQ(zh.exit, 2);
    EXPECT_TRUE(has(zh.err, "没有保存：没有找到账号“没有”")) << zh.err;
    EXPECT_TRUE(has(office.json({"invite", "nobody"}).out, "Not saved: There is no Account"));
    EXPECT_EQ(office.waiting(), 0U);
}

TEST_F(Controlling, AWindowFromNowUntilAMoment) {
    const Said said =
        office.json({"window", "open", "--organisation", "第一党支部", "--until",
                     "2026-06-01 08:00", "--grace-days", "2", "--account", "一支部账号"});
    ASSERT_EQ(said.exit, 0) << said.out;
    const json::value window = first("window", "grace_days=2");
    EXPECT_EQ(value(window, "starts_at"), record::to_text(record::Value{morning}));
    EXPECT_EQ(value(window, "account"), id_text(30));
    EXPECT_EQ(window.at_pointer("/fields/ends_at/shown").as_string(), "2026-06-01 08:00")
        << "in the committee's own time";
}

TEST_F(Controlling, AWindowThatEndsBeforeItStartsIsRefused) {
    const Said zh = office.say(Language::zh, {"window", "open", "--organisation", "A01", "--from",
                                              "2026-06-02 08:00", "--until", "2026-06-01 08:00"});
    EXPECT_EQ(zh.exit, 3);
    EXPECT_TRUE(has(zh.err, "没有保存：维护时段的结束时间应晚于开始时间")) << zh.err;
    const Said en = office.say({"window", "open", "--organisation", "A01", "--until", "soon"});
    EXPECT_EQ(en.exit, 2);
    EXPECT_TRUE(has(en.err, "2026-01-31 08:00")) << en.err;
    const Said nowhere =
        office.say({"window", "open", "--organisation", "没有", "--until", "2026-06-01 08:00"});
    EXPECT_EQ(nowhere.exit, 2);
    EXPECT_EQ(office.waiting(), 0U);
}

TEST_F(Controlling, AWindowIsClosedNowByTheIdThatTheListShows) {
    const Said said = office.say({"window", "close", id_text(40)});
    EXPECT_EQ(said.exit, 0) << said.err;
    EXPECT_EQ(value(office.json({"show", "window", id_text(40)}).json(), "ends_at"),
              record::to_text(record::Value{morning}));
    const Said none = office.say(Language::zh, {"window", "close", "没有"});
    EXPECT_EQ(none.exit, 2);
    EXPECT_TRUE(has(none.err, "没有找到维护时段“没有”")) << none.err;
}

TEST_F(Controlling, AccountsAreDisabledAndEnabled) {
    EXPECT_EQ(office.say({"account", "disable", "一支部账号"}).exit, 0);
    EXPECT_EQ(value(office.json({"show", "account", "一支部账号"}).json(), "state"), "2");
    EXPECT_TRUE(has(office.say({"account", "disable", "一支部账号"}).out, "Nothing changed"));
    EXPECT_EQ(office.say({"account", "enable", "一支部账号"}).exit, 0);
    EXPECT_EQ(value(office.json({"show", "account", "一支部账号"}).json(), "state"), "1");
    EXPECT_EQ(office.say({"account", "disable", "没有"}).exit, 2);
}

TEST_F(Controlling, WhoDoesNotManageControlsNothing) {
    sync::Lease lease = full_lease(office.device);
    lease.may_write = false;
    lease.manages = false;
    office.grant(lease);
    for (const auto& words :
         std::vector<std::vector<std::string>>{{"account", "disable", "一支部账号"},
                                               {"invite", "一支部账号"},
                                               {"window", "close", id_text(40)}}) {
        const Said said = office.say(words);
        EXPECT_EQ(said.exit, 3) << words.front() << said.out;
        EXPECT_FALSE(said.err.empty());
        EXPECT_FALSE(has(said.out, "code")) << "no code for what was not saved";
    }
    EXPECT_EQ(office.waiting(), 0U);
}

}  // namespace
}  // namespace zhibu::client::test

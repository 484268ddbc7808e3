#include "client/cli/unlocking.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "shared/keys/keyring.hpp"
#include "tests/client/cli/office.hpp"

namespace zhibu::client::test {
namespace {

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

class Unlocking : public testing::Test {
protected:
    Unlocking() {
        EXPECT_EQ(office.say({"edit", "person", "张三", "mobile=13900000009"}).exit, 0);
        outbox_before = outbox();
        EXPECT_FALSE(outbox_before.empty());
    }

    std::string outbox() {
        std::ifstream file{office.device.files.outbox(), std::ios::binary};
        return {std::istreambuf_iterator<char>{file}, {}};
    }

    /// In both languages, with the exit code; the English words.
    std::string told(int exit, std::string_view zh, std::string_view en) {
        const Said chinese = office.say(Language::zh, {"list", "person"});
        EXPECT_EQ(chinese.exit, exit) << chinese.out;
        EXPECT_EQ(chinese.out, "") << "nothing is shown of what is locked";
        EXPECT_TRUE(has(chinese.err, zh)) << chinese.err;
        const Said english = office.say({"list", "person"});
        EXPECT_EQ(english.exit, exit);
        EXPECT_TRUE(has(english.err, en)) << english.err;
        EXPECT_EQ(outbox(), outbox_before) << "the outbox is untouched";
        return english.err;
    }

    void damage_key_files() {
        for (const char* slot : {".0", ".1"}) {
            std::ofstream{office.device.files.key_file().string() + slot} << "not a key file";
        }
    }

    Office office;
    std::string outbox_before;
};

TEST_F(Unlocking, AWrongPassword) {
    office.password_file = office.file("wrong", "not the password at all");
    told(3, "密码不对，没有作任何更改。请重新输入", "The password is wrong; nothing was changed");
    office.password_file = office.file("right", password);
    EXPECT_EQ(office.say({"list", "person"}).exit, 0);
}

TEST_F(Unlocking, ALeaseThatIsOver) {
    office.clock.set(hours_later(72));
    told(3, "离线许可已到期", "The offline permission has ended");
    EXPECT_FALSE(std::filesystem::exists(office.device.files.replica())) << "and its copy is gone";
}

TEST_F(Unlocking, ALeaseThatIsOverSaysWhenTheNextWindowOpens) {
    sync::Lease lease = full_lease(office.device, 2);
    lease.always_open = false;
    lease.periods = {{hours_later(-1), hours_later(2)}, {hours_later(24), hours_later(48)}};
    office.grant(lease);
    office.clock.set(hours_later(2));
    told(3, "下次维护时段：2026-05-30 04:26", "opens next at 2026-05-30 04:26");
}

TEST_F(Unlocking, AnAccountThatIsDisabled) {
    ASSERT_TRUE(office.device.safe.erase(vault::LeaseEnding::account_disabled));
    told(3, "账号已被禁用", "The account was disabled");
}

TEST_F(Unlocking, ADamagedKeyFile) {
    damage_key_files();
    told(1, "已损坏", "is damaged");
}

TEST_F(Unlocking, ADamagedReplica) {
    std::ofstream{office.device.files.replica(), std::ios::binary} << "not a replica";
    told(1, "已损坏", "is damaged");
}

TEST_F(Unlocking, TheFourReasonsHaveFourMessagesAndNoneLosesTheOutbox) {
    for (const Language language : {Language::zh, Language::en}) {
        std::set<std::string> messages;
        Office each;
        each.password_file = each.file("wrong", "not the password at all");
        messages.insert(each.say(language, {"status"}).err);
        each.password_file = each.file("right", password);
        for (const AccessFault fault :
             {AccessFault::lease_over, AccessFault::account_disabled, AccessFault::damaged}) {
            Office office_with_fault;
            if (fault == AccessFault::lease_over) {
                office_with_fault.clock.set(hours_later(100));
            } else if (fault == AccessFault::account_disabled) {
                EXPECT_TRUE(
                    office_with_fault.device.safe.erase(vault::LeaseEnding::account_disabled));
            } else {
                std::filesystem::resize_file(office_with_fault.device.files.replica(), 4096);
            }
            const std::string message = office_with_fault.say(language, {"status"}).err;
            EXPECT_TRUE(has(message, language == Language::zh ? "待发箱" : "outbox")) << message;
            messages.insert(message);
        }
        EXPECT_EQ(messages.size(), 4U);
        EXPECT_EQ(messages.count(""), 0U);
    }
}

TEST_F(Unlocking, AFolderThatWasNeverEnrolled) {
    const auto folder = (office.elsewhere.path() / "empty").string();
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"status"}, {"sync"}, {"list", "person"}, {"lock"}, {"unlock"}, {"serve"}}) {
        auto with_folder = words;
        with_folder.insert(with_folder.end(), {"--data", folder});
        const Said said = office.say(Language::zh, with_folder);
        EXPECT_EQ(said.exit, 1) << words.front();
        EXPECT_TRUE(has(said.err, "本机尚未登记")) << said.err;
        EXPECT_TRUE(has(office.say(with_folder).err, "zhibu enrol"));
    }
    EXPECT_FALSE(std::filesystem::exists(folder)) << "looking makes nothing";
}

TEST_F(Unlocking, ADamagedEnrolment) {
    std::ofstream{office.device.files.identity()} << "{\"format\": 1}";
    told(1, "登记文件已损坏。副本未受影响", "The replica is safe");
}

TEST_F(Unlocking, APasswordFileThatIsNotThere) {
    office.password_file = "/no/such/password";
    told(2, "密码文件无法读取，没有作任何更改",
         "The password file cannot be read; nothing was changed");
}

TEST_F(Unlocking, UnlockedItAsksNoMoreUntilItIsLocked) {
    const std::string probe = "zhibu-test-probe";
    if (!keys::keep_in_keyring(probe, keys::SecretBytes{"x"}, std::chrono::seconds{5})) {
        const Said said = office.say({"unlock"});
        EXPECT_EQ(said.exit, 1);
        EXPECT_TRUE(has(said.err, "nothing was unlocked")) << said.err;
        return;
    }
    keys::forget_in_keyring(probe);
    const std::vector<std::string> without_password{"status", "--lang", "en"};
    EXPECT_TRUE(has(office.say({"unlock", "--for", "1"}).out, "Unlocked for 1 minute."));
    EXPECT_EQ(office.type(without_password).exit, 0);
    office.clock.set(hours_later(72));
    EXPECT_EQ(office.type(without_password).exit, 3) << "what is kept outlives no lease";
    office.clock.set(morning);
    EXPECT_TRUE(office.json({"lock"}).json().at("locked").as_bool());
    EXPECT_TRUE(has(office.say(Language::zh, {"lock"}).out, "已锁定"));
}

TEST_F(Unlocking, AWrongPasswordUnlocksNothing) {
    office.password_file = office.file("wrong", "not the password at all");
    const Said said = office.say(Language::zh, {"unlock"});
    EXPECT_EQ(said.exit, 3);
    EXPECT_TRUE(has(said.err, "密码不对")) << said.err;
}

TEST_F(Unlocking, EnrolmentSaysWhatIsOffBeforeItAsksForAnything) {
    const auto enrol = [&](const std::string& server, const std::string& code) {
        return office.say({"enrol", "--server", server, "--code", code});
    };
    EXPECT_EQ(enrol(":", "x").exit, 2);
    EXPECT_TRUE(has(enrol("host:99999999", "x").err, "host:port"));
    EXPECT_TRUE(has(enrol("host:1", "ABC").err, "Nothing was changed"));
    const std::string code{office.json({"invite", "一支部账号"}).json().at("code").as_string()};
    const Said again = enrol("127.0.0.1:1", code);
    EXPECT_EQ(again.exit, 1);
    EXPECT_TRUE(has(again.err, "enrolled already; nothing was changed")) << again.err;
    const Said elsewhere =
        office.say(Language::zh, {"enrol", "--server", "127.0.0.1:1", "--code", code, "--data",
                                  (office.elsewhere.path() / "new").string()});
    EXPECT_EQ(elsewhere.exit, 4);
    EXPECT_TRUE(has(elsewhere.err, "没有登记，登记码仍可使用")) << elsewhere.err;
    EXPECT_FALSE(has(elsewhere.err, "修改已保存")) << "there is none";
}

}  // namespace
}  // namespace zhibu::client::test

#include "client/cli/committee_commands.hpp"

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

namespace zhibu::client {
namespace {

/// One group of commands after another is added with these at hand.
struct Adding {
    Language speaks;
    CommitteeWords& words;
    const Choose& choose;

    [[nodiscard]] std::string say(std::string_view zh, std::string_view en) const {
        return std::string{speaks == Language::zh ? zh : en};
    }

    void add_account(CLI::App* command, std::string& into) const {
        command->add_option("account", into, say("账号的名称或编号", "its name or id"))->required();
    }
};

void add_windows(CLI::App& app, const Adding& adding) {
    WindowWords& words = adding.words.window;
    const auto say = [&adding](auto zh, auto en) { return adding.say(zh, en); };
    CLI::App* window = app.add_subcommand("window", say("维护时段", "edit windows"));
    window->require_subcommand(1);
    CLI::App* open =
        window->add_subcommand("open", say("为一个组织及其下级、一个级别、或一个账号开放维护时段",
                                           "open a window for a subtree, a level or an account"));
    open->add_option("--organisation", words.organisation,
                     say("组织的名称、代码或编号", "its name, code or id"))
        ->required();
    open->add_option("--account", words.account, say("只为这个账号", "for this account alone"));
    open->add_option("--level", words.level,
                     say("只为这一级别：党委、党总支、党支部", "for this level alone"));
    open->add_option(
            "--from", words.from,
            say("开始时间：\"2026-11-24 08:00\"，或 now（现在）", "\"2026-11-24 08:00\", or now"))
        ->capture_default_str();
    open->add_option("--until", words.until, say("结束时间（不含）", "the first moment outside"))
        ->required();
    open->add_option("--grace-days", words.grace_days,
                     say("结束后几天内仍接收时段内所作的变更",
                         "so many days after it, what was made inside is still taken"))
        ->check(CLI::Range(0, 365));
    adding.choose(open, [&words](Console& console) { return open_window(console, words); });

    CLI::App* extend = window->add_subcommand("extend", say("延长维护时段", "give it another end"));
    extend->add_option("window", words.which, say("维护时段的编号", "its id"))->required();
    extend->add_option("--until", words.until, say("新的结束时间（不含）", "the new end"))
        ->required();
    CLI::Option* grace =
        extend->add_option("--grace-days", words.grace_days, say("新的宽限天数", "the new grace"));
    grace->check(CLI::Range(0, 365));
    adding.choose(extend, [&words, grace](Console& console) {
        if (grace->count() == 0) {
            words.grace_days = -1;
        }
        return extend_window(console, words);
    });

    CLI::App* close = window->add_subcommand("close", say("立即结束维护时段", "end a window now"));
    close->add_option("window", words.which, say("维护时段的编号", "its id"))->required();
    adding.choose(close, [&words](Console& console) { return close_window(console, words.which); });

    CLI::App* list = window->add_subcommand("list", say("日历和各维护时段", "a calendar of them"));
    list->add_flag("--all", words.all, say("也列出已结束的", "those that are over too"));
    list->add_option("--months", words.months, say("显示几个月", "months to show"))
        ->check(CLI::Range(1, 24))
        ->capture_default_str();
    adding.choose(list, [&words](Console& console) { return list_windows(console, words); });
}

void add_accounts(CLI::App& app, const Adding& adding) {
    const auto say = [&adding](auto zh, auto en) { return adding.say(zh, en); };
    InviteWords& invited = adding.words.invite;
    CLI::App* invite = app.add_subcommand(
        "invite", say("为账号生成登记码，也用于重置密码",
                      "make an enrolment code for an account; resets its password too"));
    adding.add_account(invite, invited.account);
    invite->add_flag(
        "--activate", invited.activate,
        say("登记后不必再批准即可使用", "the device may work without a second approval"));
    adding.choose(invite,
                  [&invited](Console& console) { return client::invite(console, invited); });

    CLI::App* account = app.add_subcommand("account", say("账号", "accounts"));
    account->require_subcommand(1);
    const auto add_state = [&](const char* name, const char* state, const std::string& help) {
        CLI::App* command = account->add_subcommand(name, help);
        adding.add_account(command, adding.words.account);
        adding.choose(command, [&which = adding.words.account, state](Console& console) {
            return set_account_state(console, which, state);
        });
    };
    add_state("enable", "1", say("启用账号（活动）", "state 活动"));
    add_state("disable", "2",
              say("停用账号（禁用），其连接立即中断", "state 禁用: its session ends at once"));
    add_state("delete", "3", say("删除账号，不能恢复", "state 删除, for good"));
    KeeperWords& keeper = adding.words.keeper;
    CLI::App* hand_over = account->add_subcommand(
        "handover", say("更换管理员，并注销原有设备", "a new holder; former devices are revoked"));
    adding.add_account(hand_over, keeper.account);
    hand_over->add_option("--holder", keeper.holder, say("姓名", "name"))->required();
    hand_over->add_option("--post", keeper.post, say("职务", "post"))->required();
    hand_over->add_option("--phone", keeper.phone, say("联系方式", "contact"))->required();
    adding.choose(hand_over,
                  [&keeper](Console& console) { return client::hand_over(console, keeper); });

    CLI::App* profile = app.add_subcommand(
        "profile", say("个人信息：本账号管理员", "the own account; sets post and contact"));
    profile->add_option("--post", keeper.post, say("职务", "post"));
    profile->add_option("--phone", keeper.phone, say("联系方式", "contact"));
    adding.choose(profile, [&keeper](Console& console) { return own_profile(console, keeper); });
}

void add_devices(CLI::App& app, const Adding& adding) {
    DeviceWords& words = adding.words.device;
    const auto say = [&adding](auto zh, auto en) { return adding.say(zh, en); };
    CLI::App* device = app.add_subcommand("device", say("设备", "devices"));
    device->require_subcommand(1);
    const auto add_which = [&](CLI::App* command) {
        command->add_option("device", words.which, say("设备的名称或编号", "its label or id"))
            ->required();
    };
    CLI::App* list = device->add_subcommand("list", say("列出设备", "list devices"));
    list->add_option("--account", words.account, say("只列此账号的", "of this account alone"));
    adding.choose(list, [&words](Console& console) { return list_devices(console, words); });
    CLI::App* approve = device->add_subcommand(
        "approve", say("核对指纹后批准设备", "let a device work whose fingerprint is compared"));
    add_which(approve);
    approve
        ->add_option(
            "--fingerprint", words.fingerprint,
            say("设备上显示的指纹，至少前16位", "as the device shows it, 16 digits or more"))
        ->required();
    adding.choose(approve, [&words](Console& console) { return approve_device(console, words); });
    CLI::App* revoke = device->add_subcommand("revoke", say("注销设备", "shut a device out"));
    add_which(revoke);
    revoke->add_option("--reason", words.reason, say("原因", "why"));
    adding.choose(revoke, [&words](Console& console) { return revoke_device(console, words); });
    CLI::App* fingerprint = device->add_subcommand(
        "fingerprint", say("显示本机的指纹，供管理员核对", "this device's, for the officer"));
    adding.choose(fingerprint, [](Console& console) { return show_fingerprint(console); });
}

void add_requests(CLI::App& app, const Adding& adding) {
    RequestWords& words = adding.words.request;
    const auto say = [&adding](auto zh, auto en) { return adding.say(zh, en); };
    CLI::App* request = app.add_subcommand("request", say("账号申请", "applications for accounts"));
    request->require_subcommand(1);
    const auto add_which = [&](CLI::App* command) {
        command
            ->add_option("request", words.which,
                         say("申请的编号，可只写开头", "its id, or the beginning of it"))
            ->required();
    };
    CLI::App* make = request->add_subcommand("new", say("申请", "ask for an account"));
    make->add_option("fields", words.fields,
                     say("字段=值：organisation、account_name、nature、level、permission、reason、"
                         "holder、post、phone、effective_on 等",
                         "field=value: organisation, account_name, nature, level, permission, "
                         "reason, holder, post, phone, effective_on, ..."))
        ->required();
    adding.choose(make, [&words](Console& console) { return ask_for_account(console, words); });
    CLI::App* list = request->add_subcommand("list", say("列出申请", "list them"));
    list->add_flag("--all", words.all, say("也列出已审批的", "answered ones too"));
    adding.choose(list, [&words](Console& console) { return list_requests(console, words); });
    CLI::App* print =
        request->add_subcommand("print", say("输出申请报告，供盖章", "the paper for the seal"));
    add_which(print);
    adding.choose(print, [&words](Console& console) { return print_request(console, words); });
    CLI::App* approve = request->add_subcommand(
        "approve", say("批准，并按申请开设或调整账号", "approve: opens or changes the account"));
    add_which(approve);
    approve->add_option("--document", words.document, say("报告文号", "the report's number"));
    approve->add_option("--remark", words.remark, say("备注", "a remark"));
    approve->add_flag("--delete", words.removes,
                      say("停用或删除类申请：删除", "a request to disable or delete: delete"));
    adding.choose(approve, [&words](Console& console) { return approve_request(console, words); });
    CLI::App* decline = request->add_subcommand("decline", say("不予批准", "decline"));
    add_which(decline);
    decline->add_option("--remark", words.remark, say("原因", "why"))->required();
    adding.choose(decline, [&words](Console& console) { return decline_request(console, words); });
}

}  // namespace

void add_committee_commands(CLI::App& app, Language speaks, CommitteeWords& words,
                            const Choose& choose) {
    const Adding adding{speaks, words, choose};
    add_accounts(app, adding);
    add_requests(app, adding);
    add_windows(app, adding);
    add_devices(app, adding);
}

}  // namespace zhibu::client

#include "client/cli/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <cstdint>
#include <functional>
#include <iterator>
#include <utility>

#include "client/cli/actions.hpp"
#include "client/cli/casework.hpp"
#include "client/cli/committee_commands.hpp"
#include "client/cli/import.hpp"
#include "client/cli/network.hpp"
#include "client/cli/own_account.hpp"
#include "client/cli/records.hpp"
#include "client/cli/serve.hpp"
#include "client/cli/session.hpp"
#include "client/cli/text_table.hpp"
#include "client/cli/unlocking.hpp"

// tidy-exempt(file-length): a table, the words of every command
namespace zhibu::client {
namespace {

/// The words that commands have in common, and what the chosen one does.
struct Program {
    Language speaks = Language::zh;
    std::filesystem::path folder;
    std::string language;
    std::string password_file;
    bool json = false;
    std::function<Exit(Console&)> chosen;

    std::string kind;
    std::string which;
    std::vector<std::string> assignments;
    std::uint32_t limit = 50;
    std::int64_t minutes = 15;
    ListWords list;
    ImportWords import;
    EnrolWords enrol;
    std::vector<std::string> servers;
    SyncWords sync;
    CommitteeWords committee;
    OwnAccountWords own;
    ServeWords serve;
    DoWords doing;
    std::uint64_t undone = 0;
    CaseWords cases;
    ConflictWords conflicts;

    [[nodiscard]] std::string say(std::string_view zh, std::string_view en) const {
        return std::string{speaks == Language::zh ? zh : en};
    }

    void choose(CLI::App* command, std::function<Exit(Console&)> work) {
        command->callback([this, work = std::move(work)] { chosen = work; });
    }

    void add_kind(CLI::App* command, std::string& into) {
        command
            ->add_option("kind", into,
                         say("记录种类，如 person（人员）、organisation（党组织）",
                             "such as person, organisation"))
            ->required();
    }

    void add_record(CLI::App* command) {
        command
            ->add_option("record", which,
                         say("编号、姓名（名称）、身份证号、代码，或 字段=值",
                             "id, name, number or field=value"))
            ->required();
    }
};

void add_reading_commands(CLI::App& app, Program& program) {
    const auto say = [&program](auto zh, auto en) { return program.say(zh, en); };
    CLI::App* list = app.add_subcommand("list", say("列出一种记录", "list records of a kind"));
    program.add_kind(list, program.list.kind);
    list->add_option("--search", program.list.search,
                     say("姓名（名称）或身份证号的一部分", "part of a name or id number"));
    list->add_option("--where", program.list.where,
                     say("条件：字段=值，也可用 !=、~（包含）、<、>；可重复",
                         "field=value, !=, ~, <, >; may be repeated"));
    list->add_option("--filter", program.list.filters,
                     say("按名称筛选：need_conversion（需要转正的预备党员）、planned 等",
                         "by name: need_conversion, planned and others"));
    list->add_option("--order", program.list.order,
                     say("排序字段；-字段 为降序", "field, or -field for descending"));
    list->add_option("--columns", program.list.columns, say("显示哪些字段", "fields to show"));
    list->add_option("--offset", program.list.offset, say("跳过前几条", "skip so many"))
        ->check(CLI::Range(0, 1'000'000'000));
    list->add_option("--limit", program.list.limit, say("最多显示几条", "at most so many"))
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    list->add_flag("--retired", program.list.with_retired,
                   say("也列出已停用的记录", "records out of use too"));
    program.choose(list, [&](Console& console) { return list_records(console, program.list); });

    CLI::App* show = app.add_subcommand("show", say("显示一条记录", "show one record"));
    program.add_kind(show, program.kind);
    program.add_record(show);
    program.choose(
        show, [&](Console& console) { return show_record(console, program.kind, program.which); });
}

void add_writing_commands(CLI::App& app, Program& program) {
    const auto say = [&program](auto zh, auto en) { return program.say(zh, en); };
    CLI::App* edit =
        app.add_subcommand("edit", say("修改一条记录的字段", "change fields of one record"));
    program.add_kind(edit, program.kind);
    program.add_record(edit);
    edit->add_option("fields", program.assignments,
                     say("字段=值；“字段=”清空该字段", "field=value; field= empties it"))
        ->required();
    program.choose(edit, [&](Console& console) {
        return edit_record(console, program.kind, program.which, program.assignments);
    });

    CLI::App* create = app.add_subcommand("create", say("新建一条记录", "make a new record"));
    program.add_kind(create, program.kind);
    create->add_option("fields", program.assignments, say("字段=值", "field=value"))->required();
    program.choose(create, [&](Console& console) {
        return create_record(console, program.kind, program.assignments);
    });

    CLI::App* retire = app.add_subcommand(
        "retire", say("停用一条记录（仍然保留）", "take a record out of use; it is kept"));
    program.add_kind(retire, program.kind);
    program.add_record(retire);
    program.choose(retire, [&](Console& console) {
        return retire_record(console, program.kind, program.which);
    });

    CLI::App* restore =
        app.add_subcommand("restore", say("恢复已停用的记录", "take a record into use again"));
    program.add_kind(restore, program.kind);
    program.add_record(restore);
    program.choose(restore, [&](Console& console) {
        return restore_record(console, program.kind, program.which);
    });
}

void add_work_commands(CLI::App& app, Program& program) {
    const auto say = [&program](auto zh, auto en) { return program.say(zh, en); };
    CLI::App* import =
        app.add_subcommand("import", say("导入名册（.xlsx、.csv）", "read a roster (.xlsx, .csv)"));
    import->add_option("file", program.import.file, say("名册文件", "the roster"))->required();
    import->add_option("--kind", program.import.kind, say("记录种类", "the kind of its records"))
        ->capture_default_str();
    import->add_option("--sheet", program.import.sheet,
                       say("工作表名称；默认第一张", "a sheet's name; default: the first"));
    import->add_option("--rows", program.import.rows,
                       say("只导入这些行：3 或 5-9", "rows to take: 3 or 5-9"));
    import->add_option("--set", program.import.given,
                       say("行中没有该字段时的值：字段=值", "field=value where a row has none"));
    import->add_option("--column", program.import.columns,
                       say("指定列：C=字段；“C=”略去该列", "C=field, or C= to leave it out"));
    import->add_flag("--dry-run", program.import.dry_run,
                     say("只检查，不导入", "say what would come of it"));
    import->add_flag(
        "--accepted-only", program.import.accepted_only,
        say("有未通过的行时，仍导入通过的行", "take the good rows although others are refused"));
    program.choose(import,
                   [&](Console& console) { return import_roster(console, program.import); });

    CLI::App* status = app.add_subcommand("status", say("本机的状态", "where this device stands"));
    program.choose(status, [](Console& console) { return show_status(console); });

    CLI::App* groups = app.add_subcommand(
        "groups", say("本机作过的变更及其裁定", "what this device did, and its verdicts"));
    groups->add_option("--limit", program.limit, say("最多显示几条", "at most so many"))
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    program.choose(groups, [&](Console& console) { return list_groups(console, program.limit); });
}

void add_action_commands(CLI::App& app, Program& program) {
    const auto say = [&program](auto zh, auto en) { return program.say(zh, en); };
    CLI::App* doing = app.add_subcommand(
        "do", say("办理一项操作：吸收、转正、转出等", "do an action: admit, convert, transfer"));
    doing
        ->add_option("action", program.doing.action,
                     say("操作；全部操作见 zhibu actions", "its name; zhibu actions lists them"))
        ->required();
    doing->add_option(
        "words", program.doing.words,
        say("记录（编号、姓名、身份证号），以及 字段=值；只对其中一人：姓名:字段=值",
            "records (id, name, number) and field=value; for one of them, name:field=value"));
    doing->add_flag("--preview", program.doing.preview,
                    say("只显示结果，不保存", "say what would come of it"));
    doing->add_flag("--yes", program.doing.yes, say("确认提示", "accept the warnings"));
    program.choose(doing, [&](Console& console) { return do_action(console, program.doing); });
    CLI::App* undo =
        app.add_subcommand("undo", say("撤销本机的一项操作", "take back what this device did"));
    undo->add_option("group", program.undone,
                     say("zhibu groups 中的序号；默认最近一项",
                         "a number of zhibu groups; default: the newest"));
    program.choose(undo, [&](Console& console) { return undo_group(console, program.undone); });
    CLI::App* listed =
        app.add_subcommand("actions", say("全部操作及其内容", "all actions and their inputs"));
    program.choose(listed, [](Console& console) { return list_actions(console); });
}

void add_casework_commands(CLI::App& app, Program& program) {
    const auto say = [&program](auto zh, auto en) { return program.say(zh, en); };
    CLI::App* cases = app.add_subcommand(
        "cases", say("服务器转入待审的修改及原因", "what the server has set aside, and why"));
    cases->add_option("case", program.cases.number,
                      say("一个待审的编号：显示全部内容", "one case with all that stands in it"));
    cases->add_flag("--all", program.cases.all, say("已处理的也显示", "decided ones too"));
    program.choose(cases, [&](Console& console) { return show_cases(console, program.cases); });

    CLI::App* decide = app.add_subcommand("decide", say("处理待审", "decide a case"));
    decide->add_option("case", program.cases.number, say("编号", "its number"))->required();
    decide
        ->add_option(
            "decision", program.cases.decision,
            say("accept 采纳，amend 修改后采纳，return 退回，discard 不予采纳，withdraw 撤回",
                "accept, amend, return, discard, withdraw"))
        ->required()
        ->check(CLI::IsMember({"accept", "amend", "return", "discard", "withdraw"}));
    decide->add_option(
        "--remark", program.cases.remark,
        say("处理意见；退回和不予采纳时必填", "why; needed to return and to discard"));
    decide->add_option("--set", program.cases.set,
                       say("amend 时：字段=值，或 3:字段=值（第三条修改）",
                           "amend: field=value, or 3:field=value for the third change"));
    program.choose(decide, [&](Console& console) { return decide_case(console, program.cases); });

    CLI::App* conflicts =
        app.add_subcommand("conflicts", say("有两个值的字段", "fields with two values"));
    conflicts->add_flag("--all", program.conflicts.all,
                        say("已裁定的和被取代的也显示", "decided ones and losses too"));
    program.choose(conflicts,
                   [&](Console& console) { return show_conflicts(console, program.conflicts); });

    CLI::App* settle = app.add_subcommand("settle", say("裁定冲突", "decide a conflict"));
    settle->add_option("conflict", program.conflicts.number, say("编号", "its number"))->required();
    settle
        ->add_option(
            "decision", program.conflicts.decision,
            say("mine：维持现值；theirs：采用提出的值；value：另定新值",
                "mine: keep what stands; theirs: take what was offered; value: a third one"))
        ->required()
        ->check(CLI::IsMember({"mine", "theirs", "value"}));
    settle->add_option("value", program.conflicts.value, say("另定的值", "the third value"));
    settle->add_option("--remark", program.conflicts.remark, say("处理意见", "a remark"));
    program.choose(settle,
                   [&](Console& console) { return settle_conflict(console, program.conflicts); });

    CLI::App* losers = app.add_subcommand(
        "losers", say("您被取代的修改", "your values that others' have replaced"));
    program.choose(losers, [](Console& console) { return show_losses(console); });

    CLI::App* again = app.add_subcommand("resubmit", say("把一组修改或被取代的值重新提交",
                                                         "send a group or a lost value once more"));
    again
        ->add_option("what", program.which,
                     say("zhibu groups 或 zhibu losers 中的编号",
                         "a number of zhibu groups, or of zhibu losers"))
        ->required();
    program.choose(again, [&](Console& console) { return resubmit(console, program.which); });
}

void add_network_commands(CLI::App& app, Program& program) {
    const auto say = [&program](auto zh, auto en) { return program.say(zh, en); };
    CLI::App* enrol =
        app.add_subcommand("enrol", say("用登记码登记本机", "enrol this device with a code"));
    enrol
        ->add_option("--server", program.enrol.servers,
                     say("主机:端口；有多台服务器时可写多个", "host:port; several where there are"))
        ->required();
    enrol
        ->add_option("--code", program.enrol.code,
                     say("管理员给的登记码", "from your administrator"))
        ->required();
    enrol->add_option("--label", program.enrol.label,
                      say("设备名称；默认为本机名", "the device's name; default: the machine's"));
    program.choose(enrol, [&](Console& console) { return client::enrol(console, program.enrol); });

    CLI::App* servers = app.add_subcommand(
        "servers", say("服务器地址：查看或更改", "the servers' addresses: show or replace them"));
    servers->add_option("address", program.servers, say("主机:端口", "host:port"));
    program.choose(servers,
                   [&](Console& console) { return client::servers(console, program.servers); });

    CLI::App* sync = app.add_subcommand(
        "sync", say("上传待上传的变更，取得新的内容", "send what waits, take what is new"));
    sync->add_flag("--compare", program.sync.compare,
                   say("用摘要与服务器核对", "compare with the server by digest"));
    sync->add_flag("--follow", program.sync.follow,
                   say("保持连接，直到中断", "stay connected until interrupted"));
    sync->add_flag("--code", program.sync.asks_code,
                   say("先输入双因素认证的验证码", "ask for the second factor's code first"));
    sync->add_option("--code-file", program.sync.code_file,
                     say("从此文件读取验证码", "or read it from this file"));
    program.choose(sync, [&](Console& console) { return synchronise(console, program.sync); });

    CLI::App* serve = app.add_subcommand(
        "serve", say("工作台（本机浏览器页面）", "the workbench, as a page on this machine"));
    serve->add_option("--port", program.serve.port, say("端口；0 为任意", "0 takes any free one"))
        ->check(CLI::Range(0, 65'535))
        ->capture_default_str();
    serve->add_flag("--offline", program.serve.offline,
                    say("不连接服务器", "do not connect to the server"));
    serve
        ->add_option("--idle-minutes", program.serve.idle_minutes,
                     say("几分钟无操作后锁定", "locks after so long unused"))
        ->check(CLI::Range(1, 480))
        ->capture_default_str();
    program.choose(serve, [&](Console& console) { return client::serve(console, program.serve); });
}

void add_lock_commands(CLI::App& app, Program& program) {
    const auto say = [&program](auto zh, auto en) { return program.say(zh, en); };
    CLI::App* password = app.add_subcommand("password", say("更改本账号的密码", "a new password"));
    password->add_option("--new-password-file", program.own.new_password_file,
                         say("从此文件读取新密码，不再询问",
                             "read the new password from this file instead of asking"));
    program.choose(password,
                   [&](Console& console) { return change_password(console, program.own); });
    CLI::App* factor =
        app.add_subcommand("second-factor", say("双因素认证", "the account's second factor"));
    factor->require_subcommand(1);
    program.choose(factor->add_subcommand("begin", say("生成", "have one made")),
                   [](Console& console) { return begin_second_factor(console); });
    CLI::App* confirm =
        factor->add_subcommand("confirm", say("输入验证码，启用", "with the authenticator's code"));
    confirm->add_option("--code-file", program.own.code_file,
                        say("从此文件读取验证码", "read the code from this file"));
    program.choose(confirm,
                   [&](Console& console) { return confirm_second_factor(console, program.own); });
    CLI::App* unlock = app.add_subcommand(
        "unlock", say("输入一次密码，一段时间内不再询问", "keep the account's key for a while"));
    unlock->add_option("--for", program.minutes, say("分钟", "minutes"))
        ->check(CLI::Range(1, 1440))
        ->capture_default_str();
    program.choose(unlock, [&](Console& console) {
        return client::unlock(console, std::chrono::minutes{program.minutes});
    });
    CLI::App* lock = app.add_subcommand("lock", say("锁定：忘记密码", "forget the account's key"));
    program.choose(lock, [](Console& console) { return client::lock(console); });
}

void add_common_words(CLI::App& app, Program& program) {
    const auto say = [&program](auto zh, auto en) { return program.say(zh, en); };
    app.add_option("--data", program.folder, say("本机数据文件夹", "this device's folder"))
        ->capture_default_str();
    app.add_option("--lang", program.language,
                   say("语言：zh 或 en", "language of messages: zh or en"))
        ->check(CLI::IsMember({"zh", "en"}));
    app.add_option(
        "--password-file", program.password_file,
        say("从此文件读取密码，不再询问", "read the password from this file instead of asking"));
    app.add_flag("--json", program.json,
                 say("以 JSON 回答，供其他程序使用", "answers for programs"));
    app.require_subcommand(1);
    app.fallthrough();
}

/// CLI11's own words around ours. Before commands are added, which take the formatter over.
void word_the_help(CLI::App& app, const Program& program) {
    const auto say = [&program](auto zh, auto en) { return program.say(zh, en); };
    const auto formatter = app.get_formatter();
    formatter->column_width(32);
    if (program.speaks == Language::zh) {
        for (const auto& [label, words] :
             std::initializer_list<std::pair<const char*, const char*>>{{"Usage", "用法"},
                                                                        {"OPTIONS", "选项"},
                                                                        {"SUBCOMMAND", "命令"},
                                                                        {"SUBCOMMANDS", "命令"},
                                                                        {"Positionals", "内容"},
                                                                        {"REQUIRED", "必填"},
                                                                        {"TEXT", "文字"},
                                                                        {"INT", "整数"},
                                                                        {"UINT", "整数"}}) {
            formatter->label(label, words);
        }
    }
    app.set_help_flag("-h,--help", say("显示用法", "print this and end"));
    app.option_defaults()->group(say("选项", "Options"));
    app.group(say("命令", "Commands"));
}

/// Commands take over what their parent's help flag is called, and not where it stands.
void group_help_flags(CLI::App& app, const std::string& group) {
    app.get_help_ptr()->group(group);
    for (CLI::App* command : app.get_subcommands({})) {
        group_help_flags(*command, group);
    }
}

/// What is known before the words are read in full: the help is worded by it.
Language language_of(const std::vector<std::string>& words, Language otherwise) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        const bool apart = words[i] == "--lang" && i + 1 < words.size();
        const std::string_view value = apart ? std::string_view{words[i + 1]}
                                       : words[i].starts_with("--lang=")
                                           ? std::string_view{words[i]}.substr(7)
                                           : std::string_view{};
        if (value == "zh" || value == "en") {
            return value == "en" ? Language::en : Language::zh;
        }
    }
    return otherwise;
}

/// CLI11 words what is off in English alone.
std::string what_is_off(const CLI::App& app, const CLI::ParseError& error, Language language) {
    const bool zh = language == Language::zh;
    const std::string name = error.get_name();
    const bool has_command = !app.get_subcommands().empty();
    if (const auto left = app.remaining(); !has_command && !left.empty()) {
        return zh ? "没有“" + left.front() + "”这个命令。"
                  : "There is no command \"" + left.front() + "\".";
    }
    if (!zh) {
        return std::string{error.what()} + ".";
    }
    const std::string_view kind = name == "RequiredError" ? "缺少必需的内容"
                                  : name == "ExtrasError" ? "有不认识的内容"
                                                          : "有内容写得不对";
    return std::string{kind} + "（" + error.what() + "）。";
}

Exit say_usage(Console& console, const CLI::App& app, const CLI::ParseError& error) {
    return fail(console, Exit::usage,
                what_is_off(app, error, Language::zh) +
                    "没有作任何更改。用法：zhibu --help，或 zhibu 命令 --help。",
                what_is_off(app, error, Language::en) +
                    " Nothing was changed. For help: zhibu --help, or zhibu COMMAND --help.");
}

}  // namespace

int run_command_line(std::vector<std::string> words, const Surroundings& surroundings) {
    Program program;
    program.folder = surroundings.folder;
    program.speaks = language_of(words, surroundings.language);
    program.json = std::ranges::find(words, "--json") != words.end();
    CLI::App app{program.say("支部：离线的支部记录及其同步",
                             "zhibu: a branch's records, offline, and their synchronisation"),
                 "zhibu"};
    word_the_help(app, program);
    add_common_words(app, program);
    add_reading_commands(app, program);
    add_writing_commands(app, program);
    add_work_commands(app, program);
    add_action_commands(app, program);
    add_casework_commands(app, program);
    add_network_commands(app, program);
    add_lock_commands(app, program);
    add_committee_commands(app, program.speaks, program.committee,
                           [&program](CLI::App* command, std::function<Exit(Console&)> work) {
                               program.choose(command, std::move(work));
                           });
    group_help_flags(app, program.say("选项", "Options"));
    if (words.empty()) {
        surroundings.err << app.help();
        return static_cast<int>(Exit::usage);
    }
    const auto console = [&] {
        return Console{IdentityFiles{program.folder},
                       program.speaks,
                       program.json,
                       program.password_file.empty()
                           ? std::nullopt
                           : std::optional<std::filesystem::path>{program.password_file},
                       surroundings.out,
                       surroundings.err,
                       surroundings.clock,
                       surroundings.random,
                       surroundings.disk};
    };
    try {
        // CLI11 takes words from the back.
        std::ranges::reverse(words);
        app.parse(std::move(words));
    } catch (const CLI::Success& asked) {
        return app.exit(asked, surroundings.out, surroundings.err);
    } catch (const CLI::ParseError& error) {
        Console speaking = console();
        return static_cast<int>(say_usage(speaking, app, error));
    }
    Console given = console();
    return static_cast<int>(program.chosen(given));
}

}  // namespace zhibu::client

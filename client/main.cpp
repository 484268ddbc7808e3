#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>

#include "client/cli/control.hpp"
#include "client/cli/import.hpp"
#include "client/cli/network.hpp"
#include "client/cli/records.hpp"
#include "client/cli/serve.hpp"
#include "client/cli/unlocking.hpp"
#include "shared/keys/process_hardening.hpp"
#include "shared/vault/cleansed_memory.hpp"

namespace {

using namespace zhibu::client;

std::filesystem::path default_folder() {
    if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data != '\0') {
        return std::filesystem::path{data} / "zhibu";
    }
    const char* home = std::getenv("HOME");
    return std::filesystem::path{home == nullptr ? "." : home} / ".local" / "share" / "zhibu";
}

Language default_language() {
    const char* lang = std::getenv("LANG");
    return lang != nullptr && std::string_view{lang}.starts_with("en") ? Language::en
                                                                       : Language::zh;
}

/// The words that commands have in common, and what the chosen one does.
struct Program {
    std::filesystem::path folder = default_folder();
    std::string language;
    std::string password_file;
    bool json = false;
    std::function<Exit(Console&)> chosen;

    std::string kind;
    std::string which;
    std::vector<std::string> assignments;
    std::uint32_t limit = 50;
    std::int64_t minutes = 15;
    std::string state;
    ListWords list;
    ImportWords import;
    EnrolWords enrol;
    SyncWords sync;
    InviteWords invite;
    WindowWords window;
    ServeWords serve;

    void choose(CLI::App* command, std::function<Exit(Console&)> work) {
        command->callback([this, work = std::move(work)] { chosen = work; });
    }
};

void add_record_commands(CLI::App& app, Program& program) {
    CLI::App* list = app.add_subcommand("list", "list records of a kind");
    list->add_option("kind", program.list.kind, "such as person, organisation")->required();
    list->add_option("--search", program.list.search, "part of a name or id number");
    list->add_option("--where", program.list.where, "field=value, !=, ~, <, >; may be repeated");
    list->add_option("--order", program.list.order, "field, or -field for descending");
    list->add_option("--columns", program.list.columns, "fields to show");
    list->add_option("--offset", program.list.offset, "skip so many");
    list->add_option("--limit", program.list.limit, "at most so many")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    list->add_flag("--retired", program.list.with_retired, "records out of use too");
    program.choose(list, [&](Console& console) { return list_records(console, program.list); });

    CLI::App* show = app.add_subcommand("show", "show one record");
    show->add_option("kind", program.kind)->required();
    show->add_option("record", program.which, "id, name, number or field=value")->required();
    program.choose(
        show, [&](Console& console) { return show_record(console, program.kind, program.which); });

    CLI::App* edit = app.add_subcommand("edit", "change fields of one record");
    edit->add_option("kind", program.kind)->required();
    edit->add_option("record", program.which, "id, name, number or field=value")->required();
    edit->add_option("fields", program.assignments, "field=value; field= empties it")->required();
    program.choose(edit, [&](Console& console) {
        return edit_record(console, program.kind, program.which, program.assignments);
    });

    CLI::App* create = app.add_subcommand("create", "make a new record");
    create->add_option("kind", program.kind)->required();
    create->add_option("fields", program.assignments, "field=value")->required();
    program.choose(create, [&](Console& console) {
        return create_record(console, program.kind, program.assignments);
    });

    CLI::App* retire = app.add_subcommand("retire", "take a record out of use; it is kept");
    retire->add_option("kind", program.kind)->required();
    retire->add_option("record", program.which)->required();
    program.choose(retire, [&](Console& console) {
        return retire_record(console, program.kind, program.which);
    });

    CLI::App* restore = app.add_subcommand("restore", "take a record into use again");
    restore->add_option("kind", program.kind)->required();
    restore->add_option("record", program.which)->required();
    program.choose(restore, [&](Console& console) {
        return restore_record(console, program.kind, program.which);
    });
}

void add_work_commands(CLI::App& app, Program& program) {
    CLI::App* import = app.add_subcommand("import", "read a roster (.xlsx, .csv)");
    import->add_option("file", program.import.file)->required()->check(CLI::ExistingFile);
    import->add_option("--kind", program.import.kind)->capture_default_str();
    import->add_option("--sheet", program.import.sheet, "a sheet's name; default: the first");
    import->add_option("--rows", program.import.rows, "rows to take: 3 or 5-9");
    import->add_option("--set", program.import.given, "field=value where a row has none");
    import->add_option("--column", program.import.columns, "C=field, or C= to leave it out");
    import->add_flag("--dry-run", program.import.dry_run, "say what would come of it");
    import->add_flag("--accepted-only", program.import.accepted_only,
                     "take the good rows although others are refused");
    program.choose(import,
                   [&](Console& console) { return import_roster(console, program.import); });

    CLI::App* status = app.add_subcommand("status", "where this device stands");
    program.choose(status, [](Console& console) { return show_status(console); });

    CLI::App* groups = app.add_subcommand("groups", "what this device did, and its verdicts");
    groups->add_option("--limit", program.limit)->check(CLI::Range(1, 1000))->capture_default_str();
    program.choose(groups, [&](Console& console) { return list_groups(console, program.limit); });
}

void add_network_commands(CLI::App& app, Program& program) {
    CLI::App* enrol = app.add_subcommand("enrol", "enrol this device with a code");
    enrol->add_option("--server", program.enrol.server, "host:port")->required();
    enrol->add_option("--code", program.enrol.code, "from your administrator")->required();
    enrol->add_option("--label", program.enrol.label, "the device's name; default: the machine's");
    program.choose(enrol,
                   [&](Console& console) { return zhibu::client::enrol(console, program.enrol); });

    CLI::App* sync = app.add_subcommand("sync", "send what waits, take what is new");
    sync->add_flag("--compare", program.sync.compare, "compare with the server by digest");
    sync->add_flag("--follow", program.sync.follow, "stay connected until interrupted");
    program.choose(sync, [&](Console& console) { return synchronise(console, program.sync); });

    CLI::App* serve = app.add_subcommand("serve", "the workbench, as a page on this machine");
    serve->add_option("--port", program.serve.port, "0 takes any free one")->capture_default_str();
    serve->add_flag("--offline", program.serve.offline, "do not connect to the server");
    serve->add_option("--idle-minutes", program.serve.idle_minutes, "locks after so long unused")
        ->check(CLI::Range(1, 480))
        ->capture_default_str();
    program.choose(serve,
                   [&](Console& console) { return zhibu::client::serve(console, program.serve); });

    CLI::App* unlock = app.add_subcommand("unlock", "keep the account's key for a while");
    unlock->add_option("--for", program.minutes, "minutes")
        ->check(CLI::Range(1, 1440))
        ->capture_default_str();
    program.choose(unlock, [&](Console& console) {
        return zhibu::client::unlock(console, std::chrono::minutes{program.minutes});
    });
    CLI::App* lock = app.add_subcommand("lock", "forget the account's key");
    program.choose(lock, [](Console& console) { return zhibu::client::lock(console); });
}

void add_control_commands(CLI::App& app, Program& program) {
    CLI::App* invite = app.add_subcommand("invite", "make an enrolment code for an account");
    invite->add_option("account", program.invite.account)->required();
    invite->add_flag("--activate", program.invite.activate,
                     "the device may work without a second approval");
    program.choose(
        invite, [&](Console& console) { return zhibu::client::invite(console, program.invite); });

    CLI::App* window = app.add_subcommand("window", "edit windows");
    window->require_subcommand(1);
    CLI::App* open = window->add_subcommand("open", "open a window for a subtree or an account");
    open->add_option("--organisation", program.window.organisation)->required();
    open->add_option("--account", program.window.account, "for this account alone");
    open->add_option("--from", program.window.from, "\"2026-11-24 08:00\", or now")
        ->capture_default_str();
    open->add_option("--until", program.window.until, "the first moment outside")->required();
    open->add_option("--grace-days", program.window.grace_days)->check(CLI::Range(0, 365));
    program.choose(open, [&](Console& console) { return open_window(console, program.window); });
    CLI::App* close = window->add_subcommand("close", "end a window now");
    close->add_option("window", program.which, "its id")->required();
    program.choose(close, [&](Console& console) { return close_window(console, program.which); });

    CLI::App* account = app.add_subcommand("account", "accounts");
    account->require_subcommand(1);
    CLI::App* enable = account->add_subcommand("enable", "state 活动");
    enable->add_option("account", program.which)->required();
    program.choose(
        enable, [&](Console& console) { return set_account_state(console, program.which, "1"); });
    CLI::App* disable = account->add_subcommand("disable", "state 禁用: its session ends at once");
    disable->add_option("account", program.which)->required();
    program.choose(
        disable, [&](Console& console) { return set_account_state(console, program.which, "2"); });
}

}  // namespace

int main(int argc, char** argv) {
    zhibu::keys::harden_process();
    zhibu::vault::cleanse_freed_memory();
    Program program;
    CLI::App app{"zhibu: a branch's records, offline, and their synchronisation"};
    app.add_option("--data", program.folder, "this device's folder")->capture_default_str();
    app.add_option("--lang", program.language, "language of messages")
        ->check(CLI::IsMember({"zh", "en"}));
    app.add_option("--password-file", program.password_file,
                   "read the password from this file instead of asking");
    app.add_flag("--json", program.json, "answers for programs");
    app.require_subcommand(1);
    app.fallthrough();
    add_record_commands(app, program);
    add_work_commands(app, program);
    add_network_commands(app, program);
    add_control_commands(app, program);
    CLI11_PARSE(app, argc, argv);
    Language language = default_language();
    if (!program.language.empty()) {
        language = program.language == "en" ? Language::en : Language::zh;
    }
    Console console{IdentityFiles{program.folder},
                    language,
                    program.json,
                    program.password_file.empty()
                        ? std::nullopt
                        : std::optional<std::filesystem::path>{program.password_file},
                    std::cout,
                    std::cerr,
                    {},
                    {},
                    {}};
    return static_cast<int>(program.chosen(console));
}

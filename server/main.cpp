#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>

#include "server/config/config.hpp"
#include "server/founding/backup.hpp"
#include "server/founding/founding.hpp"
#include "server/inspection/inspection.hpp"
#include "server/inspection/operations.hpp"
#include "server/rekey/rekey_command.hpp"
#include "server/service/service.hpp"
#include "shared/keys/process_hardening.hpp"
#include "shared/keys/system.hpp"
#include "shared/vault/cleansed_memory.hpp"

namespace {

using namespace zhibu;

struct Words {
    std::filesystem::path data = "zhibu-data";
    std::filesystem::path config;
    std::string language;
    bool print_config = false;
    bool json = false;
    std::filesystem::path backup;
    server::FoundingWords founding;
    server::RekeyWords rekeying;
    /// What verify compares with.
    std::vector<std::filesystem::path> heads;
    /// Whose history is asked for.
    std::string record;
    server::OperationsWords operations;
    bool csv = false;
    server::ErasureWords erasure;
};

bool speaks_chinese(const Words& words) {
    if (!words.language.empty()) {
        return words.language == "zh";
    }
    const char* lang = std::getenv("LANG");
    return lang == nullptr || !std::string_view{lang}.starts_with("en");
}

int fail(const Words& words, const server::FoundingError& error) {
    std::cerr << (speaks_chinese(words) ? error.zh : error.en) << '\n';
    return EXIT_FAILURE;
}

/// The configuration asked for, or the one in the data folder, or the defaults.
std::expected<server::Config, int> configuration(const Words& words) {
    std::filesystem::path file = words.config;
    if (file.empty()) {
        file = server::ServerFiles{words.data}.config();
        if (!std::filesystem::exists(file)) {
            return server::Config{};
        }
    }
    auto config = server::read_config(file);
    if (!config) {
        for (const server::ConfigError& error : config.error()) {
            std::cerr << file.string() << ": " << error.place << ": " << error.reason << '\n';
        }
        return std::unexpected{EXIT_FAILURE};
    }
    return *std::move(config);
}

/// The space's folder, and what systemd gives beside it.
server::ServerFiles files_of(const Words& words) {
    const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
    return {words.data, credentials == nullptr ? "" : credentials};
}

int init(Words& words) {
    const auto config = configuration(words);
    if (!config) {
        return config.error();
    }
    words.founding.store_key = config->store_key;
    keys::SystemClock clock;
    keys::SystemRandom random;
    const server::ServerFiles files = files_of(words);
    const auto code =
        server::found(files, words.founding, catalog::standard_catalog(), clock, random);
    if (!code) {
        return fail(words, code.error());
    }
    const std::string root_key = files.root_key().string();
    if (speaks_chinese(words)) {
        std::cout << "组织空间“" << words.founding.space_name << "”已建立。\n"
                  << "请将根密钥 " << root_key << " 移到离线介质保存，服务器运行不需要它。\n"
                  << "请另外保管一份存储密钥（" << config->store_key
                  << "），不要与备份放在一起：没有它，谁也打不开存储。\n"
                  << "首位管理员的登记码（60分钟内有效，只显示这一次）：\n"
                  << *code << '\n';
    } else {
        std::cout << "The space \"" << words.founding.space_name << "\" is founded.\n"
                  << "Move the root key " << root_key
                  << " to offline storage; a running server does not need it.\n"
                  << "Keep a copy of the store key (" << config->store_key
                  << ") elsewhere, and not beside backups: without it nobody opens the store.\n"
                  << "Enrolment code of the first administrator (good for 60 minutes, shown only "
                     "now):\n"
                  << *code << '\n';
    }
    return EXIT_SUCCESS;
}

/// Something done to the store of a server that does not run, and what is said when it is done.
struct StoreWork {
    std::expected<server::LogIndex, server::FoundingError> (*work)(const Words& words,
                                                                   const server::StorePlace& place,
                                                                   record::Random& random);
    std::string_view zh;
    std::string_view en;
};

constexpr StoreWork backup_work{
    [](const Words& words, const server::StorePlace& place, record::Random& random) {
        return server::back_up(place, words.backup, catalog::standard_catalog(), random);
    },
    "备份完成并已核对。各设备下次联系时不再保留此序号以前的修改。日志序号：",
    "The backup is made and verified. At their next contact devices stop keeping the changes that "
    "it holds. Log index: "};
constexpr StoreWork restore_work{
    [](const Words& words, const server::StorePlace& place, record::Random& random) {
        return server::put_back(place, words.backup, catalog::standard_catalog(), random);
    },
    "备份已恢复，并开始新的纪元：各设备会把备份之后已确认的修改重新送来。日志序号：",
    "The backup is restored, and a new epoch begun: devices bring back what was acknowledged after "
    "the backup. Log index: "};
constexpr StoreWork epoch_work{
    [](const Words& /*words*/, const server::StorePlace& place, record::Random& random) {
        return server::begin_new_epoch(place, catalog::standard_catalog(), random);
    },
    "新的纪元已开始：各设备会把此存储所缺的已确认修改重新送来。日志序号：",
    "A new epoch is begun: devices bring back the acknowledged changes that this store lacks. Log "
    "index: "};

int work_on_store(const Words& words, const StoreWork& wanted) {
    const auto config = configuration(words);
    if (!config) {
        return config.error();
    }
    keys::SystemRandom random;
    const auto done = wanted.work(words, {files_of(words), config->store_key}, random);
    if (!done) {
        return fail(words, done.error());
    }
    std::cout << (speaks_chinese(words) ? wanted.zh : wanted.en) << done->position << '\n';
    return EXIT_SUCCESS;
}

std::vector<std::pair<CLI::App*, const StoreWork*>> add_store_commands(CLI::App& app,
                                                                       Words& words) {
    CLI::App* backup = app.add_subcommand(
        "backup", "copy the store of a stopped server into an empty folder, and verify the copy");
    CLI::App* restore = app.add_subcommand(
        "restore", "put such a copy where no store is; devices bring back what it lacks");
    for (CLI::App* command : {backup, restore}) {
        command->add_option("folder", words.backup, "the folder of the backup")->required();
    }
    CLI::App* new_epoch = app.add_subcommand(
        "new-epoch", "say of a store that was put back by other means that it is a backup");
    return {{backup, &backup_work}, {restore, &restore_work}, {new_epoch, &epoch_work}};
}

/// Ids and library messages are short ASCII; what would end the JSON text is replaced.
std::string json_safe(std::string_view text) {
    std::string safe;
    for (const char c : text) {
        const bool plain = c >= ' ' && c != '"' && c != '\\' && c != 127;
        safe += plain ? c : ' ';
    }
    return safe;
}

/// What a rekey has come to, for people.
std::string text_of(server::RekeyOutcome outcome, const Words& words) {
    const bool chinese = speaks_chinese(words);
    const std::filesystem::path& store_key = words.rekeying.store_key_file;
    std::string text;
    if (outcome == server::RekeyOutcome::done) {
        text = chinese ? "数据密钥已更换：所有内容已用新密钥重新加密，旧密钥已销毁。"
                       : "The data key is changed: everything is sealed by the new one, the old "
                         "one is gone.";
    } else {
        text = chinese ? "服务器正在更换数据密钥，不影响使用；完成后写入日志（rekey_done）。"
                       : "The server is changing the data key beside its work; it logs rekey_done "
                         "at the end.";
    }
    if (!store_key.empty()) {
        const std::string file = std::filesystem::absolute(store_key).string();
        text += chinese ? "\n从现在起只有新的存储密钥能打开存储。服务器下次启动前，请将配置中的 "
                          "store.key 改为 " +
                              file + "，并另外保管一份。"
                        : "\nFrom now on only the new store key opens the store. Before the server "
                          "starts again, set store.key in its configuration to " +
                              file + ", and keep a copy elsewhere.";
    }
    return text;
}

const char* word_of(server::RekeyOutcome outcome) {
    switch (outcome) {
        case server::RekeyOutcome::begun:
            return "begun";
        case server::RekeyOutcome::under_way:
            return "under_way";
        case server::RekeyOutcome::done:
            return "done";
    }
    return "";
}

int rekey(Words& words) {
    const auto config = configuration(words);
    if (!config) {
        return config.error();
    }
    words.rekeying.store_key = config->store_key;
    keys::SystemRandom random;
    const auto outcome =
        server::rekey(files_of(words), words.rekeying, catalog::standard_catalog(), random);
    if (!outcome && words.json) {
        const server::FoundingError& error = outcome.error();
        std::cout << R"({"error":")" << json_safe(speaks_chinese(words) ? error.zh : error.en)
                  << "\"}\n";
        return EXIT_FAILURE;
    }
    if (!outcome) {
        return fail(words, outcome.error());
    }
    if (words.json) {
        std::cout << R"({"state":")" << word_of(*outcome) << "\"}\n";
    } else {
        std::cout << text_of(*outcome, words) << '\n';
    }
    return EXIT_SUCCESS;
}

/// One JSON object a line: time, level, event, ids. No personal data comes here.
std::shared_ptr<spdlog::logger> make_logger(const server::Config& config) {
    auto logger = spdlog::stderr_logger_mt("zhibu-server");
    logger->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})",
                        spdlog::pattern_time_type::utc);
    logger->set_level(spdlog::level::from_str(config.log_level));
    logger->flush_on(spdlog::level::info);
    return logger;
}

int run(const Words& words) {
    const auto config = configuration(words);
    if (!config) {
        return config.error();
    }
    const auto logger = make_logger(*config);
    const auto served = server::serve(
        files_of(words), *config, catalog::standard_catalog(),
        [logger](std::string_view event, std::string_view ids) {
            logger->info(R"("event":"{}","ids":"{}")", json_safe(event), json_safe(ids));
        },
        [&](std::uint16_t port, std::uint16_t health) {
            logger->info(R"("event":"listening","address":"{}","port":{},"health_port":{})",
                         json_safe(config->listen_address), port, health);
        });
    if (!served) {
        return fail(words, served.error());
    }
    logger->info(R"("event":"stopped")");
    return EXIT_SUCCESS;
}

struct Inspections {
    CLI::App* head = nullptr;
    CLI::App* verify = nullptr;
    CLI::App* history = nullptr;
    CLI::App* operations = nullptr;
    CLI::App* erase = nullptr;

    [[nodiscard]] bool parsed() const {
        return head->parsed() || verify->parsed() || history->parsed() || operations->parsed() ||
               erase->parsed();
    }
};

CLI::App* add_erasure(CLI::App& app, Words& words) {
    CLI::App* command = app.add_subcommand(
        "erase", "take one record out of the state, the log and what devices hold, by law");
    command->add_option("record", words.erasure.record, "KIND/ID")->required();
    command->add_option("--reason", words.erasure.reason, "why; stays in the log for good")
        ->required();
    command->add_option("--by", words.erasure.by, "who decided it; stays in the log for good")
        ->required();
    command->add_flag("--with-entries", words.erasure.with_entries,
                      "with the records that belong to it");
    return command;
}

CLI::App* add_operations(CLI::App& app, Words& words) {
    CLI::App* command = app.add_subcommand(
        "operations", "who did what, when, from which device, and what became of it; 4: none");
    server::OperationsWords& which = words.operations;
    const auto add_day = [&](const char* name, std::optional<record::Date>& day, const char* help) {
        command->add_option_function<std::string>(
            name,
            [&day](const std::string& text) {
                day = record::parse_date(text);
                if (!day || day->is_month()) {
                    throw CLI::ValidationError{"a day is written as in 2026-01-31"};
                }
            },
            help);
    };
    add_day("--from", which.from, "the first day, as in 2026-01-31");
    add_day("--to", which.to, "the last day");
    command->add_option("--account", which.account, "a part of its name, or its id");
    command->add_option("--device", which.device, "its id, or the beginning of it");
    command->add_option("--action", which.action, "such as edit, create, import");
    command->add_option("--kind", which.kind, "groups that changed such a record");
    command->add_option("--outcome", which.outcome, "accepted, merged, quarantined or rejected")
        ->check(CLI::IsMember({"accepted", "merged", "quarantined", "rejected"}));
    command->add_flag("--csv", words.csv, "for a spreadsheet");
    return command;
}

Inspections add_inspections(CLI::App& app, Words& words) {
    Inspections made;
    made.head =
        app.add_subcommand("head", "print the signed head of the log's tree, to be kept elsewhere");
    made.verify = app.add_subcommand(
        "verify", "recompute the log's tree from its first leaf; 0: whole, 3: it differs");
    made.verify
        ->add_option("--head", words.heads,
                     "a head that was kept elsewhere; more than one narrows the place down")
        ->check(CLI::ExistingFile);
    made.history =
        app.add_subcommand("history", "print and prove the history of one record; 4: none");
    made.history->add_option("record", words.record, "KIND/ID")->required();
    made.operations = add_operations(app, words);
    made.erase = add_erasure(app, words);
    for (CLI::App* command : {made.head, made.verify, made.history, made.operations, made.erase}) {
        command->add_flag("--json", words.json, "for programs");
    }
    return made;
}

int inspect(const Words& words, const Inspections& asked) {
    const auto config = configuration(words);
    if (!config) {
        return config.error();
    }
    const server::InspectionWords how{files_of(words), &*config, &catalog::standard_catalog(),
                                      speaks_chinese(words), words.json};
    if (asked.head->parsed()) {
        return static_cast<int>(server::print_head(how, std::cout, std::cerr));
    }
    if (asked.verify->parsed()) {
        return static_cast<int>(server::verify(how, words.heads, std::cout, std::cerr));
    }
    if (asked.operations->parsed()) {
        server::OperationsWords which = words.operations;
        which.form = words.json  ? server::OperationsForm::json
                     : words.csv ? server::OperationsForm::csv
                                 : server::OperationsForm::lines;
        return static_cast<int>(server::print_operations(how, which, std::cout, std::cerr));
    }
    if (asked.erase->parsed()) {
        return static_cast<int>(server::erase_record(how, words.erasure, std::cout, std::cerr));
    }
    return static_cast<int>(server::print_history(how, words.record, std::cout, std::cerr));
}

CLI::App* add_init(CLI::App& app, Words& words) {
    CLI::App* command = app.add_subcommand("init", "found a space in an empty folder");
    command->add_option("--space", words.founding.space_name, "the space's name")->required();
    command
        ->add_option("--organisation", words.founding.founding.organisation_name,
                     "full name of the committee at its root")
        ->required();
    command
        ->add_option("--code", words.founding.founding.organisation_code,
                     "the committee's organisation code")
        ->required();
    command
        ->add_option("--administrator", words.founding.founding.account_name,
                     "name of the first administrator's account")
        ->required();
    command->add_option("--holder", words.founding.founding.account_holder,
                        "the administrator's own name");
    command
        ->add_option("--host", words.founding.hosts,
                     "names and addresses under which clients reach the server")
        ->required();
    return command;
}

}  // namespace

int main(int argc, char** argv) {
    keys::harden_process();
    vault::cleanse_freed_memory();
    Words words;
    CLI::App app{"zhibu-server: keeps a committee's records and judges its branches' changes"};
    app.add_option("--data", words.data, "the folder of the space")->capture_default_str();
    app.add_option("--config", words.config, "configuration; default: server.toml in the folder");
    app.add_option("--lang", words.language, "language of messages")
        ->check(CLI::IsMember({"zh", "en"}));
    app.add_flag("--print-config", words.print_config,
                 "print the configuration in force, every setting with its meaning, and end");
    CLI::App* init_command = add_init(app, words);
    CLI::App* rekey_command = app.add_subcommand(
        "rekey", "change the key that seals the store, whether or not the server runs");
    rekey_command->add_option("--store-key-file", words.rekeying.store_key_file,
                              "change the store key too, to the one in this file; made if it is "
                              "not there");
    rekey_command->add_flag("!--no-wait", words.rekeying.waits, "return when the server has begun");
    rekey_command->add_flag("--json", words.json, "answer as one JSON object");
    CLI::App* run_command = app.add_subcommand("run", "serve until SIGINT or SIGTERM");
    const Inspections inspections = add_inspections(app, words);
    const auto store_commands = add_store_commands(app, words);
    app.require_subcommand(0, 1);
    CLI11_PARSE(app, argc, argv);
    if (words.print_config) {
        const auto config = configuration(words);
        if (!config) {
            return config.error();
        }
        std::cout << server::to_toml(*config);
        return EXIT_SUCCESS;
    }
    if (init_command->parsed()) {
        return init(words);
    }
    if (rekey_command->parsed()) {
        return rekey(words);
    }
    if (run_command->parsed()) {
        return run(words);
    }
    if (inspections.parsed()) {
        return inspect(words, inspections);
    }
    for (const auto& [command, work] : store_commands) {
        if (command->parsed()) {
            return work_on_store(words, *work);
        }
    }
    std::cout << app.help();
    return 2;
}

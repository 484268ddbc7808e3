#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cstdlib>
#include <iostream>

#include "server/backup/backup_command.hpp"
#include "server/backup/restoring.hpp"
#include "server/config/config.hpp"
#include "server/founding/backup.hpp"
#include "server/founding/cluster_backup.hpp"
#include "server/founding/founding.hpp"
#include "server/founding/store_place.hpp"
#include "server/inspection/commands.hpp"
#include "server/moving/moving.hpp"
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
    server::BackupWish backup;
    /// To restore from, the whole one first.
    std::vector<std::filesystem::path> backups;
    /// Up to where a backup of PostgreSQL's own holds the log.
    std::uint64_t backed_up = 0;
    /// Where a store is moved to; empty: into files.
    std::string moved_to;
    server::FoundingWords founding;
    server::RekeyWords rekeying;
    /// For the server's next certificate.
    std::filesystem::path root_key;
    std::vector<std::string> hosts;
};

bool speaks_chinese(const Words& words) {
    if (!words.language.empty()) {
        return words.language == "zh";
    }
    const char* lang = std::getenv("LANG");
    return lang == nullptr || !std::string_view{lang}.starts_with("en");
}

/// One object on a line, as programs read it.
void print_json(const boost::json::object& object) {
    std::cout << boost::json::serialize(object) << '\n';
}

int fail(const Words& words, const server::FoundingError& error) {
    const std::string& text = speaks_chinese(words) ? error.zh : error.en;
    if (words.json) {
        print_json({{"error", text}});
    } else {
        std::cerr << text << '\n';
    }
    return EXIT_FAILURE;
}

/// What is wrong, a line each.
std::string text_of(const std::vector<server::ConfigError>& errors) {
    std::string text;
    for (const server::ConfigError& error : errors) {
        text += (text.empty() ? "" : "\n") + error.place + ": " + error.reason;
    }
    return text;
}

/// Which file; none: the defaults count.
std::filesystem::path config_file(const Words& words) {
    const std::filesystem::path own = server::ServerFiles{words.data}.config();
    if (words.config.empty() && std::filesystem::exists(own)) {
        return own;
    }
    return words.config;
}

/// The configuration asked for, or the one in the data folder, or the defaults.
std::expected<server::Config, int> configuration(const Words& words) {
    const std::filesystem::path file = config_file(words);
    if (file.empty()) {
        return server::Config{};
    }
    auto config = server::read_config(file);
    if (!config) {
        const std::string what = file.string() + "\n" + text_of(config.error());
        return std::unexpected{fail(words, {what, what})};
    }
    return *std::move(config);
}

/// The space's folder, and what systemd gives beside it.
server::ServerFiles files_of(const Words& words) {
    const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
    return {words.data, credentials == nullptr ? "" : credentials};
}

server::StorePlace place_of(const Words& words, const server::Config& config) {
    return {files_of(words), config.store_key, config.store_cluster};
}

int init(const Words& words) {
    const auto config = configuration(words);
    if (!config) {
        return config.error();
    }
    keys::SystemClock clock;
    keys::SystemRandom random;
    const server::StorePlace place = place_of(words, *config);
    const auto code =
        server::found(place, words.founding, catalog::standard_catalog(), clock, random);
    if (!code) {
        return fail(words, code.error());
    }
    const std::string root_key = place.files.root_key().string();
    if (words.json) {
        print_json({{"space", words.founding.space_name},
                    {"root_key", root_key},
                    {"store_key", config->store_key},
                    {"enrolment_code", *code}});
    } else if (speaks_chinese(words)) {
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

/// Something done to the store, and what is said when it is done.
struct StoreWork {
    std::expected<server::LogIndex, server::FoundingError> (*work)(const Words& words,
                                                                   const server::StorePlace& place,
                                                                   record::Random& random);
    std::string_view zh;
    std::string_view en;
};

constexpr StoreWork backup_work{
    [](const Words& words, const server::StorePlace& place, record::Random& random) {
        return server::back_up_wherever(place, words.backup, catalog::standard_catalog(), random);
    },
    "备份完成并已核对。各设备下次联系时不再保留此序号以前的修改。日志序号：",
    "The backup is made and verified. At their next contact devices stop keeping the changes that "
    "it holds. Log index: "};
constexpr StoreWork restore_work{
    [](const Words& words, const server::StorePlace& place, record::Random& random) {
        return server::restore(place, words.backups, catalog::standard_catalog(), random);
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

constexpr StoreWork backed_up_work{
    [](const Words& words, const server::StorePlace& place, record::Random& random) {
        return server::note_cluster_backup(place, server::LogIndex{words.backed_up},
                                           catalog::standard_catalog(), random);
    },
    "已记录。各设备下次联系时不再保留此序号以前的修改，请务必保存好该备份。日志序号：",
    "Noted. At their next contact devices stop keeping the changes up to here, so keep that "
    "backup. "
    "Log index: "};
constexpr StoreWork move_work{
    [](const Words& words, const server::StorePlace& place, record::Random& random) {
        return server::move_space(place, words.moved_to, catalog::standard_catalog(), random);
    },
    "存储已移动，并逐项核对。启动服务器之前，请按新的位置改写配置 store.cluster。日志序号：",
    "The store is moved, and was compared whole. Before a server starts, set store.cluster in its "
    "configuration to the new place. Log index: "};

int work_on_store(const Words& words, const StoreWork& wanted) {
    const auto config = configuration(words);
    if (!config) {
        return config.error();
    }
    keys::SystemRandom random;
    const auto done = wanted.work(words, place_of(words, *config), random);
    if (!done) {
        return fail(words, done.error());
    }
    if (words.json) {
        print_json({{"log_index", done->position}});
    } else {
        std::cout << (speaks_chinese(words) ? wanted.zh : wanted.en) << done->position << '\n';
    }
    return EXIT_SUCCESS;
}

std::vector<std::pair<CLI::App*, const StoreWork*>> add_store_commands(CLI::App& app,
                                                                       Words& words) {
    CLI::App* backup = app.add_subcommand(
        "backup",
        "copy the store into an empty folder, beside a running server or without one, and "
        "verify the copy");
    CLI::App* restore = app.add_subcommand(
        "restore", "put such a copy where no store is; devices bring back what it lacks");
    backup->add_option("folder", words.backup.folder, "the folder of the backup")->required();
    backup->add_option("--since", words.backup.since,
                       "only what came after the backup in this folder: an increment, which "
                       "restores together with it");
    restore
        ->add_option("folders", words.backups,
                     "the folder of a whole backup, then those of its increments in their order")
        ->required();
    CLI::App* new_epoch = app.add_subcommand(
        "new-epoch", "say of a store that was put back by other means that it is a backup");
    CLI::App* move = app.add_subcommand(
        "move", "move the store of a stopped server into a PostgreSQL cluster, or out of one");
    CLI::App* where = move->add_option_group("where")->require_option(1);
    where->add_flag("--to-files")->description("into files of the folder");
    where->add_option("--to-cluster", words.moved_to,
                      "into the cluster of this connection string, as store.cluster has it");
    CLI::App* backed_up = app.add_subcommand(
        "backed-up", "say of a store in PostgreSQL that a verified backup of the cluster holds it");
    backed_up
        ->add_option("log-index", words.backed_up,
                     "up to here, as `head` said before that backup began")
        ->required();
    for (CLI::App* command : {backup, restore, new_epoch, move, backed_up}) {
        command->add_flag("--json", words.json, "for programs");
    }
    return {{backup, &backup_work},
            {restore, &restore_work},
            {new_epoch, &epoch_work},
            {move, &move_work},
            {backed_up, &backed_up_work}};
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
    if (const auto lies_here = server::expect_files(place_of(words, *config)); !lies_here) {
        return fail(words, lies_here.error());
    }
    words.rekeying.store_key = config->store_key;
    keys::SystemRandom random;
    const auto outcome =
        server::rekey(files_of(words), words.rekeying, catalog::standard_catalog(), random);
    if (!outcome) {
        return fail(words, outcome.error());
    }
    if (words.json) {
        print_json({{"state", word_of(*outcome)}});
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
    const auto reread = [&words, logger]() -> std::expected<server::Config, std::string> {
        const std::filesystem::path file = config_file(words);
        auto wanted = file.empty() ? server::Config{} : server::read_config(file);
        if (!wanted) {
            return std::unexpected{text_of(wanted.error())};
        }
        logger->set_level(spdlog::level::from_str(wanted->log_level));
        return *std::move(wanted);
    };
    const auto served = server::serve(
        files_of(words), *config, catalog::standard_catalog(),
        [logger](std::string_view event, std::string_view ids) {
            logger->info(R"("event":"{}","ids":"{}")", json_safe(event), json_safe(ids));
        },
        reread,
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

int renew_certificate(const Words& words) {
    keys::SystemClock clock;
    keys::SystemRandom random;
    const auto until = server::renew_server_certificate(files_of(words), words.root_key,
                                                        words.hosts, clock.now(), random);
    if (!until) {
        return fail(words, server::explain_renewal(until.error()));
    }
    const std::string day = to_text(record::Value{record::shanghai_day(*until)});
    if (words.json) {
        print_json({{"good_until", day}});
    } else if (speaks_chinese(words)) {
        std::cout << "服务器证书已更新，有效期至 " << day
                  << "。请将根密钥移回离线介质；运行中的服务器收到 SIGHUP 后启用新证书"
                     "（systemctl reload zhibu-server）。\n";
    } else {
        std::cout << "The server's certificate is renewed, good until " << day
                  << ". Move the root key back to offline storage; a running server takes the "
                     "certificate at SIGHUP (systemctl reload zhibu-server).\n";
    }
    return EXIT_SUCCESS;
}

int inspect(const Words& words, const server::InspectionCommands& asked) {
    const auto config = configuration(words);
    if (!config) {
        return config.error();
    }
    return static_cast<int>(asked.run({files_of(words), &*config, &catalog::standard_catalog(),
                                       speaks_chinese(words), words.json},
                                      std::cout, std::cerr));
}

CLI::App* add_renewal(CLI::App& app, Words& words) {
    CLI::App* command = app.add_subcommand(
        "renew-certificate", "give the server its next certificate, whether or not it runs");
    command->add_option("--root-key", words.root_key, "the file of the space's root key")
        ->required();
    command->add_option("--host", words.hosts,
                        "names and addresses under which clients reach the server; default: those "
                        "of the certificate before");
    return command;
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
    CLI::App* run_command = app.add_subcommand("run", "serve until SIGINT or SIGTERM");
    const server::InspectionCommands inspections{app, words.json};
    const auto store_commands = add_store_commands(app, words);
    CLI::App* renew_command = add_renewal(app, words);
    for (CLI::App* command : {init_command, rekey_command, run_command, renew_command}) {
        command->add_flag("--json", words.json, "for programs");
    }
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
    if (renew_command->parsed()) {
        return renew_certificate(words);
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

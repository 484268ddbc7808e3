#include "server/config/config.hpp"

#include <toml++/toml.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>
#include "shared/rules/rules.hpp"

namespace zhibu::server {
namespace {

using Numbers = std::int64_t Config::*;
using Texts = std::string Config::*;
using RuleNumbers = int rules::Parameters::*;
using RuleTexts = std::vector<std::string> rules::Parameters::*;

/// One setting: where it stands, what it means, where it goes, and what it may be.
struct Setting {
    std::string_view section;
    std::string_view name;
    std::string_view meaning;
    std::variant<Numbers, Texts, RuleNumbers, RuleTexts> member;
    std::int64_t least = 0;
    std::int64_t most = 0;
    /// A running server takes another value at SIGHUP.
    bool is_live = false;
};

constexpr std::array own_settings{
    Setting{"listen", "address", "Where clients connect: an IP address of this machine.",
            &Config::listen_address},
    Setting{"listen", "port", "0 takes any free port.", &Config::listen_port, 0, 65'535},
    Setting{"listen", "connections_max", "Further ones wait until one has ended.",
            &Config::connections_max, 1, 1'000'000, true},
    Setting{"listen", "handshakes_max",
            "Of these, those that have not signed in by TLS yet; a storm of devices is served so "
            "many at a time.",
            &Config::handshakes_max, 1, 100'000, true},
    Setting{"listen", "sessions_max",
            "Devices in session; beyond it they take turns of a minute. Less than connections_max, "
            "so that the others can be told.",
            &Config::sessions_max, 1, 1'000'000, true},
    Setting{"listen", "health_port", "GET /health and /ready, on loopback only; 0 for none.",
            &Config::health_port, 0, 65'535},
    Setting{"listen", "stop_seconds", "How long a graceful stop may take.", &Config::stop_seconds,
            1, 600, true},
    Setting{"commit", "groups_max", "Groups in one transaction.", &Config::groups_per_commit_max, 1,
            100'000},
    Setting{"commit", "waiting_bytes_max", "Beyond it clients are told to come back later.",
            &Config::waiting_bytes_max, 1 << 20, 1LL << 34},
    Setting{"commit", "group_bytes_max",
            "A larger group is refused. Who judges one has it in memory, some forty times as much.",
            &Config::group_bytes_max, 1 << 20, std::int64_t{record::group_bytes_max}},
    Setting{"commit", "staged_bytes_max",
            "What devices have begun to send in parts; beyond it they are told to come back later.",
            &Config::staged_bytes_max, 1 << 20, 1LL << 36},
    Setting{"commit", "tail_days",
            "What changed longer ago, and a backup holds, a device takes as a snapshot; never less "
            "than a lease lasts.",
            &Config::tail_days, 1, 3650},
    Setting{"quarantine", "groups_max",
            "Of one device's groups so many may wait for an officer; further ones stay on it.",
            &Config::quarantine_groups_max, 1, 100'000},
    Setting{"quarantine", "bytes_max", "The same in bytes.", &Config::quarantine_bytes_max, 1 << 20,
            1LL << 34},
    Setting{
        "store", "key",
        "What opens the store: a file of this folder (or a whole path), \"credential:NAME\" for "
        "systemd's, or \"stdin\".",
        &Config::store_key},
    Setting{"store", "cluster",
            "PostgreSQL's connection string, such as \"host=a,b dbname=zhibu passfile=FILE\" or "
            "\"service=NAME\", without a password; empty: the store is a file of this folder.",
            &Config::store_cluster},
    Setting{"leases", "hours", "How long a device may work offline.", &Config::lease_hours, 1, 720,
            true},
    Setting{"leases", "hours_temporary", "The same for temporary accounts.",
            &Config::lease_hours_temporary, 1, 720, true},
    Setting{"passwords", "memory_kib", "Argon2id memory; what one guess costs.",
            &Config::password_memory_kib, 19'456, 1'048'576},
    Setting{"passwords", "passes", "Argon2id passes.", &Config::password_passes, 2, 10},
    Setting{"passwords", "lanes", "Argon2id lanes.", &Config::password_lanes, 1, 4},
    Setting{"log", "level", "debug, info, warn or error.", &Config::log_level, 0, 0, true},
    Setting{"rules", "extra_divisions",
            "First two digits of id numbers let through beside the list, such as \"99\" for tests.",
            &rules::Parameters::extra_divisions},
};

/// The server's own, and one for each number of the rules.
const std::vector<Setting>& settings() {
    static const std::vector<Setting> all = [] {
        std::vector<Setting> made{own_settings.begin(), own_settings.end()};
        for (const rules::ParameterLine& line : rules::parameter_table()) {
            made.push_back(
                Setting{"rules", line.name, line.rules, line.member, line.least, line.most});
        }
        return made;
    }();
    return all;
}

/// Puts a node into the setting's member; returns what is wrong with it, if anything.
struct Putting {
    Config& config;
    const Setting& setting;
    const toml::node& node;

    std::optional<std::string> operator()(Numbers member) const {
        return number([&](std::int64_t value) { config.*member = value; });
    }

    std::optional<std::string> operator()(RuleNumbers member) const {
        return number([&](std::int64_t value) { config.rules.*member = static_cast<int>(value); });
    }

    std::optional<std::string> operator()(Texts member) const {
        const auto value = node.value_exact<std::string>();
        if (!value) {
            return "must be a text in quotes";
        }
        config.*member = *value;
        return std::nullopt;
    }

    std::optional<std::string> operator()(RuleTexts member) const {
        const toml::array* array = node.as_array();
        std::vector<std::string> texts;
        for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
            const auto text = array->get(i)->value_exact<std::string>();
            if (!text) {
                array = nullptr;
                break;
            }
            texts.push_back(*text);
        }
        if (array == nullptr) {
            return "must be a list of texts";
        }
        config.rules.*member = std::move(texts);
        return std::nullopt;
    }

    template <class Put>
    std::optional<std::string> number(Put put) const {
        const auto value = node.value_exact<std::int64_t>();
        if (!value || *value < setting.least || *value > setting.most) {
            return "must be a whole number from " + std::to_string(setting.least) + " to " +
                   std::to_string(setting.most);
        }
        put(*value);
        return std::nullopt;
    }
};

struct Writing {
    const Config& config;

    std::string operator()(Numbers member) const { return std::to_string(config.*member); }

    std::string operator()(RuleNumbers member) const {
        return std::to_string(config.rules.*member);
    }

    std::string operator()(Texts member) const { return "\"" + config.*member + "\""; }

    std::string operator()(RuleTexts member) const {
        std::string text = "[";
        for (const std::string& each : config.rules.*member) {
            text += (text.size() > 1 ? ", \"" : "\"") + each + "\"";
        }
        return text + "]";
    }
};

struct Copying {
    Config& to;
    const Config& from;

    void operator()(Numbers member) const { to.*member = from.*member; }

    void operator()(Texts member) const { to.*member = from.*member; }

    void operator()(RuleNumbers member) const { to.rules.*member = from.rules.*member; }

    void operator()(RuleTexts member) const { to.rules.*member = from.rules.*member; }
};

const Setting* find_setting(std::string_view section, std::string_view name) {
    for (const Setting& setting : settings()) {
        if (setting.section == section && setting.name == name) {
            return &setting;
        }
    }
    return nullptr;
}

void take_section(Config& config, std::string_view section, const toml::table& table,
                  std::vector<ConfigError>& errors) {
    for (const auto& [name, node] : table) {
        const Setting* setting = find_setting(section, name.str());
        const std::string place = std::string{section} + "." + std::string{name.str()};
        if (setting == nullptr) {
            errors.push_back({place, "is not a setting"});
        } else if (auto fault = std::visit(Putting{config, *setting, node}, setting->member)) {
            errors.push_back({place, *std::move(fault)});
        }
    }
}

void check_log_level(const Config& config, std::vector<ConfigError>& errors) {
    for (const std::string_view level : {"debug", "info", "warn", "error"}) {
        if (config.log_level == level) {
            return;
        }
    }
    errors.push_back({"log.level", "must be debug, info, warn or error"});
}

}  // namespace

std::expected<Config, std::vector<ConfigError>> parse_config(std::string_view text) {
    Config config;
    std::vector<ConfigError> errors;
    toml::table root;
    try {
        root = toml::parse(text);
    } catch (const toml::parse_error& error) {
        const auto at = error.source().begin;
        errors.push_back(
            {"line " + std::to_string(at.line) + ", column " + std::to_string(at.column),
             std::string{error.description()}});
        return std::unexpected{std::move(errors)};
    }
    for (const auto& [section, node] : root) {
        if (const toml::table* table = node.as_table()) {
            take_section(config, section.str(), *table, errors);
        } else {
            errors.push_back({std::string{section.str()}, "is not a section"});
        }
    }
    check_log_level(config, errors);
    if (!errors.empty()) {
        return std::unexpected{std::move(errors)};
    }
    return config;
}

std::expected<Config, std::vector<ConfigError>> read_config(const std::filesystem::path& file) {
    std::ifstream stream{file};
    std::ostringstream text;
    text << stream.rdbuf();
    if (!stream) {
        return std::unexpected{std::vector{ConfigError{file.string(), "cannot be read"}}};
    }
    return parse_config(text.str());
}

ConfigTaken take_while_running(Config& running, const Config& wanted) {
    ConfigTaken result;
    for (const Setting& setting : settings()) {
        if (std::visit(Writing{running}, setting.member) ==
            std::visit(Writing{wanted}, setting.member)) {
            continue;
        }
        const std::string place = std::string{setting.section} + "." + std::string{setting.name};
        if (setting.is_live) {
            std::visit(Copying{running, wanted}, setting.member);
            result.taken.push_back(place);
        } else {
            result.needs_restart.push_back(place);
        }
    }
    return result;
}

std::string to_toml(const Config& config) {
    std::string out;
    std::string_view section;
    for (const Setting& setting : settings()) {
        if (setting.section != section) {
            section = setting.section;
            out += (out.empty() ? "[" : "\n[") + std::string{section} + "]\n";
        }
        out += "# " + std::string{setting.meaning} +
               (setting.is_live ? " Taken at SIGHUP too.\n" : "\n") + std::string{setting.name} +
               " = " + std::visit(Writing{config}, setting.member) + "\n";
    }
    return out;
}

}  // namespace zhibu::server

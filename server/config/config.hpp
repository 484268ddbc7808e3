#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "shared/record/limits.hpp"
#include "shared/rules/rules.hpp"

namespace zhibu::server {

/// How a server runs. Every default is shown by `zhibu-server --print-config`.
struct Config {
    std::string listen_address = "0.0.0.0";
    std::int64_t listen_port = 7443;
    std::int64_t connections_max = 10'000;
    std::int64_t handshakes_max = 256;
    std::int64_t sessions_max = 8'000;
    /// Loopback only; 0 for none.
    std::int64_t health_port = 7480;
    std::int64_t stop_seconds = 10;

    std::int64_t groups_per_commit_max = 512;
    std::int64_t waiting_bytes_max = 64 << 20;
    std::int64_t group_bytes_max = std::int64_t{record::group_bytes_max};
    std::int64_t staged_bytes_max = 1LL << 30;
    std::int64_t tail_days = 30;

    std::int64_t quarantine_groups_max = 2'000;
    std::int64_t quarantine_bytes_max = 64 << 20;

    std::string store_key = "store_key";
    std::string store_cluster;

    std::int64_t lease_hours = 72;
    std::int64_t lease_hours_temporary = 24;

    std::int64_t password_memory_kib = 262'144;
    std::int64_t password_passes = 3;
    std::int64_t password_lanes = 1;

    std::string log_level = "info";

    rules::Parameters rules;
};

/// What is wrong in a configuration, where.
struct ConfigError {
    /// "listen.port", or a line and column where the text is no TOML.
    std::string place;
    std::string reason;
};

/// Reads TOML. Unknown names, wrong types and numbers out of range are errors, all of them
/// reported; nothing is guessed.
[[nodiscard]] std::expected<Config, std::vector<ConfigError>> read_config(
    const std::filesystem::path& file);
[[nodiscard]] std::expected<Config, std::vector<ConfigError>> parse_config(std::string_view toml);

/// What became of the settings that differ, each as in ConfigError::place.
struct ConfigTaken {
    std::vector<std::string> taken;
    /// Left as they were in `running`: only a start takes them.
    std::vector<std::string> needs_restart;
};

/// Gives `running` those settings of `wanted` that a running server can take.
[[nodiscard]] ConfigTaken take_while_running(Config& running, const Config& wanted);

/// The configuration as TOML, each setting under what it means.
[[nodiscard]] std::string to_toml(const Config& config);

}  // namespace zhibu::server

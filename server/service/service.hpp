#pragma once

#include <expected>
#include <functional>
#include <string>

#include "server/config/config.hpp"
#include "server/founding/founding.hpp"
#include "server/session/session_host.hpp"

namespace zhibu::server {

/// Reads the configuration anew; otherwise what is wrong with it, for the log.
using RereadConfig = std::function<std::expected<Config, std::string>()>;

/// Runs a space's server until SIGINT or SIGTERM, then stops in an orderly way: no new sessions,
/// the live ones told, what is queued committed. A second signal does not wait for the sessions.
/// At SIGHUP it takes what it can of the configuration, and the certificate that is there by then:
/// sessions go on, and the log says what was taken and what waits for a start.
/// @param ready  told the port, and the health port (0 for none), once connections are taken
/// Errors: what kept it from starting; nothing was served then.
[[nodiscard]] std::expected<void, FoundingError> serve(
    const ServerFiles& files, const Config& config, const catalog::Catalog& catalog, LogLine log,
    const RereadConfig& reread,
    const std::function<void(std::uint16_t port, std::uint16_t health_port)>& ready);

}  // namespace zhibu::server

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "client/access/safe.hpp"
#include "client/agent/sync_agent.hpp"
#include "client/replica/replica.hpp"
#include "shared/catalog/catalog.hpp"
#include "sync_protocol/message/message.hpp"
#include "sync_protocol/session/wire.hpp"

/// What the client says to the person who uses it: what happened, what is safe, what to do.
/// The one place for these texts; command line and workbench both ask here.
namespace zhibu::client {

using catalog::Language;

[[nodiscard]] std::string explain(const sync::Refusal& refusal, Language language);
[[nodiscard]] std::string explain(const sync::WireError& error, Language language);
[[nodiscard]] std::string explain(sync::SessionFault fault, Language language);

/// Findings are named by the catalog's labels.
[[nodiscard]] std::string explain(const ReplicaError& error, Language language);

[[nodiscard]] std::string explain(AccessFault fault, Language language);

/// What a device has found about the server's history: what happened, what is safe, what to do.
[[nodiscard]] std::string explain(const sync::LedgerFinding& finding, Language language);

/// The most telling of a report's reasons; empty where it holds none.
[[nodiscard]] std::string explain(const SyncReport& report, Language language);

/// One reason of a verdict, or one finding, by its rule's message.
[[nodiscard]] std::string explain(const record::Reason& reason, Language language);

[[nodiscard]] std::string_view name_of(GroupStage stage, Language language);
[[nodiscard]] std::string_view name_of(record::Settlement settlement, Language language);
[[nodiscard]] std::string_view name_of(SyncPhase phase, Language language);

/// What people call the action of a group that this program or the server makes; another's stands
/// as it is.
[[nodiscard]] std::string name_of_action(std::string_view action, Language language);

/// "2026-11-24 08:00" in Asia/Shanghai.
[[nodiscard]] std::string local_minute(record::Instant instant);

}  // namespace zhibu::client

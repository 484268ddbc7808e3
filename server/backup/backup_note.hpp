#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "server/founding/founding.hpp"
#include "server/request/request_note.hpp"
#include "server/store/store.hpp"

namespace zhibu::server {

/// What `zhibu-server backup` asks the server that runs. The request's path is the copy's folder;
/// of an increment the other one is that of the backup to go on from.
[[nodiscard]] RequestNote backup_note(const ServerFiles& files);

/// Up to where the log is in the copy, or why there is none.
using BackupOutcome = std::expected<LogIndex, FoundingError>;

/// As a reply's text has it, and back; none for any other text.
[[nodiscard]] std::string to_text(const BackupOutcome& outcome);
[[nodiscard]] std::optional<BackupOutcome> to_backup_outcome(std::string_view text);

}  // namespace zhibu::server

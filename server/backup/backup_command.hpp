#pragma once

#include <filesystem>

#include "server/backup/backup_note.hpp"
#include "server/founding/backup.hpp"

namespace zhibu::server {

/// Makes a verified copy of the store in `folder`, which must be absent or empty, and has it noted,
/// so that devices need not keep what it holds: the server that runs does it, else this does.
/// Returns up to where the log is in it. After an error there is no copy, and nothing is noted.
[[nodiscard]] BackupOutcome back_up_wherever(const StorePlace& place,
                                             const std::filesystem::path& folder,
                                             const catalog::Catalog& catalog,
                                             record::Random& random);

}  // namespace zhibu::server

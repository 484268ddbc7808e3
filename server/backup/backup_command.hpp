#pragma once

#include <filesystem>

#include "server/backup/backup_note.hpp"
#include "server/founding/backup.hpp"

namespace zhibu::server {

/// Where a backup goes.
struct BackupWish {
    /// Absent or empty.
    std::filesystem::path folder;
    /// An increment's: the folder of the backup that it goes on from. Empty: all of the store.
    std::filesystem::path since = {};
};

/// Makes a verified backup of the store, and has it noted, so that devices need not keep what it
/// holds: the server that runs does it, else this does. Returns up to where the log is in it. After
/// an error there is no backup, and nothing is noted.
[[nodiscard]] BackupOutcome back_up_wherever(const StorePlace& place, const BackupWish& wish,
                                             const catalog::Catalog& catalog,
                                             record::Random& random);

}  // namespace zhibu::server

#pragma once

#include <expected>
#include <filesystem>
#include <functional>
#include <optional>

#include "server/backup/backup_point.hpp"
#include "server/founding/backup.hpp"
#include "server/founding/founding.hpp"
#include "server/ledger/proofs.hpp"
#include "server/store/sqlite/sqlite_store.hpp"
#include "server/store/store.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/clock.hpp"

namespace zhibu::server {

/// Of whom a backup is made, and who signs up to where it goes. All outlive the making.
struct BackupMeans {
    SealedStore* store = nullptr;
    const catalog::Catalog* catalog = nullptr;
    const record::Clock* clock = nullptr;
    SignHead sign;
};

/// Copies a store that may be in use into `copy`, whose folder was prepared, with the point that it
/// reaches: all of it, or what came after the backup that `since` is the point of. It is durable,
/// every page of it was read, and what it holds was compared with the store before this returns
/// that position, which is then to be noted as backed up. Any thread.
/// After an error, and when `goes_on` says no, there is no copy, and its folder is empty again.
[[nodiscard]] std::expected<LogIndex, FoundingError> make_backup(
    const BackupMeans& means, const std::optional<BackupPoint>& since, const SealedPlace& copy,
    const std::function<bool()>& goes_on);

}  // namespace zhibu::server

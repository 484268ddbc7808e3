#include "server/backup/backup_command.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

#include "server/backup/backup_point.hpp"
#include "server/backup/making.hpp"
#include "server/founding/store_place.hpp"
#include "server/request/asking.hpp"
#include "shared/keys/system.hpp"
#include "shared/record/check.hpp"

namespace zhibu::server {
namespace {

/// A large store on a slow medium; a server that ends is noticed at once.
constexpr std::chrono::hours patience{24};

Unanswered unanswered(const std::filesystem::path& folder) {
    return {{"服务器在备份期间停止了。存储没有变化，备份没有完成。请清空 " + folder.string() +
                 " 后重试。",
             "The server ended while it made the backup. The store is as it was, the backup is not "
             "whole. Empty " +
                 folder.string() + " and try again."},
            {"服务器没有答复，是否完成备份不得而知。请查看服务器日志（backup_done）。",
             "The server has not answered, and whether there is a backup is not known. Look for "
             "backup_done in its log."},
            patience};
}

std::filesystem::path absolute_of(const std::filesystem::path& path) {
    std::error_code failure;
    return path.empty() ? path : std::filesystem::absolute(path, failure);
}

BackupOutcome ask(const StorePlace& place, const BackupWish& wish, record::Random& random) {
    ZHIBU_TRY_VOID(check_owner(place.files));
    const Request request{{}, absolute_of(wish.folder), absolute_of(wish.since)};
    const Unanswered what = unanswered(request.path);
    const RequestNote note = backup_note(place.files);
    ZHIBU_TRY(text, ask_server(place.files, note, request, what, random));
    note.forget();
    auto outcome = to_backup_outcome(text);
    if (!outcome) {
        return std::unexpected{what.silent};
    }
    return *std::move(outcome);
}

/// Of a store that no server uses.
BackupOutcome make_here(const StorePlace& place, const BackupWish& wish,
                        const catalog::Catalog& catalog, record::Random& random) {
    std::optional<BackupPoint> since;
    if (!wish.since.empty()) {
        ZHIBU_TRY(point, read_point(wish.since));
        since = std::move(point);
    }
    const auto server_keys = load_server_keys(place.files);
    if (!server_keys) {
        return std::unexpected{explain(server_keys.error())};
    }
    ZHIBU_TRY(opened, open_store(place, ClusterUse::alone, catalog, random));
    ZHIBU_TRY(copy, prepare_copy(wish.folder, opened.keys, random));
    keys::SystemClock clock;
    const BackupMeans means{
        opened.sealed, &catalog, &clock,
        [&](std::span<const std::uint8_t> bytes) { return server_keys->signing_key.sign(bytes); }};
    ZHIBU_TRY(through, make_backup(means, since, copy, [] { return true; }));
    return note_backup(*opened.store, through);
}

}  // namespace

BackupOutcome back_up_wherever(const StorePlace& place, const BackupWish& wish,
                               const catalog::Catalog& catalog, record::Random& random) {
    ZHIBU_TRY_VOID(expect_files(place));
    const auto runs = is_sqlite_store_in_use(place.files.store());
    if (!runs) {
        return std::unexpected{explain(runs.error())};
    }
    return *runs ? ask(place, wish, random) : make_here(place, wish, catalog, random);
}

}  // namespace zhibu::server

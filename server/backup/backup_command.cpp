#include "server/backup/backup_command.hpp"

#include <chrono>
#include <system_error>
#include <utility>

#include "server/founding/store_place.hpp"
#include "server/request/asking.hpp"
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

BackupOutcome ask(const StorePlace& place, const std::filesystem::path& folder,
                  record::Random& random) {
    ZHIBU_TRY_VOID(check_owner(place.files));
    std::error_code failure;
    const std::filesystem::path target = std::filesystem::absolute(folder, failure);
    const RequestNote note = backup_note(place.files);
    ZHIBU_TRY(text, ask_server(place.files, note, target, unanswered(target), random));
    note.forget();
    auto outcome = to_backup_outcome(text);
    if (!outcome) {
        return std::unexpected{unanswered(target).silent};
    }
    return *std::move(outcome);
}

}  // namespace

BackupOutcome back_up_wherever(const StorePlace& place, const std::filesystem::path& folder,
                               const catalog::Catalog& catalog, record::Random& random) {
    ZHIBU_TRY_VOID(expect_files(place));
    const auto runs = is_sqlite_store_in_use(place.files.store());
    if (!runs) {
        return std::unexpected{explain(runs.error())};
    }
    return *runs ? ask(place, folder, random) : back_up(place, folder, catalog, random);
}

}  // namespace zhibu::server

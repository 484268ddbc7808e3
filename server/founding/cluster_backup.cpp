#include "server/founding/cluster_backup.hpp"

#include <expected>
#include <optional>

#include "server/founding/store_place.hpp"
#include "server/store/postgres/postgres_store.hpp"
#include "server/store/store.hpp"
#include "shared/record/check.hpp"

namespace zhibu::server {
namespace {

/// None where the log does not reach that far.
Stored<std::optional<LogIndex>> note(Store& store, LogIndex through) {
    ZHIBU_TRY(transaction, store.begin());
    ZHIBU_TRY(head, transaction->head());
    if (through > head) {
        return std::nullopt;
    }
    ZHIBU_TRY_VOID(transaction->set_backed_up(through));
    ZHIBU_TRY(backed_up, transaction->backed_up());
    ZHIBU_TRY_VOID(transaction->commit());
    return backed_up;
}

}  // namespace

std::expected<LogIndex, FoundingError> note_cluster_backup(const StorePlace& place,
                                                           LogIndex through,
                                                           const catalog::Catalog& catalog,
                                                           record::Random& random) {
    if (!place.is_in_cluster()) {
        return std::unexpected{
            FoundingError{"存储是文件：zhibu-server backup 会自行记录。没有作任何更改。",
                          "The store is a file: zhibu-server backup notes what it has backed up. "
                          "Nothing was changed."}};
    }
    ZHIBU_TRY(opened, open_store(place, ClusterUse::shared, catalog, random));
    const auto noted = note(*opened.store, through);
    if (!noted) {
        return std::unexpected{explain_cluster(noted.error())};
    }
    if (!*noted) {
        return std::unexpected{FoundingError{
            "日志还没有到这个序号，没有作任何更改。请填写备份开始之前的日志序号（zhibu-server "
            "head）。",
            "The log does not reach that index; nothing was changed. Give the log index from "
            "before the backup began, as zhibu-server head shows it."}};
    }
    return **noted;
}

}  // namespace zhibu::server

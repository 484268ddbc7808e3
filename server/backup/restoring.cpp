#include "server/backup/restoring.hpp"

#include <span>
#include <string>
#include <system_error>
#include <utility>

#include "server/backup/backup_point.hpp"
#include "server/copying/part.hpp"
#include "server/founding/backup.hpp"
#include "server/founding/store_place.hpp"
#include "server/ledger/proofs.hpp"
#include "server/store/sqlite/sqlite_store.hpp"
#include "shared/record/check.hpp"
#include "shared/vault/disk.hpp"

namespace zhibu::server {
namespace {

using Path = std::filesystem::path;

std::unexpected<FoundingError> refused(const Path& folder, const std::string& zh,
                                       const std::string& en) {
    return std::unexpected{FoundingError{folder.string() + "：" + zh + "没有恢复任何内容。",
                                         folder.string() + ": " + en + " Nothing was restored."}};
}

std::unexpected<FoundingError> unusable(const Path& folder, const StoreError& error) {
    if (error.fault == StoreFault::damaged || error.fault == StoreFault::not_there) {
        return refused(folder,
                       "备份已损坏或不完整（" + error.place +
                           "）。请换用该备份的另一份副本，或只恢复到它之前为止。",
                       "This backup is damaged or cut short (" + error.place +
                           "). Take another copy of it, or restore what comes before it alone.");
    }
    return std::unexpected{explain(error)};
}

/// Adds increments to a copy of the backup that they go on from.
class Growth {
public:
    /// @param waiting  a folder for files of an increment
    Growth(const StoreAccess& access, Path waiting, const catalog::Catalog& catalog)
        : access_{access}, waiting_{std::move(waiting)}, catalog_{catalog} {}

    std::expected<void, FoundingError> add(SealedStore& store, const Path& whole,
                                           std::span<const Path> increments) {
        ZHIBU_TRY(point, read_point(whole));
        reached_ = std::move(point);
        const auto reader = store.open_reader();
        const auto root = reader ? root_of(**reader, reached_) : std::unexpected{reader.error()};
        if (!root) {
            return unusable(whole, root.error());
        }
        if (*root != reached_.head.root || store.identity().epoch != reached_.head.epoch) {
            return refused(whole, "其中的 tree_head 不是这份备份的。",
                           "The tree_head in it is not of this backup.");
        }
        for (const Path& folder : increments) {
            ZHIBU_TRY_VOID(add_one(store, folder));
        }
        return {};
    }

private:
    /// All zeros where the log does not end at the point.
    static Stored<Hash> root_of(StoreReading& store, const BackupPoint& point) {
        ZHIBU_TRY(head, store.head());
        return head == point.at() ? root_at(store, head) : Stored<Hash>{Hash{}};
    }

    std::expected<void, FoundingError> add_one(SealedStore& store, const Path& folder) {
        const ServerFiles source{folder};
        // With the folder's name in what is said of a missing key.
        ZHIBU_TRY_VOID(access_.seal(source.store()));
        const ServerFiles copied{waiting_};
        std::error_code ignored;
        std::filesystem::remove_all(copied.folder, ignored);
        ZHIBU_TRY_VOID(copy_store_files(access_.disk, source.store(), copied.store()));
        ZHIBU_TRY(place, access_.seal(copied.store()));
        if (auto whole = verify_sqlite_store(place, catalog_, StoreSort::part); !whole) {
            return unusable(folder, whole.error());
        }
        const auto part = open_sqlite_store(place, catalog_, StoreSort::part);
        if (!part) {
            return unusable(folder, part.error());
        }
        const PartOf of = *(*part)->identity().part;
        ZHIBU_TRY_VOID(expect_next(folder, of));
        const auto end = to_point(of.head);
        if (!end) {
            return unusable(folder, {StoreFault::damaged, "tree_head"});
        }
        const auto added = write(store, **part, *end);
        if (!added) {
            return unusable(folder, added.error());
        }
        reached_ = *end;
        return {};
    }

    /// Whether the increment goes on from what was put back before it.
    [[nodiscard]] std::expected<void, FoundingError> expect_next(const Path& folder,
                                                                 const PartOf& of) const {
        if (of.continues == reached_.bytes) {
            return {};
        }
        const auto from = to_point(of.continues);
        if (!from) {
            return unusable(folder, {StoreFault::damaged, "tree_head"});
        }
        if (from->head.origin != reached_.head.origin) {
            return refused(folder, "此增量属于另一个组织空间。",
                           "This increment is of another space.");
        }
        if (from->head.epoch != reached_.head.epoch) {
            return refused(
                folder, "此增量属于另一纪元：其间存储曾从备份恢复。",
                "This increment is of another epoch: the store was restored in between.");
        }
        const std::string starts = std::to_string(from->at().position);
        const std::string here = std::to_string(reached_.at().position);
        if (from->at() > reached_.at()) {
            return refused(folder,
                           "此增量接在日志序号" + starts + "之后，而前面的备份只到" + here +
                               "：中间缺少增量，或顺序不对。",
                           "This increment goes on from log index " + starts +
                               ", and what comes before it ends at " + here +
                               ": an increment in between is missing, or the order is wrong.");
        }
        return refused(folder,
                       "此增量接在另一份备份（日志序号" + starts + "）之后，不接在此前的备份（" +
                           here + "）之后：顺序不对，或不属于这一组备份。",
                       "This increment goes on from another backup (log index " + starts +
                           "), not from the one before it (" + here +
                           "): the order is wrong, or it belongs to another row of backups.");
    }

    /// In one transaction, which counts only if it comes to what the increment says.
    Stored<void> write(SealedStore& store, SealedStore& part, const BackupPoint& end) {
        ZHIBU_TRY(from, part.open_reader());
        ZHIBU_TRY(transaction, store.begin());
        ZHIBU_TRY_VOID(add_part(*from, *transaction));
        ZHIBU_TRY(root, root_of(*transaction, end));
        ZHIBU_TRY(differing, part_differences(*from, reached_.at(), *transaction));
        if (root != end.head.root) {
            differing.emplace_back("tree");
        }
        if (!differing.empty()) {
            return std::unexpected{StoreError{StoreFault::damaged, differing.front()}};
        }
        return transaction->commit();
    }

    const StoreAccess& access_;
    Path waiting_;
    const catalog::Catalog& catalog_;
    BackupPoint reached_;
};

}  // namespace

std::expected<LogIndex, FoundingError> restore(const StorePlace& place,
                                               const std::vector<Path>& folders,
                                               const catalog::Catalog& catalog,
                                               record::Random& random) {
    ZHIBU_CHECK(!folders.empty());
    ZHIBU_TRY_VOID(expect_files(place));
    const ServerFiles waiting{place.files.folder / "restoring"};
    std::error_code ignored;
    std::filesystem::remove_all(waiting.folder, ignored);
    vault::SystemDisk disk;
    const StoreAccess access = system_access(disk, place, random);
    const Path& whole = folders.front();
    const auto begins =
        put_back(access, ServerFiles{whole}.store(), waiting.store(), place.files.store(), catalog,
                 random, [&](SealedStore& store) -> std::expected<void, FoundingError> {
                     if (folders.size() == 1) {
                         return {};
                     }
                     return Growth{access, waiting.folder / "increment", catalog}.add(
                         store, whole, std::span{folders}.subspan(1));
                 });
    std::filesystem::remove_all(waiting.folder, ignored);
    return begins;
}

}  // namespace zhibu::server

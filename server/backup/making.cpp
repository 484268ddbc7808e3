#include "server/backup/making.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "server/copying/part.hpp"
#include "shared/keys/digest.hpp"
#include "shared/ledger/leaf.hpp"
#include "shared/ledger/tree.hpp"
#include "shared/record/check.hpp"

namespace zhibu::server {
namespace {

std::unexpected<FoundingError> failed(const StoreError& error) {
    return std::unexpected{explain(error)};
}

/// The value, or what to say.
template <class T>
std::expected<T, FoundingError> told(Stored<T> stored) {
    if (!stored) {
        return failed(stored.error());
    }
    return *std::move(stored);
}

std::unexpected<FoundingError> needs_whole(const std::string& zh, const std::string& en) {
    return std::unexpected{
        FoundingError{zh + "没有作任何更改。请改作完整备份。",
                      en + " Nothing was changed. Make a whole backup instead."}};
}

HeadMaker maker_of(const BackupMeans& means) {
    const SpaceIdentity identity = means.store->identity();
    return {identity.space, identity.epoch, means.clock->now(), means.sign};
}

std::expected<LogIndex, FoundingError> make_whole(const BackupMeans& means, const SealedPlace& copy,
                                                  const std::function<bool()>& goes_on) {
    ZHIBU_TRY(through, copy_verified(*means.store, copy, *means.catalog, goes_on));
    ZHIBU_TRY(reader, told(means.store->open_reader()));
    ZHIBU_TRY(head, told(signed_head_at(*reader, through, maker_of(means))));
    ZHIBU_TRY_VOID(write_point(copy.file.parent_path(), head));
    return through;
}

/// One increment: what came after a backup, read of one moment.
class Increment {
public:
    Increment(const BackupMeans& means, const BackupPoint& since, const SealedPlace& part)
        : means_{means}, since_{since}, part_{part} {}

    std::expected<LogIndex, FoundingError> make(const std::function<bool()>& goes_on) {
        ZHIBU_TRY(reader, told(means_.store->open_reader()));
        reader_ = std::move(reader);
        if (const auto pinned = reader_->pin(); !pinned) {
            return failed(pinned.error());
        }
        ZHIBU_TRY_VOID(expect_to_go_on());
        ZHIBU_TRY(head, told(signed_head(*reader_, maker_of(means_))));
        const auto reached = to_point(head.bytes);
        ZHIBU_CHECK(reached.has_value());
        ZHIBU_TRY_VOID(write(*reached, goes_on));
        ZHIBU_TRY_VOID(verify(*reached));
        ZHIBU_TRY_VOID(write_point(part_.file.parent_path(), head));
        return reached->at();
    }

private:
    /// Whether the store's log is the one that the backup before holds the beginning of.
    std::expected<void, FoundingError> expect_to_go_on() {
        const SpaceIdentity identity = means_.store->identity();
        if (since_.head.origin != identity.space) {
            return needs_whole("所指的备份属于另一个组织空间。",
                               "The backup to go on from is of another space.");
        }
        if (since_.head.epoch != identity.epoch) {
            return needs_whole(
                "所指的备份作于另一纪元，此后本存储曾从备份恢复。",
                "The backup to go on from is of another epoch: since then the store was restored.");
        }
        ZHIBU_TRY(head, told(reader_->head()));
        const auto root = since_.at() <= head ? root_at(*reader_, since_.at())
                                              : Stored<Hash>{std::unexpect, StoreError{}};
        if (!root || *root != since_.head.root) {
            return needs_whole(
                "所指的备份与本存储的历史不符。请运行 zhibu-server verify --head 查明。",
                "The backup to go on from has another history than this store: zhibu-server verify "
                "--head says where they part.");
        }
        ZHIBU_TRY(compacted, told(reader_->compacted()));
        if (compacted > since_.at()) {
            return needs_whole("所指的备份太旧，其后的部分日志已经压缩。",
                               "The backup to go on from is too old: of the log after it some was "
                               "compacted.");
        }
        return {};
    }

    std::expected<void, FoundingError> write(const BackupPoint& reached,
                                             const std::function<bool()>& goes_on) {
        SpaceIdentity identity = means_.store->identity();
        identity.part = PartOf{since_.at(), since_.bytes, reached.bytes};
        const auto written =
            create_sqlite_part(part_, identity, *means_.catalog, [&](PartTransaction& part) {
                return copy_part(*reader_, part, *means_.catalog, goes_on);
            });
        if (!written && written.error().fault == StoreFault::other_sort) {
            return needs_whole("此后有记录依法清除，增量备份不能反映。",
                               "Since then a record was erased by law, which an increment cannot "
                               "hold.");
        }
        if (!written) {
            return failed(written.error());
        }
        return *written ? std::expected<void, FoundingError>{}
                        : std::unexpected{stopped_before_its_end()};
    }

    /// Reads it back, every page.
    std::expected<void, FoundingError> verify(const BackupPoint& reached) {
        const auto found = [&]() -> Stored<std::vector<std::string>> {
            ZHIBU_TRY_VOID(verify_sqlite_store(part_, *means_.catalog, StoreSort::part));
            ZHIBU_TRY(part, open_sqlite_store(part_, *means_.catalog, StoreSort::part));
            ZHIBU_TRY(written, part->open_reader());
            ZHIBU_TRY(differing, part_differences(*written, since_.at(), *reader_));
            ZHIBU_TRY_VOID(look_at_positions(*written, reached.at(), differing));
            ZHIBU_TRY(root, grown_root(*written, reached.at()));
            if (root != reached.head.root) {
                differing.emplace_back("tree");
            }
            return differing;
        }();
        if (!found) {
            return failed(found.error());
        }
        if (!found->empty()) {
            return failed({StoreFault::damaged, found->front()});
        }
        return {};
    }

    /// The groups are those of their hashes, and both leaves commit to what stands there.
    Stored<void> look_at_positions(StoreReading& part, LogIndex last,
                                   std::vector<std::string>& differing) {
        for (LogIndex at{since_.at().position + 1}; at <= last; ++at.position) {
            ZHIBU_TRY(row, part.row(at));
            const bool is_right =
                row && keys::sha256(row->sealed.bytes) == row->group_hash &&
                row->leaves.group.salt && row->leaves.verdict.salt &&
                ledger::opens(row->leaves.group.commitment, *row->leaves.group.salt,
                              ledger::group_content(at, row->name, row->group_hash)) &&
                ledger::opens(row->leaves.verdict.commitment, *row->leaves.verdict.salt,
                              ledger::verdict_content(at, row->receipt.verdict));
            if (!is_right) {
                differing.push_back("log " + std::to_string(at.position));
            }
        }
        return {};
    }

    /// The root of the tree that the store had, with the part's leaves behind it.
    Stored<Hash> grown_root(StoreReading& part, LogIndex last) {
        std::optional<StoreError> failure;
        const ledger::ReadSubtree before = subtree_reader(*reader_, failure);
        const ledger::ReadSubtree grown = [&](unsigned level,
                                              std::uint64_t index) -> std::optional<Hash> {
            if ((index + 1) << level <= ledger::tree_size_at(since_.at())) {
                return before(level, index);
            }
            if (level > 0) {
                const auto left = grown(level - 1, 2 * index);
                const auto right = grown(level - 1, 2 * index + 1);
                return left && right ? std::optional{ledger::node_hash(*left, *right)}
                                     : std::nullopt;
            }
            const auto leaves = part.leaves(LogIndex{index / 2 + 1});
            if (!leaves || !*leaves) {
                return std::nullopt;
            }
            const ledger::Leaf& leaf = index % 2 == 0 ? (*leaves)->group : (*leaves)->verdict;
            return ledger::leaf_hash(leaf.commitment);
        };
        const auto root = ledger::root_of(ledger::tree_size_at(last), grown);
        if (!root) {
            return std::unexpected{failure.value_or(StoreError{StoreFault::damaged, "tree"})};
        }
        return *root;
    }

    const BackupMeans& means_;
    const BackupPoint& since_;
    const SealedPlace& part_;
    std::unique_ptr<StoreReader> reader_;
};

}  // namespace

std::expected<LogIndex, FoundingError> make_backup(const BackupMeans& means,
                                                   const std::optional<BackupPoint>& since,
                                                   const SealedPlace& copy,
                                                   const std::function<bool()>& goes_on) {
    auto made =
        since ? Increment{means, *since, copy}.make(goes_on) : make_whole(means, copy, goes_on);
    if (!made) {
        discard_copy(copy);
        remove_point(copy.file.parent_path());
    }
    return made;
}

}  // namespace zhibu::server

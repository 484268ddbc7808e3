#include "server/ledger/history.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "server/ledger/proofs.hpp"
#include "shared/keys/digest.hpp"
#include "shared/ledger/leaf.hpp"
#include "shared/ledger/tree.hpp"
#include "shared/record/check.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::server {
namespace {

std::unexpected<StoreError> damaged() {
    return std::unexpected{StoreError{StoreFault::damaged, "log"}};
}

Stored<bool> is_in_tree(StoreReading& store, std::uint64_t number, const ledger::Leaf& leaf,
                        const ledger::TreeState& tree) {
    if (number >= tree.size) {
        return false;
    }
    std::optional<StoreError> failure;
    const auto path = ledger::inclusion_proof(number, tree.size, subtree_reader(store, failure));
    if (failure) {
        return std::unexpected{*std::move(failure)};
    }
    return path && ledger::includes(tree, number, ledger::leaf_hash(leaf.commitment), *path);
}

bool opens(const ledger::Leaf& leaf, std::span<const std::uint8_t> content) {
    return leaf.salt && ledger::opens(leaf.commitment, *leaf.salt, content);
}

/// The audit has found what is missing to be named by an erasure.
Stored<bool> is_proved(StoreReading& store, const LogRow& row, const ledger::TreeState& tree) {
    const bool verdict_is_erased = !row.leaves.verdict.salt;
    if (!opens(row.leaves.group, ledger::group_content(row.index, row.name, row.group_hash)) ||
        (!verdict_is_erased &&
         !opens(row.leaves.verdict, ledger::verdict_content(row.index, row.receipt.verdict)))) {
        return false;
    }
    ZHIBU_TRY(group, is_in_tree(store, ledger::group_leaf(row.index), row.leaves.group, tree));
    ZHIBU_TRY(verdict,
              is_in_tree(store, ledger::verdict_leaf(row.index), row.leaves.verdict, tree));
    return group && verdict;
}

HistoryEntry entry_of(const LogRow& row, const record::Change& change,
                      const record::Verdict& verdict) {
    HistoryEntry entry;
    entry.index = row.index;
    entry.origin = row.name;
    entry.author = row.author;
    entry.action = row.action;
    entry.committed_at = row.committed_at;
    entry.outcome = verdict.outcome;
    entry.change = change;
    const auto is_of_it = [&](const auto& each) { return each.record == change.record; };
    std::ranges::copy_if(verdict.decisions, std::back_inserter(entry.decisions), is_of_it);
    std::ranges::copy_if(verdict.reasons, std::back_inserter(entry.reasons), is_of_it);
    return entry;
}

}  // namespace

Stored<void> each_of_history(StoreReading& store, const record::RecordKey& record,
                             const ledger::TreeState& tree,
                             const std::function<void(const HistoryEntry&)>& visit) {
    ZHIBU_TRY(head, store.head());
    for (LogIndex at{1}; at <= head; ++at.position) {
        ZHIBU_TRY(row, store.row(at));
        if (!row) {
            return damaged();
        }
        const auto group = sync::decode_group(row->sealed.bytes);
        const auto verdict = sync::decode_verdict(row->receipt.verdict);
        if (!group || !verdict) {
            return damaged();
        }
        for (const record::Change& change : group->changes) {
            if (change.record == record) {
                HistoryEntry entry = entry_of(*row, change, *verdict);
                ZHIBU_TRY(proved, is_proved(store, *row, tree));
                entry.is_proved = proved;
                entry.is_erased =
                    keys::sha256(row->sealed.bytes) != row->group_hash && change.fields.empty();
                visit(entry);
            }
        }
    }
    return {};
}

}  // namespace zhibu::server

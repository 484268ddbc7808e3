#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "server/store/store.hpp"
#include "shared/ledger/leaf.hpp"
#include "shared/ledger/tree.hpp"
#include "tests/support/memory_store.hpp"

namespace zhibu::support {

/// The Merkle tree's half of the store in memory: each subtree is computed from its leaves.
template <class Interface>
class MemoryLedger : public Interface {
public:
    server::Stored<std::optional<server::LogRow>> row(record::LogIndex index) override {
        if (auto fault = next_call()) {
            return std::unexpected{*std::move(fault)};
        }
        const auto contents = seen();
        return has(*contents, index) ? std::optional{*contents->rows[index.position - 1]}
                                     : std::nullopt;
    }

    server::Stored<std::optional<ledger::LogLeaves>> leaves(record::LogIndex index) override {
        if (auto fault = next_call()) {
            return std::unexpected{*std::move(fault)};
        }
        const auto contents = seen();
        return has(*contents, index) ? std::optional{contents->rows[index.position - 1]->leaves}
                                     : std::nullopt;
    }

    server::Stored<std::optional<record::Hash>> subtree(unsigned level,
                                                        std::uint64_t index) override {
        if (auto fault = next_call()) {
            return std::unexpected{*std::move(fault)};
        }
        const auto contents = seen();
        if (level > 32 || index >= (2 * contents->rows.size()) >> level) {
            return std::nullopt;
        }
        std::vector<record::Hash> parts;
        for (std::uint64_t leaf = index << level; leaf < (index + 1) << level; ++leaf) {
            const ledger::LogLeaves& at = contents->rows[leaf / 2]->leaves;
            parts.push_back(ledger::leaf_hash((leaf % 2 == 0 ? at.group : at.verdict).commitment));
        }
        return ledger::fold(std::move(parts));
    }

protected:
    /// Counts a call; the error that it has to return.
    virtual std::optional<server::StoreError> next_call() = 0;
    [[nodiscard]] virtual std::shared_ptr<const MemoryStore::Contents> seen() const = 0;

private:
    static bool has(const MemoryStore::Contents& contents, record::LogIndex index) {
        return index > record::LogIndex{} && index.position <= contents.rows.size();
    }
};

}  // namespace zhibu::support

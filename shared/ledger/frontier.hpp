#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "shared/ledger/proof.hpp"
#include "shared/record/change.hpp"

namespace zhibu::ledger {

/// A tree that grows leaf by leaf, of which only the roots of its complete subtrees are kept: as
/// many as its size has bits set. Threads: not synchronised.
class Frontier {
public:
    /// Told each subtree of two leaves or more that an append() completes, the smallest first.
    using Completed =
        std::function<void(unsigned level, std::uint64_t index, const record::Hash& hash)>;

    void append(const record::Hash& leaf_hash, const Completed& completed = {});

    [[nodiscard]] std::uint64_t size() const { return size_; }

    [[nodiscard]] record::Hash root() const;

    [[nodiscard]] TreeState state() const { return {size_, root()}; }

private:
    std::uint64_t size_ = 0;
    /// From the left, so the greatest first.
    std::vector<record::Hash> peaks_;
};

}  // namespace zhibu::ledger

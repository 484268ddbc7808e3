#include "shared/ledger/frontier.hpp"

#include "shared/ledger/tree.hpp"

namespace zhibu::ledger {

void Frontier::append(const record::Hash& leaf_hash, const Completed& completed) {
    record::Hash hash = leaf_hash;
    unsigned level = 0;
    for (std::uint64_t index = size_; (index & 1U) != 0;) {
        hash = node_hash(peaks_.back(), hash);
        peaks_.pop_back();
        level += 1;
        index >>= 1U;
        if (completed) {
            completed(level, index, hash);
        }
    }
    peaks_.push_back(hash);
    size_ += 1;
}

record::Hash Frontier::root() const {
    if (peaks_.empty()) {
        return empty_root();
    }
    record::Hash root = peaks_.back();
    for (auto peak = peaks_.rbegin() + 1; peak != peaks_.rend(); ++peak) {
        root = node_hash(*peak, root);
    }
    return root;
}

}  // namespace zhibu::ledger

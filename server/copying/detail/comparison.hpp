#pragma once

#include <string>
#include <utility>
#include <vector>

#include "server/store/store.hpp"
#include "shared/record/check.hpp"

namespace zhibu::server::detail {

/// Gathers the places in which two stores differ, without data.
class Comparison {
public:
    Comparison(StoreReading& one, StoreReading& other) : one_{one}, other_{other} {}

    template <class Read>
    Stored<void> same(const std::string& place, Read read) {
        ZHIBU_TRY(left, read(one_));
        ZHIBU_TRY(right, read(other_));
        note(place, left == right);
        return {};
    }

    void note(const std::string& place, bool is_same) {
        if (!is_same) {
            differing_.push_back(place);
        }
    }

    /// The head, each position after `after` with its leaves, and every chain.
    Stored<void> log_after(LogIndex after);
    /// What accounts and devices are known by, and the codes.
    Stored<void> known();
    /// What devices have begun to send in parts.
    Stored<void> stagings();

    std::vector<std::string> take() { return std::move(differing_); }

private:
    StoreReading& one_;
    StoreReading& other_;
    std::vector<std::string> differing_;
};

}  // namespace zhibu::server::detail

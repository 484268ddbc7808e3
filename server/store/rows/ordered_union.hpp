#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "shared/record/id.hpp"

namespace zhibu::server::detail {

/// The keys of many ascending lists as one ascending list, none twice. Lists are read a few keys at
/// a time, so the memory is bounded by their number, and a short walk costs one look at each.
template <class Key>
class OrderedUnion {
public:
    /// At most `limit` keys of a list after `after`, ascending; fewer only at its end.
    using Read = std::function<std::vector<Key>(const record::Uuid& list, const Key& after,
                                                std::uint32_t limit)>;

    OrderedUnion(const std::vector<record::Uuid>& lists, const Key& after, Read read)
        : read_(std::move(read)) {
        sources_.reserve(lists.size());
        for (const record::Uuid& list : lists) {
            sources_.push_back(Source{list, {}, 0, keys_first});
            refill(sources_.size() - 1, after);
        }
    }

    /// The next key, or none after the last.
    [[nodiscard]] std::optional<Key> next() {
        while (!heads_.empty()) {
            const auto [key, at] = heads_.top();
            heads_.pop();
            advance(at, key);
            if (last_ != key) {
                last_ = key;
                return key;
            }
        }
        return std::nullopt;
    }

private:
    static constexpr std::uint32_t keys_first = 4;
    static constexpr std::uint32_t keys_most = 256;

    struct Source {
        record::Uuid list;
        std::vector<Key> keys;
        std::size_t used = 0;
        std::uint32_t limit = keys_first;
    };

    struct Later {
        bool operator()(const std::pair<Key, std::size_t>& one,
                        const std::pair<Key, std::size_t>& other) const {
            return one > other;
        }
    };

    void advance(std::size_t at, const Key& after) {
        Source& source = sources_[at];
        if (source.used < source.keys.size()) {
            heads_.emplace(source.keys[source.used++], at);
        } else if (source.keys.size() == source.limit) {
            source.limit = std::min(source.limit * 4, keys_most);
            refill(at, after);
        }
    }

    void refill(std::size_t at, const Key& after) {
        Source& source = sources_[at];
        source.keys = read_(source.list, after, source.limit);
        source.used = 0;
        if (!source.keys.empty()) {
            heads_.emplace(source.keys[source.used++], at);
        }
    }

    Read read_;
    std::vector<Source> sources_;
    std::priority_queue<std::pair<Key, std::size_t>, std::vector<std::pair<Key, std::size_t>>,
                        Later>
        heads_;
    std::optional<Key> last_;
};

}  // namespace zhibu::server::detail

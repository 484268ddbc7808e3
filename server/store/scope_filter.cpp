#include <algorithm>
#include <span>

#include "server/store/store.hpp"

namespace zhibu::server {

bool ScopeFilter::sees(std::span<const RecordId> places) const {
    return everything || std::ranges::any_of(places, [this](const RecordId& place) {
               return std::ranges::binary_search(organisations, place);
           });
}

}  // namespace zhibu::server

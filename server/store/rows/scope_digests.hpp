#pragma once

#include <map>
#include <utility>
#include <vector>

#include "server/store/rows/reading_on.hpp"
#include "server/store/store.hpp"

namespace zhibu::server::detail {

/// The digests of scopes, each made anew only when the log has a position since that concerns the
/// scope: every device asks for its own at every contact.
/// Throws Failed.
class ScopeDigests {
public:
    [[nodiscard]] sync::DigestReply of(Tables& tables, const ScopeFilter& scope);

private:
    using Key = std::pair<bool, std::vector<RecordId>>;

    std::map<Key, sync::DigestReply> kept_;
};

}  // namespace zhibu::server::detail

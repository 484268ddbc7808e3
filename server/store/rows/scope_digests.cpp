#include "server/store/rows/scope_digests.hpp"

#include <algorithm>
#include <cstddef>

#include "server/store/rows/log_rows.hpp"
#include "server/store/rows/scope_walk.hpp"
#include "sync_protocol/merge/digest.hpp"

namespace zhibu::server::detail {
namespace {

/// Each names the organisations of its scope; more scopes than this take turns.
constexpr std::size_t kept_max = 1024;

/// No record in the scope has changed, come or gone since.
bool is_unchanged(Tables& tables, const ScopeFilter& scope, LogIndex since, LogIndex head) {
    if (since == head) {
        return true;
    }
    return !scope.everything && std::ranges::all_of(scope.organisations, [&](const RecordId& each) {
        return tables.log.concerning(each.uuid, since, 1).empty();
    });
}

sync::DigestReply made(Tables& tables, const ScopeFilter& scope) {
    sync::DigestAccumulator accumulator;
    walk_scope(tables.records, scope, RecordKey{}, [&](const RecordState& state) {
        accumulator.add(state);
        return true;
    });
    sync::DigestReply reply;
    reply.records = accumulator.records();
    reply.digest = accumulator.finish();
    return reply;
}

}  // namespace

sync::DigestReply ScopeDigests::of(Tables& tables, const ScopeFilter& scope) {
    const LogIndex head = tables.log.head();
    const Key key{scope.everything, scope.organisations};
    const auto found = kept_.find(key);
    if (found != kept_.end() && is_unchanged(tables, scope, found->second.at, head)) {
        found->second.at = head;
        return found->second;
    }
    sync::DigestReply reply = made(tables, scope);
    reply.at = head;
    if (found == kept_.end() && kept_.size() >= kept_max) {
        kept_.clear();
    }
    kept_.insert_or_assign(key, reply);
    return reply;
}

}  // namespace zhibu::server::detail

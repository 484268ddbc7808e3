#include "server/store/sqlite/detail/scoped_tail.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "server/store/sqlite/detail/failure.hpp"
#include "server/store/sqlite/detail/log_rows.hpp"
#include "server/store/sqlite/detail/ordered_union.hpp"
#include "server/store/sqlite/detail/reading_on.hpp"
#include "server/store/store.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "sync_protocol/codec/codec.hpp"
#include "sync_protocol/message/message.hpp"

namespace zhibu::server::detail {
namespace {

using record::Effect;

/// The positions after `from` that may concern a reader, one after another.
class Candidates {
public:
    Candidates(LogRows& log, const TailReader& reader, LogIndex from, LogIndex head)
        : next_(from), head_(head) {
        // Looking at every position is cheaper than asking every organisation for its own.
        const std::uint64_t positions = head.position - from.position;
        if (reader.scope.everything || positions <= reader.scope.organisations.size()) {
            return;
        }
        std::vector<record::Uuid> lists{reader.incarnation.uuid};
        for (const RecordId& organisation : reader.scope.organisations) {
            lists.push_back(organisation.uuid);
        }
        union_.emplace(lists, from,
                       [&log](const record::Uuid& list, LogIndex after, std::uint32_t limit) {
                           return log.concerning(list, after, limit);
                       });
    }

    [[nodiscard]] std::optional<LogIndex> next() {
        if (union_) {
            return union_->next();
        }
        if (next_ == head_) {
            return std::nullopt;
        }
        ++next_.position;
        return next_;
    }

private:
    LogIndex next_;
    LogIndex head_;
    std::optional<OrderedUnion<LogIndex>> union_;
};

/// Nothing needs to be told of the record but the change itself.
bool was_there(const TailReader& reader, const PlacedEffect& placed) {
    return placed.effect.sort == Effect::Sort::entered ||
           reader.scope.sees(placed.placement.before);
}

/// What the effect is for this reader, or none where it is out of its sight.
std::optional<Effect> effect_for(Tables& tables, const TailReader& reader, bool sent_it,
                                 const PlacedEffect& placed) {
    if (reader.scope.sees(placed.placement.after)) {
        if (was_there(reader, placed)) {
            return placed.effect;
        }
        // Whole as it is now; what has left again by now is none of this reader's business.
        std::optional<RecordState> now = tables.records.read(placed.effect.state.key);
        if (!now) {
            throw Failed(StoreFault::damaged, "zhibu_log effects");
        }
        if (!reader.scope.sees(tables.records.places_of(*now))) {
            return std::nullopt;
        }
        return Effect{Effect::Sort::entered, *std::move(now)};
    }
    // The device that sent the change holds the record, wherever it was before.
    const bool created = placed.effect.sort == Effect::Sort::entered;
    if (!sent_it && (created || !reader.scope.sees(placed.placement.before))) {
        return std::nullopt;
    }
    Effect evicted;
    evicted.sort = Effect::Sort::evicted;
    evicted.state.key = placed.effect.state.key;
    return evicted;
}

/// The position as the reader is told of it, or none where it does not concern it.
std::optional<sync::TailEntry> entry_for(Tables& tables, const TailReader& reader, LogIndex index) {
    LogSight sight = tables.log.sight(index);
    const bool sent_it = sight.entry.origin.device == reader.device &&
                         sight.entry.origin.incarnation == reader.incarnation;
    const bool all_seen = std::ranges::all_of(sight.effects, [&](const PlacedEffect& each) {
        return reader.scope.sees(each.placement.after) && was_there(reader, each);
    });
    sync::TailEntry told{std::move(sight.entry), false};
    if (sent_it && sight.verbatim && all_seen) {
        told.own = true;
        return told;
    }
    for (const PlacedEffect& each : sight.effects) {
        if (auto effect = effect_for(tables, reader, sent_it, each)) {
            told.entry.effects.push_back(*std::move(effect));
        }
    }
    return told.entry.effects.empty() ? std::nullopt : std::optional(std::move(told));
}

}  // namespace

std::optional<sync::Tail> read_tail(Tables& tables, const TailReader& reader, LogIndex from,
                                    std::size_t bytes_max) {
    sync::Tail tail;
    tail.head = tables.log.head();
    if (from > tail.head || from < tables.meta.compacted() ||
        (!reader.scope.everything && tables.log.tree_changed_after(from))) {
        return std::nullopt;
    }
    Candidates candidates(tables.log, reader, from, tail.head);
    std::size_t bytes = 0;
    while (const std::optional<LogIndex> index = candidates.next()) {
        std::optional<sync::TailEntry> told = entry_for(tables, reader, *index);
        if (!told) {
            continue;
        }
        const std::size_t size = sync::encoded_size_hint(told->entry);
        if (tail.entries.empty() && size > sync::batch_bytes_max) {
            return std::nullopt;
        }
        if (!tail.entries.empty() && size > bytes_max - std::min(bytes, bytes_max)) {
            tail.through = LogIndex{index->position - 1};
            return tail;
        }
        bytes += size;
        tail.entries.push_back(*std::move(told));
    }
    tail.through = tail.head;
    return tail;
}

}  // namespace zhibu::server::detail

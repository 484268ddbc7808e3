#include "server/store/rows/scoped_tail.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "server/store/rows/failure.hpp"
#include "server/store/rows/log_rows.hpp"
#include "server/store/rows/ordered_union.hpp"
#include "server/store/rows/reading_on.hpp"
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

bool sees_all(Tables& tables, const TailReader& reader, LogIndex index) {
    bool all_seen = true;
    tables.log.each_effect(index, [&](const PlacedEffect& each) {
        all_seen = reader.scope.sees(each.placement.after) && was_there(reader, each);
        return all_seen;
    });
    return all_seen;
}

/// A position as a reader is told of it, as far as one message holds it.
struct Told {
    sync::TailEntry entry;
    bool is_cut = false;
};

/// None where the position does not concern the reader.
/// @param within  only the effects behind that of this record, which the position has; maybe none
std::optional<Told> entry_for(Tables& tables, const TailReader& reader, LogIndex index,
                              const RecordKey& within = {}) {
    LogSight sight = tables.log.sight(index);
    const bool sent_it = sight.entry.origin.device == reader.device &&
                         sight.entry.origin.incarnation == reader.incarnation;
    const bool is_whole = within == RecordKey{};
    Told told{{std::move(sight.entry), false}, false};
    if (is_whole && sent_it && sight.verbatim && sees_all(tables, reader, index)) {
        told.entry.own = true;
        return told;
    }
    std::vector<Effect>& effects = told.entry.entry.effects;
    std::size_t bytes = sync::encoded_size_hint(told.entry.entry);
    bool is_behind = is_whole;
    tables.log.each_effect(index, [&](const PlacedEffect& each) {
        if (!is_behind) {
            is_behind = each.effect.state.key == within;
            return true;
        }
        auto effect = effect_for(tables, reader, sent_it, each);
        if (!effect) {
            return true;
        }
        bytes += sync::encoded_size_hint(*effect);
        told.is_cut = !effects.empty() && bytes > sync::batch_bytes_max;
        if (!told.is_cut) {
            effects.push_back(*std::move(effect));
        }
        return !told.is_cut;
    });
    return effects.empty() && is_whole ? std::nullopt : std::optional(std::move(told));
}

/// Whether the log tells all that has happened in the scope since `from`.
bool leads_on(Tables& tables, const TailReader& reader, LogIndex from, LogIndex head) {
    return from <= head && from >= tables.meta.compacted() &&
           (reader.scope.everything || !tables.log.tree_changed_after(from));
}

}  // namespace

std::optional<sync::Tail> read_tail(Tables& tables, const TailReader& reader, LogIndex from,
                                    std::size_t bytes_max) {
    sync::Tail tail;
    tail.head = tables.log.head();
    if (!leads_on(tables, reader, from, tail.head)) {
        return std::nullopt;
    }
    Candidates candidates(tables.log, reader, from, tail.head);
    std::size_t bytes = 0;
    while (const std::optional<LogIndex> index = candidates.next()) {
        std::optional<Told> told = entry_for(tables, reader, *index);
        if (!told) {
            continue;
        }
        const std::size_t size = sync::encoded_size_hint(told->entry.entry);
        if (tail.entries.empty() && (told->is_cut || size > sync::batch_bytes_max)) {
            return std::nullopt;
        }
        if (!tail.entries.empty() &&
            (told->is_cut || size > bytes_max - std::min(bytes, bytes_max))) {
            tail.through = LogIndex{index->position - 1};
            return tail;
        }
        bytes += size;
        tail.entries.push_back(std::move(told->entry));
    }
    tail.through = tail.head;
    return tail;
}

std::optional<sync::TailPart> read_tail_part(Tables& tables, const TailReader& reader,
                                             LogIndex from, const RecordKey& within) {
    const LogIndex head = tables.log.head();
    if (!leads_on(tables, reader, from, head)) {
        return std::nullopt;
    }
    Candidates candidates(tables.log, reader, from, head);
    std::optional<Told> told;
    while (!told) {
        const std::optional<LogIndex> index = candidates.next();
        if (!index) {
            return std::nullopt;
        }
        told = entry_for(tables, reader, *index, within);
    }
    if (sync::encoded_size_hint(told->entry.entry) > sync::batch_bytes_max) {
        return std::nullopt;
    }
    return sync::TailPart{std::move(told->entry), !told->is_cut, head};
}

}  // namespace zhibu::server::detail

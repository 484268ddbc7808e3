#include <functional>
#include <limits>
#include <utility>

#include "client/replica/detail/body.hpp"
#include "client/replica/detail/failure.hpp"
#include "client/replica/detail/replay.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::client {
namespace {

using detail::Failed;

/// The store keeps positions as signed numbers.
constexpr std::uint64_t position_max = std::numeric_limits<std::int64_t>::max();

/// Of a record what the change can alter: all else is the same before and after.
std::optional<record::RecordState> touched_part(const std::optional<record::RecordState>& whole,
                                                const record::Change& change) {
    if (!whole) {
        return std::nullopt;
    }
    record::RecordState part{whole->key, whole->retired, whole->life_changed_at, {}};
    part.fields.reserve(change.fields.size());
    for (const record::FieldChange& each : change.fields) {
        if (const record::FieldState* held = whole->find(each.field)) {
            part.set(held->field, held->value, held->changed_at);
        }
    }
    return part;
}

void check_order(std::span<const sync::TailEntry> entries, record::LogIndex through) {
    record::LogIndex last;
    for (const sync::TailEntry& each : entries) {
        if (each.entry.index <= last || each.entry.index > through) {
            throw Failed(ReplicaFault::contradiction, "tail");
        }
        last = each.entry.index;
    }
    if (through.position > position_max) {
        throw Failed(ReplicaFault::contradiction, "tail");
    }
}

}  // namespace

void Replica::Body::apply_tail(std::span<const sync::TailEntry> entries, record::LogIndex through) {
    check_order(entries, through);
    follow(through, [&](record::LogIndex from, const EntryTaker& take) {
        for (const sync::TailEntry& each : entries) {
            if (each.entry.index > from) {
                take(each);
            }
        }
    });
}

void Replica::Body::stage_tail_part(const sync::TailPart& part, bool is_first) {
    detail::WriteTransaction transaction(*connection_);
    if (is_first) {
        connection_->execute("DELETE FROM staged_entry");
    }
    connection_->query("INSERT INTO staged_entry(part) VALUES(?)")
        .bind(std::span<const std::uint8_t>(sync::encode(sync::Message(part))))
        .run();
    transaction.commit();
}

void Replica::Body::apply_tail_parts(record::LogIndex through) {
    check_order({}, through);
    follow(through, [&](record::LogIndex /*from*/, const EntryTaker& take) {
        bool is_whole = false;
        {
            detail::Query row =
                connection_->query("SELECT part FROM staged_entry ORDER BY ordinal");
            while (row.step()) {
                const auto message = sync::decode_message(row.bytes(0));
                const auto* part = message ? std::get_if<sync::TailPart>(&*message) : nullptr;
                if (part == nullptr || part->entry.entry.index != through || is_whole) {
                    throw Failed(ReplicaFault::contradiction, "tail part");
                }
                is_whole = part->is_last;
                take(part->entry);
            }
        }
        if (!is_whole) {
            throw Failed(ReplicaFault::contradiction, "tail part");
        }
        connection_->execute("DELETE FROM staged_entry");
    });
}

void Replica::Body::follow(
    record::LogIndex through,
    const std::function<void(record::LogIndex from, const EntryTaker& take)>& entries) {
    detail::WriteTransaction transaction(*connection_);
    const record::LogIndex from = confirmed();
    if (through <= from) {
        return;  // delivered again
    }
    Dirty dirty;
    Keys evicted;
    GroupCache cache;
    bool is_told_to_forget = false;
    entries(from, [&](const sync::TailEntry& each) {
        apply_entry(each, dirty, evicted, cache);
        is_told_to_forget = is_told_to_forget || tells_of_erasure(each);
    });
    lift_judged_through(through, dirty);
    rebase(std::move(dirty), cache, evicted);
    if (is_told_to_forget) {
        forget(erased());
    }
    set_number("confirmed", static_cast<std::int64_t>(through.position));
    transaction.commit();
    write_head();
    if (!evicted.empty() || is_told_to_forget) {
        connection_->empty_wal();
    }
}

void Replica::Body::apply_entry(const sync::TailEntry& tail_entry, Dirty& dirty, Keys& evicted,
                                GroupCache& cache) {
    const record::LogEntry& entry = tail_entry.entry;
    const bool ours = entry.origin.device.uuid == uuid("device") &&
                      entry.origin.incarnation.uuid == uuid("incarnation") &&
                      holds(entry.origin.sequence);
    if (tail_entry.own) {
        if (!ours) {
            fail_forked("own entry");
        }
        for (const record::Change& change : known(entry.origin.sequence, cache).group.changes) {
            apply_own(change, entry, dirty);
        }
    }
    for (const record::Effect& effect : entry.effects) {
        apply_effect(effect, entry, dirty, evicted);
    }
    // Without effects and not taken as sent, the group may as well have been quarantined: its
    // verdict will say.
    if (ours && (tail_entry.own || !entry.effects.empty())) {
        settle(entry.origin.sequence, tail_entry.own ? GroupStage::accepted : GroupStage::merged,
               entry.index, dirty);
    }
}

void Replica::Body::apply_own(const record::Change& change, const record::LogEntry& entry,
                              Dirty& dirty) {
    Image image = confirmed_image(change.record, dirty);
    const Image row{image.kept, image.kept ? Confirmed{} : image.state};
    const Confirmed before = touched_part(image.state, change);
    detail::confirm(change, entry.index, image.state);
    if (image.state) {
        note_history(entry, before, *touched_part(image.state, change));
        set_confirmed(change.record, row, std::move(image.state), dirty);
    }
}

void Replica::Body::apply_effect(const record::Effect& effect, const record::LogEntry& entry,
                                 Dirty& dirty, Keys& evicted) {
    const record::RecordKey& key = effect.state.key;
    const Image before = confirmed_image(key, dirty);
    if (effect.sort == record::Effect::Sort::evicted) {
        set_confirmed(key, before, std::nullopt, dirty);
        evicted.insert(key);
        forget_history(key);
        return;
    }
    Confirmed state = before.state;
    if (effect.sort == record::Effect::Sort::entered) {
        evicted.erase(key);
        if (state) {
            detail::merge_entered(effect.state, *state);
        } else {
            state = effect.state;
        }
    } else if (state) {
        detail::apply_changed(effect.state, entry.index, *state);
    } else {
        // A snapshot's later chunk was read after the record had left; its eviction follows.
        return;
    }
    note_history(entry, before.state, *state);
    set_confirmed(key, before, std::move(state), dirty);
}

void Replica::Body::settle(record::Sequence sequence, GroupStage stage, record::LogIndex index,
                           Dirty& dirty) {
    lift(sequence, dirty);
    connection_
        ->query(
            "UPDATE own_group SET log_index=?, stage=CASE WHEN verdict IS NULL THEN ? "
            "ELSE stage END WHERE sequence=?")
        .bind(index.position)
        .bind(static_cast<std::int64_t>(stage))
        .bind(sequence.position)
        .run();
}

void Replica::Body::lift_judged_through(record::LogIndex through, Dirty& dirty) {
    std::vector<record::Sequence> passed;
    {
        detail::Query row = connection_->query(
            "SELECT DISTINCT o.sequence FROM overlay o JOIN own_group g ON g.sequence=o.sequence "
            "WHERE g.log_index <= ?");
        row.bind(through.position);
        while (row.step()) {
            passed.push_back(record::Sequence{row.position(0)});
        }
    }
    for (const record::Sequence sequence : passed) {
        lift(sequence, dirty);
    }
}

}  // namespace zhibu::client

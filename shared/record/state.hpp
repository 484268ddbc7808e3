#pragma once

#include <string>
#include <vector>

#include "shared/record/change.hpp"

namespace zhibu::record {

/// One field of a record's committed state.
struct FieldState {
    FieldNumber field;
    Value value;
    /// The log index at which the value was last changed.
    LogIndex changed_at;

    friend bool operator==(const FieldState&, const FieldState&) = default;
};

/// A record as it is committed at some index. Fields ascend by number; a field that was never
/// set is absent, one that was emptied is present and Empty. Fields that this program's catalog
/// does not know are carried along unchanged.
struct RecordState {
    RecordKey key;
    bool retired = false;
    /// When `retired` was last changed; the creation's index if never.
    LogIndex life_changed_at;
    std::vector<FieldState> fields;

    [[nodiscard]] const FieldState* find(FieldNumber field) const;
    /// The value, or Empty where the field is absent.
    [[nodiscard]] const Value& value(FieldNumber field) const;
    /// Sets or inserts, keeping the order.
    void set(FieldNumber field, Value value, LogIndex changed_at);

    friend bool operator==(const RecordState&, const RecordState&) = default;
};

/// What one committed group did to one record, as a replica is told.
struct Effect {
    enum class Sort : std::uint8_t {
        changed,  // `state` holds the changed fields alone, and `retired` as it now is
        entered,  // `state` is the whole record, which came into the replica's scope (or is new)
        evicted,  // the record left the replica's scope; only `state.key` counts
    };

    Sort sort = Sort::changed;
    RecordState state;

    friend bool operator==(const Effect&, const Effect&) = default;
};

/// One position of the log as a replica sees it: the effects inside its scope.
struct LogEntry {
    LogIndex index;
    GroupName origin;
    RecordId author;
    std::string action;
    Instant committed_at;
    std::vector<Effect> effects;

    friend bool operator==(const LogEntry&, const LogEntry&) = default;
};

}  // namespace zhibu::record

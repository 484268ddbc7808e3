#include "client/replica/detail/replay.hpp"

namespace zhibu::client::detail {
namespace {

using record::FieldChange;
using record::FieldState;
using record::LogIndex;
using record::Operation;
using record::RecordState;

void set_if_newer(RecordState& state, const FieldState& field, LogIndex index) {
    const FieldState* held = state.find(field.field);
    if (held == nullptr || held->changed_at < index) {
        state.set(field.field, field.value, index);
    }
}

void set_life_if_newer(RecordState& state, bool retired, LogIndex index) {
    if (state.life_changed_at < index) {
        state.retired = retired;
        state.life_changed_at = index;
    }
}

}  // namespace

std::optional<std::string_view> replay(const record::Change& change,
                                       std::optional<RecordState>& state) {
    if (change.operation == Operation::create) {
        if (state) {
            return "record_exists";
        }
        state.emplace().key = change.record;
    } else if (!state) {
        return "record_missing";
    } else if (change.operation == Operation::update && state->retired) {
        return "record_retired";
    } else if (change.operation != Operation::update) {
        state->retired = change.operation == Operation::retire;
    }
    for (const FieldChange& field : change.fields) {
        const FieldState* held = state->find(field.field);
        state->set(field.field, field.value, held == nullptr ? LogIndex{} : held->changed_at);
    }
    return std::nullopt;
}

void confirm(const record::Change& change, LogIndex index, std::optional<RecordState>& state) {
    if (!state) {
        if (change.operation != Operation::create) {
            return;  // the record has left this replica's scope
        }
        state.emplace().key = change.record;
    }
    if (change.operation != Operation::update) {
        set_life_if_newer(*state, change.operation == Operation::retire, index);
    }
    for (const FieldChange& field : change.fields) {
        set_if_newer(*state, FieldState{field.field, field.value, index}, index);
    }
}

void apply_changed(const RecordState& changed, LogIndex index, RecordState& state) {
    if (changed.life_changed_at == index || changed.retired != state.retired) {
        set_life_if_newer(state, changed.retired, index);
    }
    for (const FieldState& field : changed.fields) {
        set_if_newer(state, field, index);
    }
}

void merge_entered(const RecordState& entered, RecordState& state) {
    set_life_if_newer(state, entered.retired, entered.life_changed_at);
    for (const FieldState& field : entered.fields) {
        set_if_newer(state, field, field.changed_at);
    }
}

}  // namespace zhibu::client::detail

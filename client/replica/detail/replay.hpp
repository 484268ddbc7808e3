#pragma once

#include <optional>
#include <string_view>

#include "shared/record/change.hpp"
#include "shared/record/state.hpp"

/// What one change does to one record's state, absent or not. Pure functions.
namespace zhibu::client::detail {

/// Applies a pending change to the working state, whose fields keep the index at which they were
/// last confirmed. Otherwise the obstacle, named as a Reason names it, and `state` is unchanged.
[[nodiscard]] std::optional<std::string_view> replay(const record::Change& change,
                                                     std::optional<record::RecordState>& state);

/// Applies this device's change, which the server took as it was, to the confirmed state. Fields
/// confirmed at `index` or later stay, so that a second time changes nothing.
void confirm(const record::Change& change, record::LogIndex index,
             std::optional<record::RecordState>& state);

/// Applies the effect `changed` of the log entry at `index`. Fields confirmed at `index` or later
/// stay.
void apply_changed(const record::RecordState& changed, record::LogIndex index,
                   record::RecordState& state);

/// Takes from each side what was confirmed later: a record that came in whole, on top of what is
/// there.
void merge_entered(const record::RecordState& entered, record::RecordState& state);

}  // namespace zhibu::client::detail

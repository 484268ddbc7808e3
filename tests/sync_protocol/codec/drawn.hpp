#pragma once

#include <cstddef>
#include <vector>

#include "shared/record/change.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "sync_protocol/message/message.hpp"

/// Values of every sort that travels, drawn by RapidCheck: to be called inside a property. All of
/// them can be encoded.
namespace zhibu::sync::drawn {

[[nodiscard]] record::Value value();
[[nodiscard]] record::Group group();
[[nodiscard]] record::Verdict verdict();
[[nodiscard]] record::RecordState state();
[[nodiscard]] std::vector<record::FieldState> fields();
[[nodiscard]] std::vector<record::Effect> effects();
[[nodiscard]] record::LogEntry log_entry();
[[nodiscard]] Lease lease();
[[nodiscard]] TreeHead tree_head();
/// The alternative of that number, whatever it is: a new one without a way to draw it does not
/// compile.
[[nodiscard]] Message message(std::size_t alternative);

}  // namespace zhibu::sync::drawn

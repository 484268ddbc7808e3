#include "shared/record/state.hpp"

#include <algorithm>
#include <utility>
#include "shared/record/change.hpp"
#include "shared/record/value.hpp"

namespace zhibu::record {
namespace {

const Value empty_value{};

}  // namespace

const FieldState* RecordState::find(FieldNumber field) const {
    const auto at = std::ranges::lower_bound(fields, field, {}, &FieldState::field);
    return at != fields.end() && at->field == field ? &*at : nullptr;
}

const Value& RecordState::value(FieldNumber field) const {
    const FieldState* found = find(field);
    return found == nullptr ? empty_value : found->value;
}

void RecordState::set(FieldNumber field, Value value, LogIndex changed_at) {
    if (fields.empty() || fields.back().field < field) {
        // Mostly they come in order.
        fields.push_back(FieldState{field, std::move(value), changed_at});
        return;
    }
    const auto at = std::ranges::lower_bound(fields, field, {}, &FieldState::field);
    if (at != fields.end() && at->field == field) {
        at->value = std::move(value);
        at->changed_at = changed_at;
        return;
    }
    fields.insert(at, FieldState{field, std::move(value), changed_at});
}

}  // namespace zhibu::record

#include "sync_protocol/merge/settle.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/value.hpp"

namespace zhibu::sync {
namespace {

using catalog::MergePolicy;
using record::FieldChange;
using record::Settlement;
using record::TextSet;
using record::Value;

struct Resolution {
    Settlement settlement = Settlement::committed_stood;
    Value value;
};

Resolution take_offered(const FieldChange& offered) {
    return {Settlement::offered_won, offered.value};
}

Resolution keep_committed(const CommittedField& committed) {
    return {Settlement::committed_stood, committed.value};
}

Resolution by_authority(const FieldChange& offered, const OfferedStanding& standing,
                        const CommittedField& committed) {
    return standing.authority_depth <= committed.authority_depth ? take_offered(offered)
                                                                 : keep_committed(committed);
}

/// @param greater_wins  for `max`; otherwise `min`
Resolution by_order(const FieldChange& offered, const CommittedField& committed,
                    bool greater_wins) {
    if (record::is_empty(offered.value) || record::is_empty(committed.value)) {
        return record::is_empty(offered.value) ? keep_committed(committed) : take_offered(offered);
    }
    const bool offered_is_greater = committed.value < offered.value;
    return offered_is_greater == greater_wins ? take_offered(offered) : keep_committed(committed);
}

bool is_set(const Value& value) {
    return record::is_empty(value) || std::holds_alternative<TextSet>(value);
}

std::vector<std::string> texts_of(const Value& value) {
    const auto* set = std::get_if<TextSet>(&value);
    return set == nullptr ? std::vector<std::string>{} : set->texts;
}

std::vector<std::string> without(const std::vector<std::string>& from,
                                 const std::vector<std::string>& removed) {
    std::vector<std::string> left;
    std::ranges::set_difference(from, removed, std::back_inserter(left));
    return left;
}

Resolution united(const FieldChange& offered, const CommittedField& committed) {
    if (!is_set(offered.value) || !is_set(offered.previous) || !is_set(committed.value)) {
        return take_offered(offered);
    }
    const auto value = texts_of(offered.value);
    const auto previous = texts_of(offered.previous);
    const auto added = without(value, previous);
    const auto removed = without(previous, value);
    std::vector<std::string> both;
    std::ranges::set_union(texts_of(committed.value), added, std::back_inserter(both));
    TextSet result{without(both, removed)};
    if (result.texts.empty()) {
        return {Settlement::united, Value{}};
    }
    return {Settlement::united, Value{std::move(result)}};
}

Resolution resolve(MergePolicy policy, const FieldChange& offered, const OfferedStanding& standing,
                   const CommittedField& committed) {
    switch (policy) {
        case MergePolicy::later:
            return take_offered(offered);
        case MergePolicy::authority:
            return by_authority(offered, standing, committed);
        case MergePolicy::max:
            return by_order(offered, committed, true);
        case MergePolicy::min:
            return by_order(offered, committed, false);
        case MergePolicy::unite:
            return united(offered, committed);
        case MergePolicy::ask:
            return {Settlement::waits, committed.value};
        case MergePolicy::first:
            return keep_committed(committed);
    }
    std::unreachable();
}

}  // namespace

Settled settle(MergePolicy policy, const record::RecordKey& record, const FieldChange& offered,
               const OfferedStanding& standing, const CommittedField& committed) {
    if (offered.value == committed.value) {
        return {committed.value, false, std::nullopt};
    }
    if (committed.changed_at <= standing.base) {
        return {offered.value, true, std::nullopt};
    }
    Resolution resolution = resolve(policy, offered, standing, committed);
    const bool changed = resolution.value != committed.value;
    return {std::move(resolution.value), changed,
            record::FieldDecision{record, offered.field, resolution.settlement, offered.value,
                                  committed.value, committed.changed_at, committed.changed_by}};
}

}  // namespace zhibu::sync

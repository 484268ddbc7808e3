#include <algorithm>
#include <cstdint>
#include <deque>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/casework/casework.hpp"
#include "client/casework/detail/reading.hpp"
#include "client/replica/replica.hpp"
#include "shared/catalog/catalog.hpp"
#include "shared/record/change.hpp"
#include "shared/record/check.hpp"
#include "shared/record/id.hpp"
#include "shared/record/state.hpp"
#include "shared/record/value.hpp"
#include "sync_protocol/casework/casework.hpp"
#include "sync_protocol/codec/codec.hpp"

namespace zhibu::client {
namespace {

using detail::equal_to;
using detail::held;
using detail::wish;
using record::Value;
namespace case_state = sync::case_state;

/// More than a group of the largest size is cut into.
constexpr std::uint32_t parts_max = 1'000;
constexpr std::uint32_t dependents_max = 1'000;

Value text(std::string_view words) { return Value{std::string{words}}; }

/// What a replica holds of the group; none where a part is not in its scope.
std::expected<std::optional<record::Group>, ReplicaError> content_of(
    Replica& replica, const catalog::Catalog& catalog, const record::RecordId& id) {
    const catalog::Kind& kind = catalog.kind("case_content");
    ZHIBU_TRY(found, detail::newest_first(replica, kind, {equal_to(kind, "case", Value{id})},
                                          "part", parts_max));
    std::vector<std::string> parts;
    for (auto state = found.rbegin(); state != found.rend(); ++state) {
        parts.push_back(held<std::string>(kind, *state, "content"));
    }
    const auto bytes = sync::content_of(parts);
    if (!bytes) {
        return std::nullopt;
    }
    auto group = sync::decode_group(*bytes);
    return group ? std::optional{*std::move(group)} : std::nullopt;
}

std::expected<QuarantineCase, ReplicaError> read_case(Replica& replica,
                                                      const catalog::Catalog& catalog,
                                                      record::RecordState state) {
    const catalog::Kind& kind = catalog.kind("case");
    QuarantineCase read;
    read.number = held<std::string>(kind, state, "number");
    read.stage = held<std::string>(kind, state, "state");
    read.reasons = sync::unpacked_reasons(held<std::string>(kind, state, "reasons"));
    ZHIBU_TRY(content, content_of(replica, catalog, state.key.id));
    read.content = std::move(content);
    read.state = std::move(state);
    return read;
}

std::expected<std::vector<QuarantineCase>, ReplicaError> read_cases(
    Replica& replica, const catalog::Catalog& catalog, std::vector<Condition> conditions,
    std::uint32_t limit) {
    const catalog::Kind& kind = catalog.kind("case");
    ZHIBU_TRY(found,
              detail::newest_first(replica, kind, std::move(conditions), "arrived_at", limit));
    std::vector<QuarantineCase> cases;
    for (record::RecordState& state : found) {
        ZHIBU_TRY(read, read_case(replica, catalog, std::move(state)));
        cases.push_back(std::move(read));
    }
    return cases;
}

std::string_view state_of(CaseDecision decision) {
    switch (decision) {
        case CaseDecision::accept:
            return case_state::accepted;
        case CaseDecision::amend:
            return case_state::amended;
        case CaseDecision::give_back:
            return case_state::returned;
        case CaseDecision::discard:
            return case_state::discarded;
        case CaseDecision::withdraw:
            return case_state::withdrawn;
    }
    std::unreachable();
}

DraftChange decision_on(const catalog::Kind& kind, const record::RecordKey& key,
                        std::string_view state, const std::string& remark) {
    DraftChange change{key, record::Operation::update, {wish(kind, "state", text(state))}};
    if (!remark.empty()) {
        change.fields.push_back(wish(kind, "remark", text(remark)));
    }
    return change;
}

std::string_view action_of(CaseDecision decision) {
    return decision == CaseDecision::withdraw ? "withdraw_case" : "decide_case";
}

}  // namespace

std::expected<std::vector<QuarantineCase>, ReplicaError> list_cases(Replica& replica,
                                                                    const catalog::Catalog& catalog,
                                                                    bool waiting_alone,
                                                                    std::uint32_t limit) {
    const catalog::Kind& kind = catalog.kind("case");
    std::vector<Condition> conditions;
    if (waiting_alone) {
        conditions.push_back({kind.field("state").id(),
                              Condition::Relation::any_of,
                              {text(case_state::waiting), text(case_state::returned)}});
    }
    return read_cases(replica, catalog, std::move(conditions), limit);
}

std::expected<std::optional<QuarantineCase>, ReplicaError> find_case(
    Replica& replica, const catalog::Catalog& catalog, std::string_view number) {
    const catalog::Kind& kind = catalog.kind("case");
    ZHIBU_TRY(found, read_cases(replica, catalog, {equal_to(kind, "number", text(number))}, 1));
    return found.empty() ? std::nullopt : std::optional{std::move(found.front())};
}

std::expected<std::optional<QuarantineCase>, ReplicaError> case_of(Replica& replica,
                                                                   const catalog::Catalog& catalog,
                                                                   const OwnGroup& own) {
    const catalog::Kind* kind = catalog.find("case");
    if (kind == nullptr || !own.verdict || own.verdict->outcome != record::Outcome::quarantined) {
        return std::nullopt;
    }
    ZHIBU_TRY(found, find_case(replica, catalog, std::to_string(own.verdict->index.position)));
    // A position of an earlier epoch is another group's now.
    const bool is_its = found &&
                        held<std::string>(*kind, found->state, "incarnation") ==
                            record::to_text(own.group.name.incarnation.uuid) &&
                        held<std::int64_t>(*kind, found->state, "sequence") ==
                            static_cast<std::int64_t>(own.group.name.sequence.position);
    return is_its ? std::move(found) : std::nullopt;
}

std::expected<std::vector<QuarantineCase>, ReplicaError> dependents_of(
    Replica& replica, const catalog::Catalog& catalog, const QuarantineCase& of) {
    const catalog::Kind& kind = catalog.kind("case");
    std::vector<QuarantineCase> all;
    std::deque<record::RecordId> next{of.state.key.id};
    while (!next.empty() && all.size() < dependents_max) {
        ZHIBU_TRY(found, read_cases(replica, catalog,
                                    {equal_to(kind, "depends_on", Value{next.front()}),
                                     equal_to(kind, "state", text(case_state::waiting))},
                                    dependents_max));
        next.pop_front();
        for (QuarantineCase& each : found) {
            next.push_back(each.state.key.id);
            all.push_back(std::move(each));
        }
    }
    return all;
}

Draft decide(const catalog::Catalog& catalog, const QuarantineCase& of, CaseDecision decision,
             const std::string& remark, const std::vector<QuarantineCase>& dependents,
             std::vector<DraftChange> changes) {
    const catalog::Kind& kind = catalog.kind("case");
    const std::string_view state = state_of(decision);
    Draft draft{std::string{action_of(decision)}, std::move(changes)};
    draft.changes.push_back(decision_on(kind, of.state.key, state, remark));
    const bool takes_dependents =
        decision == CaseDecision::give_back || decision == CaseDecision::discard;
    for (const QuarantineCase& each : dependents) {
        if (takes_dependents) {
            draft.changes.push_back(decision_on(kind, each.state.key, state, remark));
        }
    }
    return draft;
}

}  // namespace zhibu::client
